"""What of a decrypted packet may be shown: no password, no answer to a challenge, no user's data.

Fields are overwritten with zeros, so that every length stays true and other programs still read the
packet. Data packets end behind their headers. Whatever makes no sense is not shown at all.
"""

from typing import Final

from gateway.l2tp.header import SIZE as CONTROL_HEADER
from gateway.l2tp.numbers import LENGTH, OFFSET, SEQUENCE, TYPE
from gateway.ppp.errors import PppError
from gateway.ppp.frame import protocol_of
from gateway.ppp.numbers import FIRST_CONTROL, PACKET_HEADER, Chap, Code, Eap, Pap, Protocol
from gateway.wire.cursor import Reader, WireError
from gateway.wire.ipv4 import HEADER as IP_HEADER
from gateway.wire.ipv4 import PROTOCOL_TCP
from gateway.wire.udp import HEADER as UDP_HEADER

PORT_L2TP: Final = 1701
# Pairs of an L2TP control message that prove something (RFC 2661, 4.4.3, 4.4.5).
CHALLENGE, RESPONSE, PROXY_RESPONSE = 11, 13, 33
SECRET_PAIRS: Final = frozenset({CHALLENGE, RESPONSE, PROXY_RESPONSE})
PAIR_HEADER: Final = 6
AUTHENTICATION: Final = frozenset({Protocol.PAP, Protocol.CHAP, Protocol.EAP})
PLAIN_EAP: Final = frozenset({1, 2, 3})  # identity, notification, Nak (RFC 3748, 5)
IP: Final = 0x0021
TCP_HEADER, OTHER_HEADER = 20, 8  # bytes; UDP and ICMP


def censor(segment: bytes) -> bytes:
    """A UDP segment out of ESP as it may be shown: as long as it was, or cut."""
    if len(segment) < UDP_HEADER + 2:
        return segment[:UDP_HEADER]
    ports = int.from_bytes(segment[:2], "big"), int.from_bytes(segment[2:4], "big")
    if PORT_L2TP not in ports:
        return segment[:UDP_HEADER]
    head, message = segment[:UDP_HEADER], segment[UDP_HEADER:]
    try:
        if message[0] & 0x80:
            return head + _control(message)
        return head + _data(message)
    except WireError:
        return head


def _control(message: bytes) -> bytes:
    """A control message without the values of the pairs that prove something."""
    reader = Reader(message, CONTROL_HEADER)
    found = bytearray(message)
    while reader.left:
        at = reader.position
        length = reader.u16() & 0x03FF
        vendor, kind = reader.u16(), reader.u16()
        if length < PAIR_HEADER:
            raise WireError("a pair shorter than its header")
        value = reader.take(length - PAIR_HEADER)
        if not vendor and kind in SECRET_PAIRS:
            found[at + PAIR_HEADER : at + length] = bytes(len(value))
    return bytes(found)


def _data(message: bytes) -> bytes:
    at = _frame_at(message)
    return message[:at] + censor_frame(message[at:])


def _frame_at(message: bytes) -> int:
    """Where the PPP frame of a data message begins (RFC 2661, 3.1)."""
    reader = Reader(message)
    flags = reader.u16()
    if flags & TYPE:
        raise WireError("not a data message")
    for bit, size in ((LENGTH, 2), (0, 4), (SEQUENCE, 4)):
        if not bit or flags & bit:
            reader.take(size)
    if flags & OFFSET:
        reader.take(reader.u16())
    return reader.position


def censor_frame(frame: bytes) -> bytes:
    """A PPP frame as it may be shown."""
    try:
        protocol, at = protocol_of(frame)
    except PppError:
        return b""
    if protocol < FIRST_CONTROL:
        return frame[: at + _header_length(protocol, frame[at:])]
    if protocol == Protocol.LCP and frame[at : at + 1] == bytes((Code.PROTOCOL_REJECT,)):
        return _rejected(frame, at)
    if protocol in AUTHENTICATION:
        return _proof(Protocol(protocol), frame, at)
    return frame


def _header_length(protocol: int, packet: bytes) -> int:
    """How much of a data packet is headers; nothing of what is not plain IPv4."""
    if protocol != IP or len(packet) < IP_HEADER or packet[0] >> 4 != 4:
        return 0
    ip = (packet[0] & 0x0F) * 4
    if packet[9] != PROTOCOL_TCP:
        return ip + OTHER_HEADER
    offset = packet[ip + 12] >> 4 if len(packet) > ip + 12 else 0
    return ip + max(TCP_HEADER, offset * 4)


def _rejected(frame: bytes, at: int) -> bytes:
    """A Protocol-Reject has the packet in it that was rejected: it may be one with a password."""
    start = at + PACKET_HEADER
    protocol = int.from_bytes(frame[start : start + 2], "big")
    return frame if protocol not in AUTHENTICATION else _zeros(frame, start + 2, len(frame))


def _proof(protocol: Protocol, frame: bytes, at: int) -> bytes:
    """An authentication packet without what proves or can be guessed from."""
    code, start = int.from_bytes(frame[at : at + 1], "big"), at + PACKET_HEADER
    if protocol is Protocol.PAP:
        return _password(frame, start) if code == Pap.REQUEST else frame
    if protocol is Protocol.EAP:
        plain = code not in (Eap.REQUEST, Eap.RESPONSE) or frame[start : start + 1] == b"\1"
        kind = int.from_bytes(frame[start : start + 1], "big")
        return frame if plain or kind in PLAIN_EAP else _zeros(frame, start + 1, len(frame))
    if code in (Chap.CHALLENGE, Chap.FAILURE):
        return frame
    if code == Chap.RESPONSE:
        size = int.from_bytes(frame[start : start + 1], "big")
        return _zeros(frame, start + 1, start + 1 + size)
    # Success of MS-CHAP version 2 is made of the password's hash; later codes change passwords.
    return _zeros(frame, start, len(frame))


def _password(frame: bytes, start: int) -> bytes:
    """PAP: the name, then the password, each behind its length (RFC 1334, 2.2.1)."""
    name = int.from_bytes(frame[start : start + 1], "big")
    return _zeros(frame, start + 1 + name + 1, len(frame))


def _zeros(frame: bytes, start: int, end: int) -> bytes:
    start, end = min(start, len(frame)), min(end, len(frame))
    return frame[:start] + bytes(end - start) + frame[end:]
