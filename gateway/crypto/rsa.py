"""RSA signatures by PKCS#1 v1.5 (RFC 8017, 8.2), with and without a DigestInfo (RFC 2409, 5.1).

IKE pads its hash as it is, a certificate pads a DigestInfo: the padding is the same, so `sign` and
`verify` are told all the bytes that go inside it. By gmpy2 and not by OpenSSL, because Debian 13's
cryptography (43) can recover such a signature, but not make one. The private operation:

* The exponentiations modulo p and q run in constant time (`gmpy2.powmod_sec`).
* What they work on is blinded: c = m r^e for a fresh random r. The divisions and the recombination
  around them are not constant in time, but see only numbers that nobody outside knows.
* The result is checked before it leaves: a fault in one half would give away a factor of n.

Verifying builds what must be there and compares all of it; nothing is parsed out of a signature.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import gmpy2

Random = Callable[[int], bytes]
SHORTEST, LONGEST = 1024, 4096  # bits of a modulus that is worked with
LONGEST_EXPONENT = 32  # bits of a public one: the peer chooses what verifying costs us
EXPONENT: Final = 65537  # of keys made here
_LEAST_PADDING: Final = 8  # bytes of 0xFF
_MOST_TRIES: Final = 1 << 16  # candidates for a prime; one in 350 is, at 1024 bits
_ROUNDS: Final = 64  # of the primality test: 40 Miller-Rabin behind GMP's Baillie-PSW


@dataclass(frozen=True, slots=True)
class PublicKey:
    n: int
    e: int

    @property
    def bits(self) -> int:
        return self.n.bit_length()

    @property
    def length(self) -> int:
        """Bytes of a signature."""
        return (self.bits + 7) // 8


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """All that PKCS#1 keeps (RFC 8017, A.1.2): d_p and d_q are d mod p-1 and q-1."""

    n: int
    e: int
    d: int = field(repr=False)
    p: int = field(repr=False)
    q: int = field(repr=False)
    d_p: int = field(repr=False)
    d_q: int = field(repr=False)
    q_inverse: int = field(repr=False)

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.n, self.e)


def unusable(key: PublicKey) -> str:
    """Why a public key is not worked with, in words; empty if it is."""
    if key.bits < SHORTEST:
        return f"its RSA key has {key.bits} bits, and {SHORTEST} are the least"
    if key.bits > LONGEST:
        return f"its RSA key has {key.bits} bits, and {LONGEST} are the most"
    if key.n % 2 == 0 or key.e % 2 == 0 or not 3 <= key.e < 1 << LONGEST_EXPONENT:
        return "its RSA key is not one"
    return ""


def agrees(key: PrivateKey) -> bool:
    """Whether the parts of a private key belong together; with others `sign` raises."""
    p, q, d = key.p, key.q, key.d
    if min(p, q) < 3 or p % 2 == 0 or q % 2 == 0 or p * q != key.n:
        return False
    return (
        key.e * d % (p - 1) == 1
        and key.e * d % (q - 1) == 1
        and (key.d_p, key.d_q) == (d % (p - 1), d % (q - 1))
        and key.q_inverse * q % p == 1
    )


def sign(key: PrivateKey, data: bytes, random: Random) -> bytes:
    """The signature of `data`, which is padded as it is; ValueError if the key is too short."""
    public = key.public
    message = _padded(data, public.length)
    n, p, q = gmpy2.mpz(key.n), gmpy2.mpz(key.p), gmpy2.mpz(key.q)
    blind = gmpy2.mpz(int.from_bytes(random(public.length + 8), "big")) % (n - 3) + 2
    unblind = gmpy2.invert(blind, n)
    c = message * gmpy2.powmod(blind, key.e, n) % n
    s_p = gmpy2.powmod_sec(c % p, key.d_p, p)
    s_q = gmpy2.powmod_sec(c % q, key.d_q, q)
    s = s_q + (s_p - s_q) * key.q_inverse % p * q
    signature = int(s * unblind % n)
    if gmpy2.powmod(signature, key.e, n) != message:
        raise ValueError("the private key does not fit itself, or the machine has miscalculated")
    return signature.to_bytes(public.length, "big")


def verify(key: PublicKey, data: bytes, signature: bytes) -> bool:
    """Whether this is the signature of `data`, padded as it is. Never raises."""
    if unusable(key) or len(signature) != key.length:
        return False
    value = int.from_bytes(signature, "big")
    if value >= key.n or len(data) > key.length - 3 - _LEAST_PADDING:
        return False
    return int(gmpy2.powmod(value, key.e, key.n)) == _padded(data, key.length)


def make_key(bits: int, random: Random) -> PrivateKey:
    """A new key (FIPS 186-5, A.1.3). It takes a tenth of a second at 2048 bits."""
    if bits % 2 or not SHORTEST <= bits <= LONGEST:
        raise ValueError(f"a key of {bits} bits")
    p = _make_prime(bits // 2, random)
    q = _make_prime(bits // 2, random)
    while abs(p - q).bit_length() <= bits // 2 - 100:
        q = _make_prime(bits // 2, random)
    d = int(gmpy2.invert(EXPONENT, gmpy2.lcm(p - 1, q - 1)))
    inverse = int(gmpy2.invert(q, p))
    return PrivateKey(p * q, EXPONENT, d, p, q, d % (p - 1), d % (q - 1), inverse)


def _make_prime(bits: int, random: Random) -> int:
    """The two top bits are set, so that the product of two has exactly twice as many."""
    for _ in range(_MOST_TRIES):
        candidate = int.from_bytes(random((bits + 7) // 8), "big") % (1 << bits)
        candidate |= 3 << bits - 2 | 1
        if gmpy2.gcd(candidate - 1, EXPONENT) == 1 and gmpy2.is_prime(candidate, _ROUNDS):
            return candidate
    raise ValueError("chance gives no prime")


def _padded(data: bytes, length: int) -> int:
    """EMSA-PKCS1-v1_5 (RFC 8017, 9.2) round `data`, as a number."""
    filling = length - 3 - len(data)
    if filling < _LEAST_PADDING:
        raise ValueError(f"{len(data)} bytes do not fit a key of {8 * length} bits")
    return int.from_bytes(b"\0\1" + b"\xff" * filling + b"\0" + data, "big")
