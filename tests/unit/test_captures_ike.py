"""Recorded L2TP/IPsec sessions, checked from the pre-shared key down to every ESP packet."""

import re
import tomllib
from pathlib import Path

import pytest

from gateway.crypto.cbc import decrypt
from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.suites import SUITES, split_keymat
from gateway.ike.nat import find_nat, nat_d_hash, parse_nat_oa
from gateway.ike.numbers import Kind, Notify
from gateway.ike.payloads import (
    all_of,
    parse_delete,
    parse_identification,
    parse_notification,
)
from gateway.wire.checksum import internet_checksum
from gateway.wire.cursor import WireError
from gateway.wire.ipv4 import host_bytes, parse_ipv4
from gateway.wire.udp import Endpoint, parse_udp
from tests.captures import charon_dumps, shared_data, vectors
from tests.recorded_ike import (
    Reading,
    begin,
    esp_packets,
    ike_messages,
    informationals,
    main_mode,
    open_fifth,
    quick_modes,
    read,
)

PLACE = vectors("captures")
SECRETS = tomllib.loads((PLACE / "secrets.toml").read_text())
NATTED = ["natt/gen-l2tp-ipsec-natt-3des.pcap", "natt/gen-l2tp-ipsec-natt-md5.pcap"]
PLAIN = "esp/gen-l2tp-ipsec-nonat-plain-esp.pcap"
OURS = [*NATTED, PLAIN]
SUITES_OF = {
    NATTED[0]: ("3des-sha1-modp1024", "3des-sha1"),
    NATTED[1]: ("3des-md5-modp1024", "3des-md5"),
    PLAIN: ("3des-sha1-modp2048", "3des-sha1"),
}


def reading(name: str) -> Reading:
    secret = SECRETS[name]
    return read(
        ike_messages(PLACE / name), bytes.fromhex(secret["g_xy"]), psk=secret["psk"].encode()
    )


@pytest.mark.parametrize("name", OURS)
def test_both_hashes_of_main_mode_are_right(name: str) -> None:
    came = reading(name)
    assert came.suite.name == SUITES_OF[name][0]
    assert [parse_identification(all_of(each, Kind.ID)[0]).kind for each in came.main[4:]] == [1, 1]


@pytest.mark.parametrize("name", OURS)
def test_nat_discovery_sees_what_was_between(name: str) -> None:
    came = reading(name)
    assert came.variant is not None
    assert came.variant.name == "rfc3947"
    third, fourth = (all_of(came.main[place], came.variant.nat_d) for place in (2, 3))
    message = came.sent[2]
    sides = [
        nat_d_hash(came.suite.hash, came.exchanged.cookie_i, came.exchanged.cookie_r, side)
        for side in (message.target, message.source)
    ]
    nat = find_nat(third, *([side] for side in sides))
    assert (nat.client, nat.gateway) == (name in NATTED, False)
    assert fourth == sides[::-1]


@pytest.mark.parametrize("name", NATTED)
def test_the_private_address_is_what_the_second_hash_is_made_of(name: str) -> None:
    came = reading(name)
    assert came.variant is not None
    private = Endpoint(host_bytes("192.168.77.10"), 500)
    cookies = came.exchanged.cookie_i, came.exchanged.cookie_r
    made = nat_d_hash(came.suite.hash, *cookies, private)
    assert all_of(came.main[2], came.variant.nat_d)[1] == made
    ((messages, _),) = quick_modes(came)
    original = [parse_nat_oa(body) for body in all_of(messages[0], came.variant.nat_oa)]
    assert original == [private.host, host_bytes("203.0.113.5")]


@pytest.mark.parametrize("name", OURS)
def test_every_esp_packet_opens_with_the_keys_of_quick_mode(name: str) -> None:
    ((_, halves),) = quick_modes(reading(name))
    assert {half.suite for half in halves} == {SUITES_OF[name][1]}
    inbound = {half.spi: Inbound(half.spi, SUITES[half.suite], half.keymat) for half in halves}
    opened = [inbound[int.from_bytes(data[:4])].open(data) for data in esp_packets(PLACE / name)]
    segments = [each for each in opened if isinstance(each, bytes)]
    assert len(segments) == len(opened) == 47
    for segment in segments:
        source, target, payload = parse_udp(segment)
        assert (source, target) == (1701, 1701)
        assert len(payload) == len(segment) - 8


