"""The incoming calls of one tunnel (RFC 2661, 7.4)."""

from dataclasses import dataclass
from typing import Final

from gateway.l2tp.call_states import TABLE, Do, Input, State
from gateway.l2tp.control import Channel
from gateway.l2tp.data import Road
from gateway.l2tp.errors import L2tpError
from gateway.l2tp.events import CallClosed, CallOpened, CallRequested, L2tpEvent
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.messages import (
    Body,
    Cdn,
    Iccn,
    Icrp,
    Icrq,
    Occn,
    OfCall,
    Sli,
    Wen,
    build_body,
    readable,
)
from gateway.l2tp.numbers import CALLS, SETUP, Disconnect, GeneralError, Kind
from gateway.l2tp.quirks import Quirk
from gateway.l2tp.reasons import Reason, reason_for, reason_of

UNEXPECTED: Final = Reason(
    False, Disconnect.GENERAL_ERROR, GeneralError.CALL_INVALID, "message not expected"
)
NOT_SERVED: Final = Reason(
    False, Disconnect.NO_FACILITY, GeneralError.NONE, "outgoing calls are not served"
)
TOO_MANY: Final = Reason(False, Disconnect.NO_FACILITY_NOW, GeneralError.NONE, "too many calls")
TOO_SLOW: Final = Reason(
    False, Disconnect.NO_FACILITY_NOW, GeneralError.NONE, f"not connected within {SETUP:.0f} s"
)


@dataclass(slots=True)
class Call:
    """`peer_call` is 0 while the peer has not said its id. `due`: up by then, or closed."""

    call: int
    peer_call: int
    serial: int = 0
    called: str = ""
    calling: str = ""
    sequencing: bool = False
    due: float | None = None
    state: State = State.IDLE


