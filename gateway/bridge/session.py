"""One client's call joined to its call at the inside server: PPP frames go across as they came.

What each end does to the other is the table below; the road is the two functions `from_client` and
`from_inside`. Frames that come before the other end is ready wait, a few of them: a lost LCP
Configure-Request costs its sender a second or three.
"""

from enum import Enum, auto
from typing import Final

from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.crossing import Crossing
from gateway.bridge.encryption import Encrypted, Event, Unencrypted, named
from gateway.bridge.mtu import LONGEST_FRAME
from gateway.bridge.pptp_leg import Answered, Ended, Gone, LegOutput, PptpLeg
from gateway.bridge.tell import tell_ppp
from gateway.outputs import Fact, Output, What
from gateway.ppp import events as ppp
from gateway.ppp.frame import is_control
from gateway.pptp.gre import Gre

MOST_HELD = 16  # frames a direction
LONGEST_DIAL = 60.0  # seconds from a client's first packet to its call
SPEAKS_WITHIN = 0.75  # seconds after its call is up in which a client's PPP speaks, if it ever does

# CDN result codes (RFC 2661, 4.4.2)
RESULT_LOSS, RESULT_GENERAL, RESULT_ADMINISTRATIVE, RESULT_NO_FACILITY, RESULT_BUSY = 1, 2, 3, 4, 8


class State(Enum):
    CALLING = "calling"  # the inside server is being called, the client waits
    ANSWERED = "answered"  # the server is there, the client is told so
    UP = "up"
    CLOSING = "closing"  # one end is gone, the other is being closed


class Input(Enum):
    INSIDE_ANSWERED = auto()
    INSIDE_ENDED = auto()
    CLIENT_CONNECTED = auto()
    CLIENT_ENDED = auto()
    ASKED = auto()  # the owner ends it


class Do(Enum):
    ANSWER_CLIENT = auto()
    REFUSE_CLIENT = auto()
    HANG_UP_CLIENT = auto()
    HANG_UP_INSIDE = auto()
    OPEN = auto()


Row = tuple[tuple[Do, ...], State]
NOTHING: Final[Row] = ((), State.CLOSING)
INSIDE_LOST: Final[Row] = ((Do.HANG_UP_CLIENT,), State.CLOSING)
CLIENT_LOST: Final[Row] = ((Do.HANG_UP_INSIDE,), State.CLOSING)
END_BOTH: Final[Row] = ((Do.HANG_UP_CLIENT, Do.HANG_UP_INSIDE), State.CLOSING)

TABLE: Final[dict[tuple[State, Input], Row]] = {
    (State.CALLING, Input.INSIDE_ANSWERED): ((Do.ANSWER_CLIENT,), State.ANSWERED),
    (State.CALLING, Input.INSIDE_ENDED): ((Do.REFUSE_CLIENT,), State.CLOSING),
    (State.CALLING, Input.CLIENT_CONNECTED): ((), State.CALLING),  # not answered yet: nonsense
    (State.CALLING, Input.CLIENT_ENDED): CLIENT_LOST,
    (State.CALLING, Input.ASKED): ((Do.REFUSE_CLIENT, Do.HANG_UP_INSIDE), State.CLOSING),
    (State.ANSWERED, Input.INSIDE_ANSWERED): ((), State.ANSWERED),
    (State.ANSWERED, Input.INSIDE_ENDED): INSIDE_LOST,
    (State.ANSWERED, Input.CLIENT_CONNECTED): ((Do.OPEN,), State.UP),
    (State.ANSWERED, Input.CLIENT_ENDED): CLIENT_LOST,
    (State.ANSWERED, Input.ASKED): END_BOTH,
    (State.UP, Input.INSIDE_ANSWERED): ((), State.UP),
    (State.UP, Input.INSIDE_ENDED): INSIDE_LOST,
    (State.UP, Input.CLIENT_CONNECTED): ((), State.UP),
    (State.UP, Input.CLIENT_ENDED): CLIENT_LOST,
    (State.UP, Input.ASKED): END_BOTH,
    (State.CLOSING, Input.INSIDE_ANSWERED): CLIENT_LOST,  # it was already given up
    (State.CLOSING, Input.INSIDE_ENDED): NOTHING,
    (State.CLOSING, Input.CLIENT_CONNECTED): NOTHING,
    (State.CLOSING, Input.CLIENT_ENDED): NOTHING,
    (State.CLOSING, Input.ASKED): NOTHING,
}


