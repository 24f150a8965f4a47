"""How large a PPP frame may be so that nothing fragments on either leg."""

from gateway.bridge.client_leg import Pair
from gateway.esp.suites import find_suite
from gateway.wire.ipv4 import HEADER as IP_HEADER
from gateway.wire.udp import HEADER as UDP_HEADER

ESP_HEADER, ESP_TRAILER, ESP_ICV = 8, 2, 12  # bytes: SPI and sequence; pad length and next header
L2TP_HEADER = 12  # flags, length, ids, Ns and Nr: the longest that we send
PPP_HEADER = 4  # FF 03 and two bytes of protocol
GRE_HEADER = 16  # with sequence and acknowledgement number (RFC 2637, 4.1)
MPPE_HEADER = (
    4  # flags with coherency count, and the protocol field that is encrypted with the rest
)
INSIDE_MTU = 1500
LONGEST_FRAME = 1600  # bytes: PPP's default MRU of 1500 (RFC 1661, 6.1), headers, and some room
SMALLEST = 576  # below this IP itself suffers (RFC 791): rather fragments than that


def largest_mru(mtu: int, block: int, in_udp: bool, inside_header: int = 0) -> int:
    """The MRU both ends may use with an outside link of `mtu` bytes.

    `block` is the cipher's block, which is also the length of its IV; `in_udp` says whether ESP is
    carried in UDP; `inside_header` is what encryption adds to a frame on the inside leg.
    """
    room = mtu - IP_HEADER - (UDP_HEADER if in_udp else 0) - ESP_HEADER - block - ESP_ICV
    room -= room % block  # padding fills up to whole blocks
    outside = room - ESP_TRAILER - UDP_HEADER - L2TP_HEADER - PPP_HEADER
    inside = INSIDE_MTU - IP_HEADER - GRE_HEADER - PPP_HEADER - inside_header
    return max(SMALLEST, min(outside, inside))


def mru_of(pair: Pair | None, mtu: int, inside_header: int) -> int:
    """The MRU of what comes through these security associations."""
    if pair is None:
        raise ValueError("a call without a security association to come through")
    block = find_suite(pair.suite).cipher.block
    return largest_mru(mtu, block, pair.in_udp, inside_header)
