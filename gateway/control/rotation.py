"""A new key for one client, the old one good for a while beside it; and a client that is revoked.

What has to be changed in the configuration. Other clients are not touched.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from gateway.control.days import is_over
from gateway.control.edit import Change, EditError
from gateway.control.problems import did_you_mean, shown

GRACE_DAYS: Final = 14  # for which the old key holds, unless somebody says otherwise
LONGEST_GRACE: Final = 366  # days
_OLD: Final = ("psk_old", "psk_old_file", "psk_old_until")

Entries = Iterable[Mapping[str, Any]]  # of the clients, as TOML has them


def client_entry(entries: Entries, name: str) -> Mapping[str, Any]:
    """The client's entry; `EditError` with the name that may be meant if there is none."""
    listed = list(entries)
    found = next((one for one in listed if one.get("name") == name), None)
    if found is None:
        known = [str(one.get("name")) for one in listed]
        raise EditError(f"there is no client {shown(name)}", did_you_mean(name, known))
    return found


def has_old_key(entry: Mapping[str, Any], today: date) -> bool:
    """Whether an older key holds still, so that a second rotation would take it away."""
    until = entry.get("psk_old_until")
    given = "psk_old" in entry or "psk_old_file" in entry
    return given and isinstance(until, date) and not is_over(until, today)


def rotated(entry: Mapping[str, Any], psk: str, until: date | None) -> list[Change]:
    """`psk` is the key from now on; the one before holds until that day, None for not at all."""
    name = str(entry["name"])
    after = {key: value for key, value in entry.items() if key not in _OLD}
    by_file = "psk_file" in after
    before = after.pop("psk_file" if by_file else "psk", None)
    after["psk"] = psk
    if until is not None and before is not None:
        after["psk_old_file" if by_file else "psk_old"] = before
        after["psk_old_until"] = until.isoformat()
    gone = [key for key in entry if key not in after]
    new = {key: value for key, value in after.items() if entry.get(key) != value}
    return [
        *(Change("unset", "client", name, key) for key in gone),
        *(Change("set", "client", name, key, value) for key, value in new.items()),
    ]


def without_old_key(entry: Mapping[str, Any]) -> list[Change]:
    """Its old key holds no more, whatever its last day was to be."""
    name = str(entry["name"])
    return [Change("unset", "client", name, key) for key in _OLD if key in entry]


def revoked(name: str) -> list[Change]:
    return [Change("set", "client", name, "revoked", True)]


def let_in_again(name: str) -> list[Change]:
    return [Change("unset", "client", name, "revoked")]
