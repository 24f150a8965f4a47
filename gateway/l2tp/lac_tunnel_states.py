"""The table of a control connection that we ask for, at the LAC (RFC 2661, 7.2.1).

As in `tunnel_states.py` the RFC's last state is idle and ours is CLOSED, which for a while still
acknowledges what the peer sends again (5.7).
"""

from enum import Enum, auto
from typing import Final

from gateway.l2tp.numbers import MessageType


class State(Enum):
    IDLE = auto()
    WAIT_CTL_REPLY = auto()
    ESTABLISHED = auto()
    CLOSED = auto()


class Input(Enum):
    """UNACCEPTABLE: malformed, of another version, or asking for a secret we do not have."""

    OPEN = auto()  # ours
    SCCRQ = auto()
    SCCRP = auto()
    SCCCN = auto()
    STOPCCN = auto()
    UNACCEPTABLE = auto()
    TRAFFIC = auto()  # HELLO or a message of a call
    CLOSE = auto()  # ours, as is the next
    LOST = auto()


class Do(Enum):
    """What a row of the table asks for."""

    SEND_SCCRQ = auto()
    SEND_SCCCN = auto()
    OPEN = auto()
    PASS_ON = auto()
    SEND_STOPCCN = auto()
    CLEAN_UP = auto()
    FALL_SILENT = auto()  # but for acknowledgements


Row = tuple[tuple[Do, ...], State]
REFUSE: Final[Row] = ((Do.SEND_STOPCCN, Do.CLEAN_UP), State.CLOSED)
END: Final[Row] = ((Do.CLEAN_UP,), State.CLOSED)
OVER: Final[Row] = ((), State.CLOSED)
STAY: Final[Row] = ((), State.IDLE)

TABLE: Final[dict[tuple[State, Input], Row]] = {
    (State.IDLE, Input.OPEN): ((Do.SEND_SCCRQ,), State.WAIT_CTL_REPLY),
    (State.IDLE, Input.SCCRQ): STAY,
    (State.IDLE, Input.SCCRP): STAY,
    (State.IDLE, Input.SCCCN): STAY,
    (State.IDLE, Input.STOPCCN): STAY,
    (State.IDLE, Input.UNACCEPTABLE): STAY,
    (State.IDLE, Input.TRAFFIC): STAY,
    (State.IDLE, Input.CLOSE): OVER,
    (State.IDLE, Input.LOST): OVER,
    (State.WAIT_CTL_REPLY, Input.OPEN): ((), State.WAIT_CTL_REPLY),
    (State.WAIT_CTL_REPLY, Input.SCCRQ): REFUSE,
    (State.WAIT_CTL_REPLY, Input.SCCRP): ((Do.SEND_SCCCN, Do.OPEN), State.ESTABLISHED),
    (State.WAIT_CTL_REPLY, Input.SCCCN): REFUSE,
    (State.WAIT_CTL_REPLY, Input.STOPCCN): END,
    (State.WAIT_CTL_REPLY, Input.UNACCEPTABLE): REFUSE,
    (State.WAIT_CTL_REPLY, Input.TRAFFIC): REFUSE,
    (State.WAIT_CTL_REPLY, Input.CLOSE): REFUSE,
    (State.WAIT_CTL_REPLY, Input.LOST): END,
    (State.ESTABLISHED, Input.OPEN): ((), State.ESTABLISHED),
    (State.ESTABLISHED, Input.SCCRQ): REFUSE,
    (State.ESTABLISHED, Input.SCCRP): REFUSE,
    (State.ESTABLISHED, Input.SCCCN): REFUSE,
    (State.ESTABLISHED, Input.STOPCCN): END,
    (State.ESTABLISHED, Input.UNACCEPTABLE): REFUSE,
    (State.ESTABLISHED, Input.TRAFFIC): ((Do.PASS_ON,), State.ESTABLISHED),
    (State.ESTABLISHED, Input.CLOSE): REFUSE,
    (State.ESTABLISHED, Input.LOST): END,
    (State.CLOSED, Input.OPEN): OVER,
    (State.CLOSED, Input.SCCRQ): OVER,
    (State.CLOSED, Input.SCCRP): OVER,
    (State.CLOSED, Input.SCCCN): OVER,
    (State.CLOSED, Input.STOPCCN): ((Do.FALL_SILENT,), State.CLOSED),  # both at once
    (State.CLOSED, Input.UNACCEPTABLE): OVER,
    (State.CLOSED, Input.TRAFFIC): OVER,
    (State.CLOSED, Input.CLOSE): OVER,
    (State.CLOSED, Input.LOST): OVER,
}
INPUTS: Final = {
    MessageType.SCCRQ: Input.SCCRQ,
    MessageType.SCCRP: Input.SCCRP,
    MessageType.SCCCN: Input.SCCCN,
    MessageType.STOPCCN: Input.STOPCCN,
}
