"""One client's call joined to its call at the inside server: PPP frames go across as they came.

What each end does to the other is the table of `session_states.py`; the road is the two functions
`from_client` and `from_inside`. Frames that come before the other end is ready wait, a few of them:
a lost LCP Configure-Request costs its sender a second or three.
"""

from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.crossing import Crossing
from gateway.bridge.encryption import Encrypted, Event, Unencrypted
from gateway.bridge.inside_leg import Answered, Ended, Gone, InsideLeg, LegOutput, Told
from gateway.bridge.mtu import LONGEST_FRAME
from gateway.bridge.session_states import TABLE, Do, Input, State
from gateway.bridge.silence import DATA_WITHIN, HEARD_WITHIN, tell_silence
from gateway.bridge.tell import (
    By,
    tell_answer,
    tell_call,
    tell_encryption,
    tell_end,
    tell_ppp,
    tell_refusal,
)
from gateway.bridge.ways import Follower, Ways
from gateway.l2tp.numbers import Disconnect
from gateway.outputs import Fact, Output, What
from gateway.ppp import events as ppp
from gateway.ppp.frame import is_control

MOST_HELD = 16  # frames a direction
LONGEST_DIAL = 60.0  # seconds from a client's first packet to its call
PARTING = 60.0  # seconds in which a call has ended at its server, whatever became of the words
SPEAKS_WITHIN = 0.75  # seconds after its call is up in which a client's PPP speaks, if it ever does


