"""Other people's ESP with known keys: tests/vectors/esp/keys.toml and linux-kernel.toml."""

import tomllib
from typing import Any

import pytest

from gateway.crypto.cbc import AES, DES, TRIPLE_DES, decrypt
from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.packet import PADDING
from gateway.esp.suites import SUITES, split_keymat
from tests.captures import ip_packets, udp_payloads, vectors

ESP = 50
Sa = dict[str, Any]
ALL: list[Sa] = tomllib.loads((vectors("esp") / "keys.toml").read_text())["sa"]
TRANSPORT = [sa for sa in ALL if sa["segments"]]
TUNNEL = [sa for sa in ALL if not sa["segments"]]
LINUX: list[Sa] = tomllib.loads((vectors("esp") / "linux-kernel.toml").read_text())["case"]
CIPHERS = {"des": DES, "3des": TRIPLE_DES, "aes": AES}


def name(sa: Sa) -> str:
    return f"{sa['file']}:{sa['spi']:08x}"


def packets(sa: Sa) -> list[bytes]:
    """The ESP packets of one SA, bare or in UDP 4500."""
    path = vectors("captures") / sa["file"]
    bare = [packet[20:] for packet in ip_packets(path) if packet[9] == ESP]
    spi = sa["spi"].to_bytes(4, "big")
    return [packet for packet in bare + udp_payloads(path, 4500) if packet.startswith(spi)]


def inbound(sa: Sa) -> Inbound:
    return Inbound(sa["spi"], SUITES[sa["suite"]], bytes.fromhex(sa["keymat"]))


@pytest.mark.parametrize("sa", TRANSPORT, ids=name)
def test_every_packet_of_a_recorded_session_opens_to_an_l2tp_datagram(sa: Sa) -> None:
    half = inbound(sa)
    segments = [half.open(packet) for packet in packets(sa)]
    assert len(segments) == sa["packets"]
    assert half.counters().drops == {}
    for segment in segments:
        assert isinstance(segment, bytes)
        assert segment[:4] == bytes.fromhex("06a506a5")
        assert int.from_bytes(segment[4:6], "big") == len(segment)
        assert segment[9] & 0x0F == 2  # L2TP version 2


@pytest.mark.parametrize("sa", TRANSPORT, ids=name)
def test_a_recorded_session_played_again_is_refused_whole(sa: Sa) -> None:
    half = inbound(sa)
    for packet in packets(sa):
        half.open(packet)
    assert {half.open(packet) for packet in packets(sa)} == {Drop.REPLAY}


@pytest.mark.parametrize("sa", TUNNEL, ids=name)
def test_tunnel_mode_is_authentic_but_not_for_us(sa: Sa) -> None:
    half = inbound(sa)
    seen = [half.open(packet) for packet in packets(sa)]
    assert seen == [Drop.PROTOCOL] * sa["packets"]


@pytest.mark.parametrize("sa", TUNNEL, ids=name)
def test_what_tunnel_mode_carries_is_a_whole_ip_packet(sa: Sa) -> None:
    suite = SUITES[sa["suite"]]
    key, _ = split_keymat(suite, bytes.fromhex(sa["keymat"]))
    body = 8 + suite.cipher.block
    for packet in packets(sa):
        plain = decrypt(suite.cipher, key, packet[8:body], packet[body:-12])
        length = int.from_bytes(plain[2:4], "big")
        assert (plain[0], plain[9], plain[-1]) == (0x45, 1, 4)
        assert plain[length:-2] == PADDING[plain[-2]]


@pytest.mark.parametrize("case", LINUX, ids=lambda case: case["cipher"])
def test_packets_of_the_linux_kernel_decrypt_and_are_padded_as_we_pad(case: Sa) -> None:
    cipher = CIPHERS[case["cipher"]]
    body = bytes.fromhex(case["iv_and_ciphertext"])
    block = cipher.block
    plain = decrypt(cipher, bytes.fromhex(case["key"]), body[:block], body[block:])
    assert plain.hex() == case["plaintext"]
    assert (plain[-2], plain[-1]) == (case["pad_length"], case["next_header"])
    assert plain[-2 - plain[-2] : -2] == PADDING[plain[-2]]
