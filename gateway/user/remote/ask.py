"""Asking the command `postern` on a box, and what it says of itself, as values. No I/O.

The same door as Ansible's modules go through: the box's own command, with `--json`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.user.box_views import Redial, Slot, read_lines, read_number, read_redial, read_text
from gateway.user.client import DaemonError
from gateway.user.remote.outcomes import RefusedThere
from gateway.user.remote.words import ANSWER, Runs, Said

POSTERN: Final = "postern"


@dataclass(frozen=True, slots=True)
class System:
    """What `postern box` says; what it leaves out, or is strange, is empty."""

    hostname: str
    version: str
    uptime_s: float
    slots: tuple[Slot, ...]
    booted: Slot
    clock_ok: bool
    claimed: bool
    unconfirmed: bool
    redial: Redial | None
    notes: tuple[str, ...]

    @property
    def other(self) -> Slot:
        return next((one for one in self.slots if one.name != self.booted.name), EMPTY)


EMPTY: Final = Slot("", "empty", "")


def ask(line: Runs, *words: str, patience: float = ANSWER) -> Any:
    """What the command says as JSON, also where it has found problems."""
    said = line.run([POSTERN, *words, "--json"], patience=patience)
    try:
        found = json.loads(said.out)
    except (ValueError, RecursionError):
        raise refusal(words, said) from None
    if isinstance(found, dict) and "error" in found and said.status:
        hint = read_text(found, "hint") or "Look at it on the box"
        raise RefusedThere(read_text(found, "error"), hint, said.status)
    return found


def tell(line: Runs, *words: str) -> None:
    """A verb that has no answer but well or not."""
    said = line.run([POSTERN, *words])
    if said.status:
        raise refusal(words, said)


def refusal(words: Sequence[str], said: Said) -> RefusedThere:
    """The command's own words, as it writes them: what is wrong, and a hint in the next line."""
    what, _, hint = said.err.strip().removeprefix("postern: ").partition("\n")
    if not what:
        what = f"`postern {' '.join(words[:2])}` has ended there with status {said.status}"
    return RefusedThere(what, " ".join(hint.split()) or "Look at it on the box", said.status or 1)


def system_of(found: object) -> System:
    if not isinstance(found, Mapping):
        what = "what it says of itself is no answer"
        raise DaemonError(what, "Compare `postern version` there and here")
    listed = found.get("slots")
    rows = listed if isinstance(listed, list) else []
    slots = tuple(_slot(row) for row in rows if isinstance(row, Mapping))
    booted = read_text(found, "booted").upper()
    return System(
        hostname=read_text(found, "hostname"),
        version=read_text(found, "version"),
        uptime_s=read_number(found, "uptime_s"),
        slots=slots,
        booted=next((one for one in slots if one.name == booted), EMPTY),
        clock_ok=found.get("clock_ok") is not False,
        claimed=found.get("claimed") is not False,
        unconfirmed=isinstance(found.get("pending"), Mapping),
        redial=read_redial(found),
        notes=tuple(read_lines(found, "notes")),
    )


def _slot(row: Mapping[str, Any]) -> Slot:
    return Slot(read_text(row, "name").upper(), read_text(row, "state"), read_text(row, "version"))
