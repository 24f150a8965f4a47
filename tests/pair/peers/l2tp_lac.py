"""A scripted L2TP LAC, as an old client is one: bytes and numbering by another hand.

Never imports gateway.l2tp or gateway.crypto. Unlike our own end it drops what comes out of order
and sends one message at a time, both of which RFC 2661 allows.
"""

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from struct import pack, unpack_from

from gateway.wire.udp import Datagram, Endpoint

SCCRQ, SCCRP, SCCCN, STOPCCN, HELLO, ICRQ, ICRP, ICCN, CDN = 1, 2, 3, 4, 6, 10, 11, 12, 14
NAMES = {
    SCCRQ: "SCCRQ", SCCRP: "SCCRP", SCCCN: "SCCCN", STOPCCN: "StopCCN", HELLO: "HELLO",
    ICRQ: "ICRQ", ICRP: "ICRP", ICCN: "ICCN", CDN: "CDN",
}  # fmt: skip
WAITS = (1.0, 2.0, 4.0, 8.0, 8.0)  # seconds; after the last the client gives up
Random = Callable[[int], bytes]
DATA_OF_LINUX = 0x0002  # the flags of data that the kernel of the gateway has sent


@dataclass(frozen=True)
class Profile:
    """What one kind of client says. `window`: messages it lets us have under way."""

    name: str
    vendor: bytes
    firmware: int
    host_name: bytes | None
    window: int = 8
    tunnel: int = 0  # 0: a random id, else always this one
    our_ids_in_close: bool = False


# The SCCRQ seen on a Huawei Quidway and a Cisco router: CLIENTS, L2TP.
WINDOWS_2000 = Profile("windows-2000", b"Microsoft", 0x0500, b"OLDBOX", tunnel=1)
# What xl2tpd and VPNease had to do for it; no capture of it is known.
MSL2TP = Profile("msl2tp", b"Deterministic Networks Inc.", 0xFF00, None, our_ids_in_close=True)
# tests/vectors/l2tp/gen-l2tp-mschapv2.pcap
XL2TPD = Profile("xl2tpd", b"xelerance.com", 0x0690, b"lac.example.net", window=4)


def avp(kind: int, value: bytes, mandatory: bool = True) -> bytes:
    return pack("!HHH", (0x8000 if mandatory else 0) | 6 + len(value), 0, kind) + value


def hide(kind: int, value: bytes, secret: bytes, vector: bytes, padding: bytes = b"") -> bytes:
    """A hidden AVP (RFC 2661, 4.3); a Random Vector AVP of `vector` has to come before it."""
    plain = pack("!H", len(value)) + value + padding
    mask = hashlib.md5(pack("!H", kind) + secret + vector).digest()
    hidden = b""
    for start in range(0, len(plain), 16):
        block = bytes(a ^ b for a, b in zip(plain[start : start + 16], mask, strict=False))
        hidden += block
        mask = hashlib.md5(secret + block).digest()
    return pack("!HHH", 0xC000 | 6 + len(hidden), 0, kind) + hidden


def control(tunnel: int, call: int, ns: int, nr: int, body: bytes = b"") -> bytes:
    return pack("!HHHHHH", 0xC802, 12 + len(body), tunnel, call, ns, nr) + body


def body(message_type: int, *avps: bytes) -> bytes:
    return avp(0, pack("!H", message_type)) + b"".join(avps)


def read(content: bytes) -> dict[int, bytes]:
    """The values by kind, the first of two alike."""
    found: dict[int, bytes] = {}
    while content:
        length = unpack_from("!H", content)[0] & 0x3FF
        found.setdefault(unpack_from("!H", content, 4)[0], content[6:length])
        content = content[length:]
    return found


@dataclass
class LacCall:
    """One call as the client sees it; `peer` is the LNS's id, 0 until the ICRP."""

    call: int
    peer: int = 0
    up: bool = False
    ns: int = 0


