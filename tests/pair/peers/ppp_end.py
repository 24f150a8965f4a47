"""One end of a PPP link by another hand: as much of LCP, PAP and IPCP as comes up, and data frames.

It never imports `gateway.ppp`. A frame it wants on the wire is returned; what it got is in `got`.
"""

from dataclasses import dataclass, field
from struct import pack

LCP, PAP, IPCP = b"\xc0\x21", b"\xc0\x23", b"\x80\x21"
IP, IPX, NETBEUI = 0x0021, 0x002B, 0x003F
REQUEST, ACK, NAK, TERMINATE, TERMINATED, ECHO, ECHOED = 1, 2, 3, 5, 6, 9, 10
RESTART, TRIES = 3.0, 30  # seconds, and times: thrice the usual, for lines that lose a third
NOWHERE = bytes(4)


def with_header(protocol: int, payload: bytes) -> bytes:
    """A payload behind the header of its protocol: UDP in IPv4, IPX, or nothing."""
    if protocol == IP:
        addresses = bytes((10, 1, 0, 2, 10, 1, 0, 1))
        return pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, 17, 0) + addresses + payload
    if protocol == IPX:
        return pack("!HHBB", 0xFFFF, 30 + len(payload), 0, 4) + bytes(24) + payload
    return payload


@dataclass
class PppEnd:
    """`mru` None: none is asked for. `gives` is the address handed to the other end, `asks_pap`
    what a server does; `user` is who a client says it is."""

    magic: bytes
    address: bytes = NOWHERE
    mru: int | None = None
    gives: bytes | None = None
    asks_pap: bool = False
    user: str = ""
    password: str = ""
    bare: bool = False  # data frames without FF 03
    short: bool = False  # and with the protocol in one byte
    renegotiates: bool = False  # as the RFC has it; else a request that comes late is only answered
    got: list[bytes] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)  # LCP options the other end asked for
    acknowledged: bytes = b""  # our own LCP options, as they came back
    lcp_open: bool = False
    up: bool = False
    proved: bool = False
    terminated: bool = False
    due: float | None = None
    _number: int = 0
    _tries: int = 0
    _done: set[str] = field(default_factory=set)

    def start(self, now: float) -> list[bytes]:
        return self._ask(now)

    def say(self, protocol: int, payload: bytes) -> bytes:
        """A data frame as this end likes to write it; IP and IPX with the headers they have."""
        wide = pack("!H", protocol)
        head = b"" if self.bare else b"\xff\x03"
        return head + (wide[1:] if self.short else wide) + with_header(protocol, payload)

    def hang_up(self) -> list[bytes]:
        return [self._control(LCP, TERMINATE, b"bye")]

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        bare = frame.removeprefix(b"\xff\x03")
        protocol = bare[:2]
        if protocol not in (LCP, PAP, IPCP):
            self.got.append(frame)
            return []
        code, number, length = bare[2], bare[3], int.from_bytes(bare[4:6])
        data = bare[6 : 2 + length]
        if protocol == LCP:
            return self._hear_lcp(code, number, data, now)
        if not self.lcp_open:
            return []
        return (self._hear_pap if protocol == PAP else self._hear_ipcp)(code, number, data, now)

    def handle_timeout(self, now: float) -> list[bytes]:
        if self._tries >= TRIES:
            self.due = None
            return []
        return self._ask(now)

    def deadline(self) -> float | None:
        return self.due

    def _ask(self, now: float) -> list[bytes]:
        self.due, self._tries = now + RESTART, self._tries + 1
        if not self.lcp_open:
            return [self._control(LCP, REQUEST, self._lcp_options())]
        if self.user and not self.proved:
            text = [bytes([len(each)]) + each.encode() for each in (self.user, self.password)]
            return [self._control(PAP, REQUEST, b"".join(text))]
        if self.asks_pap and not self.proved:
            return []
        return [self._control(IPCP, REQUEST, b"\3\6" + self.address)]

    def _lcp_options(self) -> bytes:
        mru = b"" if self.mru is None else pack("!BBH", 1, 4, self.mru)
        return mru + (b"\3\4" + PAP if self.asks_pap else b"") + b"\5\6" + self.magic

    def _hear_lcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        if code == REQUEST:
            self.requests.append(data)
            anew = self._begin_anew(now) if self.lcp_open and self.renegotiates else []
            return [*anew, self._answer(LCP, ACK, number, data), *self._half("lcp theirs", now)]
        if code == ACK and number == self._number:
            self.acknowledged = data
            return self._half("lcp ours", now)
        if code == ECHO:
            return [self._answer(LCP, ECHOED, number, self.magic + data[4:])]
        if code == TERMINATE:
            self.terminated, self.up, self.due = True, False, None
            return [self._answer(LCP, TERMINATED, number, b"")]
        return []

    def _begin_anew(self, now: float) -> list[bytes]:
        """A request while LCP is open: all is negotiated again (RFC 1661, 4.1, Opened and RCR+)."""
        self.lcp_open = self.up = self.proved = False
        self._done.clear()
        self._tries = 0
        return self._ask(now)

    def _hear_pap(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        if code == REQUEST:
            said = [] if self.proved else self._proved(now)
            return [self._answer(PAP, ACK, number, b"\0"), *said]
        return [] if self.proved else self._proved(now)

    def _proved(self, now: float) -> list[bytes]:
        self.proved = True
        return self._ask(now)

    def _hear_ipcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        if code == REQUEST and self.gives is not None and data[2:6] != self.gives:
            return [self._answer(IPCP, NAK, number, b"\3\6" + self.gives)]
        if code == REQUEST:
            return [self._answer(IPCP, ACK, number, data), *self._half("ip theirs", now)]
        if code == NAK and number == self._number:
            self.address = data[2:6]
            return self._ask(now)
        return self._half("ip ours", now) if code == ACK and number == self._number else []

    def _half(self, what: str, now: float) -> list[bytes]:
        """One direction is agreed; with the other one, the next protocol begins."""
        self._done.add(what)
        if not self.lcp_open and self._done >= {"lcp ours", "lcp theirs"}:
            self.lcp_open, self._tries = True, 0
            return self._ask(now)
        if self._done >= {"ip ours", "ip theirs"}:
            self.up, self.due = True, None
        return []

    def _control(self, protocol: bytes, code: int, data: bytes) -> bytes:
        self._number = (self._number + 1) % 256
        return self._answer(protocol, code, self._number, data)

    def _answer(self, protocol: bytes, code: int, number: int, data: bytes) -> bytes:
        return b"\xff\x03" + protocol + pack("!BBH", code, number, 4 + len(data)) + data
