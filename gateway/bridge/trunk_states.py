"""What becomes of a trunk: the way to one native server, from its first key to its last word."""

from enum import Enum, auto
from typing import Final


class State(Enum):
    KEYING = auto()  # IKE is under way, and nothing else can be
    DIALLING = auto()  # there are keys; L2TP's tunnel is asked for
    UP = auto()
    CLOSING = auto()  # the tunnel is over; the server's acknowledgement is waited for
    GONE = auto()  # the keys are deleted, and nothing is left


class Input(Enum):
    KEYED = auto()  # a pair can be used
    OPENED = auto()  # the tunnel is there
    FAILED = auto()  # no keys are to be had any more
    ENDED = auto()  # the tunnel is over, by the server or for want of an answer
    IDLE = auto()  # nobody has had a call on it for a while
    ASKED = auto()  # the gateway is being stopped
    DONE = auto()  # all is acknowledged, or was waited for long enough


class Do(Enum):
    DIAL = auto()
    END_CALLS = auto()  # without a word to the server, which would not get it
    STOP_TUNNEL = auto()
    DELETE_KEYS = auto()


Row = tuple[tuple[Do, ...], State]
LOST: Final[Row] = ((Do.END_CALLS, Do.DELETE_KEYS), State.GONE)
PART: Final[Row] = ((Do.STOP_TUNNEL,), State.CLOSING)
DELETE: Final[Row] = ((Do.DELETE_KEYS,), State.GONE)
WAIT: Final[Row] = ((), State.CLOSING)
NOTHING: Final[Row] = ((), State.GONE)

TABLE: Final[dict[tuple[State, Input], Row]] = {
    (State.KEYING, Input.KEYED): ((Do.DIAL,), State.DIALLING),
    (State.KEYING, Input.OPENED): ((), State.KEYING),  # cannot be
    (State.KEYING, Input.FAILED): LOST,
    (State.KEYING, Input.ENDED): LOST,
    (State.KEYING, Input.IDLE): DELETE,
    (State.KEYING, Input.ASKED): LOST,
    (State.KEYING, Input.DONE): ((), State.KEYING),
    (State.DIALLING, Input.KEYED): ((), State.DIALLING),
    (State.DIALLING, Input.OPENED): ((), State.UP),
    (State.DIALLING, Input.FAILED): LOST,
    (State.DIALLING, Input.ENDED): WAIT,
    (State.DIALLING, Input.IDLE): PART,
    (State.DIALLING, Input.ASKED): PART,
    (State.DIALLING, Input.DONE): ((), State.DIALLING),
    (State.UP, Input.KEYED): ((), State.UP),
    (State.UP, Input.OPENED): ((), State.UP),
    (State.UP, Input.FAILED): LOST,
    (State.UP, Input.ENDED): WAIT,
    (State.UP, Input.IDLE): PART,
    (State.UP, Input.ASKED): PART,
    (State.UP, Input.DONE): ((), State.UP),
    (State.CLOSING, Input.KEYED): WAIT,
    (State.CLOSING, Input.OPENED): WAIT,
    (State.CLOSING, Input.FAILED): DELETE,
    (State.CLOSING, Input.ENDED): WAIT,
    (State.CLOSING, Input.IDLE): WAIT,
    (State.CLOSING, Input.ASKED): WAIT,
    (State.CLOSING, Input.DONE): DELETE,
    (State.GONE, Input.KEYED): NOTHING,
    (State.GONE, Input.OPENED): NOTHING,
    (State.GONE, Input.FAILED): NOTHING,
    (State.GONE, Input.ENDED): NOTHING,
    (State.GONE, Input.IDLE): NOTHING,
    (State.GONE, Input.ASKED): NOTHING,
    (State.GONE, Input.DONE): NOTHING,
}
