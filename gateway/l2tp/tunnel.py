"""One control connection of the LNS (RFC 2661, 5.1, 5.5, 5.7 and 7.2)."""

from typing import Final

from gateway.l2tp.call import Calls
from gateway.l2tp.control import Channel
from gateway.l2tp.errors import L2tpError
from gateway.l2tp.events import CallClosed, CallRequested, L2tpEvent, TunnelClosed
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.greeting import Greeting
from gateway.l2tp.header import Header
from gateway.l2tp.messages import (
    OF_A_CALL,
    Hello,
    Message,
    OfCall,
    Scccn,
    Sccrq,
    StopCcn,
    build_body,
    parse_body,
    read_message,
)
from gateway.l2tp.numbers import (
    DEFAULT_WINDOW,
    EMPTY,
    LINGER,
    LONGEST_WAIT,
    MOST_PAIRS,
    PARTING,
    SETUP,
    GeneralError,
    Stop,
)
from gateway.l2tp.quirks import Quirk
from gateway.l2tp.reasons import Reason, reason_for, reason_of
from gateway.l2tp.tunnel_states import INPUTS, TABLE, Do, Input, State

UNEXPECTED: Final = Reason(
    False, Stop.STATE_MACHINE, GeneralError.NONE, "message not expected in this state"
)
SILENT: Final = Reason(False, 0, 0, "the peer does not acknowledge")
NOT_CONFIRMED: Final = Reason(
    False, Stop.REQUESTED, GeneralError.NONE, f"not connected within {SETUP:.0f} s"
)
NO_CALL: Final = Reason(False, Stop.REQUESTED, GeneralError.NONE, "no call in the tunnel")