class Calls:
    """All calls of one tunnel. Messages are queued in `channel`; its owner flushes it."""

    def __init__(self, tunnel: int, channel: Channel, exchange: Exchange) -> None:
        self._tunnel = tunnel
        self._channel = channel
        self._exchange = exchange
        self._calls: dict[int, Call] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def open(self) -> list[Call]:
        """Those that are up."""
        return [each for each in self._calls.values() if each.state is State.ESTABLISHED]

    def add(self, call: Call, road: Road) -> None:
        """One that is up already: another process has had it."""
        self._calls[call.call] = call
        self._exchange.calls[call.call] = self._tunnel
        self._exchange.roads[call.call] = road

    def receive(self, called: int, message: OfCall, quirk: Quirk, now: float) -> list[L2tpEvent]:
        """A message whose header names our call `called`."""
        if isinstance(message, Wen | Sli):
            self._exchange.count("ignored")  # line errors and ACCM: PPP's own matter
            return []
        if isinstance(message, Icrq):
            return self._requested(message, now)
        if isinstance(message, Cdn):
            return self._disconnected(called, message, quirk)
        if isinstance(message, Iccn):
            call = self._calls.get(called) or self._stranger(0)
            call.sequencing |= bool(message.sequencing_required)
            return self._step(call, Input.ICCN, UNEXPECTED)
        if isinstance(message, Icrp):
            call = self._calls.get(called) or self._stranger(message.assigned_call)
            return self._step(call, Input.ICRP, UNEXPECTED)
        peer_call = 0 if isinstance(message, Occn) else message.assigned_call
        return self._spoiled(called, peer_call, NOT_SERVED)

    def unreadable(self, called: int, body: Body, error: L2tpError) -> list[L2tpEvent]:
        """A message of a call that cannot be accepted as it is: the call ends (4.1)."""
        return self._spoiled(called, body.assigned(Kind.ASSIGNED_CALL), reason_for(error))

    def answer(self, call: int) -> list[L2tpEvent]:
        return self._step(self._calls[call], Input.ANSWER, UNEXPECTED)

    def close(self, call: int, reason: Reason) -> list[L2tpEvent]:
        return self._step(self._calls[call], Input.CLOSE, reason)

    def fall(self, reason: Reason) -> list[L2tpEvent]:
        """The tunnel is gone and all calls with it; nothing is sent for them (5.7)."""
        return [event for call in list(self._calls.values()) for event in self._gone(call, reason)]

    def deadline(self) -> float | None:
        times = [call.due for call in self._calls.values() if call.due is not None]
        return min(times, default=None)

    def handle_timeout(self, now: float) -> list[L2tpEvent]:
        """End the calls that have not come up in time."""
        late = [each for each in self._calls.values() if each.due is not None and each.due <= now]
        return [event for call in late for event in self._step(call, Input.CLOSE, TOO_SLOW)]

    def _requested(self, message: Icrq, now: float) -> list[L2tpEvent]:
        known = self._by_peer(message.assigned_call)
        if known is not None:
            return self._step(known, Input.ICRQ, UNEXPECTED)
        call = self._stranger(message.assigned_call)
        if len(self._exchange.calls) >= CALLS:
            self._exchange.count("calls_refused")
            return self._step(call, Input.UNACCEPTABLE, TOO_MANY)
        self._calls[call.call] = call
        self._exchange.calls[call.call] = self._tunnel
        call.serial = message.call_serial
        call.called = readable(message.called_number)
        call.calling = readable(message.calling_number)
        call.sequencing = bool(message.sequencing_required)
        call.due = now + SETUP
        return self._step(call, Input.ICRQ, UNEXPECTED)

    def _disconnected(self, called: int, message: Cdn, quirk: Quirk) -> list[L2tpEvent]:
        """The header says which call. It says 0 if the peer never heard our id."""
        said = message.assigned_call
        call = self._calls.get(called) or self._by_peer(said)
        if call is None and quirk.closes_with_our_ids:
            call = self._calls.get(said)
        if call is None:
            self._exchange.count("ignored")  # both have hung up at once
            return []
        if call.peer_call != said and not quirk.closes_with_our_ids:
            self._exchange.count("wrong_assigned_id")
        return self._step(call, Input.CDN, reason_of(message.result_code))

    def _spoiled(self, called: int, peer_call: int, reason: Reason) -> list[L2tpEvent]:
        call = self._calls.get(called) or self._by_peer(peer_call) or self._stranger(peer_call)
        return self._step(call, Input.UNACCEPTABLE, reason)

    def _step(self, call: Call, what: Input, reason: Reason) -> list[L2tpEvent]:
        actions, state = TABLE[call.state, what]
        call.state = state
        return [event for action in actions for event in self._do(call, action, reason)]

    def _do(self, call: Call, action: Do, reason: Reason) -> list[L2tpEvent]:
        match action:
            case Do.ANNOUNCE:
                return [self._request(call)]
            case Do.OPEN:
                return [self._open(call)]
            case Do.CLEAN_UP:
                return self._gone(call, reason)
            case Do.SEND_ICRP:
                body = build_body(Icrp(assigned_call=call.call))
            case Do.SEND_CDN:
                body = build_body(Cdn(result_code=reason.code(), assigned_call=call.call))
        self._channel.send(call.peer_call, body)
        return []

    def _request(self, call: Call) -> CallRequested:
        return CallRequested(
            self._tunnel, call.call, call.peer_call, call.serial, call.called, call.calling
        )

    def _open(self, call: Call) -> CallOpened:
        call.due = None
        self._exchange.roads[call.call] = Road(
            self._tunnel, self._channel.peer_tunnel, call.peer_call, call.sequencing
        )
        return CallOpened(self._tunnel, call.call, call.peer_call, call.sequencing)

    def _gone(self, call: Call, reason: Reason) -> list[L2tpEvent]:
        """Out of every list; a call nobody was told of is not reported either."""
        call.state = State.IDLE
        if self._calls.pop(call.call, None) is None:
            self._exchange.count("stray_call_messages")
            return []
        self._exchange.calls.pop(call.call)
        self._exchange.roads.pop(call.call, None)
        return [
            CallClosed(
                self._tunnel,
                call.call,
                reason.by_peer,
                reason.result,
                reason.error,
                reason.message,
            )
        ]

    def _by_peer(self, peer_call: int) -> Call | None:
        for call in self._calls.values():
            if call.peer_call == peer_call:
                return call
        return None

    def _stranger(self, peer_call: int) -> Call:
        """A call that is in no list: to be put there, or just to be refused."""
        return Call(self._exchange.new_id(self._exchange.calls), peer_call)
