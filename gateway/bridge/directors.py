"""A director asks whether this gateway is here, by the road on which a client's first packet comes;
and so does this box itself, by loopback, where it shares its address with another
(`system/box/knock.py`).

The question is an ISAKMP header (RFC 2408, 3.1) with a cookie of who asks; the answer is the same
with one of ours beside it. So it says that packets are handed over, that this process reads
them, and that it can send; it begins nothing, is told to nobody, and is no longer than what asked.
Whether dials come up the box itself finds out (`postern health`).
"""

from collections.abc import Callable, Container

from gateway.bridge.classify import MARKER, PORT_NATT
from gateway.bridge.guest import LOOPBACK
from gateway.ike.header import Header, build_message, is_version_1, parse_header
from gateway.ike.numbers import HEADER, NO_COOKIE
from gateway.outputs import Output, SendIp
from gateway.wire.cursor import WireError
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4
from gateway.wire.udp import Datagram, Endpoint, build_checked_udp


def is_question(datagram: Datagram, directors: Container[bytes]) -> bool:
    """Whether `answer` is for it. A director never dials; a guest does, by loopback, and never with
    a bare header."""
    host = datagram.source.host
    return host in directors or (host == LOOPBACK and len(datagram.payload) == HEADER)


def answer(question: Datagram, random: Callable[[int], bytes]) -> list[Output]:
    """To a message of such a source, whatever it is; nothing to what cannot be answered."""
    try:
        header, _ = parse_header(question.payload)
    except WireError:
        return []
    if header.cookie_r != NO_COOKIE or header.cookie_i == NO_COOKIE or not is_version_1(header):
        return []
    reply = Header(header.cookie_i, random(len(NO_COOKIE)), 0, header.exchange)
    return [ike_packet(question.target, question.source, build_message(reply, b""))]


def ike_packet(source: Endpoint, target: Endpoint, message: bytes) -> SendIp:
    """An IKE message on its way, behind the marker where port 4500 asks for it."""
    marker = MARKER if source.port == PORT_NATT else b""
    segment = build_checked_udp(source, target, marker + message)
    return SendIp(build_ipv4(source.host, target.host, PROTOCOL_UDP, segment))
