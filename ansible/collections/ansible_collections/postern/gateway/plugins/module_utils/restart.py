"""Whether a box has started anew, and which system it runs now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ansible_collections.postern.gateway.plugins.module_utils.slots import booted

GOOD = "good"


def refused(done: Mapping[str, Any]) -> bool:
    """Whether the module has said no to the restart. One that the restart has cut short has not:
    Ansible then has no answer of it, but what it wrote while it fell."""
    return bool(done.get("failed")) and "module_stderr" not in done


def restarted(box: Mapping[str, Any], elapsed: float) -> bool:
    """`elapsed` seconds ago it was told to; `box` is what `postern box` says now."""
    return 0 < float(box["uptime_s"]) < elapsed


def outcome_of(
    box: Mapping[str, Any] | None, elapsed: float, wanted: str | None
) -> dict[str, Any] | None:
    """The task's result once there is one; `box` is None while it cannot be asked."""
    if box is None or not restarted(box, elapsed):
        return None
    slot = booted(box)
    if wanted and slot["version"] and slot["version"] != wanted:
        what = f"{slot['version']} runs, and not {wanted}: the box has gone back by itself"
        notes = "; ".join(map(str, box.get("notes", ()))) or "see `postern slots` there"
        return {"changed": True, "failed": True, "msg": f"{what}. It says: {notes}."}
    if slot["state"] != GOOD:
        return None
    return {"changed": True, "version": slot["version"]}


def proved_of(box: Mapping[str, Any] | None, wanted: str | None) -> dict[str, Any] | None:
    """The same of a box that has come back: also its machines are there again, or are not waited
    for (any longer). It may start anew meanwhile, and go back."""
    found = outcome_of(box, math.inf, wanted)
    if found is None or found.get("failed"):
        return found
    return None if left_of(box) > 0 else {**found, "changed": False}


def left_of(box: Mapping[str, Any] | None) -> float:
    """Seconds for which the box may still wait for machines."""
    return float((box or {}).get("redial_left_s", 0))


def too_late(seconds: float) -> dict[str, Any]:
    what = f"the box has not come back and proved itself within {seconds:.0f} s"
    return {"changed": True, "failed": True, "msg": f"{what}. Look at its console."}
