"""Two LCP ends by another hand, and the line between them. Nothing of `gateway.ppp` is used here
but what a test puts in the middle."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

REQUEST, ACK, NAK, REJECT = 1, 2, 3, 4
MRU = 1
DEFAULT = 1500

Options = dict[int, bytes]
Middle = Callable[[bytes, bool], bytes | None]


def lcp(code: int, identifier: int, options: Options, head: bytes = b"\xff\x03") -> bytes:
    data = b"".join(bytes((kind, len(value) + 2)) + value for kind, value in options.items())
    return head + b"\xc0\x21" + bytes((code, identifier)) + (len(data) + 4).to_bytes(2) + data


def read(frame: bytes) -> tuple[int, int, Options]:
    """Code, identifier, options, of a frame this file could have built."""
    packet = frame[2:] if frame[:2] == b"\xff\x03" else frame
    assert packet[:2] == b"\xc0\x21"
    assert int.from_bytes(packet[4:6]) == len(packet) - 2
    return packet[2], packet[3], dict(_options(packet[6:]))


def mru(value: int) -> Options:
    return {MRU: value.to_bytes(2)}


@dataclass
class LcpEnd:
    """An end that wants `wants` and judges the other by what follows (RFC 1661, 4 and 5)."""

    wants: Options = field(default_factory=dict)
    rejects: frozenset[int] = frozenset()
    values: Options = field(default_factory=dict)  # it Naks other values of these options
    least: int = 0  # it Naks a smaller MRU, and
    most: int = 0xFFFF  # a larger one
    hint: int = 0  # it Naks a request without MRU with this one, once
    takes_hints: bool = False  # it asks for what a Nak adds
    identifier: int = 0
    agreed: bool = False  # the other has acknowledged
    acked: Options | None = None  # what it has acknowledged itself

    def ask(self) -> bytes:
        return lcp(REQUEST, self.identifier, self.wants)

    def receive(self, frame: bytes) -> list[bytes]:
        code, identifier, options = read(frame)
        if code == REQUEST:
            return [self._judge(identifier, options)]
        if identifier != self.identifier or self.agreed:
            return []
        return self._heed(code, options)

    def peer_takes(self) -> int:
        """The largest frame this end may send."""
        assert self.acked is not None
        return int.from_bytes(self.acked[MRU]) if MRU in self.acked else DEFAULT

    def _heed(self, code: int, options: Options) -> list[bytes]:
        if code == ACK:
            self.agreed = options == self.wants
            return []
        assert options, "an empty Nak or Reject says nothing"
        if code == REJECT:
            assert all(self.wants.get(kind) == value for kind, value in options.items())
            self.wants = {k: v for k, v in self.wants.items() if k not in options}
        else:
            known = {k: v for k, v in options.items() if k in self.wants or self.takes_hints}
            self.wants = {**self.wants, **known}
        self.identifier = (self.identifier + 1) % 256
        return [self.ask()]

    def _judge(self, identifier: int, options: Options) -> bytes:
        self.acked = None
        if unknown := {k: v for k, v in options.items() if k in self.rejects}:
            return lcp(REJECT, identifier, unknown)
        if wrong := self._wrong(options):
            return lcp(NAK, identifier, wrong)
        self.acked = options
        return lcp(ACK, identifier, options)

    def _wrong(self, options: Options) -> Options:
        wrong = {k: v for k, v in self.values.items() if k in options and options[k] != v}
        if MRU not in options:
            hint, self.hint = self.hint, 0
            return {**wrong, **mru(hint)} if hint else wrong
        asked = int.from_bytes(options[MRU])
        right = min(max(asked, self.least), self.most)
        return wrong if right == asked else {**wrong, **mru(right)}


@dataclass
class Link:
    """Client and server, and `middle(frame, from_client)` between them."""

    client: LcpEnd
    server: LcpEnd
    middle: Middle = lambda frame, _: frame
    losses: list[bool] = field(default_factory=list)  # for each frame sent; none after the last
    rounds: int = 0  # how often restart timers ran out
    carried: list[tuple[bool, bytes]] = field(default_factory=list)
    said: list[tuple[bool, bytes]] = field(default_factory=list)  # by the middle itself, to whom

    def run(self, patience: int = 20) -> "Link":
        while not self.up and self.rounds < patience:
            self.rounds += 1
            waiting = [(True, self.client.ask())] if not self.client.agreed else []
            waiting += [(False, self.server.ask())] if not self.server.agreed else []
            self._carry(waiting)
        return self

    @property
    def up(self) -> bool:
        ends = (self.client, self.server)
        return all(end.agreed and end.acked is not None for end in ends)

    def _carry(self, waiting: list[tuple[bool, bytes]]) -> None:
        steps = 0
        while waiting and steps < 200:
            steps += 1
            from_client, frame = waiting.pop(0)
            out = None if self.losses and self.losses.pop() else self.middle(frame, from_client)
            said, self.said = self.said, []
            if out is not None:
                self.carried.append((from_client, out))
                said.append((not from_client, out))
            for to_client, told in said:
                target = self.client if to_client else self.server
                waiting += [(to_client, answer) for answer in target.receive(told)]


def _options(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        yield data[0], data[2 : data[1]]
        data = data[data[1] :]
