"""The table of an incoming call at the LAC, who announces it (RFC 2661, 7.4.1)."""

from enum import Enum, auto
from typing import Final


class State(Enum):
    """IDLE is before the wish and after the end; the call is then in no list."""

    IDLE = auto()
    WAIT_TUNNEL = auto()
    WAIT_REPLY = auto()
    ESTABLISHED = auto()


class Input(Enum):
    """UNACCEPTABLE is any message of the call that is malformed or that we do not serve."""

    RING = auto()  # ours: somebody wants to be put through
    TUNNEL_OPEN = auto()
    ICRQ = auto()
    ICRP = auto()
    ICCN = auto()
    CDN = auto()
    UNACCEPTABLE = auto()
    CLOSE = auto()  # ours


class Do(Enum):
    """What a row of the table asks for."""

    SEND_ICRQ = auto()
    SEND_ICCN = auto()
    OPEN = auto()
    SEND_CDN = auto()
    CLEAN_UP = auto()


Row = tuple[tuple[Do, ...], State]
STAY: Final[Row] = ((), State.IDLE)
END: Final[Row] = ((Do.CLEAN_UP,), State.IDLE)
REFUSE: Final[Row] = ((Do.SEND_CDN, Do.CLEAN_UP), State.IDLE)

TABLE: Final[dict[tuple[State, Input], Row]] = {
    (State.IDLE, Input.RING): ((), State.WAIT_TUNNEL),
    (State.IDLE, Input.TUNNEL_OPEN): STAY,
    (State.IDLE, Input.ICRQ): REFUSE,  # we are no LNS
    (State.IDLE, Input.ICRP): END,
    (State.IDLE, Input.ICCN): END,
    (State.IDLE, Input.CDN): END,
    (State.IDLE, Input.UNACCEPTABLE): REFUSE,
    (State.IDLE, Input.CLOSE): STAY,
    (State.WAIT_TUNNEL, Input.RING): ((), State.WAIT_TUNNEL),
    (State.WAIT_TUNNEL, Input.TUNNEL_OPEN): ((Do.SEND_ICRQ,), State.WAIT_REPLY),
    (State.WAIT_TUNNEL, Input.ICRQ): END,
    (State.WAIT_TUNNEL, Input.ICRP): END,
    (State.WAIT_TUNNEL, Input.ICCN): END,
    (State.WAIT_TUNNEL, Input.CDN): END,
    (State.WAIT_TUNNEL, Input.UNACCEPTABLE): END,
    (State.WAIT_TUNNEL, Input.CLOSE): END,
    (State.WAIT_REPLY, Input.RING): ((), State.WAIT_REPLY),
    (State.WAIT_REPLY, Input.TUNNEL_OPEN): ((), State.WAIT_REPLY),
    (State.WAIT_REPLY, Input.ICRQ): REFUSE,
    (State.WAIT_REPLY, Input.ICRP): ((Do.SEND_ICCN, Do.OPEN), State.ESTABLISHED),
    (State.WAIT_REPLY, Input.ICCN): END,
    (State.WAIT_REPLY, Input.CDN): END,
    (State.WAIT_REPLY, Input.UNACCEPTABLE): REFUSE,
    (State.WAIT_REPLY, Input.CLOSE): REFUSE,
    (State.ESTABLISHED, Input.RING): ((), State.ESTABLISHED),
    (State.ESTABLISHED, Input.TUNNEL_OPEN): ((), State.ESTABLISHED),
    (State.ESTABLISHED, Input.ICRQ): REFUSE,
    (State.ESTABLISHED, Input.ICRP): REFUSE,
    (State.ESTABLISHED, Input.ICCN): REFUSE,
    (State.ESTABLISHED, Input.CDN): END,
    (State.ESTABLISHED, Input.UNACCEPTABLE): REFUSE,
    (State.ESTABLISHED, Input.CLOSE): REFUSE,
}
