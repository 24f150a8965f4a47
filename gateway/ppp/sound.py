"""Whether a control packet is one that an old server can take: every length in it, and its kind.

NT's NdisWan wrote behind its buffers when a length said more than there was (Q230177), RASMAN died
of odd callback packets (Q170063), and who looks for more of that kind finds it. So towards a server
only what this file knows to be well made goes on, and it is built anew from what was read.
"""

from collections.abc import Callable
from typing import Final

from gateway.ppp.errors import BadOption, BadPacket
from gateway.ppp.frame import Packet, has_options
from gateway.ppp.numbers import Protocol
from gateway.ppp.options import parse_options

LONGEST_NAME: Final = 256  # bytes (RFC 2759, 4)
MAGIC: Final = 4  # bytes before the data of what carries a magic number (RFC 1661, 5.8)
NAME_ENTRY: Final = 17  # bytes of one NetBIOS name in NBFCP (RFC 2097, 5.1)

# What has one length only, header included (RFC 1661, 6; 1332; 1552; 2097; 2118; 5072).
LENGTHS: Final[dict[int, dict[int, int]]] = {
    Protocol.LCP: {1: 4, 2: 6, 5: 6, 7: 2, 8: 2, 9: 3, 17: 4, 18: 2, 23: 4},
    Protocol.IPCP: {3: 6, 4: 6, 129: 6, 130: 6, 131: 6, 132: 6},
    0x802B: {1: 6, 2: 8, 6: 2},  # IPXCP: network, node, complete
    0x803F: {3: 5, 4: 2},  # NBFCP: multicast filtering, IEEE addresses
    0x8057: {1: 10},  # IPV6CP: interface identifier
    Protocol.CCP: {18: 6},
}
LEAST: Final[dict[int, dict[int, int]]] = {
    Protocol.LCP: {3: 4, 4: 4, 13: 3, 19: 3}
}  # what has more, or less, to say

# Codes each kind of protocol has (RFC 1661, 5; RFC 1570; RFC 1962; RFC 1994; RFC 2433; RFC 1334).
COMMON_CODES: Final = frozenset(range(1, 8))
CODES: Final[dict[int, frozenset[int]]] = {
    Protocol.LCP: frozenset(range(1, 14)),
    Protocol.CCP: COMMON_CODES | {14, 15},
    Protocol.CHAP: frozenset(range(1, 8)),
    Protocol.PAP: frozenset({1, 2, 3}),
    Protocol.EAP: frozenset({1, 2, 3, 4}),
}
# Callback and bandwidth are refused in LCP, so nobody has anything to say about them.
UNWANTED: Final = {0xC029: "callback", 0xC02B: "multilink", 0xC02D: "multilink"}


def check_packet(protocol: int, packet: Packet) -> None:
    """A PppError says what is wrong with it."""
    if protocol in UNWANTED:
        raise BadPacket(f"{UNWANTED[protocol]}, which was refused")
    if packet.code not in CODES.get(protocol, COMMON_CODES):
        raise BadPacket(f"code {packet.code}")
    if has_options(protocol, packet):
        _check_options(protocol, packet.data)
    check = _CHECKS.get((protocol, packet.code))
    if check is not None and not check(packet.data):
        raise BadPacket(f"the inside of code {packet.code} is false")


def _check_options(protocol: int, data: bytes) -> None:
    exact, least = LENGTHS.get(protocol, {}), LEAST.get(protocol, {})
    for kind, value in parse_options(data):
        length = 2 + len(value)
        if length != exact.get(kind, length) or length < least.get(kind, 2):
            raise BadOption(f"option {kind} of {length} bytes")
        if protocol == 0x803F and kind == 1 and len(value) % NAME_ENTRY:
            raise BadOption("a list of names that ends in the middle of one")


def _value_and_name(data: bytes) -> bool:
    """RFC 1994, 4.1: one byte of size, that many of value, and the name."""
    size = data[0] if data else 0
    return 0 < size < len(data) and len(data) - 1 - size <= LONGEST_NAME


def _name_and_password(data: bytes) -> bool:
    """RFC 1334, 2.2.1: two strings, each behind its length, and nothing behind them."""
    name = data[0] if data else len(data)
    password = data[1 + name] if 1 + name < len(data) else len(data)
    return 2 + name + password == len(data)


def _message(data: bytes) -> bool:
    return not data or 1 + data[0] == len(data)


def _has_magic(data: bytes) -> bool:
    return len(data) >= MAGIC


def _has_protocol(data: bytes) -> bool:
    return len(data) >= 2


def _has_type(data: bytes) -> bool:
    return len(data) >= 1


_CHECKS: Final[dict[tuple[int, int], Callable[[bytes], bool]]] = {
    **{(Protocol.LCP, code): _has_magic for code in (9, 10, 11, 12, 13)},
    (Protocol.LCP, 8): _has_protocol,
    (Protocol.CHAP, 1): _value_and_name,
    (Protocol.CHAP, 2): _value_and_name,
    (Protocol.PAP, 1): _name_and_password,
    (Protocol.PAP, 2): _message,
    (Protocol.PAP, 3): _message,
    (Protocol.EAP, 1): _has_type,
    (Protocol.EAP, 2): _has_type,
}
