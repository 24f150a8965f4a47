"""What can be done with one client's keys: a new one, the end of the old one, revoking it; a kit.

The changes are those of `control/rotation.py`, as of `postern clients`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from gateway.control.edit import Change
from gateway.control.rotation import (
    GRACE_DAYS,
    has_old_key,
    let_in_again,
    revoked,
    rotated,
    without_old_key,
)
from gateway.user.console.ends import Ends
from gateway.user.console.model import Action, Back, Instead, Menu, Open, Step, question
from gateway.user.console.pages.edits import EDITED, edited, key_told, new_key
from gateway.user.console.pages.kit import kit_form
from gateway.user.today import today

Entry = Mapping[str, Any]  # of the client, as TOML has it


def client_choices(ends: Ends, entry: Entry) -> list[tuple[str, Action, str]]:
    """Rows for its page: what is said, what is done, the command that does the same."""
    name = str(entry.get("name"))
    found: list[tuple[str, Action, str]] = [
        (
            "Make a new key for it",
            lambda: Open(_rotation(ends, entry)),
            f"postern clients rotate {name}",
        )
    ]
    if has_old_key(entry, today()):
        ask = _asking(
            ends,
            f"Let the old key of {name} go?",
            "What is up by it ends, and it can dial with the new key alone.",
            f"The old key of {name} goes",
            without_old_key(entry),
        )
        found.append(("Let its old key go", ask, f"postern clients drop-old {name}"))
    if entry.get("revoked") is True:
        again = _asking(
            ends, f"Let {name} dial again?", "", f"{name} may dial again", let_in_again(name)
        )
        found.append(("Let it dial again", again, f"postern clients readmit {name}"))
    else:
        out = _asking(
            ends,
            f"Revoke {name}?",
            "It may dial no more, and what it has up ends at once. Its entry stays.",
            f"{name} is revoked",
            revoked(name),
        )
        found.append(("Revoke it", out, f"postern clients revoke {name}"))
    kit: Action = lambda: Open(kit_form(ends, name))  # noqa: E731
    found.append(("Make a kit for who is at it", kit, f"postern kit {name}"))
    return found


def _asking(ends: Ends, title: str, text: str, done: str, changes: Sequence[Change]) -> Action:
    def do() -> Step:
        return Back(edited(done, ends, changes))

    lines = [line for line in (text, EDITED) if line]
    return lambda: Open(question(title, lines, "Yes", do))


def _rotation(ends: Ends, entry: Entry) -> Menu:
    name = str(entry["name"])
    text = [
        f"With the old key it can dial for {GRACE_DAYS} days more, so there is time to type the",
        "new one in there. Without it, what is up ends when this is applied.",
    ]
    if has_old_key(entry, today()):
        text.append("It has an older key still, which goes: type the newest one in there.")
    choices = (
        ("A new key, and the old one for a while", _make(ends, entry, GRACE_DAYS), ""),
        ("A new key, and the old one goes", _make(ends, entry, 0), ""),
        ("No, go back", Back, ""),
    )
    return Menu(f"A new key for {name}?", choices, tuple(text))


def _make(ends: Ends, entry: Entry, grace: int) -> Action:
    def make() -> Step:
        key = new_key()
        until = today() + timedelta(days=grace) if grace else None
        edited("", ends, rotated(entry, key, until))
        return Instead(key_told(str(entry["name"]), key))

    return make
