"""What a packet from the queue is. Road code: called for every packet, makes one tuple.

UDP 4500 is IKE behind four zero bytes, a keepalive of one byte 0xFF, or ESP (RFC 3948, 2.1 to
2.3). UDP 500 is IKE, a keepalive, or ESP behind eight zero bytes, where IKE has the initiator's
cookie, which is never zero (draft-ietf-ipsec-udp-encaps-00 and -01). Protocol 50 is ESP as it is.
"""

from enum import IntEnum
from struct import Struct

from gateway.wire.ipv4 import (
    HEADER,
    MORE_FRAGMENTS,
    OFFSET_MASK,
    PROTOCOL_ESP,
    PROTOCOL_GRE,
    PROTOCOL_UDP,
)
from gateway.wire.udp import HEADER as UDP_HEADER
from gateway.wire.udp import Datagram, Endpoint

PORT_IKE, PORT_NATT, PORT_L2TP = 500, 4500, 1701
MARKER = b"\0\0\0\0"  # the non-ESP marker before IKE on port 4500
NON_IKE_MARKER = bytes(8)  # before ESP on port 500
KEEPALIVE = b"\xff"

# First byte, total length, fragment field, protocol; target port and length of UDP, if no options.
_USUAL = Struct("!BxHxxHxB12xHH")
_UDP = Struct("!xxHH")
_PORTS = Struct("!HH")
WAY = slice(12, 22)  # of a packet: source and target host, source port


class Kind(IntEnum):
    """What the bytes from `start` to `end` are."""

    OTHER = 0
    IKE = 1
    ESP = 2
    ESP_IN_UDP = 3  # on port 4500
    KEEPALIVE = 4
    GRE = 5  # from inside
    ESP_ON_500 = 6  # in UDP, behind the marker


Found = tuple[Kind, int, int]
NOTHING: Found = (Kind.OTHER, 0, 0)


def classify(packet: bytes) -> Found:
    """Kind of an IPv4 packet, and where its IKE message (no marker), ESP or GRE packet lies."""
    if len(packet) < HEADER + UDP_HEADER:
        return NOTHING
    first, total, fragment, protocol, port, length = _USUAL.unpack_from(packet)
    start = (first & 0x0F) * 4
    if first >> 4 != 4 or start < HEADER or not start + UDP_HEADER <= total <= len(packet):
        return NOTHING
    if fragment & (MORE_FRAGMENTS | OFFSET_MASK):
        return NOTHING
    if protocol == PROTOCOL_UDP:
        if start != HEADER:
            port, length = _UDP.unpack_from(packet, start)
        return _classify_udp(packet, start, total, port, length)
    if protocol == PROTOCOL_GRE:
        return Kind.GRE, start, total
    if protocol == PROTOCOL_ESP:
        return Kind.ESP, start, total
    return NOTHING


def _classify_udp(packet: bytes, start: int, total: int, port: int, length: int) -> Found:
    end = start + length
    start += UDP_HEADER
    if not start <= end <= total:
        return NOTHING
    if port == PORT_IKE:
        return _classify_500(packet, start, end)
    if port != PORT_NATT:
        return NOTHING
    if end - start <= len(MARKER):
        alone = packet[start:end] == KEEPALIVE
        return (Kind.KEEPALIVE, start, end) if alone else NOTHING
    if packet[start : start + 4] == MARKER:
        return Kind.IKE, start + 4, end
    return Kind.ESP_IN_UDP, start, end


def _classify_500(packet: bytes, start: int, end: int) -> Found:
    marked = start + len(NON_IKE_MARKER)
    if packet[start:marked] == NON_IKE_MARKER and marked < end:
        return Kind.ESP_ON_500, marked, end
    if packet[start:end] == KEEPALIVE:
        return Kind.KEEPALIVE, start, end
    return Kind.IKE, start, end


def endpoints(packet: bytes) -> tuple[Endpoint, Endpoint]:
    """Source and target of a packet that `classify` knew; port 0 where it is plain ESP."""
    start = (packet[0] & 0x0F) * 4
    source, target = 0, 0
    if packet[9] == PROTOCOL_UDP:
        source, target = _PORTS.unpack_from(packet, start)
    return Endpoint(packet[12:16], source), Endpoint(packet[16:20], target)


def ike_datagram(packet: bytes, start: int, end: int) -> Datagram:
    """The IKE message that `classify` found, with the way it came."""
    source, target = endpoints(packet)
    return Datagram(source, target, packet[start:end])


def l2tp_in(segment: bytes) -> bytes:
    """Road: the message in a UDP segment, nothing if it is none for L2TP's port."""
    if len(segment) <= UDP_HEADER:
        return b""
    target, length = _UDP.unpack_from(segment)
    if target != PORT_L2TP or length > len(segment):
        return b""
    return segment[UDP_HEADER:length]
