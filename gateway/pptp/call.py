"""An outgoing call, from the end that asks for it, the PNS (RFC 2637, 3.2.4.2)."""

from enum import Enum, auto
from typing import Final

from gateway.pptp.control import with_error
from gateway.pptp.events import CallClosed
from gateway.pptp.messages import (
    CallClearRequest,
    CallDisconnectNotify,
    IncomingCallReply,
    IncomingCallRequest,
    OutgoingCallReply,
    OutgoingCallRequest,
    SetLinkInfo,
    text_field,
)
from gateway.pptp.numbers import (
    ACCM_ALL,
    BEARER_ANY,
    CALL_RESULTS,
    CLEARED_ON_REQUEST,
    DISCONNECTS,
    DO_NOT_ACCEPT,
    FRAMING_ANY,
)
from gateway.pptp.quirks import LEAST_SPEED, MOST_SPEED


class State(Enum):
    IDLE = auto()
    WAIT_REPLY = auto()
    ESTABLISHED = auto()
    WAIT_DISCONNECT = auto()
    CLOSED = auto()


class Input(Enum):
    PLACE = auto()  # the control connection is established
    CONNECTED = auto()  # OCRP that says yes
    REFUSED = auto()  # OCRP that says no
    SET_LINK = auto()  # from the server
    LINK_UP = auto()  # the bridge has seen LCP open
    DISCONNECT = auto()  # Call-Disconnect-Notify
    CLEAR = auto()  # Call-Clear-Request from the server, which is not its to send
    HANG_UP = auto()
    LATE = auto()  # an awaited answer did not come
    GONE = auto()  # the control connection is over


class Do(Enum):
    SEND_REQUEST = auto()
    OPEN = auto()
    SEND_SET_LINK = auto()
    SEND_CLEAR = auto()
    SEND_DISCONNECT = auto()
    CLOSE = auto()
    STOP = auto()


Row = tuple[tuple[Do, ...], State]
OVER: Final[Row] = ((Do.CLOSE, Do.STOP), State.CLOSED)
GONE: Final[Row] = ((Do.CLOSE,), State.CLOSED)
CLEARING: Final[Row] = ((Do.SEND_CLEAR,), State.WAIT_DISCONNECT)

# What the RFC's table has no row for does not happen: nothing is done, the state stays.
TABLE: Final[dict[tuple[State, Input], Row]] = {
    (state, what): ((), state) for state in State for what in Input
} | {
    (State.IDLE, Input.PLACE): ((Do.SEND_REQUEST,), State.WAIT_REPLY),
    (State.IDLE, Input.HANG_UP): OVER,
    (State.IDLE, Input.GONE): GONE,
    (State.WAIT_REPLY, Input.CONNECTED): ((Do.OPEN, Do.SEND_SET_LINK), State.ESTABLISHED),
    (State.WAIT_REPLY, Input.REFUSED): OVER,
    (State.WAIT_REPLY, Input.DISCONNECT): OVER,
    (State.WAIT_REPLY, Input.HANG_UP): CLEARING,
    (State.WAIT_REPLY, Input.LATE): OVER,
    (State.WAIT_REPLY, Input.GONE): GONE,
    (State.ESTABLISHED, Input.SET_LINK): ((Do.SEND_SET_LINK,), State.ESTABLISHED),
    (State.ESTABLISHED, Input.LINK_UP): ((Do.SEND_SET_LINK,), State.ESTABLISHED),
    (State.ESTABLISHED, Input.DISCONNECT): OVER,
    (State.ESTABLISHED, Input.CLEAR): (
        (Do.SEND_DISCONNECT, Do.CLOSE, Do.STOP),
        State.CLOSED,
    ),
    (State.ESTABLISHED, Input.HANG_UP): CLEARING,
    (State.ESTABLISHED, Input.GONE): GONE,
    (State.WAIT_DISCONNECT, Input.DISCONNECT): OVER,
    (State.WAIT_DISCONNECT, Input.REFUSED): OVER,  # it crossed our Call-Clear-Request
    (State.WAIT_DISCONNECT, Input.LATE): OVER,
    (State.WAIT_DISCONNECT, Input.GONE): GONE,
}


def call_request(call_id: int, serial: int, window: int, phone: str) -> OutgoingCallRequest:
    """Field by field what the NT client says (tcpdump's pptp.pcap, frame 10)."""
    return OutgoingCallRequest(
        call_id=call_id,
        serial=serial,
        least_speed=LEAST_SPEED,
        most_speed=MOST_SPEED,
        bearer=BEARER_ANY,
        framing=FRAMING_ANY,
        window=window,
        phone_length=len(phone),
        phone=text_field(phone),
    )


def set_link_info(peer_call: int) -> SetLinkInfo:
    """We end no PPP, so we never know better than to escape everything."""
    return SetLinkInfo(peer_call_id=peer_call, send_accm=ACCM_ALL, receive_accm=ACCM_ALL)


def clear_request(call_id: int) -> CallClearRequest:
    return CallClearRequest(call_id=call_id)


def disconnect_notify(call_id: int) -> CallDisconnectNotify:
    return CallDisconnectNotify(call_id=call_id, result=CLEARED_ON_REQUEST)


def decline(request: IncomingCallRequest) -> IncomingCallReply:
    """Nobody may call us: one connection carries the one call we placed."""
    return IncomingCallReply(call_id=0, peer_call_id=request.call_id, result=DO_NOT_ACCEPT)


def refusal(reply: OutgoingCallReply) -> CallClosed:
    reason = CALL_RESULTS.get(reply.result, f"the server refuses the call (result {reply.result})")
    reason = with_error(reason, reply.error)
    return CallClosed(reply.result, reply.error, reply.cause, reason, by_server=True)


def disconnected(notify: CallDisconnectNotify) -> CallClosed:
    reason = DISCONNECTS.get(notify.result, f"the server ended the call (result {notify.result})")
    reason = with_error(reason, notify.error)
    return CallClosed(notify.result, notify.error, notify.cause, reason, by_server=True)
