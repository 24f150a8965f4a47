"""Road code: data frames on their way to an old server, checked and measured.

A frame that says more than it holds has hung NT (Q230177), one longer than its buffer stopped it
(Q163251), and PPTP packets that nobody had asked for ate its memory (Q283001): a client could send
those through its own tunnel to the server's own address. `check` finds all three.
"""

from enum import IntEnum
from struct import Struct
from typing import Final

IP, IPX, VJ, VJ_WHOLE, IPV6, COMPRESSED = 0x21, 0x2B, 0x2D, 0x2F, 0x57, 0xFD
# The network protocols that anybody has had on such a link (NetBEUI, AppleTalk, DECnet, Vines,
# OSI); what is compressed only if the ends have agreed on it.
KNOWN: Final = frozenset({IP, 0x23, 0x27, 0x29, IPX, VJ, VJ_WHOLE, 0x35, 0x3F, IPV6})
UNPACKED_IP: Final = frozenset({IP, VJ_WHOLE})

PORT_PPTP, GRE, TCP, SYN = 1723, 47, 6, 0x02
MOST_IP: Final = 65535  # bytes of a datagram put together
MORE_FRAGMENTS, OFFSET = 0x2000, 0x1FFF
MSS: Final = 2  # the kind of TCP's option
_IP: Final = Struct("!BxHxxHxB")
_TCP: Final = Struct("!HHxxxxxxxxBB")
_LENGTH: Final = Struct("!H")


class Bad(IntEnum):
    """Why a frame does not go on. Negative, so that none is mistaken for a length."""

    HEADER = -1  # shorter than its own header, or no version that there is
    LENGTH = -2  # says more than it holds
    FRAGMENT = -3  # put together, it would be longer than a datagram can be, or hides its ports
    PPTP = -4  # PPTP within PPTP: the way by which a client reaches the server's own driver
    TOO_LONG = -5
    UNKNOWN = -6  # a protocol that nothing negotiates


def true_length(protocol: int, frame: bytes, at: int) -> int:
    """How many bytes from `at` on are the packet's own (what follows is padding), or a `Bad`."""
    room = len(frame) - at
    if protocol in UNPACKED_IP:
        return _of_ip(frame, at, room, protocol == VJ_WHOLE)
    if protocol == IPX:
        if room < 30:
            return Bad.HEADER
        length = int(_LENGTH.unpack_from(frame, at + 2)[0])
        return Bad.HEADER if length < 30 else length if length <= room else Bad.LENGTH
    if protocol == IPV6:
        if room < 40 or frame[at] >> 4 != 6:
            return Bad.HEADER
        length = 40 + int(_LENGTH.unpack_from(frame, at + 4)[0])
        return length if length <= room else Bad.LENGTH
    return room if room else Bad.HEADER


def _of_ip(frame: bytes, at: int, room: int, is_tcp: bool) -> int:
    """`is_tcp`: Van Jacobson's form, which has a number in the protocol's place (RFC 1144, 3.2)."""
    if room < 20:
        return Bad.HEADER
    first, total, fragment, protocol = _IP.unpack_from(frame, at)
    header = (first & 0x0F) * 4
    if first >> 4 != 4 or header < 20 or total < header:
        return Bad.HEADER
    if total > room:
        return Bad.LENGTH
    if is_tcp or protocol in (TCP, GRE) or fragment & (MORE_FRAGMENTS | OFFSET):
        bad = _suspect(frame, at + header, total - header, fragment, TCP if is_tcp else protocol)
        return bad or int(total)
    return int(total)


def _suspect(frame: bytes, at: int, length: int, fragment: int, protocol: int) -> int:
    """What is wrong with the `length` bytes of a datagram that begin at `at`; 0: nothing."""
    start = (fragment & OFFSET) * 8  # in the datagram put together
    if start:
        if start + length > MOST_IP or (protocol == TCP and start == 8):  # RFC 1858, 2.1
            return Bad.FRAGMENT
        return 0
    if protocol == GRE:
        return Bad.PPTP
    if protocol != TCP:
        return 0
    if length < 4:
        return Bad.HEADER
    return Bad.PPTP if _LENGTH.unpack_from(frame, at + 2)[0] == PORT_PPTP else 0


def with_mss(frame: bytes, at: int, most: int) -> bytes:
    """The frame, whose IPv4 packet begins at `at`, with at most this maximum segment size in it.

    Only a TCP SYN has one (RFC 9293, 3.1); its checksum is put right (RFC 1624). Anything that is
    not such a packet in every detail is left as it is.
    """
    if len(frame) - at < 44:  # no options, no MSS
        return frame
    first, total, fragment, protocol = _IP.unpack_from(frame, at)
    segment = at + (first & 0x0F) * 4
    if protocol != TCP or first >> 4 != 4 or fragment & OFFSET or segment + 24 > len(frame):
        return frame
    _, _, offset, flags = _TCP.unpack_from(frame, segment)
    if not flags & SYN:
        return frame
    end = min(segment + (offset >> 4) * 4, at + total, len(frame))
    place = _find_mss(frame, segment + 20, end)
    if place < 0 or int(_LENGTH.unpack_from(frame, place)[0]) <= most:
        return frame
    old = int(_LENGTH.unpack_from(frame, place)[0])
    changed = bytearray(frame)
    _LENGTH.pack_into(changed, place, most)
    odd = (place - segment) & 1  # within a word of the sum, or across two
    _mend(changed, segment + 16, old, most, swapped=bool(odd))
    return bytes(changed)


def _find_mss(frame: bytes, at: int, end: int) -> int:
    """Where the value of the MSS option stands; -1 if there is none to be found."""
    while at < end:
        kind = frame[at]
        if kind == 0:
            return -1
        if kind == 1:
            at += 1
            continue
        length = frame[at + 1] if at + 1 < end else 0
        if length < 2 or at + length > end:
            return -1
        if kind == MSS and length == 4:
            return at + 2
        at += length
    return -1


def _mend(packet: bytearray, place: int, old: int, new: int, *, swapped: bool) -> None:
    """HC' = ~(~HC + ~m + m') (RFC 1624, 3)."""
    if swapped:
        old, new = _swap(old), _swap(new)
    total = (~_LENGTH.unpack_from(packet, place)[0] & 0xFFFF) + (~old & 0xFFFF) + new
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    _LENGTH.pack_into(packet, place, ~total & 0xFFFF)


def _swap(word: int) -> int:
    return word >> 8 | (word & 0xFF) << 8
