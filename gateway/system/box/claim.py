"""Whose box it is. Unclaimed until there is an administrator in the configuration that is saved.

There is no password to know beforehand: whoever sits at the box claims it. Later the same is how
somebody gets in again who has lost the key; that leaves a mark that every console shows.
"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.control.canonical import Unreadable, entries_of, raw_of
from gateway.control.changes_outputs import Refused, Who
from gateway.control.edit import Change, EditError, edited
from gateway.control.values import Unfit
from gateway.control.values_box import login, ssh_key
from gateway.system.box.callers import at_the_box
from gateway.system.box.disk import read_record, write_record
from gateway.system.box.places import Places

RECORD: Final = "claim.json"


def admins_in(text: str) -> list[str]:
    """The names of the administrators a configuration has."""
    try:
        return [str(one.get("name", "")) for one in entries_of(raw_of(text).get("admin"))]
    except Unreadable:
        return []


def check_claim(request: Mapping[str, Any], who: Who, saved: str) -> tuple[str, str, bool]:
    """Name, key, and whether it takes over a box that has an owner; `Refused` if it may not be."""
    claimed = bool(admins_in(saved))
    if not at_the_box(who):
        raise Refused("a box is claimed at its own console", "Go there, or ask an administrator")
    try:
        name, key = login(request.get("name")), ssh_key(request.get("ssh_key"))
    except Unfit as unfit:
        raise Refused(f"this {unfit}", unfit.hint or "Write it again") from None
    return name, key, claimed


def with_admin(text: str, name: str, key: str) -> str:
    """The configuration with this person in it; one of that name gets the key besides."""
    try:
        if name not in admins_in(text):
            return edited(text, [Change("add", "admin", value={"name": name, "ssh_key": key})])
        keys = _keys_of(text, name)
        old = [Change("unset", "admin", name, one) for one in ("ssh_key", "ssh_keys")]
        given = [change for change in old if change.key in _given(text, name)]
        new = Change("set", "admin", name, "ssh_keys", list(dict.fromkeys([*keys, key])))
        return edited(text, [*given, new])
    except EditError as error:
        raise Refused(str(error), error.hint) from None


def note_claim(places: Places, name: str, wall: float, taken_over: bool) -> None:
    """The mark of a claim that took over stays until the box is reset."""
    record = read_record(places.state / RECORD)
    if taken_over:
        again = [*record.get("again", []), {"name": name, "wall": round(wall)}]
        write_record(places.state / RECORD, {**record, "again": again[-10:]})
    else:
        write_record(places.state / RECORD, {"name": name, "wall": round(wall)})


def marks(places: Places) -> list[str]:
    """What every console shows: who came in by the console when the box had an owner."""
    again = read_record(places.state / RECORD).get("again", [])
    names = [str(one.get("name", "")) for one in again if isinstance(one, dict)]
    return [f"{name} was let in at the console of a claimed box: see the audit" for name in names]


def _entry(text: str, name: str) -> dict[str, Any]:
    entries = entries_of(raw_of(text).get("admin"))
    return next((one for one in entries if one.get("name") == name), {})


def _given(text: str, name: str) -> set[str]:
    return set(_entry(text, name))


def _keys_of(text: str, name: str) -> list[str]:
    entry = _entry(text, name)
    listed = entry.get("ssh_keys", [])
    return [*([entry["ssh_key"]] if "ssh_key" in entry else []), *listed]
