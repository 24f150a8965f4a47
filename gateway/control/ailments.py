"""What is wrong with the gateway itself, and so keeps every client from connecting."""

from gateway.control.advice import ADVICE, NONE, step, told
from gateway.control.causes import Cause
from gateway.control.diagnosis import Diagnosis
from gateway.control.sessions import StatusView


def of_gateway(status: StatusView) -> tuple[Diagnosis, ...]:
    """Often nothing."""
    why = {"why": f": {status.config_problems[0].rstrip('.')}"} if status.config_problems else {}
    wrong = (
        (Cause.RULES_MISSING, not status.rules_ok, NONE),
        (Cause.QUEUE_OVERFLOWS, bool(status.queue_drops), NONE),
        (Cause.CHANGE_REFUSED, bool(status.config_problems), why),
    )
    return tuple(
        Diagnosis(
            cause.value,
            told(cause, details),
            step(cause, details),
            shown=ADVICE[cause].shown,
            weight=100,
        )
        for cause, is_so, details in wrong
        if is_so
    )
