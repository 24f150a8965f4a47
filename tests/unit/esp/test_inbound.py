"""Packets made here by hand (RFC 2406, 2), so that what is wrong with each is known.

The same code against other people's packets: test_captures.py.
"""

from dataclasses import dataclass

import pytest

from gateway.crypto.cbc import encrypt
from gateway.crypto.mac import hmac
from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.suites import SUITES, Suite, split_keymat

SEGMENT = bytes.fromhex("06a506a5000e0000") + b"L2TP.."


@dataclass(frozen=True)
class Maker:
    suite: Suite
    keymat: bytes
    spi: int = 0x1000

    def packet(self, sequence: int, plain: bytes = SEGMENT + bytes((0, 17))) -> bytes:
        cipher_key, mac_key = split_keymat(self.suite, self.keymat)
        iv = bytes(range(self.suite.cipher.block))
        header = self.spi.to_bytes(4, "big") + sequence.to_bytes(4, "big")
        signed = header + iv + encrypt(self.suite.cipher, cipher_key, iv, plain)
        return signed + hmac(self.suite.hash, mac_key, signed)[:12]

    def inbound(self, life_bytes: int | None = None) -> Inbound:
        return Inbound(self.spi, self.suite, self.keymat, life_bytes)


def maker(name: str = "3des-sha1") -> Maker:
    suite = SUITES[name]
    return Maker(suite, bytes(range(suite.keymat_length)))


@pytest.mark.parametrize("name", sorted(SUITES))
def test_every_suite_gives_the_segment_back(name: str) -> None:
    peer = maker(name)
    assert peer.inbound().open(peer.packet(1)) == SEGMENT


def test_the_packet_may_be_a_slice_of_something_larger() -> None:
    peer = maker()
    packet = peer.packet(1)
    assert peer.inbound().open(b"UDP" + packet + b"rest", 3, 3 + len(packet)) == SEGMENT


def test_an_end_behind_the_end_of_the_bytes_is_too_short() -> None:
    peer = maker()
    packet = peer.packet(1)
    assert peer.inbound().open(packet, 8, len(packet) + 8) is Drop.SHORT


@pytest.mark.parametrize("cut", [1, 7, 8, 12, 20, 32, 43, 44])
def test_a_packet_that_lost_its_end_is_refused(cut: int) -> None:
    peer = maker()
    assert peer.inbound().open(peer.packet(1)[:-cut]) in (Drop.SHORT, Drop.AUTH)


@pytest.mark.parametrize("name", ["des-md5", "aes128-md5"])
def test_whole_blocks_for_iv_and_trailer_are_the_least(name: str) -> None:
    peer = maker(name)
    block = peer.suite.cipher.block
    assert peer.inbound().open(bytes(8 + 2 * block + 12)) is not Drop.SHORT
    assert peer.inbound().open(bytes(8 + 2 * block + 11)) is Drop.SHORT
    assert peer.inbound().open(bytes(8 + block + 12)) is Drop.SHORT


@pytest.mark.parametrize("at", [0, 7, 8, 15, 16, 31, 32, 43])
def test_one_changed_bit_anywhere_is_found(at: int) -> None:
    peer = maker()
    packet = bytearray(peer.packet(1))
    packet[at] ^= 1
    inbound = peer.inbound()
    assert inbound.open(bytes(packet)) in (Drop.AUTH, Drop.REPLAY)
    assert inbound.open(peer.packet(1)) == SEGMENT


def test_a_packet_passes_once() -> None:
    peer, inbound = maker(), maker().inbound()
    assert inbound.open(peer.packet(7)) == SEGMENT
    assert inbound.open(peer.packet(7)) is Drop.REPLAY
    assert inbound.open(peer.packet(0)) is Drop.REPLAY


def test_a_forged_packet_does_not_move_the_window() -> None:
    peer, inbound = maker(), maker().inbound()
    forged = peer.packet(0xFFFFFFFF)[:-1] + b"?"
    assert inbound.open(forged) is Drop.AUTH
    assert inbound.open(peer.packet(1)) == SEGMENT


def test_the_order_of_checks_is_that_of_their_cost() -> None:
    peer, inbound = maker(), maker().inbound()
    inbound.open(peer.packet(9))
    forged_and_old = peer.packet(9)[:-1] + b"?"
    assert inbound.open(forged_and_old) is Drop.REPLAY
    assert inbound.open(forged_and_old[:-1]) is Drop.SHORT
    inbound.expire()
    assert inbound.open(b"") is Drop.EXPIRED


