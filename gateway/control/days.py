"""Days up to which something holds, and what is to be said of them.

A day is the owner's, by the box's own calendar, and holds to its end. Who asks says what day it is.
"""

from datetime import date
from typing import Final

from gateway.control.findings import Document, Entry, Findings
from gateway.control.suites import weakness

WARN_DAYS: Final = 30  # before weak suites end
FAR_DAYS: Final = 731  # two years: nobody counts down from there
_EPOCH: Final = date(1970, 1, 1).toordinal()
UNTOLD: Final = date.max  # nobody has said what day it is: then nothing holds that has a last day


def moment_of(today: date) -> float:
    """The end of that day in seconds since 1970, by which certificates are judged.

    What was issued in the course of a day is good on it, wherever on earth the owner is.
    """
    return float((today.toordinal() - _EPOCH + 1) * 86400 - 1)


def is_over(until: date | None, today: date) -> bool:
    """Whether that day has passed; without one it never was to hold."""
    return until is None or until < today


def left_words(until: date, today: date) -> str:
    """How long something holds that is not over."""
    left = (until - today).days
    if left == 0:
        return f"today for the last time ({until})"
    return f"for {left} day{'' if left == 1 else 's'} more, until {until}"


def check_days(document: Document, today: date, findings: Findings) -> None:
    """Warn of days that have come, or come soon: none of them makes a configuration unusable."""
    for client in document["client"]:
        if client.values.get("revoked"):
            continue
        weak = [
            suite
            for key in ("ike", "esp")
            for suite in client.values.get(key, ())
            if weakness(suite)
        ]
        until = client.values.get("weak_until")
        if weak and until is not None:
            _check_weak_until(client, until, ", ".join(weak), today, findings)
        old_until = client.values.get("psk_old_until")
        if "psk_old" in client.values and old_until is not None and is_over(old_until, today):
            hint = "Leave it and psk_old out"
            what = "has passed, so the old key does not hold any more"
            findings.add(client, "psk_old_until", what, hint, warning=True)


def _check_weak_until(
    client: Entry, until: date, suites: str, today: date, findings: Findings
) -> None:
    def warn(what: str, hint: str) -> None:
        findings.add(client, "weak_until", what, hint, warning=True)

    left = (until - today).days
    if left < 0:
        what = f"has passed, so this client may not use {suites} any more"
        warn(what, "Leave these suites out, or set a later day if it cannot be otherwise")
    elif left <= WARN_DAYS:
        hint = "Give the client a better suite by then, or set a later day"
        warn(f"comes soon: it may use {suites} {left_words(until, today)}", hint)
    elif left > FAR_DAYS:
        hint = "Take a nearer day: it can be moved when it comes"
        warn("is more than two years away, and nobody thinks of it for so long", hint)
