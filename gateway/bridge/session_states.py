"""What the ends of a session do to each other, as a table."""

from enum import Enum, auto
from typing import Final


class State(Enum):
    CALLING = "calling"  # the inside server is being called, the client waits
    ANSWERED = "answered"  # the server is there, the client is told so
    UP = "up"
    DIVERTED = "diverted"  # up, and the server that the user belongs to is being called
    CLOSING = "closing"  # one end is gone, the other is being closed


class Input(Enum):
    INSIDE_ANSWERED = auto()
    INSIDE_ENDED = auto()
    CLIENT_CONNECTED = auto()
    CLIENT_ENDED = auto()
    ASKED = auto()  # the owner ends it
    ELSEWHERE = auto()  # the user belongs to another server


class Do(Enum):
    ANSWER_CLIENT = auto()
    REFUSE_CLIENT = auto()
    HANG_UP_CLIENT = auto()
    HANG_UP_INSIDE = auto()
    OPEN = auto()


Row = tuple[tuple[Do, ...], State]
NOTHING: Final[Row] = ((), State.CLOSING)
INSIDE_LOST: Final[Row] = ((Do.HANG_UP_CLIENT,), State.CLOSING)
CLIENT_LOST: Final[Row] = ((Do.HANG_UP_INSIDE,), State.CLOSING)
END_BOTH: Final[Row] = ((Do.HANG_UP_CLIENT, Do.HANG_UP_INSIDE), State.CLOSING)

TABLE: Final[dict[tuple[State, Input], Row]] = {
    (State.CALLING, Input.INSIDE_ANSWERED): ((Do.ANSWER_CLIENT,), State.ANSWERED),
    (State.CALLING, Input.INSIDE_ENDED): ((Do.REFUSE_CLIENT,), State.CLOSING),
    (State.CALLING, Input.CLIENT_CONNECTED): ((), State.CALLING),  # not answered yet: nonsense
    (State.CALLING, Input.CLIENT_ENDED): CLIENT_LOST,
    (State.CALLING, Input.ASKED): ((Do.REFUSE_CLIENT, Do.HANG_UP_INSIDE), State.CLOSING),
    (State.ANSWERED, Input.INSIDE_ANSWERED): ((), State.ANSWERED),
    (State.ANSWERED, Input.INSIDE_ENDED): INSIDE_LOST,
    (State.ANSWERED, Input.CLIENT_CONNECTED): ((Do.OPEN,), State.UP),
    (State.ANSWERED, Input.CLIENT_ENDED): CLIENT_LOST,
    (State.ANSWERED, Input.ASKED): END_BOTH,
    (State.UP, Input.INSIDE_ANSWERED): ((), State.UP),
    (State.UP, Input.INSIDE_ENDED): INSIDE_LOST,
    (State.UP, Input.CLIENT_CONNECTED): ((), State.UP),
    (State.UP, Input.CLIENT_ENDED): CLIENT_LOST,
    (State.UP, Input.ASKED): END_BOTH,
    (State.CALLING, Input.ELSEWHERE): ((), State.CALLING),  # nobody has said a name yet: nonsense
    (State.ANSWERED, Input.ELSEWHERE): ((), State.ANSWERED),
    (State.UP, Input.ELSEWHERE): ((), State.DIVERTED),
    (State.DIVERTED, Input.INSIDE_ANSWERED): ((), State.UP),
    (State.DIVERTED, Input.INSIDE_ENDED): INSIDE_LOST,
    (State.DIVERTED, Input.CLIENT_CONNECTED): ((), State.DIVERTED),
    (State.DIVERTED, Input.CLIENT_ENDED): CLIENT_LOST,
    (State.DIVERTED, Input.ASKED): END_BOTH,
    (State.DIVERTED, Input.ELSEWHERE): ((), State.DIVERTED),
    (State.CLOSING, Input.ELSEWHERE): NOTHING,
    (State.CLOSING, Input.INSIDE_ANSWERED): CLIENT_LOST,  # it was already given up
    (State.CLOSING, Input.INSIDE_ENDED): NOTHING,
    (State.CLOSING, Input.CLIENT_CONNECTED): NOTHING,
    (State.CLOSING, Input.CLIENT_ENDED): NOTHING,
    (State.CLOSING, Input.ASKED): NOTHING,
}