class Session:
    """A call of a client and the call to the server behind it."""

    def __init__(
        self,
        number: int,
        leg: ClientLeg,
        tunnel: int,
        call: int,
        peer_call: int,
        inside: PptpLeg,
        route: str,
        crossing: Crossing,
        now: float,
        start_at: float = 0.0,
    ) -> None:
        """`start_at`: the server is not called before."""
        self.number = number
        self.leg = leg
        self.tunnel = tunnel
        self.call = call
        self.peer_call = peer_call
        self.inside = inside
        self.route = route
        self.crossing = crossing
        self.state = State.CALLING
        self.began = now
        # For how long the dial took; IKE of long ago was a renewal, and not its beginning.
        began = now if leg.began is None else leg.began
        self.dialled = began if now - began < LONGEST_DIAL else now
        leg.began = None
        self.gone = False  # the inside connection is closed too
        self.user = self.method = self.client_ip = self.server_ip = self.last_error = ""
        self.frames_in = self.frames_out = self.bytes_in = self.bytes_out = 0
        self.held_in: list[bytes] = []
        self.held_out: list[bytes] = []
        self.holding = True  # frames to the client wait
        self.release_at: float | None = None
        self.scheduled: float | None = None  # for Timers
        self.start_at: float | None = start_at

    # what happens to the two calls

    def start(self, now: float) -> list[Output]:
        """Call the inside server, as soon as it is time."""
        if self.start_at is None or now < self.start_at or self.state is not State.CALLING:
            return []
        self.start_at = None
        server = str(self.inside.server)
        said = self._fact(What.SERVER_CALLED, server=server, call_id=str(self.inside.call_id))
        return [said, *self._carry_plain(self.inside.start())]

    def inside_event(self, outputs: list[LegOutput], now: float) -> list[Output]:
        """What the inside leg asked for and reported, in order."""
        found: list[Output] = []
        for output in outputs:
            match output:
                case Answered(vendor, peer_call):
                    found.append(
                        self._fact(
                            What.SERVER_ANSWERED,
                            server=str(self.inside.server),
                            call_id=str(self.inside.call_id),
                            peer_call_id=str(peer_call),
                            vendor=vendor,
                        )
                    )
                    found += self._handle(Input.INSIDE_ANSWERED, now)
                case Ended(reason, was_open, busy):
                    result = (
                        RESULT_LOSS if was_open else RESULT_BUSY if busy else RESULT_NO_FACILITY
                    )
                    if not was_open and self.state is State.CALLING:
                        found.append(self._refused(reason))
                    found += self._handle(Input.INSIDE_ENDED, now, reason, result)
                case Gone():
                    self.gone = True
                case _:
                    found.append(output)
        return found

    def client_connected(self, now: float) -> list[Output]:
        """ICCN: the client's call is open."""
        return self._handle(Input.CLIENT_CONNECTED, now)

    def client_ended(self, reason: str, now: float) -> list[Output]:
        """The client has hung up, or is gone."""
        return self._handle(Input.CLIENT_ENDED, now, reason)

    def disconnect(self, reason: str, now: float) -> list[Output]:
        """The owner, or the end of the daemon, ends the session."""
        return self._handle(Input.ASKED, now, reason, RESULT_ADMINISTRATIVE)

    def _handle(
        self, what: Input, now: float, reason: str = "", result: int = RESULT_GENERAL
    ) -> list[Output]:
        before = self.state
        actions, self.state = TABLE[before, what]
        found: list[Output] = []
        if self.state is State.CLOSING and before is not State.CLOSING:
            self.last_error = self.last_error or reason
            self.release_at = self.start_at = None
            found.append(self._closed(self.last_error, now))
        for action in actions:
            found += self._do(action, reason, result, now)
        return found

    def _do(self, action: Do, reason: str, result: int, now: float) -> list[Output]:
        lns = self.leg.lns
        match action:
            case Do.ANSWER_CLIENT:
                return self.leg.carry(lns.answer(self.call, now))
            case Do.REFUSE_CLIENT:
                return self.leg.carry(lns.refuse(self.call, result, 0, reason, now))
            case Do.HANG_UP_CLIENT:
                return self.leg.carry(lns.hang_up(self.call, result, 0, reason, now))
            case Do.HANG_UP_INSIDE:
                return self._carry_plain(self.inside.hang_up(now))
            case Do.OPEN:
                server = str(self.inside.server)
                opened = self._fact(What.SESSION_OPENED, route=self.route, server=server)
                self.release_at = now + SPEAKS_WITHIN
                return [opened, *self._let_in(now)]

    def _carry_plain(self, outputs: list[LegOutput]) -> list[Output]:
        """The outputs of a leg that is only being started or closed: nothing to react to."""
        found: list[Output] = []
        for output in outputs:
            if isinstance(output, Gone):
                self.gone = True
            elif not isinstance(output, Answered | Ended):
                found.append(output)
        return found

    def _let_in(self, now: float) -> list[Output]:
        """The server is ready: what waited for it goes its way."""
        frames, self.held_in = self.held_in, []
        return [output for frame in frames for output in self._to_inside(frame, now)]

    def _let_out(self) -> list[Output]:
        """The client is ready, too."""
        self.holding, self.release_at = False, None
        frames, self.held_out = self.held_out, []
        return [output for frame in frames for output in self._to_client(frame)]

    # the road

    def from_client(self, frame: bytes, now: float) -> list[Output]:
        """A PPP frame out of the client's L2TP."""
        if len(frame) > LONGEST_FRAME:
            self.leg.drops.count("frame_too_long")
            return []
        self.frames_in += 1
        self.bytes_in += len(frame)
        ready = self._let_out() if self.holding and self.state is State.UP else []
        if is_control(frame):
            return ready + self._pass_control(frame, True, now)
        passed = self.crossing.to_server(frame)
        return ready if passed is None else ready + self._to_inside(passed, now)

    def from_inside(self, packet: bytes, start: int, end: int, now: float) -> list[Output]:
        """A GRE packet of the server's call, in `packet[start:end]`."""
        gre = self.inside.gre
        if gre is None:
            return []
        found: list[Output] = []
        for frame in gre.open(packet, start, end, now):
            found += self._frame_from_inside(frame, now)
        return found + self._drain(gre, now) if gre.ready else found

    def _frame_from_inside(self, frame: bytes, now: float) -> list[Output]:
        if len(frame) > LONGEST_FRAME:
            self.leg.drops.count("frame_too_long")
            return []
        if is_control(frame):
            return self._pass_control(frame, False, now)
        passed, events = self.crossing.to_client(frame, now)
        found = [output for event in events for output in self._event(event, now)]
        return found if passed is None else found + self._to_client(passed)

    def _to_inside(self, frame: bytes, now: float) -> list[Output]:
        gre = self.inside.gre
        if gre is None:
            if self.state in (State.CALLING, State.ANSWERED) and len(self.held_in) < MOST_HELD:
                self.held_in.append(frame)
            return []
        sealed = gre.seal(frame, now)
        found: list[Output] = [] if sealed is None else [self.inside.packet(sealed)]
        return found + self._drain(gre, now) if gre.ready else found

    def _to_client(self, frame: bytes) -> list[Output]:
        if self.holding:
            if self.state is not State.CLOSING and len(self.held_out) < MOST_HELD:
                self.held_out.append(frame)
            return []
        packet = self.leg.send_frame(self.call, frame)
        if packet is None:
            return []
        self.frames_out += 1
        self.bytes_out += len(frame)
        return [packet]

    def _pass_control(self, frame: bytes, from_client: bool, now: float) -> list[Output]:
        """LCP, authentication and network control: watched, the MRU clamped, then passed on."""
        passed, events = self.crossing.control(frame, from_client, now)
        found: list[Output] = []
        for event in events:
            found += self._event(event, now)
        if passed is None:
            return found
        return found + (self._to_inside(passed, now) if from_client else self._to_client(passed))

    def _event(self, event: Event, now: float) -> list[Output]:
        """What the crossing asks for, and what it has seen."""
        match event:
            case ppp.SendFrame(frame, to_client):
                return self._to_client(frame) if to_client else self._to_inside(frame, now)
            case Encrypted(sent, received):
                return [self._fact(What.ENCRYPTED, sent=named(sent), received=named(received))]
            case Unencrypted(reason, detail):
                refused = self._fact(What.REFUSED, reason=f"encryption: {reason}", detail=detail)
                return [refused, *self._handle(Input.ASKED, now, reason, RESULT_ADMINISTRATIVE)]
            case _:
                return self._ppp_event(event, now)

    def _ppp_event(self, event: ppp.PppEvent, now: float) -> list[Output]:
        found: list[Output] = []
        match event:
            case ppp.LcpOpened():
                found += self.inside_event(self.inside.link_up(now), now)
            case ppp.AuthStarted(method, user):
                self.user, self.method = user, method
            case ppp.IpOpened(client_ip, server_ip):
                self.client_ip, self.server_ip = client_ip, server_ip
            case ppp.Terminated(by_client, reason):
                who = "the client" if by_client else "the server"
                self.last_error = f"{who} ended PPP" + (f": {reason}" if reason else "")
            case ppp.AuthFailed() | ppp.AuthRefused():
                self.last_error = "the server did not accept the user"
        for what, details in tell_ppp(event):
            if what is What.PPP_UP:
                details["milliseconds"] = f"{1000 * (now - self.dialled):.0f}"
            elif what is What.USER_ACCEPTED:
                details["method"] = self.method
            found.append(self.fact(what, details))
        return found

    # time

    def deadline(self) -> float | None:
        times = (
            self.inside.deadline(), self.release_at, self.start_at, self.crossing.deadline()
        )  # fmt: skip
        return min((time for time in times if time is not None), default=None)

    def road_deadline(self) -> float | None:
        """Road: the part of the deadline that a data frame can change."""
        gre = self.inside.gre
        return None if gre is None else gre.deadline()

    def handle_timeout(self, now: float) -> list[Output]:
        found = self.start(now)
        if self.release_at is not None and now >= self.release_at:
            found += self._let_out()
        for event in self.crossing.handle_timeout(now):
            found += self._event(event, now)
        found += self.inside_event(self.inside.handle_timeout(now), now)
        gre = self.inside.gre
        if gre is not None:
            for frame in gre.late(now):
                found += self._frame_from_inside(frame, now)
            found += self._drain(gre, now)
        return found

    def _drain(self, gre: Gre, now: float) -> list[Output]:
        """What the server's window lets go, and acknowledgements that are due."""
        return [self.inside.packet(ready) for ready in gre.drain(now)]

    # words

    def fact(self, what: What, details: dict[str, str]) -> Fact:
        """A fact about this session."""
        return Fact(what, self.number, str(self.leg.peer), details)

    def _fact(self, what: What, **details: str) -> Fact:
        return self.fact(what, details)

    def _refused(self, reason: str) -> Fact:
        server = str(self.inside.server)
        detail = f"{server}: {reason}"
        return self._fact(What.REFUSED, reason="server refused", detail=detail)

    def _closed(self, reason: str, now: float) -> Fact:
        return self._fact(
            What.SESSION_CLOSED,
            reason=reason,
            seconds=f"{now - self.began:.0f}",
            bytes_in=str(self.bytes_in),
            bytes_out=str(self.bytes_out),
        )
