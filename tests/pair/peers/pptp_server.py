"""A PPTP server by another hand: it never imports `gateway.pptp`.

Control messages are packed here byte by byte from RFC 2637, 2. What the server hears it keeps as
(type, whole message) in `heard`; what is wrong with it is a sentence in `errors`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from struct import pack, unpack_from

from gateway.wire.udp import Datagram, Endpoint

COOKIE = bytes.fromhex("1a2b3c4d")
SIZES = {1: 156, 3: 16, 4: 16, 5: 16, 6: 20, 7: 168, 10: 24, 12: 16, 13: 148, 15: 24}


def control(number: int, body: bytes) -> bytes:
    return pack("!HH", 12 + len(body), 1) + COOKIE + pack("!HH", number, 0) + body


def name(text: str) -> bytes:
    return text.encode().ljust(64, b"\0")


def started(result: int = 1, version: int = 0x0100, vendor: str = "Microsoft") -> bytes:
    return control(
        2, pack("!HBBIIHH", version, result, 0, 3, 3, 0, 0x0893) + name("NTSERVER") + name(vendor)
    )


def answered(call: int, peer: int, result: int = 1, error: int = 0, window: int = 2) -> bytes:
    return control(8, pack("!HHBBHIHHI", call, peer, result, error, 0, 64000, window, 0, 0))


def disconnected(call: int, result: int = 4) -> bytes:
    return control(13, pack("!HBBHH", call, result, 0, 0, 0) + bytes(128))


def set_link(peer: int) -> bytes:
    return control(15, pack("!HHII", peer, 0, 0xFFFFFFFF, 0xFFFFFFFF))


STOP = control(3, pack("!BBH", 1, 0, 0))
STOPPED = control(4, pack("!BBH", 1, 0, 0))
ECHO = control(5, pack("!I", 0x01020304))


@dataclass
class PptpServer:
    """Answers by its `replies`: message type -> what it sends; an empty answer is silence.

    An NT 4 server unless told otherwise.
    """

    call: int = 0x1111
    result: int = 1
    window: int = 2
    vendor: str = "Microsoft"
    silent: frozenset[int] = frozenset()
    heard: list[tuple[int, bytes]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    peer: int = 0
    _stream: bytes = b""

    def types(self) -> list[int]:
        return [number for number, _ in self.heard]

    def receive(self, data: bytes, now: float) -> list[bytes]:
        self._stream += data
        answers: list[bytes] = []
        while len(self._stream) >= 12 and len(self._stream) >= self._size():
            size = self._size()
            message, self._stream = self._stream[:size], self._stream[size:]
            answers += self._hear(message)
        return answers

    def _size(self) -> int:
        length = int.from_bytes(self._stream[:2], "big")
        number = int.from_bytes(self._stream[8:10], "big")
        if self._stream[2:8] != b"\0\1" + COOKIE or SIZES.get(number) != length:
            self.errors.append(f"malformed: {self._stream[:12].hex()}")
        return max(length, 12)

    def _hear(self, message: bytes) -> list[bytes]:
        number = message[9]
        self.heard.append((number, message))
        if number in self.silent:
            return []
        if number == 7:
            self.peer = int.from_bytes(message[12:14], "big")
        answers: dict[int, Callable[[], list[bytes]]] = {
            1: lambda: [started(vendor=self.vendor)],
            3: lambda: [STOPPED],
            5: lambda: [control(6, message[12:16] + pack("!BBH", 1, 0, 0))],
            7: self._answer_call,
            12: lambda: [disconnected(self.call)],
        }
        return answers.get(number, list)()

    def _answer_call(self) -> list[bytes]:
        reply = answered(self.call, self.peer, self.result, window=self.window)
        links = [set_link(self.peer)] * 2 if self.result == 1 else []
        return [reply, *links]


@dataclass
class GreServer:
    """The server's end of the GRE, as a node: frames out by number, acknowledgements as `acks`.

    `acks` is the seconds an acknowledgement waits, or None if there is none ever. `window` is the
    most it holds unacknowledged: more than that at once is an error of the other side.
    """

    here: Endpoint
    there: Endpoint
    peer_call: int
    acks: float | None = 0.0
    window: int = 2
    got: list[bytes] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    next: int = 0
    highest: int = -1
    acked: int = -1
    heard_ack: int = -1
    due: float | None = None

    def say(self, frames: Iterable[bytes]) -> list[Datagram]:
        return [self._out(self._number(frame)) for frame in frames]

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        packet = datagram.payload
        flags, protocol, length, _ = unpack_from("!HHHH", packet)
        at = 8
        if protocol != 0x880B or flags & 0x2007 != 0x2001:
            self.errors.append(f"not enhanced GRE: {packet[:8].hex()}")
        if flags & 0x1000:
            number = int.from_bytes(packet[at : at + 4], "big")
            at += 4
            self.highest = max(self.highest, number)
        if flags & 0x0080:
            self.heard_ack = int.from_bytes(packet[at : at + 4], "big")
            at += 4
        if len(packet) - at != length:
            self.errors.append(f"{len(packet) - at} bytes, {length} said")
        if flags & 0x1000:
            self.got.append(packet[at:])
            self._check_window()
            self.due = self.due or (None if self.acks is None else now + self.acks)
        return []

    def handle_timeout(self, now: float) -> list[Datagram]:
        self.due = None
        self.acked = self.highest
        return [self._out(pack("!HHHHI", 0x2081, 0x880B, 0, self.peer_call, self.acked))]

    def deadline(self) -> float | None:
        return self.due

    def _check_window(self) -> None:
        if self.acks is not None and self.highest - self.acked > self.window:
            self.errors.append(f"{self.highest - self.acked} packets in a window of {self.window}")

    def _number(self, frame: bytes) -> bytes:
        head = pack("!HHHHI", 0x3001, 0x880B, len(frame), self.peer_call, self.next)
        self.next += 1
        return head + frame

    def _out(self, packet: bytes) -> Datagram:
        return Datagram(self.here, self.there, packet)
