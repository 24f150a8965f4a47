"""ISAKMP by another hand: the bytes and the sums of IKEv1, written without the gateway's codecs.

It is the second opinion the stories and the captures are held against, so it must never import
`gateway.ike` or `gateway.crypto`. RFC 2407, 2408, 2409, 3947, 3706. Only what a test needs.
"""

import hashlib
import hmac
from collections.abc import Iterable
from struct import pack, unpack_from
from typing import NamedTuple

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

SA, KE, ID, HASH, NONCE, NOTIFY, DELETE, VENDOR = 1, 4, 5, 8, 10, 11, 12, 13
NAT_D_RFC, NAT_OA_RFC, NAT_D_DRAFT, NAT_OA_DRAFT = 20, 21, 130, 131
MAIN, INFORMATIONAL, QUICK = 2, 5, 32
ENCRYPTED, COMMIT = 1, 2
ISAKMP, ESP = 1, 3  # protocols
INITIAL_CONTACT, R_U_THERE, R_U_THERE_ACK = 24578, 36136, 36137

HEADER = 28  # bytes

Payload = tuple[int, bytes]


class Message(NamedTuple):
    """The header's fields and what follows, still as it came."""

    cookie_i: bytes
    cookie_r: bytes
    first: int
    exchange: int
    flags: int
    message_id: int
    body: bytes


class Suite(NamedTuple):
    """What phase 1 agreed on: RFC 2409 appendix A's numbers and what they stand for."""

    cipher: int  # 1 DES, 5 3DES, 7 AES
    key_bits: int | None  # AES only
    hash: int  # 1 MD5, 2 SHA1
    group: int

    @property
    def hash_name(self) -> str:
        return {1: "md5", 2: "sha1"}[self.hash]

    @property
    def key_length(self) -> int:
        return {1: 8, 5: 24}.get(self.cipher) or (self.key_bits or 128) // 8

    @property
    def block(self) -> int:
        return 16 if self.cipher == 7 else 8


class Keys(NamedTuple):
    """SKEYID and its three children, and the key that phase 1 encrypts with."""

    base: bytes
    d: bytes
    a: bytes
    e: bytes
    cipher: bytes


