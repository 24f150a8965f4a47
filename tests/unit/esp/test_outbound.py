"""What we seal is opened here by independent steps; by a stranger's code in test_scapy.py."""

from random import Random

import pytest

from gateway.crypto.cbc import decrypt
from gateway.crypto.mac import hmac
from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.numbers import DRAWN_AT_ONCE, LAST_SEQUENCE
from gateway.esp.outbound import Outbound
from gateway.esp.suites import SUITES, split_keymat

SEGMENT = bytes.fromhex("06a506a5000b0000") + b"..."


def outbound(name: str = "3des-sha1", life_bytes: int | None = None) -> Outbound:
    suite = SUITES[name]
    keymat = bytes(range(suite.keymat_length))
    return Outbound(0x12345678, suite, keymat, Random(2406).randbytes, life_bytes)


def sealed(half: Outbound, segment: bytes = SEGMENT) -> bytes:
    packet = half.seal(segment)
    assert isinstance(packet, bytes)
    return packet


@pytest.mark.parametrize("name", sorted(SUITES))
def test_a_packet_has_every_field_where_rfc_2406_puts_it(name: str) -> None:
    suite = SUITES[name]
    cipher_key, mac_key = split_keymat(suite, bytes(range(suite.keymat_length)))
    block = suite.cipher.block
    packet = sealed(outbound(name))
    assert packet[:8] == bytes.fromhex("1234567800000001")
    assert packet[-12:] == hmac(suite.hash, mac_key, packet[:-12])[:12]
    plain = decrypt(suite.cipher, cipher_key, packet[8 : 8 + block], packet[8 + block : -12])
    count = block - (len(SEGMENT) + 2) % block
    assert plain == SEGMENT + bytes(range(1, count + 1)) + bytes((count, 17))


def test_the_first_number_is_one_and_each_is_one_more() -> None:
    half = outbound()
    assert [sealed(half)[4:8].hex() for _ in range(3)] == ["00000001", "00000002", "00000003"]


def test_numbers_never_wrap() -> None:
    # RFC 2406, 3.3.3: the sender must not send a packet that would cycle the number.
    half = outbound()
    half.sequence = LAST_SEQUENCE - 1
    assert sealed(half)[4:8] == b"\xff\xff\xff\xff"
    assert half.seal(SEGMENT) is Drop.EXHAUSTED
    assert half.seal(SEGMENT) is Drop.EXHAUSTED
    assert half.counters().drops == {"EXHAUSTED": 2}


@pytest.mark.parametrize("name", ["3des-sha1", "aes128-sha1"])
def test_no_two_packets_have_the_same_iv_nor_one_seen_before(name: str) -> None:
    half, block = outbound(name), SUITES[name].cipher.block
    packets = [sealed(half) for _ in range(2 * DRAWN_AT_ONCE // block)]
    ivs = [packet[8 : 8 + block] for packet in packets]
    ends = [packet[-12 - block : -12] for packet in packets]
    assert len(set(ivs)) == len(ivs)
    assert not set(ivs) & set(ends)


def test_randomness_is_drawn_in_bulk_and_never_used_twice() -> None:
    asked: list[int] = []
    source = Random(1)

    def random(count: int) -> bytes:
        asked.append(count)
        return source.randbytes(count)

    suite = SUITES["aes128-sha1"]
    half = Outbound(0x1000, suite, bytes(36), random)
    for _ in range(DRAWN_AT_ONCE // 16):
        half.seal(SEGMENT)
    assert asked == [DRAWN_AT_ONCE]
    half.seal(SEGMENT)
    assert asked == [DRAWN_AT_ONCE, DRAWN_AT_ONCE]


def test_a_source_that_gives_too_little_is_our_mistake() -> None:
    half = Outbound(0x1000, SUITES["3des-sha1"], bytes(44), lambda count: bytes(count - 1))
    with pytest.raises(ValueError, match="random bytes"):
        half.seal(SEGMENT)


def test_nothing_is_sent_beyond_the_lifetime_in_bytes() -> None:
    half = outbound(life_bytes=len(SEGMENT) + 1)
    assert [isinstance(half.seal(SEGMENT), bytes) for _ in range(3)] == [True, True, False]
    assert half.seal(SEGMENT) is Drop.EXPIRED
    counters = half.counters()
    assert (counters.direction, counters.packets, counters.payload_bytes) == ("outbound", 2, 22)
    assert (counters.sequence, counters.drops) == (2, {"EXPIRED": 2})


@pytest.mark.parametrize("length", [0, 1, 5, 6, 7, 8, 1400, 65000])
def test_segments_of_any_length_come_out_of_the_other_end(length: int) -> None:
    suite = SUITES["3des-sha1"]
    inbound = Inbound(0x12345678, suite, bytes(range(44)))
    assert inbound.open(sealed(outbound(), b"s" * length)) == b"s" * length
