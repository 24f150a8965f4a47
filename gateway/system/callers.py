"""Who asks the daemon, for the audit: what the kernel says of the process at the other end."""

import pwd
from collections.abc import Mapping
from typing import Any, Final

from gateway.control.problems import printable
from gateway.system.control_socket import Peer

LONGEST: Final = 64  # letters of what somebody calls themselves
# Programs that a network reaches: whoever takes one over has these verbs and no more.
EXPORTER: Final = "postern-metrics"
ACCOUNTANT: Final = "postern-accounting"
MAY: Final = {
    EXPORTER: frozenset({"metrics"}),
    ACCOUNTANT: frozenset({"accounting", "disconnect"}),
}


def may_ask(peer: Peer | None, verb: object) -> bool:
    """Whether this user may ask that. All who come so far may, but for those programs."""
    verbs = None if peer is None or peer.uid == 0 else MAY.get(_name(peer.uid))
    return verbs is None or (isinstance(verb, str) and verb in verbs)


def who(peer: Peer | None, request: Mapping[str, Any]) -> str:
    """The user's name; for root, as the box agent is, also for whom it asks."""
    if peer is None:
        return "somebody"
    name = _name(peer.uid)
    behalf = request.get("for")
    if peer.uid != 0 or not isinstance(behalf, str) or not behalf:
        return name
    return f"{printable(behalf)[:LONGEST]} (asked by {name})"


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