def _arctan_of_one_over(number: int, unit: int) -> int:
    total = term = unit // number
    divisor, sign = 3, -1
    while term:
        term //= number * number
        total += sign * (term // divisor)
        divisor, sign = divisor + 2, -sign
    return total


def _prime(bits: int, addend: int) -> int:
    """2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + addend): RFC 2409 6.1, 6.2; RFC 3526 2, 3."""
    spare = 64
    unit = 1 << (bits - 130 + spare)
    pi = 4 * (4 * _arctan_of_one_over(5, unit) - _arctan_of_one_over(239, unit))
    return (1 << bits) - (1 << (bits - 64)) - 1 + (((pi >> spare) + addend) << 64)


PRIMES = {
    1: _prime(768, 149686),
    2: _prime(1024, 129093),
    5: _prime(1536, 741804),
    14: _prime(2048, 124476),
}


def public_value(group: int, secret: int) -> bytes:
    prime = PRIMES[group]
    return pow(2, secret, prime).to_bytes((prime.bit_length() + 7) // 8, "big")


def shared_value(group: int, secret: int, peer: bytes) -> bytes:
    prime = PRIMES[group]
    return pow(int.from_bytes(peer, "big"), secret, prime).to_bytes(len(peer), "big")


def prf(suite: Suite, key: bytes, *parts: bytes) -> bytes:
    return hmac.new(key, b"".join(parts), suite.hash_name).digest()


def digest(suite: Suite, *parts: bytes) -> bytes:
    return hashlib.new(suite.hash_name, b"".join(parts), usedforsecurity=False).digest()


def derive(
    suite: Suite, psk: bytes, nonces: tuple[bytes, bytes], shared: bytes, cookies: bytes
) -> Keys:
    """RFC 2409, 5 and appendix B; `cookies` is CKY-I | CKY-R."""
    base = prf(suite, psk, *nonces)
    return derive_from(suite, base, shared, cookies)


def derive_from(suite: Suite, base: bytes, shared: bytes, cookies: bytes) -> Keys:
    """The same from SKEYID itself."""
    d = prf(suite, base, shared, cookies, b"\0")
    a = prf(suite, base, d, shared, cookies, b"\1")
    e = prf(suite, base, a, shared, cookies, b"\2")
    key = e
    if len(e) < suite.key_length:
        key = block = prf(suite, e, b"\0")
        while len(key) < suite.key_length:
            block = prf(suite, e, block)
            key += block
    return Keys(base, d, a, e, key[: suite.key_length])


def keymat(suite: Suite, d: bytes, seed: bytes, length: int) -> bytes:
    """RFC 2409, 5.5. `seed` is [g(qm)^xy |] protocol | SPI | Ni_b | Nr_b."""
    made = block = prf(suite, d, seed)
    while len(made) < length:
        block = prf(suite, d, block, seed)
        made += block
    return made[:length]


def first_iv(suite: Suite, initiator: bytes, responder: bytes) -> bytes:
    """From the two public values, RFC 2409 appendix B."""
    return digest(suite, initiator, responder)[: suite.block]


def exchange_iv(suite: Suite, last_of_phase1: bytes, message_id: int) -> bytes:
    return digest(suite, last_of_phase1, pack("!I", message_id))[: suite.block]


def _cipher(suite: Suite, key: bytes, iv: bytes) -> Cipher[CBC]:
    if suite.cipher == 7:
        algorithm: CipherAlgorithm = AES(key)
    else:
        algorithm = TripleDES(key * 3 if len(key) == 8 else key)
    return Cipher(algorithm, CBC(iv))


def encrypt(suite: Suite, key: bytes, iv: bytes, plain: bytes) -> bytes:
    """Padded with zeros to whole blocks, as RFC 2409 appendix B asks."""
    encryptor = _cipher(suite, key, iv).encryptor()
    return encryptor.update(plain + bytes(-len(plain) % suite.block)) + encryptor.finalize()


def decrypt(suite: Suite, key: bytes, iv: bytes, data: bytes) -> bytes:
    decryptor = _cipher(suite, key, iv).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def chain(payloads: Iterable[Payload]) -> tuple[int, bytes]:
    """(type of the first, all payloads behind their generic headers)."""
    listed = list(payloads)
    following = [kind for kind, _ in listed[1:]] + [0]
    return listed[0][0], b"".join(
        pack("!BBH", after, 0, 4 + len(body)) + body
        for (_, body), after in zip(listed, following, strict=True)
    )


def unchain(first: int, body: bytes) -> list[Payload]:
    """What `chain` made; ValueError where the lengths do not fit."""
    found: list[Payload] = []
    position = 0
    while first:
        if position + 4 > len(body):
            raise ValueError("the chain ends behind the message")
        following, _, length = unpack_from("!BBH", body, position)
        if length < 4 or position + length > len(body):
            raise ValueError(f"a payload of {length} bytes")
        found.append((first, body[position + 4 : position + length]))
        first, position = following, position + length
    return found


def bodies(payloads: Iterable[Payload], *kinds: int) -> list[bytes]:
    return [body for kind, body in payloads if kind in kinds]


def build(message: Message) -> bytes:
    length = HEADER + len(message.body)
    head = (message.first, 0x10, message.exchange, message.flags, message.message_id, length)
    return message.cookie_i + message.cookie_r + pack("!BBBBII", *head) + message.body


def parse(data: bytes) -> Message:
    first, _, exchange, flags, message_id, length = unpack_from("!BBBBII", data, 16)
    return Message(data[:8], data[8:16], first, exchange, flags, message_id, data[HEADER:length])


def attribute(kind: int, value: int, *, long: bool = False) -> bytes:
    """A number in the short form, or in four bytes as Windows sends durations."""
    return pack("!HHI", kind, 4, value) if long else pack("!HH", 0x8000 | kind, value)


def attributes(data: bytes) -> dict[int, int]:
    """By kind; of a kind that comes twice (the lives) the last."""
    found: dict[int, int] = {}
    position = 0
    while position < len(data):
        kind, value = unpack_from("!HH", data, position)
        position += 4
        if not kind & 0x8000:
            value, position = int.from_bytes(data[position : position + value]), position + value
        found[kind & 0x7FFF] = value
    return found


def transform(number: int, kind: int, data: bytes, *, last: bool) -> bytes:
    return pack("!BBHBBH", 0 if last else 3, 0, 8 + len(data), number, kind, 0) + data


def proposal(
    number: int, protocol: int, spi: bytes, transforms: list[bytes], *, last: bool
) -> bytes:
    body = spi + b"".join(transforms)
    head = (0 if last else 2, 0, 8 + len(body), number, protocol, len(spi), len(transforms))
    return pack("!BBHBBBB", *head) + body


def security_association(proposals: list[bytes]) -> bytes:
    return pack("!II", 1, 1) + b"".join(proposals)


class Chosen(NamedTuple):
    """The single transform of an answer."""

    proposal: int
    spi: bytes
    transform: int
    kind: int
    values: dict[int, int]
    data: bytes  # the attributes as they came


def chosen(sa: bytes) -> Chosen:
    """ValueError unless the SA holds exactly one proposal with one transform."""
    after, _, length, number, _, spi_size, count = unpack_from("!BBHBBBB", sa, 8)
    spi = sa[16 : 16 + spi_size]
    more, _, size, which, kind, _ = unpack_from("!BBHBBH", sa, 16 + spi_size)
    if after or more or count != 1 or 8 + length != len(sa) or size != length - 8 - spi_size:
        raise ValueError("an answer holds one proposal with one transform")
    data = sa[24 + spi_size :]
    return Chosen(number, spi, which, kind, attributes(data), data)


def nat_hash(suite: Suite, cookies: bytes, host: bytes, port: int) -> bytes:
    """RFC 3947, 3.2."""
    return digest(suite, cookies, host, pack("!H", port))


def address_id(host: bytes, protocol: int = 0, port: int = 0) -> bytes:
    return pack("!BBH", 1, protocol, port) + host


def notify(protocol: int, spi: bytes, kind: int, data: bytes = b"") -> bytes:
    return pack("!IBBH", 1, protocol, len(spi), kind) + spi + data


def delete(protocol: int, spis: list[bytes]) -> bytes:
    return pack("!IBBH", 1, protocol, len(spis[0]), len(spis)) + b"".join(spis)
