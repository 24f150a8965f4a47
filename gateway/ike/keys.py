"""The key schedule of IKE (RFC 2409, 5, 5.5 and appendix B)."""

from dataclasses import dataclass, field
from math import ceil

from gateway.crypto.cbc import Cipher
from gateway.crypto.mac import Hash, digest, hmac
from gateway.crypto.weak import is_weak
from gateway.ike.errors import BadPayload
from gateway.ike.proposals import IkeSuite


@dataclass(frozen=True, slots=True)
class Keys:
    """What phase 1 leaves behind for all that it protects."""

    hash: Hash
    cipher: Cipher
    skeyid: bytes = field(repr=False)
    skeyid_d: bytes = field(repr=False)
    skeyid_a: bytes = field(repr=False)
    cipher_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What went over in the clear in main mode, and the secret it made."""

    cookie_i: bytes
    cookie_r: bytes
    sai_b: bytes
    g_xi: bytes
    g_xr: bytes
    ni_b: bytes
    nr_b: bytes
    g_xy: bytes = field(repr=False)


def psk_skeyid(hash: Hash, psk: bytes, ni_b: bytes, nr_b: bytes) -> bytes:
    """SKEYID = prf(pre-shared-key, Ni_b | Nr_b)."""
    return hmac(hash, psk, ni_b + nr_b)


def rsa_skeyid(hash: Hash, ni_b: bytes, nr_b: bytes, g_xy: bytes) -> bytes:
    """SKEYID = prf(Ni_b | Nr_b, g^xy), where both ends sign."""
    return hmac(hash, ni_b + nr_b, g_xy)


def derive_keys(suite: IkeSuite, skeyid: bytes, exchanged: Exchanged) -> Keys:
    skeyid_d, skeyid_a, skeyid_e = derive_skeyids(
        suite.hash, skeyid, exchanged.g_xy, exchanged.cookie_i + exchanged.cookie_r
    )
    cipher_key = expand_key(suite.hash, skeyid_e, suite.key_length)
    return Keys(suite.hash, suite.cipher, skeyid, skeyid_d, skeyid_a, cipher_key)


def derive_skeyids(
    hash: Hash, skeyid: bytes, g_xy: bytes, cookies: bytes
) -> tuple[bytes, bytes, bytes]:
    """SKEYID_d, SKEYID_a and SKEYID_e."""
    end = g_xy + cookies
    skeyid_d = hmac(hash, skeyid, end + b"\0")
    skeyid_a = hmac(hash, skeyid, skeyid_d + end + b"\1")
    return skeyid_d, skeyid_a, hmac(hash, skeyid, skeyid_a + end + b"\2")


def expand_key(hash: Hash, skeyid_e: bytes, length: int) -> bytes:
    """A cipher's key out of SKEYID_e, lengthened if that is too short (appendix B)."""
    if len(skeyid_e) >= length:
        return skeyid_e[:length]
    blocks = [hmac(hash, skeyid_e, b"\0")]
    for _ in range(ceil(length / hash.size) - 1):
        blocks.append(hmac(hash, skeyid_e, blocks[-1]))
    return b"".join(blocks)[:length]


def check_strong(cipher: Cipher, *keys: bytes) -> None:
    """For the asking end, which draws first and cannot mend it: BadPayload for a weak key."""
    if any(is_weak(cipher, key) for key in keys):
        raise BadPayload("the keys that this makes are weak")


def first_iv(keys: Keys, g_xi: bytes, g_xr: bytes) -> bytes:
    """The IV of main mode's first encrypted message (appendix B)."""
    return digest(keys.hash, g_xi + g_xr)[: keys.cipher.block]


def message_iv(keys: Keys, last_block: bytes, message_id: bytes) -> bytes:
    """The IV of the first message behind phase 1 with a message ID (appendix B)."""
    return digest(keys.hash, last_block + message_id)[: keys.cipher.block]


def hash_i(keys: Keys, exchanged: Exchanged, idii_b: bytes) -> bytes:
    e = exchanged
    return hmac(
        keys.hash, keys.skeyid, e.g_xi + e.g_xr + e.cookie_i + e.cookie_r + e.sai_b + idii_b
    )


def hash_r(keys: Keys, exchanged: Exchanged, idir_b: bytes) -> bytes:
    e = exchanged
    return hmac(
        keys.hash, keys.skeyid, e.g_xr + e.g_xi + e.cookie_r + e.cookie_i + e.sai_b + idir_b
    )


def keymat(
    keys: Keys, protocol: int, spi: bytes, nonces: bytes, length: int, g_xy: bytes = b""
) -> bytes:
    """KEYMAT of one direction (5.5); `nonces` is Ni_b | Nr_b of quick mode, `g_xy` its PFS."""
    seed = g_xy + bytes((protocol,)) + spi + nonces
    blocks = [hmac(keys.hash, keys.skeyid_d, seed)]
    for _ in range(ceil(length / keys.hash.size) - 1):
        blocks.append(hmac(keys.hash, keys.skeyid_d, blocks[-1] + seed))
    return b"".join(blocks)[:length]
