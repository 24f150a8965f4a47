"""A scripted L2TP LNS, as an old server is one: bytes and numbering by another hand.

Never imports gateway.l2tp or gateway.crypto. As `l2tp_lac.py` it drops what comes out of order and
sends one message at a time. One `Lns` is the server's end towards one address.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from struct import pack, unpack_from

from tests.pair.peers.l2tp_lac import (
    CDN,
    DATA_OF_LINUX,
    HELLO,
    ICCN,
    ICRP,
    ICRQ,
    NAMES,
    SCCCN,
    SCCRP,
    SCCRQ,
    STOPCCN,
    WAITS,
    avp,
    body,
    control,
    read,
)

OCRQ = 7
Random = Callable[[int], bytes]


@dataclass
class LnsCall:
    """One call as the server sees it."""

    call: int
    peer: int
    up: bool = False


@dataclass
class Tunnel:
    """One control connection; ids without `peer` are the server's."""

    tunnel: int
    peer: int
    up: bool = False
    calls: dict[int, LnsCall] = field(default_factory=dict)
    ns: int = 0
    nr: int = 0
    queue: deque[tuple[int, bytes]] = field(default_factory=deque)
    sent: bool = False
    due: float | None = None
    tries: int = 0


@dataclass
class Lns:
    """`lines`: calls it takes at a time. `vendor` and `firmware` are those of Windows 2000."""

    random: Random
    lines: int = 8
    takes_tunnels: bool = True
    answers_calls: bool = True
    asks_secret: bool = False
    vendor: bytes = b"Microsoft"
    firmware: int = 0x0500
    tunnels: dict[int, Tunnel] = field(default_factory=dict)
    frames: list[tuple[int, bytes]] = field(default_factory=list)  # (our call, frame)
    heard: list[str] = field(default_factory=list)
    ended: list[tuple[str, int, str]] = field(default_factory=list)  # message, result, text
    errors: list[str] = field(default_factory=list)

    @property
    def calls(self) -> list[LnsCall]:
        return [call for tunnel in self.tunnels.values() for call in tunnel.calls.values()]

    def forget(self) -> None:
        """Restarted."""
        self.tunnels.clear()

    # what the server does of itself

    def hang_up(self, call: int, now: float, result: int = 3) -> list[bytes]:
        tunnel = self._of_call(call)
        peer = tunnel.calls.pop(call).peer
        pairs = [avp(1, pack("!HH", result, 0) + b"ended by the server"), avp(14, pack("!H", call))]
        return self._say(tunnel, peer, body(CDN, *pairs), now)

    def stop(self, now: float) -> list[bytes]:
        found: list[bytes] = []
        for tunnel in self.tunnels.values():
            pairs = [avp(9, pack("!H", tunnel.tunnel)), avp(1, pack("!HH", 6, 0) + b"going down")]
            tunnel.calls.clear()
            found += self._say(tunnel, 0, body(STOPCCN, *pairs), now)
        return found

    def hello(self, now: float) -> list[bytes]:
        return [each for tunnel in self.tunnels.values() for each in self.tell(tunnel, HELLO, now)]

    def call_out(self, now: float) -> list[bytes]:
        """An outgoing call request, which the gateway has no use for."""
        (tunnel,) = self.tunnels.values()
        numbers = [avp(15, pack("!I", 1)), avp(16, pack("!I", 1)), avp(17, pack("!I", 1))]
        numbers += [avp(18, pack("!I", 1)), avp(19, pack("!I", 1)), avp(21, b"1")]
        return self._say(tunnel, 0, body(OCRQ, avp(14, pack("!H", 999)), *numbers), now)

    def tell(self, tunnel: Tunnel, kind: int, now: float, *pairs: bytes) -> list[bytes]:
        return self._say(tunnel, 0, body(kind, *pairs), now)

    def send_frame(self, call: int, frame: bytes) -> list[bytes]:
        tunnel = self._of_call(call)
        head = pack("!HHHH", 0x4002, 8 + len(frame), tunnel.peer, tunnel.calls[call].peer)
        return [head + frame]

    # the door: UDP payloads in and out

    def receive(self, message: bytes, now: float) -> list[bytes]:
        flags = unpack_from("!H", message)[0]
        if not flags & 0x8000:
            return self._data(flags, message)
        _, length, number, called, ns, nr = unpack_from("!HHHHHH", message)
        if flags != 0xC802 or length != len(message):
            self.errors.append(f"header {message[:4].hex()}")
        if number == 0:
            return self._dialled(message, ns, now)
        tunnel = self.tunnels.get(number)
        if tunnel is None:
            return []
        found = self._acknowledged(tunnel, nr, now)
        if length == 12:
            return found
        if ns != tunnel.nr:
            early = (ns - tunnel.nr) % 65536 < 32768
            return found if early else found + self._zlb(tunnel)
        tunnel.nr = (ns + 1) % 65536
        answers = self._hear(tunnel, called, read(message[12:]), now)
        return found + (answers or self._zlb(tunnel))

    def handle_timeout(self, now: float) -> list[bytes]:
        found: list[bytes] = []
        for tunnel in list(self.tunnels.values()):
            if tunnel.due is None or now < tunnel.due:
                continue
            tunnel.tries += 1
            if tunnel.tries >= len(WAITS):
                del self.tunnels[tunnel.tunnel]
                self.ended.append(("silence", 0, ""))
                continue
            tunnel.due = now + WAITS[tunnel.tries]
            found += self._front(tunnel)
        return found

    def deadline(self) -> float | None:
        times = [each.due for each in self.tunnels.values() if each.due is not None]
        return min(times, default=None)

    # inside

    def _dialled(self, message: bytes, ns: int, now: float) -> list[bytes]:
        said = read(message[12:])
        if unpack_from("!H", said[0])[0] != SCCRQ or ns:
            self.errors.append("a message to no tunnel that is no SCCRQ")
            return []
        peer = unpack_from("!H", said[9])[0]
        for known in self.tunnels.values():
            if known.peer == peer:
                return self._front(known) if known.sent else self._zlb(known)
        missing = {2, 3, 7, 9} - set(said)
        if missing or not said[7]:
            self.errors.append(f"SCCRQ without {sorted(missing)} or with an empty host name")
        self.heard.append("SCCRQ")
        if not self.takes_tunnels:
            return []
        tunnel = Tunnel(self._id(), peer, nr=1)
        self.tunnels[tunnel.tunnel] = tunnel
        pairs = [
            avp(2, pack("!H", 0x0100)),
            avp(3, pack("!I", 1)),
            avp(4, pack("!I", 0)),
            avp(6, pack("!H", self.firmware), mandatory=False),
            avp(7, b"OLDSERVER"),
            avp(8, self.vendor, mandatory=False),
            avp(9, pack("!H", tunnel.tunnel)),
            avp(10, pack("!H", 8)),
        ]
        pairs += [avp(11, b"prove it")] if self.asks_secret else []
        return self._say(tunnel, 0, body(SCCRP, *pairs), now)

    def _hear(self, tunnel: Tunnel, called: int, said: dict[int, bytes], now: float) -> list[bytes]:
        kind = unpack_from("!H", said[0])[0]
        self.heard.append(NAMES.get(kind, str(kind)))
        if kind == SCCCN:
            tunnel.up = True
        elif kind == ICRQ:
            return self._requested(tunnel, said, now)
        elif kind == ICCN:
            tunnel.calls[called].up = True
        elif kind in (CDN, STOPCCN):
            self.ended.append((NAMES[kind], unpack_from("!H", said[1])[0], said[1][4:].decode()))
            if kind == CDN:
                tunnel.calls.pop(called, None)
            else:
                zlb = self._zlb(tunnel)
                del self.tunnels[tunnel.tunnel]
                return zlb
        return []

    def _requested(self, tunnel: Tunnel, said: dict[int, bytes], now: float) -> list[bytes]:
        peer = unpack_from("!H", said[14])[0]
        if not tunnel.up:
            self.errors.append("a call before the tunnel is confirmed")
        if not self.answers_calls:
            return []
        number = self._id()
        if len(self.calls) >= self.lines:
            pairs = [avp(1, pack("!HH", 4, 0) + b"no line free"), avp(14, pack("!H", number))]
            return self._say(tunnel, peer, body(CDN, *pairs), now)
        tunnel.calls[number] = LnsCall(number, peer)
        return self._say(tunnel, peer, body(ICRP, avp(14, pack("!H", number))), now)

    def _data(self, flags: int, message: bytes) -> list[bytes]:
        """Our LAC always sends the length; Linux, where it carries, does not (RFC 2661, 3.1)."""
        if flags == DATA_OF_LINUX:
            flags, message = 0x4002, message[:2] + pack("!H", len(message) + 2) + message[2:]
        if flags != 0x4002:
            self.errors.append(f"data flags {flags:#06x}")
        _, length, number, called = unpack_from("!HHHH", message)
        tunnel = self.tunnels.get(number)
        if tunnel is not None and called in tunnel.calls:
            self.frames.append((called, message[8:length]))
        return []

    def _of_call(self, call: int) -> Tunnel:
        return next(tunnel for tunnel in self.tunnels.values() if call in tunnel.calls)

    def _say(self, tunnel: Tunnel, called: int, content: bytes, now: float) -> list[bytes]:
        tunnel.queue.append((called, content))
        return [] if tunnel.sent else self._next(tunnel, now)

    def _next(self, tunnel: Tunnel, now: float) -> list[bytes]:
        tunnel.sent, tunnel.tries, tunnel.due = bool(tunnel.queue), 0, None
        if not tunnel.queue:
            return []
        tunnel.due = now + WAITS[0]
        return self._front(tunnel)

    def _front(self, tunnel: Tunnel) -> list[bytes]:
        called, content = tunnel.queue[0]
        return [control(tunnel.peer, called, tunnel.ns, tunnel.nr, content)]

    def _acknowledged(self, tunnel: Tunnel, nr: int, now: float) -> list[bytes]:
        if not tunnel.sent or nr != (tunnel.ns + 1) % 65536:
            return []
        tunnel.ns = nr
        tunnel.queue.popleft()
        return self._next(tunnel, now)

    def _zlb(self, tunnel: Tunnel) -> list[bytes]:
        return [control(tunnel.peer, 0, (tunnel.ns + tunnel.sent) % 65536, tunnel.nr)]

    def _id(self) -> int:
        return int.from_bytes(self.random(2), "big") or 1
