"""ESP in transport mode by another hand: it never imports `gateway.esp` or `gateway.crypto`.

Raises ValueError for a packet that a strict receiver drops. Keeps no window: what comes twice is
opened twice, and `sequences` tells.
"""

import hashlib
import hmac
from collections.abc import Callable
from struct import pack, unpack_from

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.pair.peers.ike_state import Pair

TRANSPORT = 2
HASHES = {1: hashlib.md5, 2: hashlib.sha1}


class EspPair:
    """One `Pair` of the scripted initiator at work. `random` gives the IVs."""

    def __init__(self, pair: Pair, random: Callable[[int], bytes]) -> None:
        self.pair = pair
        self.spi_in, self.spi_out = pair.spi_in, pair.spi_out
        self.in_udp = pair.encapsulation != TRANSPORT
        self.port = pair.port if self.in_udp else 0
        self.marker = bytes(8) if self.port == 500 else b""
        self.sent = 0
        self.sequences: list[int] = []  # of what came and was right
        self._random = random
        self._hash = HASHES[pair.esp.auth]
        self._block = 16 if pair.esp.cipher == 12 else 8
        self._cut = pair.esp.keymat_length - self._hash().digest_size

    def seal(self, payload: bytes) -> bytes:
        self.sent += 1
        padding = bytes(range(1, 1 + -(len(payload) + 2) % self._block))
        plain = payload + padding + bytes((len(padding), 17))
        iv = self._random(self._block)
        encryptor = self._cipher(self.pair.keymat_out, iv).encryptor()
        signed = self.spi_out + pack("!I", self.sent) + iv + encryptor.update(plain)
        return signed + self._icv(self.pair.keymat_out, signed)

    def open(self, packet: bytes) -> bytes:
        signed, icv = packet[:-12], packet[-12:]
        if self._icv(self.pair.keymat_in, signed) != icv:
            raise ValueError("an ICV is wrong")
        self.sequences.append(unpack_from("!I", packet, 4)[0])
        iv, body = signed[8 : 8 + self._block], signed[8 + self._block :]
        plain = self._cipher(self.pair.keymat_in, iv).decryptor().update(body)
        count, following = plain[-2:]
        if following != 17 or plain[-2 - count : -2] != bytes(range(1, count + 1)):
            raise ValueError("what ends an ESP packet is wrong")
        return plain[: -2 - count]

    def _cipher(self, keymat: bytes, iv: bytes) -> Cipher[modes.CBC]:
        key = keymat[: self._cut]
        if self.pair.esp.cipher == 12:
            return Cipher(algorithms.AES(key), modes.CBC(iv))
        return Cipher(TripleDES(key * 3 if len(key) == 8 else key), modes.CBC(iv))

    def _icv(self, keymat: bytes, signed: bytes) -> bytes:
        return hmac.new(keymat[self._cut :], signed, self._hash).digest()[:12]
