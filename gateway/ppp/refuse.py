"""A protocol refused in the other side's name (RFC 1661, 5.7)."""

from gateway.ppp.frame import Packet
from gateway.ppp.numbers import Code


def protocol_reject(protocol: int, information: bytes, identifier: int, most: int) -> Packet:
    """LCP's answer to a frame of a protocol that is not for the other side (RFC 1661, 5.7).

    `most`: the bytes of information the receiver takes; what is sent back is cut to them.
    """
    room = most - 6  # the packet's own header and the protocol
    data = protocol.to_bytes(2, "big") + information[: max(0, room)]
    return Packet(Code.PROTOCOL_REJECT, identifier, data)