class Tunnel:
    """The machine of one tunnel. It is idle until its SCCRQ is given to `receive`."""

    def __init__(
        self, tunnel: int, peer_tunnel: int, exchange: Exchange, now: float, *, welcome: bool = True
    ) -> None:
        """`welcome` False makes it refuse its SCCRQ for want of room."""
        self.tunnel = tunnel
        self.state = State.IDLE
        self.forget_at = float("inf")  # when nothing of it is needed any more
        self.channel = Channel(peer_tunnel, exchange.window, exchange.counters)
        self.calls = Calls(tunnel, self.channel, exchange)
        self._exchange = exchange
        self._greeting = Greeting(exchange, welcome)
        self._request = b""  # the pairs of the SCCRQ, as they came
        self._replied = False  # an SCCRP has been sent
        self._heard = now
        self._changed = now  # when the state last changed
        self._empty_at: float | None = None  # when a tunnel without a call is closed
        self._parting = False  # our CDN ended the last call: close as soon as it is acknowledged

    def is_repeat(self, body: bytes, now: float) -> bool:
        """Whether an SCCRQ is the one that made this tunnel, sent once more.

        A client may take the same id for its next dial, and the same words. A repeat can only
        come while our answer has not reached it, or a little later if it was slow on its way.
        """
        if body != self._request:
            return False
        if self.state is State.ESTABLISHED:
            return now - self._changed < LONGEST_WAIT
        if self.state is State.CLOSED:
            return not self._replied and not self.channel.idle
        return True

    def receive(self, header: Header, body: bytes, now: float) -> list[L2tpEvent]:
        """One control message whose header names this tunnel."""
        self._heard = now
        events: list[L2tpEvent] = []
        for called, content in self.channel.receive(header, body, now):
            events += self._take(called, content, now)
        return self._end_turn(events, now)

    def answer(self, call: int, now: float) -> list[L2tpEvent]:
        return self._end_turn(self.calls.answer(call), now)

    def hang_up(self, call: int, reason: Reason, now: float) -> list[L2tpEvent]:
        return self._end_turn(self.calls.close(call, reason), now)

    def close(self, reason: Reason, now: float) -> list[L2tpEvent]:
        """Send the StopCCN, which ends all calls too."""
        return self._end_turn(self._step(Input.CLOSE, now, reason), now)

    def lose(self, reason: Reason, now: float) -> list[L2tpEvent]:
        """The peer does not have this tunnel any more: nothing is sent, nothing kept."""
        events = self._step(Input.LOST, now, reason)
        self.channel.cancel()
        self.forget_at = now
        return events

    @property
    def quirk(self) -> Quirk:
        """Whose ways the client has."""
        return self._greeting.quirk

    @property
    def ending(self) -> tuple[float | None, bool]:
        """When it is closed for want of a call, and whether our own CDN has ended the last."""
        return self._empty_at, self._parting

    def resume(self, quirk: Quirk, ending: tuple[float | None, bool]) -> None:
        """It is up: another process has opened it, long enough ago that no SCCRQ is repeated."""
        self.state, self._replied, self._greeting.quirk = State.ESTABLISHED, True, quirk
        self._changed, (self._empty_at, self._parting) = float("-inf"), ending

    @property
    def steady(self) -> bool:
        """It is up, with calls in it that are all up."""
        is_up = self.state is State.ESTABLISHED and self._empty_at is None
        return is_up and bool(self.calls) and self.calls.deadline() is None

    def wake(self, now: float) -> None:
        """Time goes on after a pause: what is unacknowledged is due, and silence counts anew."""
        self._heard = now
        self.channel.wake(now)

    def note_alive(self, now: float) -> None:
        self._heard = now

    def doubt(self, now: float) -> None:
        """As if it had been silent for as long as it may be."""
        self._heard = min(self._heard, now - self._exchange.hello)

    def deadline(self) -> float | None:
        times = [self.channel.deadline(), self.calls.deadline(), self._own_deadline()]
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[L2tpEvent]:
        events: list[L2tpEvent] = [*self.channel.handle_timeout(now)]
        if self.channel.failed:
            return events + self.lose(SILENT, now)
        events += self.calls.handle_timeout(now)
        due = self._own_deadline()
        if due is not None and due <= now:
            events += self._own_timeout(now)
        return self._end_turn(events, now)

    def _own_deadline(self) -> float | None:
        if self.state is State.CLOSED:
            return self.forget_at
        if self.state is State.WAIT_CTL_CONN:
            return self._changed + SETUP
        if self._empty_at is not None:
            return self._empty_at
        # What is under way asks the peer as well as a HELLO does.
        return self._heard + self._exchange.hello if self.channel.idle else None

    def _own_timeout(self, now: float) -> list[L2tpEvent]:
        if self.state is State.CLOSED:
            self.channel.cancel()
        elif self.state is State.WAIT_CTL_CONN:
            return self._step(Input.CLOSE, now, NOT_CONFIRMED)
        elif self._empty_at is not None:
            return self._step(Input.CLOSE, now, NO_CALL)
        else:
            self.channel.send(0, build_body(Hello()))
        return []

    def _end_turn(self, events: list[L2tpEvent], now: float) -> list[L2tpEvent]:
        """Look after a tunnel that has become empty, then send."""
        if self.state is State.ESTABLISHED:
            for event in events:
                if isinstance(event, CallRequested):
                    self._empty_at, self._parting = None, False
                elif isinstance(event, CallClosed) and not self.calls:
                    self._empty_at = now + (EMPTY if event.by_peer else PARTING)
                    self._parting = not event.by_peer
        if self._parting and self.channel.idle:
            events += self._step(Input.CLOSE, now, NO_CALL)
        return [*events, *self.channel.flush(now)]

    def _take(self, called: int, content: bytes, now: float) -> list[L2tpEvent]:
        """One message in its turn."""
        if self.state is State.IDLE:
            self._request = content
        try:
            body = parse_body(content, self._exchange.secret)
        except L2tpError as error:
            return self._refuse(error, now)
        if self.state is State.IDLE:
            self._greeting.pairs = tuple(avp.kind for avp in body.avps[:MOST_PAIRS])
        try:
            message = read_message(body)
            if message is None:
                self._exchange.count("ignored")
                return []
            self._check(message)
        except L2tpError as error:
            if body.message_type in OF_A_CALL and self.state is State.ESTABLISHED:
                return self.calls.unreadable(called, body, error)
            return self._refuse(error, now)
        return self._step(INPUTS.get(message.TYPE, Input.TRAFFIC), now, UNEXPECTED, called, message)

    def _refuse(self, error: L2tpError, now: float) -> list[L2tpEvent]:
        return self._step(Input.UNACCEPTABLE, now, reason_for(error))

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
            reason = self._reason_of(message)
        actions, state = TABLE[self.state, what]
        if state is not self.state:
            self.state, self._changed = state, now
        events: list[L2tpEvent] = []
        for action in actions:
            if action is Do.PASS_ON and isinstance(message, OfCall):
                events += self.calls.receive(called, message, self._greeting.quirk, now)
            else:
                events += self._do(action, reason, now)
        return events

    def _do(self, action: Do, reason: Reason, now: float) -> list[L2tpEvent]:
        match action:
            case Do.SEND_SCCRP:
                self._replied = True
                self.channel.send(0, build_body(self._greeting.reply(self.tunnel)))
            case Do.SEND_STOPCCN:
                stop = StopCcn(assigned_tunnel=self.tunnel, result_code=reason.code())
                self.channel.forget_unsent()
                self.channel.send(0, build_body(stop))
            case Do.OPEN:
                self._empty_at = now + SETUP
                return [self._greeting.opened(self.tunnel, self.channel.peer_tunnel)]
            case Do.CLEAN_UP:
                return self._clean_up(reason, now)
            case Do.FALL_SILENT:
                self.channel.cancel()
        return []  # PASS_ON of a HELLO too, which is only acknowledged

    def _clean_up(self, reason: Reason, now: float) -> list[L2tpEvent]:
        self._empty_at, self._parting = None, False
        self.forget_at = now + LINGER
        if reason.by_peer:
            self.channel.cancel()  # it has said its last word and waits for no more of ours
        closed = TunnelClosed(
            self.tunnel, reason.by_peer, reason.result, reason.error, reason.message
        )
        return [*self.calls.fall(reason), closed]

    def _check(self, message: Message) -> None:
        """L2tpError if a message of good form is not acceptable."""
        if isinstance(message, Sccrq) and self.state is State.IDLE:
            self._greeting.check_request(message)
            self.channel.set_peer_window(message.receive_window or DEFAULT_WINDOW)
        if isinstance(message, Scccn):
            self._greeting.check_connected(message)

    def _reason_of(self, message: StopCcn) -> Reason:
        """The header's id has said which tunnel; a wrong one within closes it none the less."""
        fits = message.assigned_tunnel == self.channel.peer_tunnel
        if not fits and not self._greeting.quirk.closes_with_our_ids:
            self._exchange.count("wrong_assigned_id")
        return reason_of(message.result_code)
