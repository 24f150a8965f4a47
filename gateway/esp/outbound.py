"""Road code: pads, encrypts and signs the packets of one outbound SA (RFC 2406, 3.3)."""

from collections.abc import Callable

from gateway.crypto.cbc import carry_encrypt
from gateway.crypto.mac import keyed
from gateway.esp.errors import Drop
from gateway.esp.numbers import DRAWN_AT_ONCE, ICV, LAST_SEQUENCE
from gateway.esp.packet import HEADER_FORM, build_trailers
from gateway.esp.sa import Half
from gateway.esp.suites import Suite, split_keymat


class Outbound(Half):
    """From us to the client; `spi` is the client's."""

    __slots__ = ("_block", "_drawn", "_drawn_at", "_encrypt", "_keyed", "_random", "_trailers")
    direction = "outbound"

    def __init__(
        self,
        spi: int,
        suite: Suite,
        keymat: bytes,
        random: Callable[[int], bytes],
        life_bytes: int | None = None,
    ) -> None:
        """`life_bytes`: payload bytes after which nothing is sent any more; None is no limit."""
        super().__init__(spi, suite, life_bytes)
        cipher_key, mac_key = split_keymat(suite, keymat)
        self._block = suite.cipher.block
        self._trailers = build_trailers(self._block)
        self._encrypt = carry_encrypt(suite.cipher, cipher_key)
        self._keyed = keyed(suite.hash, mac_key)
        self._random = random
        self._drawn = b""
        self._drawn_at = 0

    def seal(self, payload: bytes) -> bytes | Drop:
        """An ESP packet around a UDP segment, or why there is none."""
        if self.payload_bytes >= self.limit:
            return self._drop(Drop.EXPIRED)
        if self.sequence >= LAST_SEQUENCE:
            return self._drop(Drop.EXHAUSTED)
        self.sequence = self.word[0] = self.sequence + 1
        if self._drawn_at == len(self._drawn):
            self._draw()
        # A block of randomness that is never sent turns into the IV: see `carry_encrypt`.
        at, block = self._drawn_at, self._block
        self._drawn_at = at + block
        plain = self._drawn[at : at + block] + payload + self._trailers[len(payload) % block]
        signed = HEADER_FORM.pack(self.spi, self.sequence) + self._encrypt(plain)
        mac = self._keyed.copy()
        mac.update(signed)
        self.packets += 1
        self.payload_bytes += len(payload)
        return signed + mac.finalize()[:ICV]

    def resume(self, sent: int) -> None:
        """Somebody else has sent numbers up to `sent`: none of these is sent again."""
        self.sequence = self.word[0] = max(self.sequence, sent)

    def _draw(self) -> None:
        drawn = self._random(DRAWN_AT_ONCE)
        if len(drawn) != DRAWN_AT_ONCE:
            raise ValueError(f"asked for {DRAWN_AT_ONCE} random bytes, given {len(drawn)}")
        self._drawn = drawn
        self._drawn_at = 0
