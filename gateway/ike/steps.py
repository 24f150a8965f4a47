"""Which message is taken when (RFC 2409, 5): the responder's table, whole.

An initiator will have a table of its own beside this one; everything else speaks of initiator and
responder, not of us and them.
"""

from enum import Enum, auto
from typing import Final

from gateway.ike.header import Header
from gateway.ike.numbers import Exchange


class Step(Enum):
    """How far a phase 1 has come; before the first there is none to be in a step."""

    AWAIT_KEY = auto()  # the second message is sent
    AWAIT_AUTH = auto()  # the fourth message is sent
    ESTABLISHED = auto()  # the sixth message is sent


class Message(Enum):
    """What can come with both cookies known."""

    KEY = auto()  # main mode in the clear: the third message
    AUTH = auto()  # main mode encrypted: the fifth message
    QUICK = auto()
    INFORM = auto()
    CLEAR = auto()  # what should be encrypted and is not: anyone could have sent it


class Do(Enum):
    ANSWER_KEY = auto()
    ANSWER_AUTH = auto()
    TAKE_QUICK = auto()
    TAKE_INFORM = auto()
    COUNT = auto()  # nothing but this: the exchange goes on


Row = tuple[Do, Step]

RESPONDER: Final[dict[tuple[Step, Message], Row]] = {
    (Step.AWAIT_KEY, Message.KEY): (Do.ANSWER_KEY, Step.AWAIT_AUTH),
    (Step.AWAIT_KEY, Message.AUTH): (Do.COUNT, Step.AWAIT_KEY),
    (Step.AWAIT_KEY, Message.QUICK): (Do.COUNT, Step.AWAIT_KEY),
    (Step.AWAIT_KEY, Message.INFORM): (Do.COUNT, Step.AWAIT_KEY),
    (Step.AWAIT_KEY, Message.CLEAR): (Do.COUNT, Step.AWAIT_KEY),
    (Step.AWAIT_AUTH, Message.KEY): (Do.COUNT, Step.AWAIT_AUTH),
    (Step.AWAIT_AUTH, Message.AUTH): (Do.ANSWER_AUTH, Step.ESTABLISHED),
    (Step.AWAIT_AUTH, Message.QUICK): (Do.COUNT, Step.AWAIT_AUTH),
    (Step.AWAIT_AUTH, Message.INFORM): (Do.COUNT, Step.AWAIT_AUTH),
    (Step.AWAIT_AUTH, Message.CLEAR): (Do.COUNT, Step.AWAIT_AUTH),
    (Step.ESTABLISHED, Message.KEY): (Do.COUNT, Step.ESTABLISHED),
    (Step.ESTABLISHED, Message.AUTH): (Do.COUNT, Step.ESTABLISHED),
    (Step.ESTABLISHED, Message.QUICK): (Do.TAKE_QUICK, Step.ESTABLISHED),
    (Step.ESTABLISHED, Message.INFORM): (Do.TAKE_INFORM, Step.ESTABLISHED),
    (Step.ESTABLISHED, Message.CLEAR): (Do.COUNT, Step.ESTABLISHED),
}


def message_of(header: Header) -> Message:
    """For the three exchanges that reach a living phase 1."""
    if header.exchange == Exchange.MAIN:
        return Message.AUTH if header.encrypted else Message.KEY
    if not header.encrypted:
        return Message.CLEAR
    return Message.QUICK if header.exchange == Exchange.QUICK else Message.INFORM
