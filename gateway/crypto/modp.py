"""Diffie-Hellman in the MODP groups of RFC 2409 (6.1, 6.2) and RFC 3526 (2, 3).

The exponentiations run in constant time (`gmpy2.powmod_sec`); the only file that imports gmpy2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import gmpy2

GENERATOR: Final = 2

# Bits of a secret exponent: more than twice the strength of the largest group here (112 bits by
# NIST SP 800-57, 110 by the first estimate of RFC 3526, 8), so that finding the exponent is never
# easier than the group itself. The primes are safe and 2 generates the subgroup of prime order, so
# a short exponent gives nothing else away. It keeps MODP2048 under 2 ms a handshake.
SECRET_BITS: Final = 256


class BadPublicValue(ValueError):
    """The peer's public value has a wrong length or lies in a subgroup of at most two elements."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group by its number in IKE (RFC 2409, appendix A); `length` is the prime's, in bytes."""

    number: int
    name: str
    prime: int
    length: int


def choose_secret(group: Group, random: Callable[[int], bytes]) -> int:
    """An exponent whose top bit is set, so that its length, hence the time, is always the same."""
    if group.prime.bit_length() <= SECRET_BITS:
        raise ValueError(f"{group.name} is smaller than its exponent")
    return int.from_bytes(random(SECRET_BITS // 8), "big") | 1 << (SECRET_BITS - 1)


def public_value(group: Group, secret: int) -> bytes:
    """g^x, with zeros in front up to the prime's length (RFC 2409, 5)."""
    return int(gmpy2.powmod_sec(GENERATOR, secret, group.prime)).to_bytes(group.length, "big")


def shared_value(group: Group, secret: int, peer: bytes) -> bytes:
    """g^xy, with zeros in front up to the prime's length; the key material is made of them too."""
    if len(peer) != group.length:
        raise BadPublicValue(f"{len(peer)} bytes where {group.name} has {group.length}")
    value = int.from_bytes(peer, "big")
    if not 1 < value < group.prime - 1:
        raise BadPublicValue(f"outside 2 to p-2 of {group.name}")
    return int(gmpy2.powmod_sec(value, secret, group.prime)).to_bytes(group.length, "big")


def _group(number: int, digits: str) -> Group:
    length = len(digits) // 2
    return Group(number, f"modp{8 * length}", int(digits, 16), length)


# p = 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + c); a test computes them again from pi.
_MODP768: Final = (
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a63a3620ffffffffffffffff"
)
_MODP1024: Final = (
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff"
)
_MODP1536: Final = (
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05"
    "98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb"
    "9ed529077096966d670c354e4abc9804f1746c08ca237327ffffffffffffffff"
)
_MODP2048: Final = (
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"
    "020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437"
    "4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05"
    "98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb"
    "9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b"
    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718"
    "3995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff"
)

GROUPS: Final[dict[int, Group]] = {
    1: _group(1, _MODP768),
    2: _group(2, _MODP1024),
    5: _group(5, _MODP1536),
    14: _group(14, _MODP2048),
}