@pytest.mark.parametrize("name", OURS)
def test_every_informational_has_a_right_hash_and_says_what_the_session_did(name: str) -> None:
    told = [payload for message in informationals(reading(name)) for payload in message]
    notices = [parse_notification(body).kind for body in all_of(told, Kind.NOTIFICATION)]
    gone = [parse_delete(body) for body in all_of(told, Kind.DELETE)]
    assert set(notices) == {Notify.R_U_THERE, Notify.R_U_THERE_ACK}
    assert notices.count(Notify.R_U_THERE) == notices.count(Notify.R_U_THERE_ACK)
    assert [each.protocol for each in gone] == [3, 1]


@pytest.mark.parametrize("name", OURS)
def test_another_key_opens_nothing(name: str) -> None:
    sent = ike_messages(PLACE / name)
    with pytest.raises(WireError):
        read(sent, bytes.fromhex(SECRETS[name]["g_xy"]), psk=b"another key")


def rub(name: str) -> Path:
    return shared_data() / "ikev1" / name


def test_a_recorded_main_mode_with_initial_contact_and_a_quick_mode_agree() -> None:
    (g_xy,) = charon_dumps(
        rub("rub-mm-psk-complete2-responder.log"), "shared Diffie Hellman secret"
    )
    came = read(ike_messages(rub("rub-mm-psk-complete2.pcapng")), g_xy, psk=b"Wollowitz")
    notices = [parse_notification(body) for body in all_of(came.main[4], Kind.NOTIFICATION)]
    assert [each.kind for each in notices] == [Notify.INITIAL_CONTACT]
    assert len(list(quick_modes(came))) == 1


def test_a_client_with_another_key_than_ours_is_told_apart() -> None:
    """Two real ends with different keys: the client's own fits its fifth message, no other does."""
    log = rub("rub-mm-wrong-psk-responder-filtered.log").read_text()
    dump = log.split("shared Diffie Hellman secret")[1].split("\n", 1)[1]
    g_xy = bytes.fromhex("".join(dump.split()[:128]))
    sent = ike_messages(rub("rub-mm-wrong-psk.pcapng"))
    fifth = main_mode(sent)[4]
    assert len(main_mode(sent)) == 5
    (identity,) = all_of(open_fifth(begin(sent, g_xy, psk=b"XMd3azP95q"), fifth), Kind.ID)
    assert str(parse_identification(identity)) == "192.168.0.100"
    for wrong in (b"XMd3azP95r", b"Wollowitz", b""):
        with pytest.raises(WireError):
            open_fifth(begin(sent, g_xy, psk=wrong), fifth)


def hex_after(log: str, title: str, which: int = 0) -> bytes:
    """The bytes a pluto log gives in lines `!   0a 0b ...` under a title."""
    rest = log.split(title)[which + 1].split("\n", 1)[1]
    rows = re.match(r"(?:[!|]\s+(?:[0-9a-f]{2}\s+)+\n?)+", rest)
    assert rows is not None
    return bytes.fromhex(re.sub(r"[^0-9a-f]", "", rows[0]))


def test_a_recorded_session_with_perfect_forward_secrecy_opens_to_its_pings() -> None:
    log = rub("aws-openswan-mm-psk-esp.log").read_text()
    path = rub("aws-openswan-mm-psk-esp.pcap")
    phase1, phase2 = (hex_after(log, "! DH shared-secret:", place) for place in (0, 1))
    skeyid = bytes.fromhex("".join(re.findall(r"! Skeyid: +([0-9a-f ]+)\n", log)[:2]))
    came = read(ike_messages(path), phase1, skeyid=skeyid)
    ((_, halves),) = quick_modes(came, phase2)
    keymats = {half.spi: half for half in halves}
    assert keymats[0x7E996750].keymat[:16].hex() == "c5f755c8b4089f37158dcff77bc41232"
    packets = esp_packets(path)
    assert len(packets) == 8
    for packet in packets:
        half = keymats[int.from_bytes(packet[:4])]
        suite = SUITES[half.suite]
        # Tunnel mode: all is right but the next header, which for us is UDP or nothing.
        assert Inbound(half.spi, suite, half.keymat).open(packet) is Drop.PROTOCOL
        key, _ = split_keymat(suite, half.keymat)
        plain = decrypt(suite.cipher, key, packet[8:24], packet[24:-12])
        inner = parse_ipv4(plain)
        assert inner.protocol == 1
        assert internet_checksum(plain[inner.start : inner.end]) == 0
