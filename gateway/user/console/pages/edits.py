"""Making a change in the candidate, and what there is to say of it."""

import secrets
from collections.abc import Sequence
from typing import Final

from gateway.control.edit import Change
from gateway.user.cli.show import counted
from gateway.user.console.draft import Draft
from gateway.user.console.ends import Ends
from gateway.user.console.model import Told, problems_of

KEY_BYTES: Final = 16  # of a pre-shared key made here: 32 letters to type at an old machine
EDITED: Final = "Not applied yet: 'Review and apply' in the main menu."


def new_key() -> str:
    return secrets.token_hex(KEY_BYTES)


def edited(what: str, ends: Ends, changes: Sequence[Change], draft: Draft | None = None) -> str:
    """Make changes in the candidate, unless somebody else has changed it since that draft.

    What there is to say of it.
    """
    if not changes:
        return ""
    base = draft or Draft.candidate(ends)
    left = problems_of(ends.box.change(changes, base.revision))
    more = f" {counted(len(left), 'problem')} to put right there." if left else ""
    return f"{what}. {EDITED}{more}"


def key_told(name: str, key: str, end: str = "client") -> Told:
    """The only time that a key is shown."""
    lines = (
        f"Type this key at the {end} {name}, as pre-shared key:",
        "",
        f"    {key}",
        "",
        "It is shown only now. " + EDITED,
    )
    return Told("The key", lines)
