"""PPP of Windows NT 4 before SP5, by another hand: it starts LCP again with every request.

That is all Q219353 says of it ("restart on each Configure-Request", error 718, with a round trip of
about a second); it is written here as: a Configure-Request is acknowledged, what the client had
acknowledged before counts no more, and a Configure-Request of its own goes out anew.
"""

from dataclasses import dataclass

from tests.pair.peers.ppp_end import ACK, LCP, REQUEST, PppEnd

SECOND = 1.0  # of a restart timer that is shorter than the way
MOST = 10  # requests, and then error 718 (RFC 1661, 4.6: Max-Configure)


@dataclass
class Nt4Ppp(PppEnd):
    """`restarts` counts how often it began anew. It repeats under a new number each second."""

    restarts: int = 0
    failed: bool = False

    def _ask(self, now: float) -> list[bytes]:
        return _soon(self, super()._ask(now), now)

    def handle_timeout(self, now: float) -> list[bytes]:
        if not self.lcp_open and self._tries >= MOST:
            self.failed, self.due = True, None
            return []
        return super().handle_timeout(now)

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        return [] if self.failed else super().receive(frame, now)

    def _hear_lcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        if code != REQUEST:
            return super()._hear_lcp(code, number, data, now)
        self.requests.append(data)
        begun = "lcp theirs" in self._done
        self._done.add("lcp theirs")
        answer = self._answer(LCP, ACK, number, data)
        if not begun:
            return [answer, *self._half("lcp theirs", now)]
        self.restarts += 1
        self.lcp_open = self.up = False
        self._done = {"lcp theirs"}
        return [answer, *self._ask(now)]


@dataclass
class Impatient(PppEnd):
    """A client that repeats each second, under the number it had before (RFC 1661, 5.1)."""

    _asked: bytes = b""

    def _ask(self, now: float) -> list[bytes]:
        before = self._number
        found = _soon(self, super()._ask(now), now)
        if found and found[0][6:] == self._asked[6:] and found[0][2:5] == self._asked[2:5]:
            self._number = before
            return [self._asked]
        self._asked = found[0] if found else b""
        return found


def _soon(end: PppEnd, said: list[bytes], now: float) -> list[bytes]:
    end.due = None if end.due is None else now + SECOND
    return said
