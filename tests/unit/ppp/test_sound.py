"""What an old server is spared: control packets that are not what they say."""

from struct import pack

import pytest

from gateway.ppp.errors import PppError
from gateway.ppp.frame import Packet, has_packet, parse_packet, protocol_of
from gateway.ppp.sound import CODES, COMMON_CODES, check_packet
from tests.captures import ip_packets, vectors

LCP, IPCP, IPXCP, NBFCP, CCP = 0xC021, 0x8021, 0x802B, 0x803F, 0x80FD
CHAP, PAP, EAP = 0xC223, 0xC023, 0xC227
MAGIC = b"\5\6magi"
NAME = b"PRESS-3\0\0\0\0\0\0\0\0\0\0"  # sixteen letters and one byte more (RFC 2097, 5.1)

GOOD = [
    (LCP, 1, b"\1\4\5\x78" + MAGIC + b"\7\2\x08\2\3\5\xc2\x23\x81"),
    (LCP, 1, b""),
    (LCP, 1, b"\x63\5abc"),  # of a kind that nobody knows: the server says so
    (LCP, 5, b"bye"),
    (LCP, 8, b"\x80\xfd\1\1\0\4"),
    (LCP, 9, bytes(4)),
    (LCP, 12, b"magiMSRASV5.20"),
    (IPCP, 1, b"\3\6\0\0\0\0\x81\6\0\0\0\0"),
    (IPXCP, 1, b"\1\6\0\0\0\1\2\x08abcdef"),
    (NBFCP, 1, b"\1\x13" + NAME + b"\4\2"),
    (NBFCP, 1, b"\1\x24" + 2 * NAME),
    (CCP, 1, b"\x12\6\1\0\0\x40"),
    (CCP, 14, b""),
    (CHAP, 1, b"\x10" + bytes(16) + b"NTSERVER"),
    (CHAP, 2, b"\x31" + bytes(49) + b"DOMAIN\\ada"),
    (CHAP, 3, b"S=0123 M=Welcome"),
    (CHAP, 7, bytes(582)),
    (PAP, 1, b"\3ada\6secret"),
    (PAP, 2, b"\0"),
    (PAP, 2, b""),
    (EAP, 2, b"\1ada"),
    (EAP, 3, b""),
]
BAD = [
    (LCP, 0, b""),
    (LCP, 14, b""),
    (LCP, 255, b""),
    (LCP, 1, b"\1\3\5"),  # an MRU of one byte
    (LCP, 1, b"\1\5\5\5\5"),
    (LCP, 1, b"\5\5mag"),
    (LCP, 1, b"\7\3\0"),
    (LCP, 1, b"\3\3\xc2"),
    (LCP, 1, b"\x0d\2"),
    (LCP, 2, b"\1\3\5"),
    (LCP, 4, b"\1\3\5"),
    (LCP, 1, b"\1\1"),
    (LCP, 1, b"\1\xff"),
    (LCP, 8, b"\x80"),
    (LCP, 9, b"abc"),
    (LCP, 12, b""),
    (IPCP, 8, b"\x00\x21"),
    (IPCP, 1, b"\3\5\0\0\0"),
    (IPCP, 1, b"\x81\7\0\0\0\0\0"),
    (IPXCP, 1, b"\1\5\0\0\0"),
    (IPXCP, 1, b"\2\x09abcdefg"),
    (NBFCP, 1, b"\1\x12" + NAME[:16]),
    (NBFCP, 1, b"\3\4\0\0"),
    (CCP, 1, b"\x12\5\1\0\0"),
    (CCP, 16, b""),
    (CHAP, 8, b""),
    (CHAP, 1, b""),
    (CHAP, 1, b"\0name"),
    (CHAP, 2, b"\x32" + bytes(49)),
    (CHAP, 2, b"\xff" + bytes(49)),
    (CHAP, 2, b"\x31" + bytes(49) + b"a" * 257),
    (PAP, 1, b"\3ada\7secret"),
    (PAP, 1, b"\3ada\5secret"),
    (PAP, 1, b"\xffada"),
    (PAP, 1, b""),
    (PAP, 2, b"\5abc"),
    (PAP, 4, b""),
    (EAP, 1, b""),
    (EAP, 5, b""),
    (0xC029, 1, b"\1\2"),  # CBCP: NT 3.51 dies of odd ones (Q170063)
    (0xC02B, 1, b""),
    (0xC02D, 1, b""),
]


@pytest.mark.parametrize(("protocol", "code", "data"), GOOD)
def test_what_is_well_made_passes(protocol: int, code: int, data: bytes) -> None:
    check_packet(protocol, Packet(code, 1, data))


@pytest.mark.parametrize(("protocol", "code", "data"), BAD)
def test_what_could_hurt_does_not(protocol: int, code: int, data: bytes) -> None:
    with pytest.raises(PppError):
        check_packet(protocol, Packet(code, 1, data))


@pytest.mark.parametrize("protocol", [*CODES, IPCP, NBFCP])
def test_codes_that_there_are_not_do_not_pass(protocol: int) -> None:
    known = CODES.get(protocol, COMMON_CODES)
    for code in set(range(256)) - known:
        with pytest.raises(PppError, match=f"code {code}"):
            check_packet(protocol, Packet(code, 1, b""))


@pytest.mark.parametrize("name", ["gen-pptp-mppe128.pcap", "gen-pptp-mschapv1.pcap"])
def test_all_that_real_programs_have_said_passes(name: str) -> None:
    count = 0
    for packet in ip_packets(vectors("pptp") / name):
        gre = packet[20:]
        if packet[9] != 47 or not gre[0] & 0x10:
            continue
        frame = gre[16 if gre[1] & 0x80 else 12 :][: int.from_bytes(gre[4:6])]
        protocol, at = protocol_of(frame)
        if has_packet(protocol):
            check_packet(protocol, parse_packet(frame, at))
            count += 1
    assert count > 20


def test_a_windows_clients_first_request_passes() -> None:
    """What remains of it once callback is refused (pfSense documentation, LCP log)."""
    data = pack("!BBH", 1, 4, 1400) + MAGIC + b"\7\2\x08\2"
    check_packet(LCP, Packet(1, 0, data))
