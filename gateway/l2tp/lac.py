"""The LAC towards one LNS: one tunnel that we ask for, and the calls in it (RFC 2661).

`start` opens the tunnel; `call` announces a call, at once or as soon as the tunnel is open. When it
is closed or lost, it is over: a new `Lac` begins anew. Ids in and out are ours.
"""

from collections.abc import Callable, Container
from typing import Final

from gateway.l2tp.control import Channel
from gateway.l2tp.data import open_data, seal_data
from gateway.l2tp.errors import BadHeader, BadVersion, Drop, L2tpError, NotAuthorized
from gateway.l2tp.events import L2tpEvent, TunnelClosed, TunnelOpened
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.header import Header, parse_header
from gateway.l2tp.lac_calls import Calls
from gateway.l2tp.lac_tunnel_states import INPUTS, TABLE, Do, Input, State
from gateway.l2tp.messages import (
    OF_A_CALL,
    Hello,
    Message,
    OfCall,
    Scccn,
    Sccrp,
    Sccrq,
    StopCcn,
    build_body,
    parse_body,
    read_message,
    readable,
)
from gateway.l2tp.numbers import (
    DEFAULT_WINDOW,
    FIRMWARE,
    FRAMING_BOTH,
    HELLO_AFTER,
    LINGER,
    PROTOCOL_VERSION,
    VENDOR,
    GeneralError,
    Stop,
)
from gateway.l2tp.reasons import Reason, reason_for, reason_of

OPENING: Final = 10.0  # seconds a server may take to answer our SCCRQ
UNEXPECTED: Final = Reason(
    False, Stop.STATE_MACHINE, GeneralError.NONE, "message not expected in this state"
)
SILENT: Final = Reason(False, 0, 0, "the server does not acknowledge L2TP messages any more")
NO_REPLY: Final = Reason(
    False, Stop.REQUESTED, GeneralError.NONE, f"no answer to L2TP within {OPENING:.0f} s"
)


