"""The calling end of PPTP: one TCP connection, one call (RFC 2637).

Create a `Caller` for each call, open TCP to port 1723, then `start`. Its life is told by
`ServerKnown`, `CallOpened`, always one `CallClosed`, and last `Finished`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.pptp import call, control
from gateway.pptp.errors import OutOfTurn, PptpError
from gateway.pptp.events import (
    CallClosed,
    CallOpened,
    Finished,
    PptpEvent,
    Send,
    ServerKnown,
)
from gateway.pptp.messages import (
    CallClearRequest,
    CallDisconnectNotify,
    EchoReply,
    EchoRequest,
    IncomingCallRequest,
    Message,
    OutgoingCallReply,
    SetLinkInfo,
    StartReply,
    StopReply,
    StopRequest,
    WanErrorNotify,
    build_message,
    next_length,
    parse_message,
    text_field,
    text_of,
)
from gateway.pptp.numbers import (
    ANSWER_WITHIN,
    ECHO_IDLE,
    ECHO_WITHIN,
    HEADER,
    OK,
    STOP_WITHIN,
    WINDOW,
    Stop,
)
from gateway.pptp.quirks import MOST_SET_LINK_INFO, window_to_honour
from gateway.wire.cursor import Reader

NEVER: Final = float("inf")
SILENT_START: Final = f"the server did not answer within {ANSWER_WITHIN:.0f} s"
SILENT_CALL: Final = f"the server did not answer the call within {ANSWER_WITHIN:.0f} s"
SILENT_ECHO: Final = f"the server has not answered an echo for {ECHO_WITHIN:.0f} s"


@dataclass(frozen=True, slots=True)
class Kept:
    """A caller's state, for whoever takes up its connection. Times are the caller's clock."""

    control: str
    call: str
    buffer: bytes
    vendor: str
    peer_call: int
    links_sent: int
    echoes: int
    answer_by: float
    echo_at: float
    echo_by: float


class Caller:
    """`receive` takes the TCP stream in any pieces; commands are `start`, `link_up`, `hang_up`
    and `lost`. Nothing it is told raises."""

    def __init__(
        self,
        call_id: int,
        random: Callable[[int], bytes],
        host_name: str = "postern",
        vendor: str = "",
        window: int = WINDOW,
        phone: str = "",
    ) -> None:
        """`call_id` is ours and unique on this box; `window` is what our `Gre` takes.

        ValueError for a text that is not printable ASCII of less than 64 characters.
        """
        serial = int.from_bytes(random(2), "big")
        self._call_id = call_id
        self._start = control.start_request(text_field(host_name), text_field(vendor))
        self._request = call.call_request(call_id, serial, window, phone)
        self._buffer = b""
        self._control = control.State.IDLE
        self._call = call.State.IDLE
        self._vendor = ""
        self._peer_call = 0
        self._end: CallClosed | None = None  # the first reason to end is the one reported
        self._links_sent = 0
        self._echoes = 0
        self._answer_by = NEVER
        self._echo_at = NEVER  # when to ask
        self._echo_by = NEVER  # when to give up

    def kept(self) -> Kept:
        """What `resume` needs."""
        return Kept(
            control=self._control.name,
            call=self._call.name,
            buffer=self._buffer,
            vendor=self._vendor,
            peer_call=self._peer_call,
            links_sent=self._links_sent,
            echoes=self._echoes,
            answer_by=self._answer_by,
            echo_at=self._echo_at,
            echo_by=self._echo_by,
        )

    def resume(self, kept: Kept) -> None:
        """Go on where another has ended, on the same connection. KeyError for a state there is not.

        An echo that is due waits for an answer as long as a new one.
        """
        self._control, self._call = control.State[kept.control], call.State[kept.call]
        self._buffer, self._vendor, self._peer_call = kept.buffer, kept.vendor, kept.peer_call
        self._links_sent, self._echoes = kept.links_sent, kept.echoes
        self._answer_by = kept.answer_by
        self._echo_at, self._echo_by = min(kept.echo_at, kept.echo_by), NEVER

    def start(self, now: float) -> list[PptpEvent]:
        """TCP is open."""
        return self._to_control(control.Input.OPEN, now)

    def link_up(self, now: float) -> list[PptpEvent]:
        """LCP has opened between client and server: the time for another Set-Link-Info."""
        return self._to_call(call.Input.LINK_UP, now)

    def hang_up(self, now: float) -> list[PptpEvent]:
        """End the call in order; `Finished` follows within three seconds."""
        return self._to_call(call.Input.HANG_UP, now, _ours("we hung up"))

    def lost(self, now: float) -> list[PptpEvent]:
        """TCP was closed by the other side, or failed, or never opened."""
        opened = self._control is not control.State.IDLE
        reason = "closed the control connection" if opened else "cannot be reached"
        return self._to_control(control.Input.BROKEN, now, _theirs(f"the server {reason}"))

    def receive(self, data: bytes, now: float) -> list[PptpEvent]:
        events: list[PptpEvent] = []
        stream = Reader(self._buffer + data)
        try:
            while self._control is not control.State.FINISHED:
                length = next_length(stream.data[stream.position : stream.position + HEADER])
                if length is None or length > stream.left:
                    self._buffer = stream.rest()
                    return events
                events += self._handle(parse_message(stream), now)
        except PptpError as error:
            reason = f"the server sent a malformed message ({type(error).__name__}: {error})"
            events += self._to_control(control.Input.BROKEN, now, _theirs(reason))
        return events

    def deadline(self) -> float | None:
        soonest = min(self._answer_by, self._echo_at, self._echo_by)
        return None if soonest == NEVER else soonest

    def handle_timeout(self, now: float) -> list[PptpEvent]:
        if now >= self._answer_by:
            return self._give_up(now)
        if now >= self._echo_by:
            return self._to_control(control.Input.LATE, now, _theirs(SILENT_ECHO))
        if now >= self._echo_at:
            self._echo_at, self._echo_by = NEVER, now + ECHO_WITHIN
            self._echoes += 1
            return _send(control.echo_request(self._echoes))
        return []

    def _give_up(self, now: float) -> list[PptpEvent]:
        self._answer_by = NEVER
        if self._call in (call.State.WAIT_REPLY, call.State.WAIT_DISCONNECT):
            return self._to_call(call.Input.LATE, now, _theirs(SILENT_CALL))
        return self._to_control(control.Input.LATE, now, _theirs(SILENT_START))

    def _handle(self, message: Message, now: float) -> list[PptpEvent]:
        if self._echo_at != NEVER:
            self._echo_at = now + ECHO_IDLE
        match message:
            case StartReply():
                return self._started(message, now)
            case StopRequest():
                end = control.stopped(message)
                return self._to_control(control.Input.STOP_REQUEST, now, end)
            case StopReply():
                return self._to_control(control.Input.STOP_REPLY, now)
            case EchoRequest():
                return _send(EchoReply(identifier=message.identifier, result=OK))
            case EchoReply():
                self._heard_echo(now)
                return []
            case IncomingCallRequest():
                return _send(call.decline(message))
            case _:
                return self._handle_call(message, now)

    def _handle_call(self, message: Message, now: float) -> list[PptpEvent]:
        match message:
            case OutgoingCallReply():
                return self._answered(message, now)
            case CallDisconnectNotify():
                end = call.disconnected(message)
                return self._to_call(call.Input.DISCONNECT, now, end)
            case CallClearRequest():
                end = _theirs("the server asked to clear the call")
                return self._to_call(call.Input.CLEAR, now, end)
            case SetLinkInfo():
                return self._to_call(call.Input.SET_LINK, now)
            case WanErrorNotify():
                return []
            case _:
                raise OutOfTurn(message.type.name)

    def _started(self, reply: StartReply, now: float) -> list[PptpEvent]:
        verdict = control.judge(reply)
        if verdict is not control.Input.ACCEPTED:
            return self._to_control(verdict, now, control.refusal(reply))
        if self._control is not control.State.WAIT_REPLY:
            return []
        self._vendor = text_of(reply.vendor)
        self._echo_at = now + ECHO_IDLE
        host_name = text_of(reply.host_name)
        known = ServerKnown(host_name, self._vendor, reply.firmware, reply.version)
        return [known, *self._to_control(verdict, now)]

    def _answered(self, reply: OutgoingCallReply, now: float) -> list[PptpEvent]:
        if reply.peer_call_id != self._call_id:
            raise OutOfTurn(f"an answer to call {reply.peer_call_id}, not {self._call_id}")
        if reply.result != OK:
            return self._to_call(call.Input.REFUSED, now, call.refusal(reply))
        if self._call is not call.State.WAIT_REPLY:
            return []
        self._peer_call = reply.call_id
        window = window_to_honour(self._vendor, reply.window)
        opened = CallOpened(reply.call_id, window, reply.speed)
        return [opened, *self._to_call(call.Input.CONNECTED, now)]

    def _heard_echo(self, now: float) -> None:
        if self._echo_by != NEVER:
            self._echo_at, self._echo_by = now + ECHO_IDLE, NEVER

    def _to_control(
        self, what: control.Input, now: float, end: CallClosed | None = None
    ) -> list[PptpEvent]:
        actions, self._control = control.TABLE[self._control, what]
        if actions:
            self._end = self._end or end
        return [event for do in actions for event in self._do_control(do, now)]

    def _to_call(
        self, what: call.Input, now: float, end: CallClosed | None = None
    ) -> list[PptpEvent]:
        actions, self._call = call.TABLE[self._call, what]
        if actions:
            self._end = self._end or end
        return [event for do in actions for event in self._do_call(do, now)]

    def _do_control(self, do: control.Do, now: float) -> list[PptpEvent]:
        match do:
            case control.Do.SEND_START:
                self._answer_by = now + ANSWER_WITHIN
                return _send(self._start)
            case control.Do.PLACE_CALL:
                return self._to_call(call.Input.PLACE, now)
            case control.Do.SEND_STOP | control.Do.SEND_STOP_FOR_VERSION:
                self._answer_by = now + STOP_WITHIN
                self._echo_at = self._echo_by = NEVER
                version = do is control.Do.SEND_STOP_FOR_VERSION
                return _send(control.stop_request(Stop.PROTOCOL if version else Stop.NONE))
            case control.Do.SEND_STOP_REPLY:
                return _send(control.stop_reply())
            case control.Do.FINISH:
                self._answer_by = self._echo_at = self._echo_by = NEVER
                return [*self._to_call(call.Input.GONE, now), Finished()]

    def _do_call(self, do: call.Do, now: float) -> list[PptpEvent]:
        match do:
            case call.Do.SEND_REQUEST:
                self._answer_by = now + ANSWER_WITHIN
                return _send(self._request)
            case call.Do.OPEN:
                self._answer_by = NEVER
                return []
            case call.Do.SEND_SET_LINK:
                return self._set_link()
            case call.Do.SEND_CLEAR:
                self._answer_by = now + STOP_WITHIN
                return _send(call.clear_request(self._call_id))
            case call.Do.SEND_DISCONNECT:
                return _send(call.disconnect_notify(self._call_id))
            case call.Do.CLOSE:
                return [self._end or _theirs("the server ended the call")]
            case call.Do.STOP:
                return self._to_control(control.Input.CLOSE, now)

    def _set_link(self) -> list[PptpEvent]:
        if self._links_sent == MOST_SET_LINK_INFO:
            return []
        self._links_sent += 1
        return _send(call.set_link_info(self._peer_call))


def _send(message: Message) -> list[PptpEvent]:
    return [Send(build_message(message))]


def _ours(reason: str) -> CallClosed:
    return CallClosed(0, 0, 0, reason, by_server=False)


def _theirs(reason: str) -> CallClosed:
    return CallClosed(0, 0, 0, reason, by_server=True)
