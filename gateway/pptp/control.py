"""The control connection, from the end that opens it (RFC 2637, 3.1.1)."""

from enum import Enum, auto
from typing import Final

from gateway.pptp.events import CallClosed
from gateway.pptp.messages import EchoRequest, StartReply, StartRequest, StopReply, StopRequest
from gateway.pptp.numbers import (
    BEARER_ANALOG,
    ERRORS,
    FRAMING_ASYNC,
    OK,
    START_RESULTS,
    STOP_REASONS,
    VERSION,
    Stop,
)
from gateway.pptp.quirks import FIRMWARE


class State(Enum):
    IDLE = auto()
    WAIT_REPLY = auto()
    ESTABLISHED = auto()
    WAIT_STOP_REPLY = auto()
    FINISHED = auto()


class Input(Enum):
    OPEN = auto()  # TCP is open
    ACCEPTED = auto()  # SCCRP that says yes, in our version
    REFUSED = auto()  # SCCRP that says no
    OTHER_VERSION = auto()  # SCCRP in a version we do not speak
    STOP_REQUEST = auto()
    STOP_REPLY = auto()
    CLOSE = auto()  # our call is over
    LATE = auto()  # an awaited answer did not come
    BROKEN = auto()  # malformed message, or TCP is gone


class Do(Enum):
    SEND_START = auto()
    PLACE_CALL = auto()
    SEND_STOP = auto()
    SEND_STOP_FOR_VERSION = auto()
    SEND_STOP_REPLY = auto()
    FINISH = auto()


Row = tuple[tuple[Do, ...], State]
END: Final[Row] = ((Do.FINISH,), State.FINISHED)
STOPPED: Final[Row] = ((Do.SEND_STOP_REPLY, Do.FINISH), State.FINISHED)

# What the RFC's table has no row for does not happen: nothing is done, the state stays.
TABLE: Final[dict[tuple[State, Input], Row]] = {
    (state, what): ((), state) for state in State for what in Input
} | {
    (State.IDLE, Input.OPEN): ((Do.SEND_START,), State.WAIT_REPLY),
    (State.IDLE, Input.CLOSE): END,
    (State.IDLE, Input.BROKEN): END,
    (State.WAIT_REPLY, Input.ACCEPTED): ((Do.PLACE_CALL,), State.ESTABLISHED),
    (State.WAIT_REPLY, Input.REFUSED): END,
    (State.WAIT_REPLY, Input.OTHER_VERSION): (
        (Do.SEND_STOP_FOR_VERSION,),
        State.WAIT_STOP_REPLY,
    ),
    (State.WAIT_REPLY, Input.STOP_REQUEST): STOPPED,
    (State.WAIT_REPLY, Input.CLOSE): END,
    (State.WAIT_REPLY, Input.LATE): END,
    (State.WAIT_REPLY, Input.BROKEN): END,
    (State.ESTABLISHED, Input.STOP_REQUEST): STOPPED,
    (State.ESTABLISHED, Input.CLOSE): ((Do.SEND_STOP,), State.WAIT_STOP_REPLY),
    (State.ESTABLISHED, Input.LATE): END,  # an echo
    (State.ESTABLISHED, Input.BROKEN): END,
    # Both stop at once: the server's request is answered, ours needs no answer any more.
    (State.WAIT_STOP_REPLY, Input.STOP_REQUEST): STOPPED,
    (State.WAIT_STOP_REPLY, Input.STOP_REPLY): END,
    (State.WAIT_STOP_REPLY, Input.LATE): END,
    (State.WAIT_STOP_REPLY, Input.BROKEN): END,
}


def start_request(host_name: bytes, vendor: bytes) -> StartRequest:
    """Field by field what the NT client says (tcpdump's pptp.pcap, frame 5), but for the names."""
    return StartRequest(
        version=VERSION,
        framing=FRAMING_ASYNC,
        bearer=BEARER_ANALOG,
        channels=0,
        firmware=FIRMWARE,
        host_name=host_name,
        vendor=vendor,
    )


def judge(reply: StartReply) -> Input:
    if reply.result != OK:
        return Input.REFUSED
    return Input.ACCEPTED if reply.version == VERSION else Input.OTHER_VERSION


def refusal(reply: StartReply) -> CallClosed:
    """Why there will be no call: the reply, or its version, says no."""
    if reply.result == OK:
        major, minor = divmod(reply.version, 0x100)
        reason = f"the server speaks version {major}.{minor} of PPTP"
    else:
        reason = START_RESULTS.get(reply.result, f"the server refuses (result {reply.result})")
        reason = with_error(reason, reply.error)
    return CallClosed(reply.result, reply.error, 0, reason, by_server=True)


def stopped(request: StopRequest) -> CallClosed:
    reason = STOP_REASONS.get(request.reason, STOP_REASONS[Stop.NONE])
    return CallClosed(0, 0, 0, reason, by_server=True)


def stop_request(reason: Stop) -> StopRequest:
    return StopRequest(reason=reason)


def stop_reply() -> StopReply:
    return StopReply(result=OK)


def echo_request(identifier: int) -> EchoRequest:
    return EchoRequest(identifier=identifier)


def with_error(reason: str, error: int) -> str:
    """The reason, and what the general error code adds to it (RFC 2637, 2.16)."""
    return f"{reason}: {ERRORS.get(error, f'error {error}')}" if error else reason
