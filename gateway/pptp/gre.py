"""Enhanced GRE, the data path of one call: road code, run for every packet (RFC 2637, 4)."""

from collections import deque
from enum import IntEnum
from struct import Struct
from typing import Final

from gateway.pptp.numbers import (
    ACK_DELAY,
    DEAF_AFTER,
    ENHANCED_GRE,
    FIRST_TIMEOUT,
    GAP_PACKETS,
    GAP_WAIT,
    LONGEST_TIMEOUT,
    MOST_SEQUENCE,
    QUEUE,
    RESTART_AFTER,
    SHORTEST_TIMEOUT,
    WINDOW,
)
from gateway.wire.words import Word

HEADER: Final = 8  # bytes: flags, protocol type, payload length, call id
NEVER: Final = float("inf")
HALF: Final = 0x80000000
KEY, SEQUENCE, ACK, VERSION = 0x2000, 0x1000, 0x0080, 0x0001
ALLOWED: Final = KEY | SEQUENCE | ACK | VERSION
SEQUENCED: Final = KEY | SEQUENCE | VERSION  # the three kinds of packet there are
SEQUENCED_ACK: Final = KEY | SEQUENCE | ACK | VERSION
ACK_ALONE: Final = KEY | ACK | VERSION
UNBOUNDED: Final = MOST_SEQUENCE + 1
_HEADER = Struct("!HHHH")
_NUMBERED = Struct("!HHHHI")
_BOTH = Struct("!HHHHII")
_NUMBER = Struct("!I")


class Drop(IntEnum):
    """Why something was not carried. Negative, so that no call id is mistaken for one."""

    TRUNCATED = -1  # shorter than its header, or than the payload length says
    NOT_PPTP = -2  # another version, another protocol type, or no key
    BAD_FLAGS = -3  # checksum, routing, recursion: never in enhanced GRE
    NO_SEQUENCE = -4  # a payload without a sequence number
    OTHER_CALL = -5
    LATE = -6  # a duplicate, or given up waiting for
    BAD_ACK = -7  # acknowledges what was never sent
    QUEUE_FULL = -8  # the peer's window has been shut for too long


def call_id_of(packet: bytes, start: int, end: int) -> int:
    """The call a GRE packet in `packet[start:end]` belongs to, or a `Drop`, which is negative."""
    if end - start < HEADER:
        return Drop.TRUNCATED
    flags, protocol, _, call_id = _HEADER.unpack_from(packet, start)
    if protocol != ENHANCED_GRE or flags & 0x0007 != VERSION or not flags & KEY:
        return Drop.NOT_PPTP
    return int(call_id)


