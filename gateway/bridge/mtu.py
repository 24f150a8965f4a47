"""How large a PPP frame may be so that nothing fragments on either leg."""

from gateway.wire.ipv4 import HEADER as IP_HEADER
from gateway.wire.udp import HEADER as UDP_HEADER

ESP_HEADER, ESP_TRAILER, ESP_ICV = 8, 2, 12  # bytes: SPI and sequence; pad length and next header
L2TP_HEADER = 12  # flags, length, ids, Ns and Nr: the longest that we send
PPP_HEADER = 4  # FF 03 and two bytes of protocol
GRE_HEADER = 16  # with sequence and acknowledgement number (RFC 2637, 4.1)
MPPE_HEADER = 4  # flags with coherency count, and the encrypted frame's own protocol field
INSIDE_MTU = 1500
LARGEST_BLOCK = 16  # bytes: AES
LONGEST_FRAME = 1600  # bytes: PPP's default MRU of 1500 (RFC 1661, 6.1), headers, and some room
SMALLEST = 576  # below this IP itself suffers (RFC 791): rather fragments than that


def largest_mru(
    mtu: int, block: int, before_esp: int, native: bool = False, inside_header: int = 0
) -> int:
    """The MRU both ends may use with an outside link of `mtu` bytes.

    `block` is the cipher's block, which is also the length of its IV; `before_esp` are the bytes
    between the IP header and ESP's. `native`: it is ESP inside, too, and not GRE; by which cipher
    shows only later. `inside_header` is what encryption adds to a frame on the inside leg.
    """
    if native:
        inside = _room_in_esp(INSIDE_MTU, LARGEST_BLOCK, 0)
    else:
        inside = INSIDE_MTU - IP_HEADER - GRE_HEADER - PPP_HEADER
    return max(SMALLEST, min(_room_in_esp(mtu, block, before_esp), inside - inside_header))


def _room_in_esp(mtu: int, block: int, before_esp: int) -> int:
    """What is left for PPP's information behind IP, what ESP is in, ESP, UDP and L2TP."""
    room = mtu - IP_HEADER - before_esp - ESP_HEADER - block - ESP_ICV
    room -= room % block  # padding fills up to whole blocks
    return room - ESP_TRAILER - UDP_HEADER - L2TP_HEADER - PPP_HEADER
