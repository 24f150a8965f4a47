"""PPP frames as a tunnel carries them, and the control packets in them (RFC 1661, 2 and 5).

Frames come with or without address and control (FF 03), and with the protocol in one byte or two,
whatever was negotiated: an old peer does not always keep to it. `is_control` is road code.
"""

from dataclasses import dataclass

from gateway.ppp.errors import BadFrame, BadPacket
from gateway.ppp.numbers import (
    FIRST_CONTROL,
    FIRST_LINK,
    LINK_PACKETS,
    PACKET_HEADER,
    Code,
    Protocol,
)

ADDRESS_CONTROL = b"\xff\x03"
LONGEST_PACKET = 0xFFFF
CONFIGURES = frozenset(
    {Code.CONFIGURE_REQUEST, Code.CONFIGURE_ACK, Code.CONFIGURE_NAK, Code.CONFIGURE_REJECT}
)


@dataclass(frozen=True, slots=True)
class Packet:
    """Code, identifier and data of LCP and all protocols made like it."""

    code: int
    identifier: int
    data: bytes


def is_control(frame: bytes) -> bool:
    """Whether a frame negotiates, and so is for `Passage`; all else just goes on its way."""
    first = frame[0] if frame else 0
    if first == 0xFF:
        first = frame[2] if len(frame) > 2 else 0
    return first > 0x7F and not first & 1  # odd: one byte of a compressed protocol, 0x00xx


def protocol_of(frame: bytes) -> tuple[int, int]:
    """The protocol and the offset behind it. BadFrame if there is none."""
    at = 2 if frame[:2] == ADDRESS_CONTROL else 0
    head = frame[at : at + 2]
    if head and head[0] & 1:
        return head[0], at + 1
    if len(head) < 2 or not head[1] & 1:
        raise BadFrame("no protocol")
    return int.from_bytes(head, "big"), at + 2


def has_packet(protocol: int) -> bool:
    """Whether the frames of a control protocol are packets with a length of their own."""
    return FIRST_CONTROL <= protocol < FIRST_LINK or protocol in LINK_PACKETS


def has_options(protocol: int, packet: Packet) -> bool:
    """Whether a packet is a Configure packet, whose data is a list of options."""
    negotiates = FIRST_CONTROL <= protocol < FIRST_LINK or protocol == Protocol.LCP
    return negotiates and packet.code in CONFIGURES


def parse_packet(frame: bytes, at: int) -> Packet:
    """The packet behind the protocol field; what follows its length is padding (RFC 1661, 5)."""
    if len(frame) - at < PACKET_HEADER:
        raise BadPacket("shorter than a packet's header")
    length = int.from_bytes(frame[at + 2 : at + 4], "big")
    if not PACKET_HEADER <= length <= len(frame) - at:
        raise BadPacket(f"a packet of {length} bytes in {len(frame) - at}")
    return Packet(frame[at], frame[at + 1], frame[at + PACKET_HEADER : at + length])


def control_frame(protocol: int, packet: Packet) -> bytes:
    """A whole frame, in the form that any peer takes at any time."""
    return ADDRESS_CONTROL + protocol.to_bytes(2, "big") + build_packet(packet)


def build_packet(packet: Packet) -> bytes:
    """The bytes behind the protocol field; ValueError for what does not fit."""
    length = PACKET_HEADER + len(packet.data)
    if length > LONGEST_PACKET:
        raise ValueError(f"a packet of {length} bytes")
    return bytes((packet.code, packet.identifier)) + length.to_bytes(2, "big") + packet.data
