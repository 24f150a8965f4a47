"""How far a dial had come, by the cause it ended of: few words, for figures."""

from itertools import pairwise
from typing import Final

from gateway.control.causes import Cause

MAIN, QUICK, L2TP, SERVER, PPP, END = "main", "quick", "l2tp", "server", "ppp", "end"
IN_IKE: Final = frozenset({MAIN, QUICK})
# `Cause` is in the order in which a dial goes wrong: where each stage begins.
_BEGINS: Final = (
    (Cause.ADDRESS_NOT_ALLOWED, MAIN),
    (Cause.SIXTH_UNANSWERED, QUICK),
    (Cause.ESP_BLOCKED, L2TP),
    (Cause.SERVER_OFF, SERVER),
    (Cause.GRE_SILENT, PPP),
    (Cause.ENDED_BY_CLIENT, END),
)


def _stages() -> dict[Cause, str]:
    order = list(Cause)
    begins = [(order.index(cause), stage) for cause, stage in _BEGINS]
    ends = [*begins, (len(order), END)]
    return {
        cause: stage for (first, stage), (last, _) in pairwise(ends) for cause in order[first:last]
    }


_OF_CAUSE: Final = _stages()


def stage_of(cause: Cause) -> str:
    """Main mode where nothing else is known: that is where strangers end."""
    return MAIN if cause is Cause.UNKNOWN else _OF_CAUSE.get(cause, MAIN)
