"""Whether a box has started anew, and which system it runs now."""

from __future__ import annotations

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
        return {"changed": True, **_gone_back(box, slot["version"], wanted)}
    if slot["state"] != GOOD:
        return None
    return {"changed": True, "version": slot["version"]}


def kept_of(box: Mapping[str, Any] | None, wanted: str | None) -> dict[str, Any] | None:
    """The same of a box that has proved its system: None while it waits for machines that had a
    session before ([upgrade] redial_minutes), for it may still go back."""
    version = booted(box)["version"] if box else ""
    if box is None or not version:
        return None
    if wanted and version != wanted:
        return {"changed": False, **_gone_back(box, version, wanted)}
    return None if waited_for(box) is not None else {"changed": False, "version": version}


def waited_for(box: Mapping[str, Any]) -> float | None:
    """For how many seconds the box waits for machines; None if it does not."""
    redial = box.get("redial")
    return float(redial["seconds_left"]) if redial else None


def _gone_back(box: Mapping[str, Any], version: str, wanted: str) -> dict[str, Any]:
    what = f"{version} runs, and not {wanted}: the box has gone back by itself"
    notes = "; ".join(map(str, box.get("notes", ()))) or "see `postern slots` there"
    return {"failed": True, "msg": f"{what}. It says: {notes}."}


def too_late(seconds: float) -> dict[str, Any]:
    what = f"the box has not come back and proved itself within {seconds:.0f} s"
    return {"changed": True, "failed": True, "msg": f"{what}. Look at its console."}


def not_told(seconds: float) -> dict[str, Any]:
    what = f"whether the update stays, the box has not said within {seconds:.0f} s"
    return {"changed": False, "failed": True, "msg": f"{what}. Look at its console."}