@dataclass
class Lac:
    """`dial` brings up a tunnel with `calls` calls. What is not right is in `errors`."""

    here: Endpoint
    there: Endpoint
    profile: Profile
    random: Random
    secret: bytes | None = None
    sequencing: bool = False
    tunnel: int = 0
    peer_tunnel: int = 0
    open: bool = False
    calls: dict[int, LacCall] = field(default_factory=dict)
    frames: list[bytes] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)  # names of the messages, in order
    ended: list[tuple[str, int, int, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    waits: tuple[float, ...] = WAITS
    _wanted: int = 1
    _ns: int = 0
    _nr: int = 0
    _queue: deque[tuple[int, bytes]] = field(default_factory=deque)
    _sent: bool = False
    _due: float | None = None
    _tries: int = 0
    _challenge: bytes = b""

    @property
    def up(self) -> bool:
        return self.open and bool(self.calls) and all(call.up for call in self.calls.values())

    # what the user does

    def dial(self, now: float, calls: int = 1) -> list[Datagram]:
        """From nothing, whatever was before: a machine that was switched off and on again."""
        self._wanted, self._ns, self._nr, self.peer_tunnel = calls, 0, 0, 0
        self.calls, self.open = {}, False
        self._queue.clear()
        self._sent, self._due = False, None
        self.tunnel = self.profile.tunnel or self._id()
        who = self.profile
        pairs = [avp(2, b"\1\0"), avp(3, pack("!I", 1)), avp(4, pack("!I", 0))]
        pairs += [avp(6, pack("!H", who.firmware), mandatory=False)]
        pairs += [] if who.host_name is None else [avp(7, who.host_name)]
        pairs += [avp(8, who.vendor, mandatory=False), avp(9, pack("!H", self.tunnel))]
        pairs += [avp(10, pack("!H", who.window))]
        if self.secret is not None:
            self._challenge = self.random(16)
            pairs += [avp(11, self._challenge)]
        return self._say(0, body(SCCRQ, *pairs), now)

    def call(self, now: float) -> list[Datagram]:
        """One call more in the tunnel that is up."""
        number = self._id()
        self.calls[number] = LacCall(number)
        pairs = [avp(14, pack("!H", number)), avp(15, pack("!I", 1)), avp(18, pack("!I", 1))]
        return self._say(0, body(ICRQ, *pairs), now)

    def hang_up_call(self, number: int, now: float) -> list[Datagram]:
        call = self.calls.pop(number)
        said = call.peer if self.profile.our_ids_in_close else call.call
        pairs = [avp(1, pack("!HH", 3, 0)), avp(14, pack("!H", said))]
        return self._say(call.peer, body(CDN, *pairs), now)

    def hang_up(self, now: float) -> list[Datagram]:
        """CDN for every call, then StopCCN, as Windows does."""
        found = []
        for number in list(self.calls):
            found += self.hang_up_call(number, now)
        self.open = False
        said = self.peer_tunnel if self.profile.our_ids_in_close else self.tunnel
        pairs = [avp(9, pack("!H", said)), avp(1, pack("!HH", 1, 0) + b"bye")]
        return found + self._say(0, body(STOPCCN, *pairs), now)

    def send_frame(self, number: int, frame: bytes) -> list[Datagram]:
        call = self.calls[number]
        if not self.sequencing:
            head = pack("!HHHH", 0x4002, 8 + len(frame), self.peer_tunnel, call.peer)
        else:
            numbers = (self.peer_tunnel, call.peer, call.ns, 0)
            head = pack("!HHHHHH", 0x4802, 12 + len(frame), *numbers)
            call.ns = (call.ns + 1) % 65536
        return self._datagram(head + frame)

    def ask_alive(self, now: float) -> list[Datagram]:
        return self._say(0, body(HELLO), now)

    # the door

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        message = datagram.payload
        flags = unpack_from("!H", message)[0]
        if not flags & 0x8000:
            self._data(flags, message)
            return []
        _, length, tunnel, called, ns, nr = unpack_from("!HHHHHH", message)
        if flags != 0xC802 or length != len(message):
            self.errors.append(f"header {message[:4].hex()}")
        if tunnel != self.tunnel:
            return []  # of a tunnel this client has forgotten
        found = self._acknowledged(nr, now)
        if length == 12:
            return found
        if ns != self._nr:
            early = (ns - self._nr) % 65536 < 32768
            if early and (ns - self._nr) % 65536 >= self.profile.window:
                self.errors.append("more messages under way than the window has room for")
            return found if early else found + self._zlb()
        self._nr = (ns + 1) % 65536
        answers = self._hear(called, read(message[12:]), now)
        return found + (answers or self._zlb())

    def handle_timeout(self, now: float) -> list[Datagram]:
        if self._due is None or now < self._due:
            return []
        self._tries += 1
        if self._tries >= len(self.waits):
            self._due, self.open = None, False
            self.ended.append(("silence", 0, 0, ""))
            return []
        self._due = now + self.waits[self._tries]
        return self._front()

    def deadline(self) -> float | None:
        return self._due

    # inside

    def _hear(self, called: int, said: dict[int, bytes], now: float) -> list[Datagram]:
        kind = unpack_from("!H", said[0])[0]
        self.heard.append(NAMES.get(kind, str(kind)))
        if kind == SCCRP:
            return self._connected(said, now)
        if kind == ICRP:
            return self._answered(called, said, now)
        if kind in (CDN, STOPCCN):
            result = said[1]
            error = unpack_from("!H", result, 2)[0] if len(result) > 2 else 0
            text = result[4:].decode()
            self.ended.append((NAMES[kind], unpack_from("!H", result)[0], error, text))
            self.open &= kind == CDN
            self.calls = {} if kind == STOPCCN else self._without(called)
        return []

    def _without(self, called: int) -> dict[int, LacCall]:
        if called not in self.calls:
            self.errors.append(f"CDN for call {called}, which is not ours")
        return {number: call for number, call in self.calls.items() if number != called}

    def _connected(self, said: dict[int, bytes], now: float) -> list[Datagram]:
        self.peer_tunnel = unpack_from("!H", said[9])[0]
        missing = {2, 3, 7, 9} - set(said)
        if missing:
            self.errors.append(f"SCCRP without {sorted(missing)}")
        pairs = []
        if self.secret is not None:
            if said.get(13) != hashlib.md5(b"\2" + self.secret + self._challenge).digest():
                self.errors.append("wrong challenge response")
            pairs = [avp(13, hashlib.md5(b"\3" + self.secret + said[11]).digest())]
        elif 11 in said:
            self.errors.append("asked for a secret we do not have")
        self.open = True
        found = self._say(0, body(SCCCN, *pairs), now)
        for _ in range(self._wanted):
            found += self.call(now)
        return found

    def _answered(self, called: int, said: dict[int, bytes], now: float) -> list[Datagram]:
        call = self.calls.get(called)
        if call is None:
            self.errors.append(f"ICRP for call {called}, which is not ours")
            return []
        call.peer, call.up = unpack_from("!H", said[14])[0], True
        pairs = [avp(24, pack("!I", 10_000_000)), avp(19, pack("!I", 1))]
        pairs += [avp(39, b"")] if self.sequencing else []
        return self._say(call.peer, body(ICCN, *pairs), now)

    def _data(self, flags: int, message: bytes) -> None:
        """Our LNS always sends the length, and numbers only if asked to; Linux sends neither."""
        if flags == DATA_OF_LINUX and not self.sequencing:
            flags, message = 0x4002, message[:2] + pack("!H", len(message) + 2) + message[2:]
        if flags != (0x4802 if self.sequencing else 0x4002):
            self.errors.append(f"data flags {flags:#06x}")
        _, length, tunnel, called = unpack_from("!HHHH", message)
        if tunnel == self.tunnel and called in self.calls:
            self.frames.append(message[12 if flags & 0x0800 else 8 : length])

    def _say(self, called: int, content: bytes, now: float) -> list[Datagram]:
        self._queue.append((called, content))
        if self._sent:
            return []
        return self._next(now)

    def _next(self, now: float) -> list[Datagram]:
        self._sent, self._tries, self._due = bool(self._queue), 0, None
        if not self._queue:
            return []
        self._due = now + self.waits[0]
        return self._front()

    def _front(self) -> list[Datagram]:
        called, content = self._queue[0]
        return self._datagram(control(self.peer_tunnel, called, self._ns, self._nr, content))

    def _acknowledged(self, nr: int, now: float) -> list[Datagram]:
        if not self._sent or nr != (self._ns + 1) % 65536:
            return []
        self._ns = nr
        self._queue.popleft()
        return self._next(now)

    def _zlb(self) -> list[Datagram]:
        following = (self._ns + self._sent) % 65536
        return self._datagram(control(self.peer_tunnel, 0, following, self._nr))

    def _datagram(self, payload: bytes) -> list[Datagram]:
        return [Datagram(self.here, self.there, payload)]

    def _id(self) -> int:
        return int.from_bytes(self.random(2), "big") or 1