class Lac:
    """Times are seconds on the caller's clock."""

    def __init__(
        self,
        host_name: str,
        random: Callable[[int], bytes],
        window: int = 8,
        hello: float = HELLO_AFTER,
        taken: Container[int] = (),
    ) -> None:
        """`hello`: seconds of silence after which the server is asked whether it is there; `taken`
        are tunnel ids that it shall not have."""
        self._exchange = Exchange(host_name, random, None, window, hello)
        self.tunnel = self._exchange.new_id(taken)
        self.state = State.IDLE
        self.channel = Channel(0, window, self._exchange.counters)
        self.calls = Calls(self.tunnel, self.channel, self._exchange)
        self.vendor = ""
        self._roads = self._exchange.roads
        self._heard = self._changed = 0.0
        self._forget_at = float("inf")

    @property
    def counters(self) -> dict[str, int]:
        """What was dropped, ignored, refused or sent again, by reason."""
        return self._exchange.counters

    @property
    def peer_tunnel(self) -> int:
        return self.channel.peer_tunnel

    @property
    def idle(self) -> bool:
        """It is closed, and everything sent is acknowledged or given up."""
        return self.state is State.CLOSED and self.channel.idle

    # what is asked of it

    def start(self, now: float) -> list[L2tpEvent]:
        self._heard = now
        return self._end_turn(self._step(Input.OPEN, now, UNEXPECTED), now)

    def call(self, now: float) -> tuple[int, list[L2tpEvent]]:
        """Announce one more call: its id, and what is to be sent for it."""
        number = self.calls.ring()
        if self.state is State.ESTABLISHED:
            self.calls.tunnel_open(now)
        return number, self._end_turn([], now)

    def hang_up(
        self, call: int, result: int, error: int, message: str, now: float
    ) -> list[L2tpEvent]:
        """End a call (CDN); nothing happens if it is gone already."""
        reason = Reason(False, result, error, message)
        return self._end_turn(self.calls.close(call, reason), now)

    def close(self, message: str, now: float) -> list[L2tpEvent]:
        """End the tunnel and all calls in it (StopCCN); it still acknowledges for a while."""
        reason = Reason(False, Stop.REQUESTED, GeneralError.NONE, message)
        return self._end_turn(self._step(Input.CLOSE, now, reason), now)

    # the door

    def receive(self, message: bytes, now: float) -> list[L2tpEvent]:
        """A control message: a UDP payload with the T bit set."""
        try:
            header, body = parse_header(message)
        except BadHeader:
            self._exchange.count("malformed")
            return []
        if header.tunnel != self.tunnel or self.state is State.IDLE:
            self._exchange.count("no_tunnel")  # a tunnel that the server begins among them
            return []
        return self._receive(header, body, now)

    def deadline(self) -> float | None:
        times = (self.channel.deadline(), self.calls.deadline(), self._own_deadline())
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[L2tpEvent]:
        events: list[L2tpEvent] = [*self.channel.handle_timeout(now)]
        if self.channel.failed:
            self.channel.failed = False
            events += self._step(Input.LOST, now, SILENT)
            self.channel.cancel()
            return events
        events += self.calls.handle_timeout(now)
        due = self._own_deadline()
        if due is not None and due <= now:
            events += self._own_timeout(now)
        return self._end_turn(events, now)

    def open_data(self, message: bytes) -> tuple[int, bytes] | Drop:
        """Road: a data message as (our call id, PPP frame)."""
        return open_data(self._roads, message)

    def seal_data(self, call: int, frame: bytes) -> bytes | Drop:
        """Road: a PPP frame as the UDP payload for the server."""
        return seal_data(self._roads, call, frame)

    def is_numbered(self, call: int) -> bool:
        """Whether the data of this open call has sequence numbers, in either direction."""
        road = self._roads.get(call)
        return road is not None and road.sequencing

    def note_alive(self, now: float) -> None:
        """Data has come, so no HELLO is needed for a while."""
        self._heard = now

    def doubt(self, now: float) -> None:
        """There is reason to ask at once whether the server still has the tunnel."""
        self._heard = min(self._heard, now - self._exchange.hello)

    # inside

    def _receive(self, header: Header, body: bytes, now: float) -> list[L2tpEvent]:
        self._heard = now
        events: list[L2tpEvent] = []
        for called, content in self.channel.receive(header, body, now):
            events += self._take(called, content, now)
        return self._end_turn(events, now)

    def _own_deadline(self) -> float | None:
        match self.state:
            case State.IDLE:
                return None
            case State.WAIT_CTL_REPLY:
                return self._changed + OPENING
            case State.CLOSED:
                return None if self.channel.idle else self._forget_at
        # What is under way asks the server as well as a HELLO does.
        return self._heard + self._exchange.hello if self.channel.idle else None

    def _own_timeout(self, now: float) -> list[L2tpEvent]:
        if self.state is State.CLOSED:
            self.channel.cancel()
        elif self.state is State.WAIT_CTL_REPLY:
            return self._step(Input.CLOSE, now, NO_REPLY)
        else:
            self.channel.send(0, build_body(Hello()))
        return []

    def _end_turn(self, events: list[L2tpEvent], now: float) -> list[L2tpEvent]:
        return [*events, *self.channel.flush(now)]

    def _take(self, called: int, content: bytes, now: float) -> list[L2tpEvent]:
        """One message in its turn."""
        try:
            body = parse_body(content, None)
        except L2tpError as error:
            return self._step(Input.UNACCEPTABLE, now, reason_for(error))
        try:
            message = read_message(body)
            if message is None:
                self._exchange.count("ignored")
                return []
            self._check(message)
        except L2tpError as error:
            if body.message_type in OF_A_CALL and self.state is State.ESTABLISHED:
                return self.calls.unreadable(called, body, error)
            return self._step(Input.UNACCEPTABLE, now, reason_for(error))
        return self._step(INPUTS.get(message.TYPE, Input.TRAFFIC), now, UNEXPECTED, called, message)

    def _check(self, message: Message) -> None:
        """L2tpError if an answer of good form is not acceptable; if it is, its ids are ours."""
        if not isinstance(message, Sccrp) or self.state is not State.WAIT_CTL_REPLY:
            return
        self.channel.peer_tunnel = message.assigned_tunnel
        if message.protocol_version >> 8 != PROTOCOL_VERSION >> 8:
            raise BadVersion(f"protocol version {message.protocol_version:#06x}")
        if message.challenge is not None:
            raise NotAuthorized("tunnel authentication is asked for and there is no secret")
        self.vendor = readable(message.vendor_name)
        self.channel.set_peer_window(message.receive_window or DEFAULT_WINDOW)

    def _step(
        self,
        what: Input,
        now: float,
        reason: Reason,
        called: int = 0,
        message: Message | None = None,
    ) -> list[L2tpEvent]:
        """One row of the table. `reason` is what a StopCCN of ours would say."""
        if isinstance(message, StopCcn):
            reason = reason_of(message.result_code)
        actions, state = TABLE[self.state, what]
        if state is not self.state:
            self.state, self._changed = state, now
        events: list[L2tpEvent] = []
        for action in actions:
            if action is Do.PASS_ON and isinstance(message, OfCall):
                events += self.calls.receive(called, message)
            else:
                events += self._do(action, reason, message, now)
        return events

    def _do(
        self, action: Do, reason: Reason, message: Message | None, now: float
    ) -> list[L2tpEvent]:
        match action:
            case Do.SEND_SCCRQ:
                self.channel.send(0, build_body(self._request()))
            case Do.SEND_SCCCN:
                self.channel.send(0, build_body(Scccn()))
            case Do.SEND_STOPCCN:
                stop = StopCcn(assigned_tunnel=self.tunnel, result_code=reason.code())
                self.channel.forget_unsent()
                self.channel.send(0, build_body(stop))
            case Do.OPEN if isinstance(message, Sccrp):
                self.calls.tunnel_open(now)
                return [self._opened(message)]
            case Do.CLEAN_UP:
                return self._clean_up(reason, now)
            case Do.FALL_SILENT:
                self.channel.cancel()
        return []  # PASS_ON of a HELLO too, which is only acknowledged

    def _request(self) -> Sccrq:
        """Nothing is hidden and no secret asked for: Windows knows neither (CLIENTS, 5)."""
        return Sccrq(
            protocol_version=PROTOCOL_VERSION,
            framing_capabilities=FRAMING_BOTH,
            bearer_capabilities=0,
            firmware_revision=FIRMWARE,
            host_name=self._exchange.host_name.encode("ascii", "replace"),
            vendor_name=VENDOR,
            assigned_tunnel=self.tunnel,
            receive_window=self._exchange.window,
        )

    def _opened(self, reply: Sccrp) -> TunnelOpened:
        return TunnelOpened(
            self.tunnel,
            reply.assigned_tunnel,
            readable(reply.host_name),
            self.vendor,
            reply.firmware_revision or 0,
            None,
        )

    def _clean_up(self, reason: Reason, now: float) -> list[L2tpEvent]:
        self._forget_at = now + LINGER
        if reason.by_peer:
            self.channel.cancel()  # it has said its last word and waits for no more of ours
        said = (reason.by_peer, reason.result, reason.error, reason.message)
        return [*self.calls.fall(reason), TunnelClosed(self.tunnel, *said)]