class Gre:
    """One call's frames in and out of GRE packets, without their IP header.

    `seal` and `open` are for every packet. When `ready` is true, or `deadline` has come, send what
    `drain` returns; at the deadline also take what `late` returns. `counts` says what was dropped,
    `timeouts` how often a shut window was opened by time, `skipped` how many of the peer's
    packets never came in time.
    """

    __slots__ = (
        "_ack_at", "_ack_every", "_acked", "_deviation", "_expected", "_gap_at", "_grown", "_held",
        "_late_expected", "_late_run", "_next", "_open_at", "_our_call", "_peer_call",
        "_queue", "_room", "_round_trip", "_silent", "_strict", "_timed", "_timed_at", "_timeout",
        "_since", "_unacked", "_widest", "_window", "counts", "heard", "ready", "sent", "skipped",
        "timeouts",
    )  # fmt: skip

    def __init__(
        self,
        our_call: int,
        peer_call: int,
        peer_window: int,
        our_window: int = WINDOW,
        *,
        strict: bool = False,
    ) -> None:
        """Call ids and windows are those of the Outgoing-Call messages. `strict`: the window holds
        for a whole second, and also towards a peer that never acknowledges."""
        self._strict = strict
        self.ready = False
        self.counts: dict[Drop, int] = {}
        self.timeouts = self.skipped = 0
        self._our_call, self._peer_call = our_call, peer_call
        # Sending: sequence numbers from _acked up to _next are under way.
        self._next = self._acked = 0
        self._queue: deque[bytes] = deque()
        self._widest = max(1, peer_window)
        self._window = self._room = (self._widest + 1) // 2  # 4.2.1: begin with half
        self._grown = self._silent = 0
        self._open_at = NEVER  # when a shut window is held to be open
        self._timed, self._timed_at = 0, NEVER  # the packet whose round trip is measured
        self._round_trip = self._deviation = 0.0
        self._timeout = LONGEST_TIMEOUT if strict else FIRST_TIMEOUT
        # Receiving: _expected is the next in order, _held are those that came before their turn.
        self._expected = self._unacked = 0
        self._ack_every = max(1, our_window // 2)
        self._ack_at = self._gap_at = NEVER
        self._held: dict[int, tuple[float, bytes]] = {}
        self._late_run, self._late_expected = 0, -1
        # Kept for a successor: the next number to send, and the next to come.
        self.sent: Word = [0]
        self.heard: Word = [0]
        self._since = 0

    def resume(self, sent: int, heard: int) -> None:
        """Go on where another has ended: with these numbers next.

        What the peer has sent since is lost, so the first packet that comes is the next one. To
        send there is no jump: who buffers packets before a gap takes no number far behind it.
        """
        self._next = self._acked = self.sent[0] = sent
        self._since = self.heard[0] = heard
        self._expected = -1

    def seal(self, frame: bytes, now: float) -> bytes | None:
        """The packet that carries `frame`; None if it waits for the peer's window or is dropped."""
        if self._queue or (self._next - self._acked) & MOST_SEQUENCE >= self._room:
            return self._wait(frame, now)
        return self._pack(frame, now)

    def open(self, packet: bytes, start: int, end: int, now: float) -> list[bytes]:
        """The frames that `packet[start:end]` makes deliverable, in the peer's order."""
        if end - start < HEADER:
            return self._drop(Drop.TRUNCATED)
        flags, protocol, length, call_id = _HEADER.unpack_from(packet, start)
        if flags == SEQUENCED:
            at = start + 12
        elif flags == SEQUENCED_ACK:
            at = start + 16
        else:
            return self._open_bare(packet, start, end, now)
        if protocol != ENHANCED_GRE or call_id != self._our_call:
            return self._drop(Drop.OTHER_CALL if protocol == ENHANCED_GRE else Drop.NOT_PPTP)
        if at + length > end:
            return self._drop(Drop.TRUNCATED)
        if flags == SEQUENCED_ACK:
            self._take_ack(_NUMBER.unpack_from(packet, start + 12)[0], now)
        sequence = _NUMBER.unpack_from(packet, start + 8)[0]
        if sequence != self._expected or self._held:
            return self._open_unordered(sequence, packet[at : at + length], now)
        self._expected = self.heard[0] = (sequence + 1) & MOST_SEQUENCE
        self._unacked += 1
        if self._unacked == 1:
            self._ack_at = now + ACK_DELAY
        elif self._unacked >= self._ack_every:
            self.ready = True
        return [packet[at : at + length]] if length else []

    def drain(self, now: float) -> list[bytes]:
        """Packets to send now: frames the window lets go, and an acknowledgement if one is due."""
        self.ready = False
        packets = []
        if self._queue and now >= self._open_at:
            self._time_out()
        while self._queue and (self._next - self._acked) & MOST_SEQUENCE < self._room:
            packets.append(self._pack(self._queue.popleft(), now))
        if now >= self._ack_at or self._unacked >= self._ack_every:
            packets.append(self._pack_ack())
        return packets

    def late(self, now: float) -> list[bytes]:
        """Frames that have waited long enough for the ones before them, which are given up."""
        frames: list[bytes] = []
        while now >= self._gap_at:
            frames += self._skip()
        return frames

    def deadline(self) -> float | None:
        soonest = min(self._ack_at, self._gap_at, self._open_at if self._queue else NEVER)
        return None if soonest == NEVER else soonest

    def _pack(self, frame: bytes, now: float) -> bytes:
        sequence = self._next
        self._next = self.sent[0] = (sequence + 1) & MOST_SEQUENCE
        if self._timed_at == NEVER:
            self._timed, self._timed_at = sequence, now
        if sequence == self._acked:
            self._open_at = now + self._timeout
        if not self._unacked:
            head = _NUMBERED.pack(SEQUENCED, ENHANCED_GRE, len(frame), self._peer_call, sequence)
            return head + frame
        self._unacked, self._ack_at = 0, NEVER
        return (
            _BOTH.pack(
                SEQUENCED_ACK, ENHANCED_GRE, len(frame), self._peer_call, sequence,
                (self._expected - 1) & MOST_SEQUENCE,
            )
            + frame
        )  # fmt: skip

    def _pack_ack(self) -> bytes:
        self._unacked, self._ack_at = 0, NEVER
        number = (self._expected - 1) & MOST_SEQUENCE
        return _NUMBERED.pack(ACK_ALONE, ENHANCED_GRE, 0, self._peer_call, number)

    def _wait(self, frame: bytes, now: float) -> bytes | None:
        """The window is shut, or others wait already."""
        if now >= self._open_at:
            self._time_out()
        if not self._queue and (self._next - self._acked) & MOST_SEQUENCE < self._room:
            return self._pack(frame, now)
        if len(self._queue) >= QUEUE:
            self._drop(Drop.QUEUE_FULL)
        else:
            self._queue.append(frame)
        self.ready = self.ready or (self._next - self._acked) & MOST_SEQUENCE < self._room
        return None

    def _time_out(self) -> None:
        """What is under way is held to have arrived or died; we go on, more slowly (4.2.2, 4.4).

        A peer that has not acknowledged for several time-outs never will: from then on its window
        does not hold us, until it acknowledges after all.
        """
        self.timeouts += 1
        self._silent += 1
        self._acked = self._next
        self._timed_at = self._open_at = NEVER
        self._grown = 0
        self._window = (self._window + 1) // 2
        self._timeout = min(2 * self._timeout, LONGEST_TIMEOUT)
        deaf = self._silent >= DEAF_AFTER and not self._strict
        self._room = UNBOUNDED if deaf else self._window

    def _take_ack(self, number: int, now: float) -> None:
        first = (number + 1) & MOST_SEQUENCE
        if (self._next - first) & MOST_SEQUENCE >= HALF:
            self._drop(Drop.BAD_ACK)
            return
        if self._silent:
            self._silent, self._room = 0, self._window
        moved = (first - self._acked) & MOST_SEQUENCE
        if moved == 0 or moved >= HALF:
            return
        self._acked = first
        self._open_at = now + self._timeout
        if (number - self._timed) & MOST_SEQUENCE < HALF and self._timed_at != NEVER:
            self._measure(now - self._timed_at)
        self._grown += moved
        if self._grown >= self._window:  # 4.2.3: a window's worth without a time-out
            self._grown = 0
            self._window = self._room = min(self._window + 1, self._widest)
        if self._queue:
            self.ready = True

    def _measure(self, sample: float) -> None:
        """Adapt the time-out to a round trip, as RFC 2637, 4.4.1 does: gains 1/8 and 1/4, four
        deviations."""
        self._timed_at = NEVER
        error = sample - self._round_trip
        self._round_trip += error / 8
        self._deviation += (abs(error) - self._deviation) / 4
        wanted = self._round_trip + 4 * self._deviation
        shortest = LONGEST_TIMEOUT if self._strict else SHORTEST_TIMEOUT
        self._timeout = min(max(wanted, shortest), LONGEST_TIMEOUT)

    def _open_bare(self, packet: bytes, start: int, end: int, now: float) -> list[bytes]:
        """Anything but a frame with its number: an acknowledgement alone, or not for us."""
        flags, _, length, call_id = _HEADER.unpack_from(packet, start)
        found = call_id_of(packet, start, end)
        if found < 0:
            return self._drop(Drop(found))
        if flags & ~ALLOWED:
            return self._drop(Drop.BAD_FLAGS)
        if call_id != self._our_call:
            return self._drop(Drop.OTHER_CALL)
        if length:
            return self._drop(Drop.NO_SEQUENCE)
        if flags & ACK:
            if end - start < HEADER + 4:
                return self._drop(Drop.TRUNCATED)
            self._take_ack(_NUMBER.unpack_from(packet, start + HEADER)[0], now)
        return []

    def _open_unordered(self, sequence: int, frame: bytes, now: float) -> list[bytes]:
        if self._expected < 0:
            missed = (sequence - self._since) & MOST_SEQUENCE
            self._expected = sequence if missed < HALF else self._since
        ahead = (sequence - self._expected) & MOST_SEQUENCE
        if ahead >= HALF and not self._counts_anew(sequence):
            return self._drop(Drop.LATE)
        if sequence in self._held:
            return self._drop(Drop.LATE)
        if sequence == self._expected:
            self._count_received(now)
            return [each for each in (frame, *self._take_held(now)) if each]
        if not self._held:
            self._gap_at = now + GAP_WAIT
        self._held[sequence] = (now, frame)
        return self._skip() if len(self._held) >= GAP_PACKETS else []

    def _counts_anew(self, sequence: int) -> bool:
        """Whether so many late packets came in a row that the peer must have started again."""
        if self._late_expected != self._expected:
            self._late_expected, self._late_run = self._expected, 0
        self._late_run += 1
        if self._late_run < RESTART_AFTER:
            return False
        self._held.clear()
        self._gap_at = NEVER
        self._expected = sequence
        return True

    def _skip(self) -> list[bytes]:
        """Give up the packets before the first one held."""
        first = min(self._held, key=lambda each: (each - self._expected) & MOST_SEQUENCE)
        self.skipped += (first - self._expected) & MOST_SEQUENCE
        self._expected = first
        return self._take_held(self._held[first][0])

    def _take_held(self, now: float) -> list[bytes]:
        """All held frames that are in order now."""
        frames = []
        while (waiting := self._held.pop(self._expected, None)) is not None:
            frames += [waiting[1]] if waiting[1] else []
            self._count_received(now)
        oldest = min((came for came, _ in self._held.values()), default=NEVER)
        self._gap_at = oldest + GAP_WAIT
        return frames

    def _count_received(self, now: float) -> None:
        self._expected = self.heard[0] = (self._expected + 1) & MOST_SEQUENCE
        self._unacked += 1
        if self._unacked == 1:
            self._ack_at = now + ACK_DELAY
        self.ready = self.ready or self._unacked >= self._ack_every

    def _drop(self, reason: Drop) -> list[bytes]:
        self.counts[reason] = self.counts.get(reason, 0) + 1
        return []
