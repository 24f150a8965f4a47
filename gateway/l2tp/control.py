"""Reliable delivery of control messages: numbers, window, resending (RFC 2661, 5.8, App. A)."""

from typing import NamedTuple

from gateway.l2tp.events import Send
from gateway.l2tp.header import Header, build_header
from gateway.l2tp.numbers import DEFAULT_WINDOW, FIRST_WAIT, LONGEST_WAIT, MOST_QUEUED, TRIES

NUMBERS = 0x10000
BEHIND = 0x8000  # from here on a distance means "before", not "after"


class Numbered(NamedTuple):
    """A message's header field Session ID and its attribute-value pairs."""

    call: int
    body: bytes


class Channel:
    """One control connection's two streams.

    `send` only queues. The owner ends each of its turns with `flush`, which sends what the window
    lets go and acknowledges what no other message has. Times are seconds on the caller's clock.
    """

    def __init__(self, peer_tunnel: int, window: int, counters: dict[str, int]) -> None:
        self.peer_tunnel = peer_tunnel
        self.failed = False  # the peer has not acknowledged a message sent TRIES times
        self._window = window  # ours: how far ahead a message may be and still be held
        self._counters = counters
        self._nr = 0  # next number expected
        self._held: dict[int, Numbered] = {}
        self._owed = False  # an acknowledgement
        self._queue: list[Numbered] = []  # not acknowledged; the first _sent are under way
        self._sent = 0
        self._first = 0  # Ns of the first in the queue
        self._due: float | None = None
        self._wait = FIRST_WAIT
        self._left = 0  # retransmissions
        self._peer_window = self._slow_until = DEFAULT_WINDOW
        self._congestion_window = 1
        self._credit = 0  # acknowledgements towards a wider congestion window

    @property
    def idle(self) -> bool:
        """Everything sent is acknowledged."""
        return not self._queue

    def set_peer_window(self, window: int) -> None:
        """The peer's Receive Window Size: messages that may be under way towards it."""
        self._peer_window = self._slow_until = window

    def kept(self) -> tuple[int, int, tuple[Numbered, ...], int]:
        """What `resume` needs: Nr, the Ns of the oldest message unacknowledged, these, the window.

        What is held for want of another before it was not acknowledged: it will come again.
        """
        return self._nr, self._first, tuple(self._queue), self._peer_window

    def resume(
        self, nr: int, first: int, queue: tuple[Numbered, ...], window: int, now: float
    ) -> None:
        """Go on where another has ended: what it may have sent leaves again at once."""
        self.set_peer_window(window)
        self._nr, self._first = nr, first
        self._queue.extend(queue)
        self._sent = min(len(queue), 1)
        self.wake(now)

    def receive(self, header: Header, body: bytes, now: float) -> list[Numbered]:
        """The messages that are now there in order, none of them a ZLB."""
        self._acknowledged(header.nr, now)
        if not body:
            return []
        if len(self._queue) >= MOST_QUEUED:  # each is answered, and it acknowledges nothing
            self._count("unacknowledged")
            return []
        ahead = (header.ns - self._nr) % NUMBERS
        if ahead >= BEHIND:
            self._owed = True  # or the peer, whose ack was lost, never stops
            self._count("duplicates")
            return []
        if ahead >= self._window:
            self._count("beyond_window")
            return []
        self._held[header.ns] = Numbered(header.call, body)
        if ahead:
            self._count("held")
        ready = []
        while self._nr in self._held:
            ready.append(self._held.pop(self._nr))
            self._nr = (self._nr + 1) % NUMBERS
            self._owed = True
        return ready

    def send(self, call: int, body: bytes) -> None:
        """Queue a message for the peer's call (0: for the tunnel)."""
        self._queue.append(Numbered(call, body))

    def flush(self, now: float) -> list[Send]:
        """What may leave now; a ZLB if an acknowledgement would otherwise wait."""
        sent = []
        while self._sent < min(len(self._queue), self._peer_window, self._congestion_window):
            if self._due is None:
                self._start(now)
            sent.append(self._build(self._sent))
            self._sent += 1
        if self._owed:
            self._owed = False
            sent.append(self._zlb())
        return sent

    def deadline(self) -> float | None:
        return self._due

    def handle_timeout(self, now: float) -> list[Send]:
        """Send the oldest message again; `failed` if that was done often enough."""
        if self._due is None or now < self._due:
            return []
        if self._left == 0:
            self.failed, self._due = True, None
            return []
        self._left -= 1
        self._wait = min(2 * self._wait, LONGEST_WAIT)
        self._due = now + self._wait
        self._slow_until = max(self._congestion_window // 2, 1)
        self._congestion_window, self._credit = 1, 0
        self._count("resent")
        return [self._build(0)]

    def wake(self, now: float) -> None:
        """Nothing could reach the peer for a while: what is under way is as good as new."""
        if self._sent:
            self._due, self._wait, self._left = now, FIRST_WAIT, TRIES

    def forget_unsent(self) -> None:
        """What has not left yet shall not: something more urgent follows."""
        del self._queue[self._sent :]

    def cancel(self) -> None:
        """Nothing is sent any more but acknowledgements."""
        self._first = (self._first + self._sent) % NUMBERS
        self._queue.clear()
        self._sent, self._due = 0, None

    def _acknowledged(self, nr: int, now: float) -> None:
        """Nr is the number the peer expects next; one we have not sent yet says nothing."""
        count = (nr - self._first) % NUMBERS
        if not 0 < count <= self._sent:
            return
        del self._queue[:count]
        for _ in range(count):
            self._widen()
        self._sent -= count
        self._first = nr
        self._due = None
        if self._sent:
            self._start(now)

    def _start(self, now: float) -> None:
        self._wait, self._left = FIRST_WAIT, TRIES - 1
        self._due = now + FIRST_WAIT

    def _widen(self) -> None:
        """Slow start, then congestion avoidance (Appendix A)."""
        self._credit += 1
        if self._congestion_window < self._slow_until or self._credit >= self._congestion_window:
            self._congestion_window = min(self._congestion_window + 1, self._peer_window)
            self._credit = 0

    def _build(self, place: int) -> Send:
        """The message at a place of the queue; its Nr is always the newest."""
        self._owed = False
        message = self._queue[place]
        ns = (self._first + place) % NUMBERS
        header = Header(self.peer_tunnel, message.call, ns, self._nr)
        return Send(build_header(header, message.body))

    def _zlb(self) -> Send:
        ns = (self._first + self._sent) % NUMBERS
        return Send(build_header(Header(self.peer_tunnel, 0, ns, self._nr), b""))

    def _count(self, reason: str) -> None:
        self._counters[reason] = self._counters.get(reason, 0) + 1
