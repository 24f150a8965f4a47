"""The table of a control connection at the LNS (RFC 2661, 7.2.1).

The RFC's last state is idle; ours is CLOSED, which for a while still acknowledges what the peer
sends again (5.7).
"""

from enum import Enum, auto
from typing import Final

from gateway.l2tp.numbers import MessageType


class State(Enum):
    IDLE = auto()
    WAIT_CTL_CONN = auto()
    ESTABLISHED = auto()
    CLOSED = auto()


class Input(Enum):
    """UNACCEPTABLE: malformed, of another version, or not who it should be."""

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

    SEND_SCCRP = auto()
    OPEN = auto()
    PASS_ON = auto()
    SEND_STOPCCN = auto()
    CLEAN_UP = auto()
    FALL_SILENT = auto()  # but for acknowledgements


Row = tuple[tuple[Do, ...], State]
REFUSE: Final[Row] = ((Do.SEND_STOPCCN, Do.CLEAN_UP), State.CLOSED)
END: Final[Row] = ((Do.CLEAN_UP,), State.CLOSED)
OVER: Final[Row] = ((), State.CLOSED)

TABLE: Final[dict[tuple[State, Input], Row]] = {
    (State.IDLE, Input.SCCRQ): ((Do.SEND_SCCRP,), State.WAIT_CTL_CONN),
    (State.IDLE, Input.SCCRP): REFUSE,
    (State.IDLE, Input.SCCCN): END,
    (State.IDLE, Input.STOPCCN): END,
    (State.IDLE, Input.UNACCEPTABLE): REFUSE,
    (State.IDLE, Input.TRAFFIC): END,
    (State.IDLE, Input.CLOSE): REFUSE,
    (State.IDLE, Input.LOST): END,
    (State.WAIT_CTL_CONN, Input.SCCRQ): REFUSE,
    (State.WAIT_CTL_CONN, Input.SCCRP): REFUSE,
    (State.WAIT_CTL_CONN, Input.SCCCN): ((Do.OPEN,), State.ESTABLISHED),
    (State.WAIT_CTL_CONN, Input.STOPCCN): END,
    (State.WAIT_CTL_CONN, Input.UNACCEPTABLE): REFUSE,
    (State.WAIT_CTL_CONN, Input.TRAFFIC): REFUSE,
    (State.WAIT_CTL_CONN, Input.CLOSE): REFUSE,
    (State.WAIT_CTL_CONN, Input.LOST): END,
    (State.ESTABLISHED, Input.SCCRQ): REFUSE,
    (State.ESTABLISHED, Input.SCCRP): REFUSE,
    (State.ESTABLISHED, Input.SCCCN): REFUSE,
    (State.ESTABLISHED, Input.STOPCCN): END,
    (State.ESTABLISHED, Input.UNACCEPTABLE): REFUSE,
    (State.ESTABLISHED, Input.TRAFFIC): ((Do.PASS_ON,), State.ESTABLISHED),
    (State.ESTABLISHED, Input.CLOSE): REFUSE,
    (State.ESTABLISHED, Input.LOST): END,
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
