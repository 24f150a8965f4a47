"""The leg that ends here: PPP goes to Debian's pppd, in a process of its own, over one stream.

Who starts pppd is `gateway/pppd.py`, which is root. It is told one line, what is called and for
whom, and answers with one, that pppd has been started or why not; from then on the stream is pppd's
terminal (`system/line.py`), and carries frames as a serial line does (`ppp/hdlc.py`). It ends when
pppd ends, and pppd when it ends. The answer names the interface, to which the kernel may carry.
"""

import json
import re
from typing import Final

from gateway.bridge.inside_leg import Answered, Ended, Gone, LegOutput
from gateway.bridge.timers import Timed
from gateway.outputs import CloseTcp, OpenPppd, Output, SendTcp
from gateway.paths import PppdEnd
from gateway.ppp.frame import ADDRESS_CONTROL
from gateway.ppp.hdlc import Opener, sealed
from gateway.wire.udp import Endpoint

HERE: Final = "pppd on this machine"
STARTED: Final = re.compile(r"started ([0-9]{1,9}) ([0-9]{1,9})")  # the numbers of a `PppdEnd`
LONGEST_ANSWER: Final = 512  # bytes, the end of the line included
# LCP's Protocol-Reject (RFC 1661, 5.7) as it comes from pppd: bare where the client has asked for
# ACFC, from which Linux excepts the codes 1 to 7 of LCP alone (ppp_async.c).
BARE: Final = b"\xc0\x21\x08"
REJECTS: Final = (ADDRESS_CONTROL + BARE, BARE)
REJECTED: Final = slice(6, 8)  # of a bare one: the protocol
OF_IP: Final = b"\x00\x21"
SILENCE: Final = "pppd could not be started: what came is no answer"


class LocalLeg:
    """One run of pppd, from the asking for it to its end."""

    kind = "PPP"
    encryption = "ends here"
    called = HERE
    shared: Timed | None = None
    has_more = False

    def __init__(self, key: int, call_id: int, server: Endpoint, request: dict[str, str]) -> None:
        """`request`: what is said of the call, `route` among it."""
        self.key = key
        self.call_id = call_id
        self.peer_call = 0
        self.server = server
        self.is_up = False
        self.end: PppdEnd | None = None  # where the kernel may carry to, once pppd is there
        self._request = json.dumps(request).encode() + b"\n"
        self._opener = Opener()
        self._answer = b""
        self._ended = False

    @property
    def speaks_late(self) -> bool:
        """It has an interface before the answer comes, and that keeps what is for it."""
        return False

    def start(self, now: float) -> list[LegOutput]:
        return [OpenPppd(self.key)]

    def opened(self, now: float) -> list[LegOutput]:
        """Somebody is there who starts pppd."""
        return [SendTcp(self.key, self._request)]

    def answer(self, data: bytes) -> list[LegOutput]:
        """What came before pppd was there; frames that came behind the line are kept for `open`."""
        line, found, rest = (self._answer + data).partition(b"\n")
        if not found:
            self._answer = line
            return self._refused(SILENCE) if len(line) > LONGEST_ANSWER else []
        text = line[:LONGEST_ANSWER].decode("ascii", "replace")
        started = STARTED.fullmatch(text)
        if started is None:
            return self._refused(text or SILENCE)
        self.end = PppdEnd(*map(int, started.groups()))
        self.is_up, self._answer = True, rest
        return [Answered("pppd", 0)]

    def closed(self, reason: str, now: float) -> list[LegOutput]:
        """Nobody is there, or pppd has ended."""
        why = "pppd has ended" if self.is_up else f"nobody is there to start pppd: {reason}"
        found = [] if self._ended else [Ended(why, was_open=self.is_up)]
        self.is_up, self._ended = False, True
        return [*found, Gone()]

    def hang_up(self, now: float) -> list[LegOutput]:
        """pppd takes the end of its line for what it is, and tells RADIUS."""
        return [*self.abandon(now), Gone()]

    def abandon(self, now: float) -> list[Output]:
        self.is_up, self._ended = False, True
        return [CloseTcp(self.key)]

    def link_up(self, now: float) -> list[LegOutput]:
        return []

    def deadline(self) -> float | None:
        """The loop gives the connection up if nobody takes it; an answer comes within seconds."""
        return None

    def handle_timeout(self, now: float) -> list[LegOutput]:
        return []

    def drops(self) -> dict[str, int]:
        return self._opener.counts

    # the road

    def open(self, data: bytes) -> list[bytes]:
        """The frames of pppd that are complete now.

        While the kernel takes the call over, what is under way on the terminal may come to pppd in
        place of its interface. It knows nothing of IP itself, and its client must not hear that.
        """
        if self._answer:
            data, self._answer = self._answer + data, b""
        frames = self._opener.open(data)
        return [each for each in frames if not each.startswith(REJECTS) or not _is_of_ip(each)]

    def send(self, frame: bytes, now: float) -> list[Output]:
        return [SendTcp(self.key, sealed(frame))] if self.is_up else []

    def late(self, now: float) -> list[bytes]:
        return []

    def drain(self, now: float) -> list[Output]:
        return []

    def road_deadline(self) -> float | None:
        return None

    def _refused(self, why: str) -> list[LegOutput]:
        found: list[LegOutput] = [] if self._ended else [Ended(why, was_open=False)]
        self._ended = True
        return [*found, CloseTcp(self.key), Gone()]


def _is_of_ip(reject: bytes) -> bool:
    return reject.removeprefix(ADDRESS_CONTROL)[REJECTED] == OF_IP
