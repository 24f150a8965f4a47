"""Road code: checks, decrypts and unpacks the packets of one inbound SA (RFC 2406, 3.4)."""

from gateway.crypto.cbc import carry_decrypt
from gateway.crypto.mac import equal, keyed
from gateway.esp.errors import Drop
from gateway.esp.numbers import HEADER, ICV, NEXT_UDP, TRAILER
from gateway.esp.packet import SEQUENCE_FORM
from gateway.esp.replay import ReplayWindow
from gateway.esp.sa import Half
from gateway.esp.suites import Suite, split_keymat


class Inbound(Half):
    """From the client to us; `spi` is ours.

    `newest`: the last packet that was let through is also the newest by its sequence number. Only
    such a packet may move its session to a new address (DESIGN.md, 7).
    """

    __slots__ = ("_block", "_decrypt", "_keyed", "_replay", "_shortest", "heard_at", "newest")
    direction = "inbound"

    def __init__(
        self, spi: int, suite: Suite, keymat: bytes, life_bytes: int | None = None
    ) -> None:
        """`life_bytes`: payload bytes after which all is dropped; None is no limit."""
        super().__init__(spi, suite, life_bytes)
        cipher_key, mac_key = split_keymat(suite, keymat)
        self.newest = False
        self.heard_at: float | None = None  # seconds; kept by `SaTable.open`
        self._block = suite.cipher.block
        self._shortest = 2 * self._block  # the IV, and one block for the trailer
        self._decrypt = carry_decrypt(suite.cipher, cipher_key)
        self._keyed = keyed(suite.hash, mac_key)
        self._replay = ReplayWindow()

    def open(self, packet: bytes, start: int = 0, end: int | None = None) -> bytes | Drop:
        """The UDP segment inside the ESP packet `packet[start:end]`, or why there is none."""
        if end is None:
            end = len(packet)
        if self.payload_bytes >= self.limit:
            return self._drop(Drop.EXPIRED)
        body_at, icv_at, block = start + HEADER, end - ICV, self._block
        length = icv_at - body_at
        if length < self._shortest or length % block or end > len(packet):
            return self._drop(Drop.SHORT)
        sequence: int = SEQUENCE_FORM.unpack_from(packet, start)[0]
        if self._replay.refuses(sequence):
            return self._drop(Drop.REPLAY)
        mac = self._keyed.copy()
        mac.update(packet[start:icv_at])
        if not equal(mac.finalize()[:ICV], packet[icv_at:end]):
            return self._drop(Drop.AUTH)
        newest = self._replay.accept(sequence)
        # The first block out is what the carried context makes of the IV, not part of the packet.
        plain = self._decrypt(packet[body_at:icv_at])
        pad_length = plain[-2]
        padding_at = length - TRAILER - pad_length
        # What the padding says is not looked at: the ICV has vouched for it, and an old client that
        # pads with zeros does no harm (RFC 2406, 2.4: a receiver SHOULD inspect it).
        if padding_at < block:
            return self._drop(Drop.PADDING)
        if plain[-1] != NEXT_UDP:
            return self._drop(Drop.PROTOCOL)
        self.newest = newest
        if newest:
            self.word[0] = sequence
        self.sequence = sequence
        self.packets += 1
        self.payload_bytes += padding_at - block
        return plain[block:padding_at]

    def verify(self, packet: bytes, start: int, end: int) -> int | Drop:
        """The sequence number of a packet that is authentic, or why it is not.

        For an SA that somebody else has taken over: nothing is decrypted, and the window neither
        asked nor moved.
        """
        if end - ICV - start - HEADER < self._shortest or end > len(packet):
            return self._drop(Drop.SHORT)
        mac = self._keyed.copy()
        mac.update(packet[start : end - ICV])
        if not equal(mac.finalize()[:ICV], packet[end - ICV : end]):
            return self._drop(Drop.AUTH)
        return int(SEQUENCE_FORM.unpack_from(packet, start)[0])

    def window(self) -> tuple[int, int]:
        """The newest number, and what was accepted below it: see `ReplayWindow.seen`."""
        return self._replay.top, self._replay.seen()

    def resume(self, heard: int) -> None:
        """Somebody else has let in numbers up to `heard`."""
        self._replay.skip_to(heard)
        self.word[0] = self._replay.top
