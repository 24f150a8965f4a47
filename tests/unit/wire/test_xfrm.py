from dataclasses import replace
from struct import pack

import pytest

from gateway.wire.cursor import Truncated
from gateway.wire.ipv4 import host_bytes
from gateway.wire.netlink import attribute, parse_attributes
from gateway.wire.xfrm import (
    IN,
    OUT,
    REPLAY,
    SA,
    Association,
    Replay,
    Selector,
    build_association,
    build_policy,
    name_association,
    name_policy,
    parse_association,
    parse_expired,
    parse_mapping,
    parse_policy,
)
from tests.unit.wire.netlink_vectors import message

GATEWAY, CLIENT, OTHER = map(host_bytes, ("203.0.113.1", "100.127.0.1", "100.127.0.2"))
POOL = host_bytes("100.127.0.0")
REQID = 1886352244
REPLAY_HEAD = 24  # bytes
HMAC_KEY, CIPHER_KEY = bytes(range(0x14)), bytes(range(0x40, 0x58))
TO_L2TP = Selector(CLIENT, 32, GATEWAY, 32, 17, 0, 1701)
# What `new-sa-udp` of the recordings says.
IN_UDP = Association(
    source=CLIENT,
    target=GATEWAY,
    spi=0x1001,
    reqid=REQID,
    cipher="cbc(des3_ede)",
    cipher_key=CIPHER_KEY,
    digest="hmac(sha1)",
    digest_key=HMAC_KEY,
    selector=TO_L2TP,
    ports=(62000, 4500),
    replay=Replay(heard=0x1234),
    soft_bytes=30000,
    hard_bytes=400000,
    soft_packets=1,
    seconds=3600,
)


def parts(body: bytes, struct: int) -> tuple[bytes, dict[int, bytes]]:
    """The struct and the attributes: their order is everyone's own.

    Of a wide window `ip` sends only the head, for the kernel takes the rest as zeros.
    """
    found = parse_attributes(body[struct:])
    return body[:struct], found | {REPLAY: found[REPLAY][:REPLAY_HEAD]}


def test_an_association_in_udp_is_what_ip_sends() -> None:
    assert parts(build_association(IN_UDP), SA) == parts(message("new-sa-udp").body, SA)


def test_a_plain_association_is_what_ip_sends() -> None:
    # Said without a selector, `ip` leaves out the family that we always say.
    plain = Association(
        source=GATEWAY,
        target=OTHER,
        spi=0x2001,
        reqid=REQID,
        cipher="cbc(aes)",
        cipher_key=CIPHER_KEY[:16],
        digest="hmac(md5)",
        digest_key=HMAC_KEY[:16],
        replay=Replay(sent=0x77),
    )
    ours, ours_more = parts(build_association(plain), SA)
    theirs, theirs_more = parts(message("new-sa-plain").body, SA)
    assert ours[:40] + ours[42:] == theirs[:40] + theirs[42:]
    assert ours_more == theirs_more


def test_an_update_differs_in_what_is_said_alone() -> None:
    update = replace(
        IN_UDP,
        ports=(62001, 4500),
        replay=Replay(),
        soft_bytes=None,
        hard_bytes=None,
        soft_packets=None,
        seconds=None,
    )
    assert parts(build_association(update), SA) == parts(message("update-sa").body, SA)


def test_an_association_is_named_by_target_and_spi() -> None:
    # `ip` adds a source address of zeros, which the kernel ignores.
    for name in ("delete-sa", "get-sa"):
        assert name_association(GATEWAY, 0x1001) == message(name).body[:24]


def test_policies_are_what_ip_sends() -> None:
    out = build_policy(Selector(target=POOL, target_bits=16), OUT, REQID, 1000)
    come = build_policy(Selector(POOL, 16, protocol=17, target_port=1701), IN, REQID, 1000)
    assert out == message("new-policy-out").body
    assert come == message("new-policy-in").body


def test_a_policy_is_named_by_selector_and_direction() -> None:
    named = name_policy(Selector(POOL, 16, protocol=17, target_port=1701), IN)
    assert named == message("delete-policy").body


def test_what_the_kernel_says_of_an_association_is_read() -> None:
    known = parse_association(message("answer-sa").body)
    assert (known.source, known.target, known.spi) == (CLIENT, GATEWAY, 0x1001)
    assert (known.protocol, known.reqid, known.ports) == (50, REQID, (62001, 4500))
    assert (known.bytes, known.packets, known.replays, known.forged) == (0, 0, 0, 0)
    assert known.replay == Replay(heard=0x1234)


def test_a_foreign_association_with_a_narrow_window_is_read_too() -> None:
    known = parse_association(message("answer-narrow").body)
    assert (known.reqid, known.replay) == (1349678932, Replay())


def test_counters_are_where_the_header_file_says() -> None:
    body = bytearray(message("answer-sa").body)
    body[160:176] = pack("=2Q", 123456, 789)  # curlft: bytes, packets
    body[192:204] = pack("=3I", 1, 2, 4)  # stats: left of the window, seen before, forged
    known = parse_association(bytes(body))
    assert (known.bytes, known.packets, known.replays, known.forged) == (123456, 789, 3, 4)


def test_a_window_comes_back_as_it_was_given() -> None:
    window = Replay(sent=7, heard=300, seen=(1 << 255) | (1 << 32) | 1)
    built = build_association(replace(IN_UDP, replay=window))
    assert parse_association(built).replay == window


def test_a_window_of_which_words_are_missing_is_read_as_far_as_it_goes() -> None:
    short = pack("=6I", 8, 1, 2, 0, 0, 256) + pack("=I", 5)
    body = build_association(IN_UDP)[:SA] + attribute(REPLAY, short)
    assert parse_association(body).replay == Replay(1, 2, 5)


@pytest.mark.parametrize(("byte", "hard"), [(0, False), (1, True)])
def test_an_expiry_says_which_limit(byte: int, hard: bool) -> None:
    # struct xfrm_user_expire: the association, then one byte, filled up to eight
    body = message("answer-sa").body[:SA] + bytes((byte,)) + bytes(7)
    expired = parse_expired(body)
    assert (expired.known.spi, expired.hard) == (0x1001, hard)


def test_a_mapping_says_from_where_to_where() -> None:
    # struct xfrm_user_mapping: id, reqid, old and new address, old and new port
    named = name_association(GATEWAY, 0x1001)
    hosts = CLIENT + bytes(12) + OTHER + bytes(12)
    body = named + pack("=I", REQID) + hosts + pack("!HH", 62000, 62001)
    mapped = parse_mapping(body)
    assert mapped == (0x1001, (CLIENT, 62000), (OTHER, 62001))


def test_a_policy_of_the_kernels_shows_whose_it_is() -> None:
    known = parse_policy(message("answer-policy").body)
    assert known == (Selector(POOL, 16, protocol=17, target_port=1701), IN, REQID)


def test_a_policy_without_a_template_is_nobodys() -> None:
    assert parse_policy(message("answer-policy").body[:168]).reqid is None


@pytest.mark.parametrize("parse", [parse_association, parse_expired, parse_mapping, parse_policy])
def test_what_is_cut_is_refused(parse: object) -> None:
    assert callable(parse)
    with pytest.raises(Truncated):
        parse(bytes(63))


def test_an_expiry_that_says_no_limit_is_refused() -> None:
    with pytest.raises(Truncated):
        parse_expired(message("answer-sa").body[:SA])


def test_keys_are_in_no_text() -> None:
    assert repr(CIPHER_KEY) not in repr(IN_UDP)
    assert repr(HMAC_KEY) not in repr(IN_UDP)
