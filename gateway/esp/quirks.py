"""What real peers do against the book, each with client, version and evidence.

No client is known that pads otherwise than 1, 2, 3 … (RFC 2406, 2.4), so there is no leniency.
"""

from typing import Final

# Client: Windows 2000, XP, Server 2003 (and Vista).
# What: the client deletes the old SA in the moment the new one stands, while packets that it sent
# under the old one are still on their way, above all through a slow NAT.
# Evidence: CLIENTS.md, 4 (kitten#12 log); with strongSwan the L2TP daemon then loses LCP (xl2tpd
# #190), and users fall out after 60 minutes (#228, #361).
# Answer: a retired SA still receives for this long; it no longer sends.
GRACE: Final = 30.0  # seconds
DELETES_AT_ONCE: Final = "old keys deleted at once"  # as an owner is shown it

# Client: Windows 2000, XP, Server 2003.
# What: an SA that nothing has used for 300 s is deleted (SAIdleTimer), and made anew on the living
# main mode when there is something to send; L2TP and PPP are not touched by that.
# Evidence: CLIENTS.md, 4, where KB923339 is named.
# Answer: a session whose client has no SA but a main mode is idle, and not lost: see the bridge.
IDLE: Final = "no keys while idle"

# Client: Windows 2000, XP, Server 2003: lifetimes of 250000 or 100000 kilobytes, rekeyed by volume.
# What: RFC 2407, 4.5, does not say whether a kilobyte is 1000 or 1024 bytes, and peers differ.
# Evidence: CLIENTS.md, 2: "received 250000000 lifebytes" for 250000 (pfSense documentation), which
# is strongSwan reading 1000. What Windows itself counts is not known.
# Answer: towards clients we never start a rekey, so we must never be first to reach the limit: the
# longer reading, and only the payload is counted, not the padding (RFC 2401, 4.4.3) or headers
# others count in. Towards servers we do start it, at a share of the limit (SaTable.soft_share).
KILOBYTE: Final = 1024  # bytes


def life_bytes(kilobytes: int) -> int:
    """The bytes that a lifetime in kilobytes (RFC 2407, 4.5) gives each direction."""
    return kilobytes * KILOBYTE
