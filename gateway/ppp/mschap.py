"""The sums of MS-CHAP (RFC 2433) and MS-CHAPv2 (RFC 2759), and the keys that MPPE makes of them
(RFC 3079).

Postern never answers a challenge. It sees one answered in passing, and with the user's hashes it
can tell whether they are the right ones, and what both ends will encrypt with.
"""

from dataclasses import dataclass, field
from typing import Final

from gateway.crypto.lm import des
from gateway.crypto.mac import SHA1, digest, equal
from gateway.crypto.md4 import md4
from gateway.crypto.passwords import Hashes
from gateway.ppp.errors import BadPacket

NT_RESPONSE: Final = 24  # bytes
RESPONSE: Final = 49  # bytes of either version's value (RFC 2433, 5; RFC 2759, 4)
CHALLENGES: Final = {1: 8, 2: 16}  # bytes, by version
HALF_KEY, WHOLE_KEY = 8, 16  # bytes of a start key for 40 or 56 bits, and for 128

# RFC 3079, 3.4
_MASTER: Final = b"This is the MPPE Master Key"
_CLIENT_SENDS: Final = (
    b"On the client side, this is the send key; on the server side, it is the receive key."
)
_SERVER_SENDS: Final = (
    b"On the client side, this is the receive key; on the server side, it is the send key."
)
_PAD1: Final = bytes(40)
_PAD2: Final = b"\xf2" * 40


@dataclass(frozen=True, slots=True)
class Proof:
    """A challenge, and how a client answered it. Who has this may search for the password."""

    version: int
    challenge: bytes = field(repr=False)
    value: bytes = field(repr=False)
    user: bytes  # as it stands in the packet, often with a domain before it

    @property
    def nt_response(self) -> bytes:
        return self.value[24:48]


def parse_proof(version: int, challenge: bytes, value: bytes, user: bytes) -> Proof:
    """BadPacket for sizes that the version does not have."""
    if len(challenge) != CHALLENGES[version] or len(value) != RESPONSE:
        raise BadPacket(f"MS-CHAP of {len(challenge)} and {len(value)} bytes")
    return Proof(version, challenge, value, user)


def is_proved(proof: Proof, hashes: Hashes) -> bool:
    """Whether the client answered with the password of these hashes."""
    if proof.version == 1 and not proof.value[48]:  # 2433, 5: the LM response is the one to use
        lm = hashes.lm
        return lm is not None and equal(answer(proof.challenge, lm), proof.value[:NT_RESPONSE])
    return equal(answer(_challenge_of(proof), hashes.nt), proof.nt_response)


def answer(challenge: bytes, password_hash: bytes) -> bytes:
    """ChallengeResponse: eight bytes under the three thirds of a hash (RFC 2433, A.5)."""
    padded = password_hash.ljust(21, b"\0")
    return b"".join(des(padded[at : at + 7], challenge) for at in (0, 7, 14))


def needs_lm(proof: Proof, length: int) -> bool:
    """Whether start keys of so many bytes come from the LM hash (RFC 3079, 2.1 and 2.2)."""
    return proof.version == 1 and length == HALF_KEY


def start_keys(proof: Proof, hashes: Hashes, length: int) -> tuple[bytes, bytes]:
    """Start keys of `length` bytes: for what the client's end sends, and what it receives.

    ValueError where the LM hash is needed and not there.
    """
    if proof.version == 2:
        master = master_key(hashes.nt, proof.nt_response)
        return (
            _asymmetric(master, _CLIENT_SENDS)[:length],
            _asymmetric(master, _SERVER_SENDS)[:length],
        )
    if needs_lm(proof, length):
        if hashes.lm is None:
            raise ValueError("MS-CHAP needs the LM hash for 40 and 56 bits")
        both = hashes.lm[:HALF_KEY]
    else:
        hash_hash = md4(hashes.nt)  # GetStartKey of 2.4
        both = digest(SHA1, hash_hash + hash_hash + proof.challenge)[:length]
    return both, both


def master_key(nt_hash: bytes, nt_response: bytes) -> bytes:
    """GetMasterKey (RFC 3079, 3.4)."""
    return digest(SHA1, md4(nt_hash) + nt_response + _MASTER)[:WHOLE_KEY]


def challenge_hash(peer: bytes, authenticator: bytes, user: bytes) -> bytes:
    """Version 2's own challenge is one of three parts (RFC 2759, 8.2); `user` has no domain."""
    return digest(SHA1, peer + authenticator + user)[:8]


def without_domain(user: bytes) -> bytes:
    """What stands behind the last backslash: the name that goes into the sum."""
    return user[user.rfind(b"\\") + 1 :]


def _challenge_of(proof: Proof) -> bytes:
    if proof.version == 1:
        return proof.challenge
    return challenge_hash(proof.value[:16], proof.challenge, without_domain(proof.user))


def _asymmetric(master: bytes, magic: bytes) -> bytes:
    return digest(SHA1, master + _PAD1 + magic + _PAD2)
