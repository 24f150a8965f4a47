"""How long a change is waited for, and what has come of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Result = Mapping[str, Any]
LOST = "connection_lost"
GRACE = 60.0  # seconds behind the deadline: until the box has taken the change back


class Patience:
    """Until the box must have taken an unconfirmed change back, and can be reached as before."""

    wait = 3.0  # seconds between two tries

    def __init__(self, now: float, deadline: float) -> None:
        self._until = now + deadline + GRACE

    def lasts(self, now: float) -> bool:
        return now < self._until


def outcome_of(found: Result, applied: Result, confirmed: Result) -> dict[str, Any]:
    """The task's result: of what was found to differ, of applying it, and of the confirmation."""
    if confirmed.get(LOST):
        what = "the box cannot be reached, though it has taken the change back by itself by now"
        return _failed(found, f"{what}: {confirmed[LOST]}. Look at its console.")
    if confirmed.get("failed"):
        what = "the change was not confirmed, and the box takes it back by itself"
        return _failed(found, f"{what}: {confirmed.get('msg', 'no word why')}")
    if not confirmed.get("changed"):
        what = "the box has taken the change back, since it could not be reached to confirm it"
        why = applied.get(LOST)
        return _failed(found, what + (f" (the connection had ended: {why})" if why else ""))
    return {**found, "changed": True, "number": confirmed["number"]}


def _failed(found: Result, msg: str) -> dict[str, Any]:
    return {**found, "changed": False, "failed": True, "msg": msg}
