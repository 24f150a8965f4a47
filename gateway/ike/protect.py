"""Messages under the protection of phase 1: encryption, and the hashes in them (RFC 2409, 5)."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.crypto.cbc import decrypt, encrypt
from gateway.crypto.mac import equal, hmac
from gateway.ike.errors import BadCipherText, BadHash
from gateway.ike.header import Header, build_message
from gateway.ike.keys import Keys
from gateway.ike.numbers import FLAG_ENCRYPTION, Kind
from gateway.ike.payloads import Payload, build_chain, parse_chain
from gateway.wire.cursor import Reader


def seal(keys: Keys, iv: bytes, header: Header, payloads: Sequence[Payload]) -> bytes:
    """The whole encrypted message, padded with zeros; `header.first` and flags are put right."""
    header = replace(header, first=int(payloads[0].kind), flags=header.flags | FLAG_ENCRYPTION)
    plain = build_chain(payloads)
    plain += bytes(-len(plain) % keys.cipher.block)
    return build_message(header, encrypt(keys.cipher, keys.cipher_key, iv, plain))


def unseal(keys: Keys, iv: bytes, body: bytes) -> bytes:
    """The payloads and their padding. A wrong key shows only in that they make no sense."""
    if not body or len(body) % keys.cipher.block:
        raise BadCipherText(f"{len(body)} bytes are no whole number of cipher blocks")
    return decrypt(keys.cipher, keys.cipher_key, iv, body)


def next_iv(keys: Keys, message: bytes) -> bytes:
    """The last block of an encrypted message: IV of what follows it in the same exchange."""
    return message[-keys.cipher.block :]


def with_hash(keys: Keys, before: bytes, payloads: Sequence[Payload]) -> list[Payload]:
    """HASH = prf(SKEYID_a, before | payloads), and the payloads behind it.

    `before` is M-ID in HASH(1) and M-ID | Ni_b in HASH(2).
    """
    value = hmac(keys.hash, keys.skeyid_a, before + build_chain(payloads))
    return [Payload(Kind.HASH, value), *payloads]


def check_hash(keys: Keys, before: bytes, first: int, plain: bytes) -> tuple[Payload, ...]:
    """The payloads behind the hash, if it is right; BadHash if not.

    It covers the bytes as they came, without the padding of the encryption.
    """
    reader = Reader(plain)
    payloads = parse_chain(reader, first)
    if not payloads or payloads[0].kind != Kind.HASH:
        raise BadHash("no hash where one must be")
    start = 4 + len(payloads[0].body)
    covered = plain[start : reader.position]
    _check(hmac(keys.hash, keys.skeyid_a, before + covered), payloads[0].body)
    return payloads[1:]


def hash_3(keys: Keys, message_id: bytes, ni_b: bytes, nr_b: bytes) -> bytes:
    """HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b)."""
    return hmac(keys.hash, keys.skeyid_a, b"\0" + message_id + ni_b + nr_b)


def check_hash_3(keys: Keys, expected: bytes, first: int, plain: bytes) -> None:
    """What stands behind the hash is not covered by it, so it is not read."""
    payloads = parse_chain(Reader(plain), first)
    if not payloads or payloads[0].kind != Kind.HASH:
        raise BadHash("no hash where one must be")
    _check(expected, payloads[0].body)


def _check(expected: bytes, came: bytes) -> None:
    if not equal(expected, came):
        raise BadHash("wrong hash")