@pytest.mark.parametrize(
    "plain",
    [
        SEGMENT + bytes((15, 17)),  # reaches into the IV
        SEGMENT + bytes((255, 17)),
    ],
)
def test_padding_longer_than_the_packet_is_refused(plain: bytes) -> None:
    peer = maker()
    assert peer.inbound().open(peer.packet(1, plain)) is Drop.PADDING


@pytest.mark.parametrize("padding", [bytes(8), b"\x08" * 8, b"anything"])
def test_what_the_padding_says_is_the_clients_own_matter(padding: bytes) -> None:
    peer = maker()
    opened = peer.inbound().open(peer.packet(1, SEGMENT[:6] + padding + bytes((8, 17))))
    assert opened == SEGMENT[:6]


def test_padding_may_be_longer_than_a_block_as_rfc_2406_allows() -> None:
    peer = maker()
    plain = SEGMENT + bytes(range(1, 249)) + bytes((248, 17))
    assert peer.inbound().open(peer.packet(1, plain)) == SEGMENT


def test_padding_may_be_all_there_is() -> None:
    peer = maker()
    assert peer.inbound().open(peer.packet(1, bytes((1, 2, 3, 4, 5, 6, 6, 17)))) == b""


@pytest.mark.parametrize("next_header", [0, 4, 6, 50, 59, 255])
def test_what_is_not_udp_goes_no_further(next_header: int) -> None:
    peer = maker()
    packet = peer.packet(1, SEGMENT + bytes((0, next_header)))
    assert peer.inbound().open(packet) is Drop.PROTOCOL


def test_a_refused_packet_spoils_nothing_for_the_next() -> None:
    peer, inbound = maker(), maker().inbound()
    assert inbound.open(peer.packet(1, bytes(16))) is Drop.PROTOCOL
    assert inbound.open(peer.packet(2, bytes(15) + b"\x11")) == bytes(14)


def test_only_the_newest_packet_may_move_the_session() -> None:
    peer, inbound = maker(), maker().inbound()
    seen = [(inbound.open(peer.packet(number)), inbound.newest) for number in (2, 1, 3)]
    assert seen == [(SEGMENT, True), (SEGMENT, False), (SEGMENT, True)]


def test_the_lifetime_in_bytes_counts_payload_and_ends_on_the_packet_that_reaches_it() -> None:
    peer = maker()
    inbound = peer.inbound(life_bytes=2 * len(SEGMENT))
    seen = [inbound.open(peer.packet(number)) for number in (1, 2, 3)]
    assert seen == [SEGMENT, SEGMENT, Drop.EXPIRED]


def test_packets_bytes_and_drops_are_counted() -> None:
    peer, inbound = maker(), maker().inbound()
    for packet in (peer.packet(4), peer.packet(4), b"", peer.packet(5)):
        inbound.open(packet)
    counters = inbound.counters()
    assert (counters.packets, counters.payload_bytes, counters.sequence) == (2, 28, 5)
    assert counters.drops == {"SHORT": 1, "REPLAY": 1}


def test_to_verify_a_packet_moves_nothing() -> None:
    peer = maker()
    half = peer.inbound()
    assert half.verify(b"UDP" + peer.packet(7), 3, 3 + len(peer.packet(7))) == 7
    assert half.window() == (0, 0)
    assert half.open(peer.packet(7)) == SEGMENT
    assert half.verify(peer.packet(7), 0, len(peer.packet(7))) == 7


def test_what_cannot_be_verified_is_counted() -> None:
    peer = maker()
    half, packet = peer.inbound(), peer.packet(7)
    forged = packet[:-1] + bytes((packet[-1] ^ 1,))
    assert half.verify(forged, 0, len(forged)) is Drop.AUTH
    assert half.verify(packet, 0, 35) is Drop.SHORT
    assert half.verify(packet, 0, len(packet) + 1) is Drop.SHORT
    assert (half.drops[Drop.AUTH], half.drops[Drop.SHORT]) == (1, 2)


def test_the_window_is_handed_over_and_taken_back() -> None:
    peer = maker()
    half = peer.inbound()
    half.open(peer.packet(3))
    half.open(peer.packet(1))
    assert half.window() == (3, 0b101)
    half.resume(1000)
    assert half.open(peer.packet(1000)) is Drop.REPLAY
    assert half.open(peer.packet(1001)) == SEGMENT
