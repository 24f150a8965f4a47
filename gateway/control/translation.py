"""A client behind a NAT that offers no NAT traversal: what shows it, before its data is missed.

Such a client talks about keys through the NAT and then sends plain ESP, which has no ports for the
NAT to know it by (RFC 3715, 2.1).
"""

from typing import Final

from gateway.control.story import Story
from gateway.outputs import Fact, What
from gateway.wire.ipv4 import host_bytes

IKE_PORT: Final = "500"  # on both ends, unless changed on the way (RFC 2408, 2.5.1)


def untraversed(story: Story) -> tuple[Fact, ...]:
    """The facts that show it; none where there is no such NAT, or data came through it.

    A NAT is known by a port that is not IKE's, or by a client that calls itself by another address
    than the one it comes from.
    """
    offered, known = story.last(What.OFFERED), story.last(What.AUTHENTICATED)
    if offered is None or offered.details.get("natt") != "none" or _has_come_through(story):
        return ()
    if offered.peer.rpartition(":")[2] != IKE_PORT:
        return (offered, *_silence(story))
    if known is not None and _is_elsewhere(known):
        return (offered, known, *_silence(story))
    return ()


def _has_come_through(story: Story) -> bool:
    quiet = story.silence("l2tp")
    came = quiet is not None and quiet.details.get("packets", "0") != "0"
    return came or story.place(What.TUNNEL_OPENED, What.CALL_REQUESTED, What.RESUMED) >= 0


def _silence(story: Story) -> tuple[Fact, ...]:
    quiet = story.silence("l2tp")
    return () if quiet is None else (quiet,)


def _is_elsewhere(known: Fact) -> bool:
    """Whether it calls itself by an address, and by another than its own."""
    try:
        return host_bytes(known.details.get("identity", "")) != host_bytes(
            known.peer.rpartition(":")[0]
        )
    except ValueError:
        return False
