"""Multilink and callback, refused while LCP passes (RFC 1990; RFC 1570, 2.3).

A client that dials from behind a NAT can be called back by nobody, and one call cannot be bundled
with another: both would come up and then fail, and callback alone has crashed old servers. Whoever
asks is answered in the other side's name with a Configure-Reject, as a server without them answers
it: every old client asks again without (quirks.py).
"""

from typing import Final

from gateway.ppp.frame import Packet
from gateway.ppp.numbers import Code, Lcp
from gateway.ppp.options import build_options, parse_options

REFUSED: Final = frozenset({Lcp.CALLBACK, Lcp.MRRU, Lcp.SHORT_SEQUENCE, Lcp.ENDPOINT, Lcp.BAP})


def refusal(packet: Packet) -> Packet | None:
    """The answer to an LCP packet that asks for what cannot be; None for all others.

    BadOption for options whose lengths are false.
    """
    if packet.code != Code.CONFIGURE_REQUEST:
        return None
    unwanted = [option for option in parse_options(packet.data) if option.kind in REFUSED]
    if not unwanted:
        return None
    return Packet(Code.CONFIGURE_REJECT, packet.identifier, build_options(unwanted))


def protocol_reject(protocol: int, information: bytes, identifier: int, most: int) -> Packet:
    """LCP's answer to a frame of a protocol that is not for the other side (RFC 1661, 5.7).

    `most`: the bytes of information the receiver takes; what is sent back is cut to them.
    """
    room = most - 6  # the packet's own header and the protocol
    data = protocol.to_bytes(2, "big") + information[: max(0, room)]
    return Packet(Code.PROTOCOL_REJECT, identifier, data)
