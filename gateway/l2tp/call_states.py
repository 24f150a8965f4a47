"""The table of an incoming call at the LNS (RFC 2661, 7.4.2).

Where the RFC answers an ICRQ at once, here the inside server is asked first: hence WAIT_ANSWER.
"""

from enum import Enum, auto
from typing import Final


class State(Enum):
    """IDLE is before the ICRQ and after the end; the call is then in no list."""

    IDLE = auto()
    WAIT_ANSWER = auto()
    WAIT_CONNECT = auto()
    ESTABLISHED = auto()


class Input(Enum):
    """UNACCEPTABLE is any message of the call that is malformed or that we do not serve."""

    ICRQ = auto()
    ICRP = auto()
    ICCN = auto()
    CDN = auto()
    UNACCEPTABLE = auto()
    ANSWER = auto()  # ours, as is the next
    CLOSE = auto()


class Do(Enum):
    """What a row of the table asks for."""

    ANNOUNCE = auto()
    SEND_ICRP = auto()
    OPEN = auto()
    SEND_CDN = auto()
    CLEAN_UP = auto()


Row = tuple[tuple[Do, ...], State]
STAY: Final[Row] = ((), State.IDLE)
END: Final[Row] = ((Do.CLEAN_UP,), State.IDLE)
REFUSE: Final[Row] = ((Do.SEND_CDN, Do.CLEAN_UP), State.IDLE)

TABLE: Final[dict[tuple[State, Input], Row]] = {
    (State.IDLE, Input.ICRQ): ((Do.ANNOUNCE,), State.WAIT_ANSWER),
    (State.IDLE, Input.ICRP): REFUSE,
    (State.IDLE, Input.ICCN): END,
    (State.IDLE, Input.CDN): END,
    (State.IDLE, Input.UNACCEPTABLE): REFUSE,
    (State.IDLE, Input.ANSWER): STAY,
    (State.IDLE, Input.CLOSE): STAY,
    (State.WAIT_ANSWER, Input.ICRQ): REFUSE,
    (State.WAIT_ANSWER, Input.ICRP): REFUSE,
    (State.WAIT_ANSWER, Input.ICCN): REFUSE,
    (State.WAIT_ANSWER, Input.CDN): END,
    (State.WAIT_ANSWER, Input.UNACCEPTABLE): REFUSE,
    (State.WAIT_ANSWER, Input.ANSWER): ((Do.SEND_ICRP,), State.WAIT_CONNECT),
    (State.WAIT_ANSWER, Input.CLOSE): REFUSE,
    (State.WAIT_CONNECT, Input.ICRQ): REFUSE,
    (State.WAIT_CONNECT, Input.ICRP): REFUSE,
    (State.WAIT_CONNECT, Input.ICCN): ((Do.OPEN,), State.ESTABLISHED),
    (State.WAIT_CONNECT, Input.CDN): END,
    (State.WAIT_CONNECT, Input.UNACCEPTABLE): REFUSE,
    (State.WAIT_CONNECT, Input.ANSWER): ((), State.WAIT_CONNECT),
    (State.WAIT_CONNECT, Input.CLOSE): REFUSE,
    (State.ESTABLISHED, Input.ICRQ): REFUSE,
    (State.ESTABLISHED, Input.ICRP): REFUSE,
    (State.ESTABLISHED, Input.ICCN): REFUSE,
    (State.ESTABLISHED, Input.CDN): END,
    (State.ESTABLISHED, Input.UNACCEPTABLE): REFUSE,
    (State.ESTABLISHED, Input.ANSWER): ((), State.ESTABLISHED),
    (State.ESTABLISHED, Input.CLOSE): REFUSE,
}
