"""MPPE and the sums of MS-CHAP by another hand: RFC 3078, 3079, 2433 and 2759 read once more.

Nothing of `gateway` is used. RC4 is written out, DES comes from `cryptography`, SHA-1 from hashlib;
MD4 is not needed, since the hashes of the one password there is are printed in the RFCs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha1

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import ECB

PASSWORD = "clientPass"  # RFC 2759, 9.2 and RFC 3079, 2.5 have it and its hashes
NT_HASH = bytes.fromhex("44ebba8d5312b8d611474411f56989ae")
NT_HASH_HASH = bytes.fromhex("41c00c584bd2d91c4017a2a12fa59f3f")
LM_HASH = bytes.fromhex("76a152936096d7830e2390227404afd2")
MAGIC1 = b"This is the MPPE Master Key"
MAGIC2 = b"On the client side, this is the send key; on the server side, it is the receive key."
MAGIC3 = b"On the client side, this is the receive key; on the server side, it is the send key."
PAD1, PAD2 = bytes(40), b"\xf2" * 40
LENGTH = {40: 8, 56: 8, 128: 16}


def rc4(key: bytes) -> Callable[[bytes], bytes]:
    """Key schedule and generator as Rivest's cipher was published in 1994."""
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    state = [0, 0]

    def crypt(data: bytes) -> bytes:
        found = bytearray()
        i, j = state
        for byte in data:
            i = (i + 1) % 256
            j = (j + box[i]) % 256
            box[i], box[j] = box[j], box[i]
            found.append(byte ^ box[(box[i] + box[j]) % 256])
        state[:] = i, j
        return bytes(found)

    return crypt


def response(challenge: bytes, password_hash: bytes) -> bytes:
    """ChallengeResponse."""
    padded = password_hash + bytes(5)
    return b"".join(_des(padded[at : at + 7], challenge) for at in (0, 7, 14))


def challenge_hash(peer: bytes, authenticator: bytes, user: bytes) -> bytes:
    return sha1(peer + authenticator + user.split(b"\\")[-1]).digest()[:8]


def start_keys_v2(nt_response: bytes, bits: int) -> tuple[bytes, bytes]:
    """For what the client sends, and for what the server sends."""
    master = sha1(NT_HASH_HASH + nt_response + MAGIC1).digest()[:16]
    both = (sha1(master + PAD1 + magic + PAD2).digest() for magic in (MAGIC2, MAGIC3))
    to_server, to_client = (each[: LENGTH[bits]] for each in both)
    return to_server, to_client


def start_keys_v1(challenge: bytes, bits: int) -> tuple[bytes, bytes]:
    if bits < 128:
        return LM_HASH[:8], LM_HASH[:8]
    key = sha1(NT_HASH_HASH + NT_HASH_HASH + challenge).digest()[: LENGTH[bits]]
    return key, key


def reduced(key: bytes, bits: int) -> bytes:
    salt = {40: b"\xd1\x26\x9e", 56: b"\xd1", 128: b""}[bits]
    return salt + key[len(salt) :]


@dataclass
class Direction:
    """One direction's key, count and stream. `linux`: a reset is a change of key."""

    start: bytes
    bits: int
    stateful: bool
    linux: bool = False

    def __post_init__(self) -> None:
        self.session = reduced(self._sha(self.start), self.bits)
        self.crypt = rc4(self.session)
        self.count = 0  # of the next frame
        self.flush = self.lost = False
        self.changes = 0

    def _sha(self, session: bytes) -> bytes:
        return sha1(self.start + PAD1 + session + PAD2).digest()[: len(self.start)]

    def change(self) -> None:
        interim = self._sha(self.session)
        self.session = reduced(rc4(interim)(interim), self.bits)
        self.crypt = rc4(self.session)
        self.changes += 1

    def anew(self) -> None:
        if self.linux:
            self.change()
        else:
            self.crypt = rc4(self.session)

    def seal(self, data: bytes) -> bytes:
        count, self.count = self.count, (self.count + 1) % 4096
        flushed = True
        if not self.stateful or count % 256 == 255:
            self.change()
        elif self.flush:
            self.anew()
        else:
            flushed = False
        self.flush = False
        return (0x1000 + 0x8000 * flushed + count).to_bytes(2) + self.crypt(data)

    def open(self, field: bytes) -> bytes | None:
        """None: a frame is missing before this one, or an earlier one. Nothing: it is late."""
        head = int.from_bytes(field[:2])
        assert head & 0x7000 == 0x1000, f"flags {head:04x}"
        count, flushed = head & 0xFFF, bool(head & 0x8000)
        if (count - self.count) % 4096 >= 2048:
            return b""
        if not self.stateful:
            assert flushed, "a stateless frame that is not flushed"
            while True:
                self.change()
                self.count = (self.count + 1) % 4096
                if self.count == (count + 1) % 4096:
                    return self.crypt(field[2:])
        return self._open_stateful(field, count, flushed)

    def _open_stateful(self, field: bytes, count: int, flushed: bool) -> bytes | None:
        if self.linux:
            return self._open_as_linux(field, count, flushed)
        if count != self.count:
            self.lost = True
        if self.lost and not flushed:
            return None
        while self.count != count:
            if self.count % 256 == 255:
                self.change()
            self.count = (self.count + 1) % 4096
        if count % 256 == 255:
            assert flushed, "a flag packet that is not flushed"
            self.change()
        elif flushed:
            self.anew()
        self.count, self.lost = (count + 1) % 4096, False
        return self.crypt(field[2:])

    def _open_as_linux(self, field: bytes, count: int, flushed: bool) -> bytes | None:
        """Even a flagged frame is dropped if it shows the loss. Then a key for each 256 counts, and
        one for the flag: what was flagged and lost is not made up for."""
        if not self.lost and count != self.count:
            self.lost = True
            return None
        if self.lost and not flushed:
            return None
        while self.count // 256 != count // 256:
            self.change()
            self.count = (self.count + 256) % 4096
        if flushed:
            self.change()
        self.count, self.lost = (count + 1) % 4096, False
        return self.crypt(field[2:])


def _des(key: bytes, block: bytes) -> bytes:
    bits = f"{int.from_bytes(key):056b}"
    whole = bytes(int(bits[at : at + 7] + "0", 2) for at in range(0, 56, 7))
    return Cipher(TripleDES(whole * 3), ECB()).encryptor().update(block)
