"""Which message is taken when, where we ask (RFC 2409, 5.4 and 5.5): the initiator's tables."""

from enum import Enum, auto
from typing import Final

from gateway.ike.header import Header
from gateway.ike.numbers import Exchange, Kind


class Step(Enum):
    """How far a main mode of ours has come."""

    AWAIT_SECOND = auto()  # our offer is sent
    AWAIT_FOURTH = auto()  # our public value is sent
    AWAIT_SIXTH = auto()  # our proof is sent


class Message(Enum):
    """What can come with our cookie; the SA payload goes before all others (RFC 2409, 5)."""

    SECOND = auto()  # main mode in the clear, a security association first
    FOURTH = auto()  # main mode in the clear, anything else first
    SIXTH = auto()  # main mode encrypted
    NOTICE = auto()  # informational in the clear: nobody has vouched for it
    OTHER = auto()


class Do(Enum):
    SEND_THIRD = auto()
    SEND_FIFTH = auto()
    ESTABLISH = auto()
    GIVE_UP = auto()
    COUNT = auto()


MAIN: Final[dict[tuple[Step, Message], Do]] = {
    (Step.AWAIT_SECOND, Message.SECOND): Do.SEND_THIRD,
    (Step.AWAIT_SECOND, Message.FOURTH): Do.COUNT,
    (Step.AWAIT_SECOND, Message.SIXTH): Do.COUNT,
    (Step.AWAIT_SECOND, Message.NOTICE): Do.GIVE_UP,
    (Step.AWAIT_SECOND, Message.OTHER): Do.COUNT,
    (Step.AWAIT_FOURTH, Message.SECOND): Do.COUNT,
    (Step.AWAIT_FOURTH, Message.FOURTH): Do.SEND_FIFTH,
    (Step.AWAIT_FOURTH, Message.SIXTH): Do.COUNT,
    (Step.AWAIT_FOURTH, Message.NOTICE): Do.GIVE_UP,
    (Step.AWAIT_FOURTH, Message.OTHER): Do.COUNT,
    (Step.AWAIT_SIXTH, Message.SECOND): Do.COUNT,
    (Step.AWAIT_SIXTH, Message.FOURTH): Do.COUNT,
    (Step.AWAIT_SIXTH, Message.SIXTH): Do.ESTABLISH,
    (Step.AWAIT_SIXTH, Message.NOTICE): Do.GIVE_UP,
    (Step.AWAIT_SIXTH, Message.OTHER): Do.COUNT,
}


def message_of(header: Header) -> Message:
    if header.exchange == Exchange.MAIN:
        if header.encrypted:
            return Message.SIXTH
        return Message.SECOND if header.first == Kind.SA else Message.FOURTH
    if header.exchange == Exchange.INFORMATIONAL and not header.encrypted:
        return Message.NOTICE
    return Message.OTHER


class QuickStep(Enum):
    """How far a quick mode of ours has come."""

    AWAIT_SECOND = auto()  # the offer is sent
    SETTLING = auto()  # the third message is sent, and the server has to get to work with it
    AWAIT_FOURTH = auto()  # the server wants us to wait until it has our third message
    DONE = auto()


class QuickInput(Enum):
    SECOND = auto()
    SECOND_COMMIT = auto()  # with the commit bit (RFC 2408, 3.1)
    FOURTH = auto()
    USED = auto()  # ESP has come on the pair: as good as any word
    REFUSED = auto()
    SILENCE = auto()  # all tries are used up


class QuickDo(Enum):
    ADD_PAIR = auto()
    SEND_THIRD = auto()
    CONFIRM = auto()  # the pair may be used
    HEAR = auto()  # notices that came with the message
    RETRY_OR_FAIL = auto()  # with the other selectors, if they have not been tried


QuickRow = tuple[tuple[QuickDo, ...], QuickStep]
_READY: Final = (QuickDo.ADD_PAIR, QuickDo.SEND_THIRD)
_REFUSED: Final[QuickRow] = ((QuickDo.RETRY_OR_FAIL,), QuickStep.DONE)
_CONFIRMED: Final[QuickRow] = ((QuickDo.CONFIRM,), QuickStep.DONE)
_WAIT: Final[QuickRow] = ((), QuickStep.AWAIT_FOURTH)
_OVER: Final[QuickRow] = ((), QuickStep.DONE)

QUICK: Final[dict[tuple[QuickStep, QuickInput], QuickRow]] = {
    (QuickStep.AWAIT_SECOND, QuickInput.SECOND): (_READY, QuickStep.SETTLING),
    (QuickStep.AWAIT_SECOND, QuickInput.SECOND_COMMIT): (_READY, QuickStep.AWAIT_FOURTH),
    (QuickStep.AWAIT_SECOND, QuickInput.FOURTH): ((), QuickStep.AWAIT_SECOND),
    (QuickStep.AWAIT_SECOND, QuickInput.USED): ((), QuickStep.AWAIT_SECOND),
    (QuickStep.AWAIT_SECOND, QuickInput.REFUSED): _REFUSED,
    (QuickStep.AWAIT_SECOND, QuickInput.SILENCE): _REFUSED,
    # quirks.SETTLES
    (QuickStep.SETTLING, QuickInput.SECOND): ((), QuickStep.SETTLING),
    (QuickStep.SETTLING, QuickInput.SECOND_COMMIT): ((), QuickStep.SETTLING),
    (QuickStep.SETTLING, QuickInput.FOURTH): ((QuickDo.HEAR, QuickDo.CONFIRM), QuickStep.DONE),
    (QuickStep.SETTLING, QuickInput.USED): _CONFIRMED,
    (QuickStep.SETTLING, QuickInput.REFUSED): ((), QuickStep.SETTLING),
    (QuickStep.SETTLING, QuickInput.SILENCE): _CONFIRMED,
    (QuickStep.AWAIT_FOURTH, QuickInput.SECOND): _WAIT,
    (QuickStep.AWAIT_FOURTH, QuickInput.SECOND_COMMIT): _WAIT,
    (QuickStep.AWAIT_FOURTH, QuickInput.FOURTH): (
        (QuickDo.HEAR, QuickDo.CONFIRM),
        QuickStep.DONE,
    ),
    (QuickStep.AWAIT_FOURTH, QuickInput.USED): _CONFIRMED,
    (QuickStep.AWAIT_FOURTH, QuickInput.REFUSED): _WAIT,
    # quirks.FOURTH_IS_NOT_REPEATED
    (QuickStep.AWAIT_FOURTH, QuickInput.SILENCE): _CONFIRMED,
    (QuickStep.DONE, QuickInput.SECOND): _OVER,
    (QuickStep.DONE, QuickInput.SECOND_COMMIT): _OVER,
    (QuickStep.DONE, QuickInput.FOURTH): ((QuickDo.HEAR,), QuickStep.DONE),
    (QuickStep.DONE, QuickInput.USED): _OVER,
    (QuickStep.DONE, QuickInput.REFUSED): _OVER,
    (QuickStep.DONE, QuickInput.SILENCE): _OVER,
}
