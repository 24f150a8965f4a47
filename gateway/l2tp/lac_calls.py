"""The calls that we announce in one tunnel (RFC 2661, 7.4.1)."""

from dataclasses import dataclass
from typing import Final

from gateway.l2tp.control import Channel
from gateway.l2tp.data import Road
from gateway.l2tp.errors import L2tpError
from gateway.l2tp.events import CallClosed, CallOpened, L2tpEvent
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.lac_call_states import TABLE, Do, Input, State
from gateway.l2tp.messages import (
    Body,
    Cdn,
    Iccn,
    Icrp,
    Icrq,
    OfCall,
    Sli,
    Wen,
    build_body,
)
from gateway.l2tp.numbers import Disconnect, GeneralError, Kind
from gateway.l2tp.reasons import Reason, reason_for, reason_of

REPLY: Final = 15.0  # seconds a server may take to put a call through
SPEED: Final = 100_000_000  # bit/s, as the ICCN says it: nobody measures it
FRAMING_SYNC: Final = 1  # PPP frames as they are, without byte stuffing (4.4.6)
BEARER_DIGITAL: Final = 1
UNEXPECTED: Final = Reason(
    False, Disconnect.GENERAL_ERROR, GeneralError.CALL_INVALID, "message not expected"
)
NOT_SERVED: Final = Reason(
    False, Disconnect.NO_FACILITY, GeneralError.NONE, "calls of the server's own are not served"
)
TOO_SLOW: Final = Reason(
    False,
    Disconnect.NO_FACILITY_NOW,
    GeneralError.NONE,
    f"the server did not put the call through within {REPLY:.0f} s",
)


@dataclass(slots=True)
class Call:
    """`peer_call` is 0 while the server has not said its id. `due`: answered by then, or closed."""

    call: int
    serial: int
    peer_call: int = 0
    due: float | None = None
    state: State = State.IDLE


class Calls:
    """All calls of one tunnel. Messages are queued in `channel`; its owner flushes it."""

    def __init__(self, tunnel: int, channel: Channel, exchange: Exchange) -> None:
        self._tunnel = tunnel
        self._channel = channel
        self._exchange = exchange
        self._calls: dict[int, Call] = {}
        self._serial = 0

    def __len__(self) -> int:
        return len(self._calls)

    def ring(self) -> int:
        """One more call, which goes out as soon as there is a tunnel; its id."""
        number = self._exchange.new_id(self._exchange.calls)
        self._serial += 1
        call = self._calls[number] = Call(number, self._serial)
        self._exchange.calls[number] = self._tunnel
        self._step(call, Input.RING, UNEXPECTED)
        return number

    def tunnel_open(self, now: float) -> None:
        """Those that have waited for it are announced now."""
        for call in self._calls.values():
            if call.state is State.WAIT_TUNNEL:
                call.due = now + REPLY
                self._step(call, Input.TUNNEL_OPEN, UNEXPECTED)

    def receive(self, called: int, message: OfCall) -> list[L2tpEvent]:
        """A message whose header names our call `called`."""
        if isinstance(message, Wen | Sli):
            self._exchange.count("ignored")  # line errors and ACCM: PPP's own matter
            return []
        call = self._calls.get(called)
        if call is None:
            return self._stray(message)
        match message:
            case Cdn():
                if message.assigned_call != call.peer_call:
                    self._exchange.count("wrong_assigned_id")
                return self._step(call, Input.CDN, reason_of(message.result_code))
            case Icrp():
                if call.state is State.WAIT_REPLY:
                    call.peer_call = message.assigned_call
                return self._step(call, Input.ICRP, UNEXPECTED)
            case Iccn():
                return self._step(call, Input.ICCN, UNEXPECTED)
            case Icrq():
                return self._step(call, Input.ICRQ, UNEXPECTED)
        return self._step(call, Input.UNACCEPTABLE, NOT_SERVED)

    def unreadable(self, called: int, body: Body, error: L2tpError) -> list[L2tpEvent]:
        """A message of a call that cannot be accepted as it is: the call ends (4.1)."""
        call = self._calls.get(called)
        if call is None:
            self._refuse(body.assigned(Kind.ASSIGNED_CALL), reason_for(error))
            return []
        call.peer_call = call.peer_call or body.assigned(Kind.ASSIGNED_CALL)
        return self._step(call, Input.UNACCEPTABLE, reason_for(error))

    def close(self, call: int, reason: Reason) -> list[L2tpEvent]:
        """Nothing if it is gone already."""
        found = self._calls.get(call)
        return [] if found is None else self._step(found, Input.CLOSE, reason)

    def fall(self, reason: Reason) -> list[L2tpEvent]:
        """The tunnel is gone and all calls with it; nothing is sent for them (5.7)."""
        return [event for call in list(self._calls.values()) for event in self._gone(call, reason)]

    def deadline(self) -> float | None:
        times = [call.due for call in self._calls.values() if call.due is not None]
        return min(times, default=None)

    def handle_timeout(self, now: float) -> list[L2tpEvent]:
        """End the calls that were not answered in time."""
        late = [each for each in self._calls.values() if each.due is not None and each.due <= now]
        return [event for call in late for event in self._step(call, Input.CLOSE, TOO_SLOW)]

    def _stray(self, message: OfCall) -> list[L2tpEvent]:
        """Of no call we have: one that has ended meanwhile, or one that the server begins."""
        if isinstance(message, Cdn | Icrp | Iccn):
            self._exchange.count("stray_call_messages")
            return []
        peer_call = getattr(message, "assigned_call", 0)
        self._refuse(peer_call, NOT_SERVED)
        return []

    def _refuse(self, peer_call: int, reason: Reason) -> None:
        self._exchange.count("calls_refused")
        own = self._exchange.new_id(self._exchange.calls)
        cdn = Cdn(result_code=reason.code(), assigned_call=own)
        self._channel.send(peer_call, build_body(cdn))

    def _step(self, call: Call, what: Input, reason: Reason) -> list[L2tpEvent]:
        actions, call.state = TABLE[call.state, what]
        return [event for action in actions for event in self._do(call, action, reason)]

    def _do(self, call: Call, action: Do, reason: Reason) -> list[L2tpEvent]:
        match action:
            case Do.OPEN:
                return [self._open(call)]
            case Do.CLEAN_UP:
                return self._gone(call, reason)
            case Do.SEND_ICRQ:
                body = build_body(
                    Icrq(
                        assigned_call=call.call,
                        call_serial=call.serial,
                        bearer_type=BEARER_DIGITAL,
                    )
                )
            case Do.SEND_ICCN:
                body = build_body(Iccn(connect_speed=SPEED, framing_type=FRAMING_SYNC))
            case Do.SEND_CDN:
                body = build_body(Cdn(result_code=reason.code(), assigned_call=call.call))
        self._channel.send(call.peer_call, body)
        return []

    def _open(self, call: Call) -> CallOpened:
        call.due = None
        self._exchange.roads[call.call] = Road(
            self._tunnel, self._channel.peer_tunnel, call.peer_call, False
        )
        return CallOpened(self._tunnel, call.call, call.peer_call, False)

    def _gone(self, call: Call, reason: Reason) -> list[L2tpEvent]:
        call.state = State.IDLE
        if self._calls.pop(call.call, None) is None:
            return []
        self._exchange.calls.pop(call.call)
        self._exchange.roads.pop(call.call, None)
        said = (reason.by_peer, reason.result, reason.error, reason.message)
        return [CallClosed(self._tunnel, call.call, *said)]
