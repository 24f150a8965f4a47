"""One trace: whose packets, how many, and what waits to be fetched.

Whoever fetches too slowly loses packets of the trace, which are counted; the road never waits.
"""

from collections import deque
from typing import Final

from gateway.bridge.client_leg import ClientLeg
from gateway.control.trace import (
    DECRYPTED,
    OUTER,
    Kind,
    Report,
    Wanted,
    build_end,
    build_frame,
    build_json,
    title,
)
from gateway.wire import pcapng
from gateway.wire.pcapng import INBOUND, OUTBOUND, Recorded

LARGEST: Final = 4 << 20  # bytes that wait
AT_ONCE: Final = 256 << 10  # bytes that are fetched in one piece


class Trace:
    """`host`: four bytes, if an address was asked for; `client`: a name; `session`: a number.

    `wall` is what must be added to the gateway's clock to have the world's, in seconds.
    """

    def __init__(
        self,
        wanted: Wanted,
        now: float,
        wall: float,
        *,
        host: bytes | None = None,
        client: str = "",
        session: int = 0,
    ) -> None:
        self.wanted = wanted
        self.host, self.client, self.session = host, client, session
        self.leg: ClientLeg | None = None  # of that session: it may end while we look
        self.until = now + wanted.seconds
        self.ended = ""  # why, once it has
        self.packets = self.lost = 0
        self._wall = wall
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._told: set[str] = set()  # keys that were handed out
        interfaces = (("outside", "packets as they came"), ("decrypted", "the same, opened"))
        self._put(Kind.PACKETS, pcapng.build_section(title(wanted)))
        for name, about in interfaces:
            self._put(Kind.PACKETS, pcapng.build_interface(name, about))

    def add(
        self, packet: bytes, when: float, *, inbound: bool, opened: bytes | None, length: int = 0
    ) -> None:
        """A packet as it went; `opened` is the same in the clear, which had `length` bytes."""
        if self.ended:
            return
        micro = self._micro(when)
        flags = INBOUND if inbound else OUTBOUND
        blocks = pcapng.build_packet(Recorded(OUTER, micro, packet, len(packet), flags))
        if opened is not None:
            whole = max(length, len(opened))
            blocks += pcapng.build_packet(Recorded(DECRYPTED, micro, opened, whole, flags))
        if self._size + len(blocks) > LARGEST:
            self.lost += 1
            return
        self._put(Kind.PACKETS, blocks)
        self.packets += 1
        if self.packets >= self.wanted.packets:
            self.end("enough packets", when)

    def hand_out(self, name: str, key: dict[str, str]) -> None:
        """A key, if keys are asked for; `name` tells whether it was handed out before."""
        if self.wanted.keys and not self.ended and name not in self._told:
            self._told.add(name)
            self._put(Kind.KEYS, key)

    def end(self, why: str, now: float) -> None:
        """Nothing is added any more; what waits can still be fetched, and the report behind it."""
        if self.ended:
            return
        self.ended = why
        lost = pcapng.build_statistics(OUTER, self._micro(now), self.lost)
        self._put(Kind.PACKETS, lost)
        self._waiting.append(build_end(Report(self.packets, self.lost, why)))

    def take(self) -> bytes:
        """What is to be sent next; nothing if nothing waits."""
        pieces, size = [], 0
        while self._waiting and size < AT_ONCE:
            piece = self._waiting.popleft()
            pieces.append(piece)
            size += len(piece)
        self._size = max(0, self._size - size)
        return b"".join(pieces)

    @property
    def over(self) -> bool:
        """It has ended, and everything was fetched."""
        return bool(self.ended) and not self._waiting

    def _put(self, kind: Kind, body: bytes | dict[str, str]) -> None:
        frame = build_frame(kind, body) if isinstance(body, bytes) else build_json(kind, body)
        self._waiting.append(frame)
        self._size += len(frame)

    def _micro(self, when: float) -> int:
        return int((when + self._wall) * 1e6)