class Session:
    """A call of a client and the call to the server behind it."""

    def __init__(
        self,
        number: int,
        leg: ClientLeg,
        tunnel: int,
        call: int,
        peer_call: int,
        inside: InsideLeg,
        route: str,
        crossing: Crossing,
        now: float,
        ways: Ways | None = None,
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
        self._ways = ways
        self._diverted = False  # once is enough: two rules may point at each other
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
        self.deaf_until: float | None = None  # the server's PPP has not spoken: frames to it wait
        self.track: Follower | None = None  # who sees to it that the kernel carries it
        self.own_hands = ""  # why its frames have to pass through here
        self.start_at: float | None = start_at  # None: the call has been made
        self.control_in = self.control_out = 0  # of the frames, those that negotiate
        self.uncounted = 0  # of `control_in`, those that the kernel has and will tell of
        self.from_server = 0  # frames, those that wait or are dropped too
        self.quiet_at: float | None = None  # when to tell who was not heard of
        self.ended_by: By | None = None
        self.part_by: float | None = None  # when it is over at the latest, once it is closing
        self.scheduled: float | None = None  # for Timers

    # what happens to the two calls

    def start(self, now: float) -> list[Output]:
        """Call the inside server, as soon as it is time."""
        if self.start_at is None or now < self.start_at:
            return []
        self.start_at = None
        asked = self._carry_plain(self.inside.start(now))
        return [self.fact(*tell_call(self.inside)), *asked]

    def inside_event(self, outputs: list[LegOutput], now: float) -> list[Output]:
        """What the inside leg asked for and reported, in order."""
        found: list[Output] = []
        for output in outputs:
            match output:
                case Answered():
                    self.crossing.note_vendor(output.vendor)
                    found.append(self.fact(*tell_answer(self.inside, output)))
                    found += [] if self._ways is None else self._ways.note_answered(self, now)
                    found += self._handle(Input.INSIDE_ANSWERED, now)
                case Ended(reason, was_open, busy):
                    called, more = (False, []) if was_open else self._other(reason, busy, now)
                    found += more
                    if called:
                        return found  # the rest is of a leg that is forgotten
                    if not was_open and self.state in (State.CALLING, State.DIVERTED):
                        found.append(self.fact(*tell_refusal(self.inside.called, reason, busy)))
                    result = Disconnect.BUSY if busy else Disconnect.NO_FACILITY_NOW
                    result = Disconnect.LOST_CARRIER if was_open else result
                    found += self._handle(Input.INSIDE_ENDED, now, reason, result)
                case Gone():
                    self.gone = True
                case Told(what, details):
                    found.append(self.fact(what, details))
                case _:
                    found.append(output)
        return found

    def _other(self, reason: str, busy: bool, now: float) -> tuple[bool, list[Output]]:
        """Call the next server in place of one that cannot be had: whether there is one."""
        if self._ways is None or self.state not in (State.CALLING, State.DIVERTED):
            return False, []
        old, self.start_at = self.inside, now
        leg, found = self._ways.after_failure(self, reason, busy, now)
        if leg is None:
            self.start_at = None
            return False, found
        what = f"{old.called}: {reason}; {leg.called} is called instead"
        self.inside = leg
        said = self.fact(What.TROUBLE, {"what": what})
        return True, [*found, said, *old.abandon(now), *self.start(now)]

    def _elsewhere(self, user: str, now: float) -> list[Output]:
        """The user has named himself, and belongs to another server: his proof goes nowhere.

        The other server begins with LCP, as every server does, and the client goes along: LCP may
        be negotiated anew at any time (RFC 1661, 3.4), as providers' LNS do it behind their LAC.
        """
        if self._ways is None or self._diverted or self.state is not State.UP:
            return []
        old, self.start_at = self.inside, now
        detour, found = self._ways.for_user(self, user, now)
        if detour is None:
            self.start_at = None
            return []
        if isinstance(detour, str):
            told = self.fact(What.REFUSED, {"reason": detour, "detail": f"user {user}"})
            return [told, *found, *self.disconnect(detour, now)]
        self._diverted, self.held_in = True, []
        self.inside, self.route, self.crossing = detour.leg, detour.route, detour.crossing
        where = {"user": user, "route": detour.route, "server": detour.leg.called}
        said = self.fact(What.DIVERTED, where)
        away = self._handle(Input.ELSEWHERE, now)
        return [said, *found, *old.abandon(now), *away, *self.start(now)]

    def client_connected(self, now: float) -> list[Output]:
        """ICCN: the client's call is open."""
        return self._handle(Input.CLIENT_CONNECTED, now)

    def client_ended(self, reason: str, by: By, now: float) -> list[Output]:
        """The client has hung up, or is gone."""
        self.ended_by = self.ended_by or by
        return self._handle(Input.CLIENT_ENDED, now, reason)

    def disconnect(self, reason: str, now: float, by: By = By.GATEWAY) -> list[Output]:
        """The owner, or the end of the daemon, ends the session."""
        self.ended_by = self.ended_by or by
        return self._handle(Input.ASKED, now, reason, Disconnect.ADMINISTRATIVE)

    def _handle(
        self, what: Input, now: float, reason: str = "", result: int = Disconnect.GENERAL_ERROR
    ) -> list[Output]:
        before = self.state
        actions, self.state = TABLE[before, what]
        found: list[Output] = []
        if self.state is State.CLOSING and before is not State.CLOSING:
            self.last_error = self.last_error or reason
            self.release_at = self.deaf_until = self.start_at = self.quiet_at = None
            self.ended_by, self.part_by = self.ended_by or By.SERVER, now + PARTING
            if self.track is None or not self.track.over_at(now):
                found.append(tell_end(self, now))
        if self.track is not None:
            self.track.changed()
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
                where = {"route": self.route, "server": self.inside.called}
                opened = self.fact(What.SESSION_OPENED, where)
                self.release_at, self.quiet_at = now + SPEAKS_WITHIN, now + HEARD_WITHIN
                if self.leg.recorder is not None:
                    self.leg.recorder.opened(self.leg.dial, now)
                if self.inside.speaks_late and not self.from_server:
                    self.deaf_until = self.release_at
                    return [opened]
                return [opened, *self._let_in(now)]

    def _carry_plain(self, outputs: list[LegOutput]) -> list[Output]:
        """The outputs of a leg that is only being started or closed: nothing to react to."""
        self.gone = self.gone or any(isinstance(each, Gone) for each in outputs)
        return [each for each in outputs if not isinstance(each, Gone | Answered | Ended | Told)]

    def _let_in(self, now: float) -> list[Output]:
        """The server is ready: what waited for it goes its way."""
        self.deaf_until = None
        frames, self.held_in = self.held_in, []
        return [output for frame in frames for output in self._to_inside(frame, now)]

    def _let_out(self) -> list[Output]:
        """The client is ready, too."""
        self.holding, self.release_at = False, None
        frames, self.held_out = self.held_out, []
        return [output for frame in frames for output in self._to_client(frame)]

    # the road

    def from_client(self, frame: bytes, now: float, *, counted: bool = False) -> list[Output]:
        """A PPP frame out of the client's L2TP. `counted`: the kernel has, and left it to us."""
        if len(frame) > LONGEST_FRAME:
            self.leg.drops.count("frame_too_long")
            return []
        if not counted:
            self.frames_in += 1
            self.bytes_in += len(frame)
        elif is_control(frame):
            self.uncounted += 1
        ready = self._let_out() if self.holding and self.state is State.UP else []
        if is_control(frame):
            return ready + self._pass_control(frame, True, now)
        passed = self.crossing.to_server(frame)
        if passed is None:
            strays = self.crossing.strays()
            return ready + [told for one in strays for told in self._ppp_event(one, now)]
        return ready + self._to_inside(passed, now)

    def from_inside(self, frames: list[bytes], now: float) -> list[Output]:
        """PPP frames of the server's call, in their order."""
        found: list[Output] = [] if self.deaf_until is None else self._let_in(now)
        for frame in frames:
            found += self._frame_from_inside(frame, now)
        return found + self.inside.drain(now) if self.inside.has_more else found

    def _frame_from_inside(self, frame: bytes, now: float) -> list[Output]:
        if len(frame) > LONGEST_FRAME:
            self.leg.drops.count("frame_too_long")
            return []
        self.from_server += 1
        if is_control(frame):
            return self._pass_control(frame, False, now)
        passed, events = self.crossing.to_client(frame, now)
        found = [output for event in events for output in self._event(event, now)]
        return found if passed is None else found + self._to_client(passed)

    def _to_inside(self, frame: bytes, now: float) -> list[Output]:
        if self.inside.is_up and self.deaf_until is None:
            return self.inside.send(frame, now)
        waits = self.deaf_until is not None or self.state in (State.CALLING, State.ANSWERED)
        if waits and len(self.held_in) < MOST_HELD:
            self.held_in.append(frame)
        return []

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
        self.control_in += from_client
        self.leg.record("ppp", frame, now, by_client=from_client)
        passed, events = self.crossing.control(frame, from_client, now)
        found: list[Output] = []
        for event in events:
            found += self._event(event, now)
            if isinstance(event, ppp.AuthStarted) and (away := self._elsewhere(event.user, now)):
                return found + away
        if passed is None:
            return found
        self.control_out += not from_client
        return found + (self._to_inside(passed, now) if from_client else self._to_client(passed))

    def _event(self, event: Event, now: float) -> list[Output]:
        """What the crossing asks for, and what it has seen."""
        match event:
            case ppp.SendFrame(frame, to_client):
                return self._say(frame, to_client, now)
            case Encrypted():
                return [self.fact(*tell_encryption(event, self.user))]
            case Unencrypted():
                said = self.fact(*tell_encryption(event, self.user))
                return [said, *self.disconnect(event.reason, now)]
            case _:
                return self._ppp_event(event, now)

    def _say(self, frame: bytes, to_client: bool, now: float) -> list[Output]:
        """A control frame that neither end has sent: ours, in the other's name."""
        self.control_out += to_client
        return self._to_client(frame) if to_client else self._to_inside(frame, now)

    def _ppp_event(self, event: ppp.PppEvent, now: float) -> list[Output]:
        found = self._react(event, now)
        for what, details in tell_ppp(event):
            if what is What.PPP_UP:
                details["milliseconds"] = f"{1000 * (now - self.dialled):.0f}"
            elif what is What.USER_ACCEPTED:
                details["method"] = self.method
            found.append(self.fact(what, details))
        return found

    def _react(self, event: ppp.PppEvent, now: float) -> list[Output]:
        """What is done because of it, besides telling."""
        match event:
            case ppp.LcpOpened():
                return self.inside_event(self.inside.link_up(now), now)
            case ppp.AuthStarted(method, user):
                self.user, self.method = user, method
            case ppp.Reply(frame, to_client, quirk):
                self.leg.who.need(quirk)
                return self._say(frame, to_client, now)
            case ppp.PeerIdentified():
                return [*self.leg.learn(event)]
            case ppp.IpOpened(client_ip, server_ip):
                self.client_ip, self.server_ip = client_ip, server_ip
                if self.track is not None:
                    self.track.changed()
                self.quiet_at = now + DATA_WITHIN
            case ppp.Terminated(by_client, reason):
                who = "the client" if by_client else "the server"
                self.last_error = f"{who} ended PPP" + (f": {reason}" if reason else "")
                self.ended_by = self.ended_by or (By.CLIENT if by_client else By.SERVER)
            case ppp.AuthFailed() | ppp.AuthRefused():
                self.last_error = "the server did not accept the user"
        return []

    # time

    def deadline(self) -> float | None:
        times = (
            self.inside.deadline(), self.release_at, self.deaf_until, self.start_at,
            self.quiet_at, self.part_by, self.crossing.deadline(),
        )  # fmt: skip
        return min((time for time in times if time is not None), default=None)

    def road_deadline(self) -> float | None:
        """Road: the part of the deadline that a data frame can change."""
        return self.inside.road_deadline()

    def handle_timeout(self, now: float) -> list[Output]:
        found = self.start(now)
        if self.part_by is not None and now >= self.part_by:
            was_gone, self.gone, self.part_by = self.gone, True, None
            return found if was_gone else found + self.inside.abandon(now)
        if self.release_at is not None and now >= self.release_at:
            self.crossing.begins_late()
            found += self._let_out()
        if self.deaf_until is not None and now >= self.deaf_until:
            found += self._let_in(now)
        for event in self.crossing.handle_timeout(now):
            found += self._event(event, now)
        if self.quiet_at is not None and now >= self.quiet_at:
            self.quiet_at = None
            found += tell_silence(self)
        found += self.inside_event(self.inside.handle_timeout(now), now)
        for frame in self.inside.late(now):
            found += self._frame_from_inside(frame, now)
        return found + self.inside.drain(now)

    # words

    def fact(self, what: What, details: dict[str, str]) -> Fact:
        """A fact about this session."""
        return Fact(what, self.number, str(self.leg.peer), details)
