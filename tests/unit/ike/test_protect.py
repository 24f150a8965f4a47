"""Encryption and hashes of messages (RFC 2409, 5); recorded ones are in test_captures_ike.py."""

import pytest

from gateway.crypto.cbc import TRIPLE_DES
from gateway.crypto.mac import SHA1, hmac
from gateway.ike.errors import BadCipherText, BadHash
from gateway.ike.header import Header, parse_header
from gateway.ike.keys import Keys
from gateway.ike.numbers import Exchange, Kind
from gateway.ike.payloads import Payload, build_chain
from gateway.ike.protect import (
    check_hash,
    check_hash_3,
    hash_3,
    next_iv,
    seal,
    unseal,
    with_hash,
)

KEYS = Keys(SHA1, TRIPLE_DES, b"", b"", b"skeyid_a", bytes(range(24)))
HEADER = Header(b"cookie_i", b"cookie_r", 0, Exchange.QUICK, message_id=7)
PAYLOADS = [Payload(Kind.NONCE, b"a nonce"), Payload(Kind.ID, b"identity")]
IV = bytes(8)


def test_what_is_sealed_can_be_unsealed() -> None:
    message = seal(KEYS, IV, HEADER, PAYLOADS)
    header, body = parse_header(message)
    assert header.encrypted
    assert header.first == Kind.NONCE
    assert unseal(KEYS, IV, body) == build_chain(PAYLOADS) + bytes(1)
    assert next_iv(KEYS, message) == message[-8:]


def test_the_length_in_the_header_covers_the_padding() -> None:
    message = seal(KEYS, IV, HEADER, PAYLOADS)
    assert int.from_bytes(message[24:28], "big") == len(message) == 28 + 24


@pytest.mark.parametrize("body", [b"", b"1234567", b"123456789"])
def test_no_whole_number_of_blocks_is_refused(body: bytes) -> None:
    with pytest.raises(BadCipherText):
        unseal(KEYS, IV, body)


def test_the_hash_covers_what_is_behind_it_and_not_the_padding() -> None:
    payloads = with_hash(KEYS, b"M-ID", PAYLOADS)
    assert payloads[0].body == hmac(SHA1, b"skeyid_a", b"M-ID" + build_chain(PAYLOADS))
    plain = build_chain(payloads) + bytes(5)
    assert check_hash(KEYS, b"M-ID", Kind.HASH, plain) == tuple(PAYLOADS)


@pytest.mark.parametrize(
    ("before", "payloads"),
    [
        (b"other", with_hash(KEYS, b"M-ID", PAYLOADS)),
        (b"M-ID", [*with_hash(KEYS, b"M-ID", PAYLOADS), Payload(Kind.DELETE, b"")]),
        (b"M-ID", PAYLOADS),
    ],
    ids=["another message", "a payload more", "no hash"],
)
def test_a_message_that_was_tampered_with_is_refused(
    before: bytes, payloads: list[Payload]
) -> None:
    with pytest.raises(BadHash):
        check_hash(KEYS, before, payloads[0].kind, build_chain(payloads))


def test_a_message_without_payloads_has_no_hash() -> None:
    with pytest.raises(BadHash):
        check_hash(KEYS, b"", Kind.NONE, b"")
    with pytest.raises(BadHash):
        check_hash_3(KEYS, b"", Kind.NONE, b"")


def test_hash_3_covers_a_nought_the_id_and_both_nonces() -> None:
    expected = hmac(SHA1, b"skeyid_a", b"\0M-IDninr")
    assert hash_3(KEYS, b"M-ID", b"ni", b"nr") == expected
    check_hash_3(KEYS, expected, Kind.HASH, build_chain([Payload(Kind.HASH, expected)]))


def test_a_wrong_hash_3_is_refused() -> None:
    plain = build_chain([Payload(Kind.HASH, bytes(20))])
    with pytest.raises(BadHash):
        check_hash_3(KEYS, hash_3(KEYS, b"M-ID", b"ni", b"nr"), Kind.HASH, plain)
