"""Diagnoses as lines, for the command and the menu: what is the matter first, in one sentence."""

from collections.abc import Sequence
from typing import Final

from gateway.control.advice import says, told
from gateway.control.ailments import of_gateway
from gateway.control.causes import Shown
from gateway.control.diagnosis import Diagnosis
from gateway.control.windows import FAMILIES, SCREENS, causes_of, families, is_seen
from gateway.user.cli import show
from gateway.user.client import Daemon

MOST_TOLD: Final = 4  # diagnoses told whole; of more only what each is
MOST_CAUSES: Final = 8  # of a number
WHICH: Final = "`postern explain MACHINE` tells which of them it is."
UNTOLD: Final = (
    "Windows finds this out before it sends anything, so the gateway sees no more of it than that "
    "nothing comes: look at the machine."
)


def explained(daemon: Daemon, word: str, number: int | None = None) -> list[str]:
    """Everything on one machine, or on all without a word; `number` is on its screen."""
    if number is not None and not word:  # a book of numbers needs no gateway
        return number_lines(number)
    trouble = of_gateway(daemon.status())
    if not word:
        return [*(one.sentence for one in trouble), *machine_lines(daemon.machines())]
    found = [*trouble, *daemon.explain(word)]
    return diagnosis_lines(found) if number is None else lines_with_number(found, number)


def diagnosis_lines(found: Sequence[Diagnosis]) -> list[str]:
    """The first in full; the others below it, in the order of their likelihood."""
    first, *rest = found
    lines = [first.sentence, *_under(first)]
    if rest:
        lines += ["", "less likely, or before that:"]
        lines += [f"  {line}" for one in rest[:MOST_TOLD] for line in (one.sentence, *_under(one))]
        lines += [f"  {one.sentence}" for one in rest[MOST_TOLD:]]
    return lines


def lines_with_number(found: Sequence[Diagnosis], number: int) -> list[str]:
    """What was seen here and shows this number; all that it can be, if nothing was."""
    fitting = [one for one in found if number in one.shown.all]
    if fitting:
        others = [one for one in found if one not in fitting]
        return diagnosis_lines([*fitting, *others])
    head = f"Nothing that was seen here shows as {number} on a Windows screen."
    return [head, "", *diagnosis_lines(found), "", *number_lines(number)]


def machine_lines(machines: Sequence[tuple[str, Diagnosis]]) -> list[str]:
    """A line for each machine."""
    if not machines:
        return ["Nobody was heard of since the gateway was started."]
    return show.pairs([(name, one.sentence) for name, one in machines])


def number_lines(number: int) -> list[str]:
    """What a number on the screen says, what to do there, and what it can come of."""
    screen = SCREENS[number]
    who = "; ".join(families(number))
    lines = [f'{number}: "{screen.text}"']
    if screen.older:
        lines.append(f'  or, on older ones: "{screen.older}"')
    lines += [f"  shown by {who}", f"  at that machine: {screen.there}.", "", "it can be:"]
    causes = causes_of(number)
    lines += [f"  {place}. {told(cause)}" for place, cause in enumerate(causes[:MOST_CAUSES], 1)]
    if rest := causes[MOST_CAUSES:]:
        lines += ["", "or, less often:", *(f"  {says(cause)}" for cause in rest)]
    return [*lines, "", WHICH if is_seen(number) else UNTOLD]


def _under(one: Diagnosis) -> list[str]:
    """What stands below a sentence: the numbers, where it was seen, what shows it."""
    rows = [("on its screen", shown_words(one.shown))]
    if one.dial:
        sure = "" if one.sure else "; it may be another machine"
        rows.append(("seen", f"dial {one.dial}, {_ago(one.ago)}, from {one.peer}{sure}"))
    lines = show.pairs(rows)
    if one.evidence:
        lines += ["  shown by:", *(f"    {line}" for line in one.evidence)]
    return lines


def shown_words(shown: Shown) -> str:
    """`678 (Windows 98, ME, NT 4); 789 or 792 (Windows 2000, XP)`."""
    parts = []
    for family, words in FAMILIES.items():
        numbers = [str(number) for number in getattr(shown, family)]
        if numbers:
            parts.append(f"{' or '.join(numbers)} ({words})")
    return "; ".join(parts)


def numbers_known() -> str:
    """For a help text: the numbers that `number_lines` knows."""
    return ", ".join(map(str, sorted(SCREENS)))


def cause_json(number: int) -> dict[str, object]:
    """The same as `number_lines`, as values that JSON has."""
    screen = SCREENS[number]
    causes = [{"cause": cause.value, "sentence": told(cause)} for cause in causes_of(number)]
    return {
        "number": number,
        "text": screen.text,
        "older": screen.older,
        "there": screen.there,
        "families": list(families(number)),
        "seen": is_seen(number),
        "causes": causes,
    }


def _ago(seconds: float) -> str:
    return f"{show.duration(seconds)} ago"
