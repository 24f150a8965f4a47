"""Real dials, next to those to other people's gateways: same clients, same suite, one boot.

    python -m tests.bench dials        (root; 13 minutes)

From the first packet until PPP is up: twenty clients one by one, then all at once. Others end PPP
themselves. Ours is measured twice: ending it by pppd as well, and carrying it to pptpd inside,
whose programs are told apart and use the same processor. strongSwan + xl2tpd knows one client an
address, so it is given twenty. Memory is what all its programs have more with twenty sessions up.

At a call pppd runs what Debian puts beside it (`ip-pre-up`) and what the owner does (`ip-up`). The
appliance has none of these, so both are measured without them as well.
"""

import os
from collections.abc import Iterator
from statistics import mean, median
from typing import Final

from tests.bench.figures import Figure, at_least, at_most, told
from tests.bench.traffic import NAMES
from tests.interop.lab.boot import LabFailed, play, print_step
from tests.interop.lab.compared import OURS, THEIRS

Rounds = dict[str, list[dict[str, float]]]  # by "single" and "crowd"
TOLD: Final = {
    "compare_dials_local": "PPP ends here",
    "compare_dials": "PPP goes on to pptpd",
}
SCRIPTS: Final = "compare_scripts"
FASTER, LESS_CPU, LESS_MEMORY = 3, 1 / 2, 1 / 4  # goals, against strongSwan + xl2tpd + pppd


def measure() -> list[Figure]:
    if os.geteuid() != 0:
        print("Dials of real clients are not measured: the lab needs root.")
        return []
    played = play([*TOLD, SCRIPTS], print_step)
    for each in played.values():
        if each.error:
            raise LabFailed(f"{each.name}: {each.error}; logs: {each.logs}")
    found = [figure for name, way in TOLD.items() for figure in figures(played[name].facts, way)]
    return [*found, *scripts(played[SCRIPTS].facts)]


def scripts(facts: dict[str, dict[str, list[float]]]) -> list[Figure]:
    """CPU of dials by whose they are, pppd running scripts at each call, or none."""
    return [
        figure
        for how, spent in facts.items()
        for figure in _compared(
            f"a dial, PPP ends here, {how} pppd's scripts, CPU at the gateway",
            {whose: 1000 * mean(each) for whose, each in spent.items()},
            "ms CPU",
            LESS_CPU,
        )
    ]


def figures(facts: dict[str, Rounds], way: str) -> list[Figure]:
    single, crowd = (
        {whose: rounds[key] for whose, rounds in facts.items()} for key in ("single", "crowd")
    )
    _check({whose: single[whose] for whose in (OURS, THEIRS)}, 1)
    count = len(single[OURS])
    # Who is only told of is measured by those of its dials that came up.
    up = {whose: [each for each in found if each["up"]] for whose, found in single.items()}
    single = {whose: found for whose, found in up.items() if found}
    _check({whose: crowd[whose] for whose in (OURS, THEIRS)}, count)
    few = {whose for whose, found in crowd.items() if mean(_up(found)) < count}
    return [
        *_one_by_one(single, way),
        *_at_once({whose: crowd[whose] for whose in crowd if whose not in few}, way),
        *(
            told(f"  by {NAMES[whose]}, of {count} at once, {way}", mean(_up(crowd[whose])), "up")
            for whose in few
        ),
    ]


def _one_by_one(rounds: Rounds, way: str) -> Iterator[Figure]:
    took = {whose: [each["last"] for each in found] for whose, found in rounds.items()}
    cpu = {whose: 1000 * mean(each["gateway_cpu"] for each in rounds[whose]) for whose in rounds}
    name = f"{len(took[OURS])} dials one by one, {way}"
    yield from _times(f"{name}, until PPP is up", took)
    yield from _compared(f"{name}, CPU at the gateway, each", cpu, "ms CPU", LESS_CPU)
    yield from _inside(name, rounds)


def _at_once(rounds: Rounds, way: str) -> Iterator[Figure]:
    """The mean of all rounds, which are few."""
    of = {
        key: {whose: mean(each[key] for each in found) for whose, found in rounds.items()}
        for key in ("middle", "last", "gateway_cpu", "memory")
    }
    count = round(mean(_up(rounds[OURS])))
    name = f"{count} clients at once behind one NAT, {way}"
    for key, until in (("middle", "until half of them are up"), ("last", "until the last is up")):
        yield from _compared(f"{name}, {until}", of[key], "s")
    rate = {whose: count / seconds for whose, seconds in of["last"].items()}
    yield told(f"{name}, clients a second", rate[OURS], "/s")
    yield at_least(f"  so many times theirs, {name}", rate[OURS] / rate[THEIRS], "", FASTER)
    cpu = {whose: 1000 * spent / count for whose, spent in of["gateway_cpu"].items()}
    yield from _compared(f"{name}, CPU at the gateway, each", cpu, "ms CPU", LESS_CPU)
    yield from _inside(name, rounds)
    memory = {whose: kept / count for whose, kept in of["memory"].items()}
    yield from _compared(f"memory for each of {count} sessions, {way}", memory, "kB", LESS_MEMORY)


def _times(name: str, took: dict[str, list[float]]) -> Iterator[Figure]:
    for what, of in (("median", median), ("worst", max)):
        yield from _compared(f"{name}, {what}", {whose: of(took[whose]) for whose in took}, "s")


def _compared(name: str, of: dict[str, float], unit: str, share: float = 1) -> Iterator[Figure]:
    """Ours may be so much of theirs; the others' are told."""
    yield at_most(name, of[OURS], unit, round(share * of[THEIRS], 3))
    for whose, by in NAMES.items():
        if whose in of:
            yield told(f"  by {by}, {name}", of[whose], unit)


def _inside(name: str, rounds: Rounds) -> Iterator[Figure]:
    spent = sum(each["server_cpu"] for each in rounds[OURS])
    dials = sum(each["up"] for each in rounds[OURS])
    if spent:
        yield told(f"  at the server inside, for ours, {name}", 1000 * spent / dials, "ms CPU")


def _up(rounds: list[dict[str, float]]) -> list[float]:
    return [each["up"] for each in rounds]


def _check(rounds: Rounds, wanted: int) -> None:
    """Everybody must have come up: else figures compare nothing."""
    for whose, found in rounds.items():
        if min(_up(found)) < wanted:
            raise LabFailed(f"{whose}: {min(_up(found)):g} of {wanted} came up; see the lab's logs")


if __name__ == "__main__":
    for each in measure():
        print(each)
