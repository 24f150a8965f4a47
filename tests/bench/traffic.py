"""What sessions carry when the kernel does, next to other people's gateways in one boot.

    python -m tests.bench traffic        (root; fourteen minutes)

TCP to a host inside, up and down, of one client and of four, and the round trip; by turns, each
suite with clients of its own. Ceilings are ESP in UDP alone and plain routing, by the same hosts.
One processor plays clients, NAT, gateway and host, so only figures of one run can be compared.

Twice: where ours carries on to a PPTP server, whose work on the same processor is in its figures
alone; and where PPP ends at ours as it does at theirs, by pppd. The latter terms are equal.
"""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any, Final

from tests.bench.figures import Figure, at_least, at_most, told
from tests.interop.lab.boot import LabFailed, play, print_step
from tests.interop.lab.compared import OURS, SOFTETHER, THEIRS
from tests.interop.lab.traffic import ESP, MANY, PLAIN, SUITES

SCENARIOS: Final = {  # and what is said of ours in each
    "compare_traffic": "the kernel carries",
    "compare_traffic_local": "the kernel carries, PPP ends here",
}
NAMES: Final = {
    THEIRS: "strongSwan + xl2tpd + pppd",
    SOFTETHER: "SoftEther",
    ESP: "ESP in UDP alone",
    PLAIN: "plain routing",
}
OF_ESP: Final = 0.9
FIGURES: Final = {  # by the key of `Passed`
    "up": "TCP up, one client",
    "down": "TCP down, one client",
    "up_many": f"TCP up, {MANY} clients",
    "down_many": f"TCP down, {MANY} clients",
}
Medians = dict[str, float]


def measure() -> list[Figure]:
    if os.geteuid() != 0:
        print("What the kernel carries is not measured: the lab needs root.")
        return []
    found: list[Figure] = []
    for scenario, way in SCENARIOS.items():
        played = play([scenario], print_step)[scenario]
        if played.error:
            raise LabFailed(f"{played.name}: {played.error}; logs: {played.logs}")
        found += [each for suite in SUITES for each in figures(suite, played.facts, way)]
    return found


def figures(suite: str, facts: dict[str, Any], way: str) -> list[Figure]:
    """Medians of all turns; theirs are the goal, and a share of ESP alone."""
    passed = {whose: _medians(turns[suite]) for whose, turns in facts.items() if suite in turns}
    return [
        *(
            each
            for key, name in FIGURES.items()
            for each in _carried(key, f"{name}, {suite}", way, passed)
        ),
        *_round_trip(suite, passed, _medians(facts[PLAIN][SUITES[0]])["ms"], way),
    ]


def _carried(key: str, what: str, way: str, passed: dict[str, Medians]) -> Iterator[Figure]:
    ours, what = passed[OURS][key], f"{what}, {way}"
    yield told(what, ours, "Mbit/s")
    for whose, by in NAMES.items():
        if key in passed.get(whose, {}):
            yield told(f"  by {by}, {what}", passed[whose][key], "Mbit/s")
    yield at_least(f"  ours / {NAMES[THEIRS]}, {what}", ours / passed[THEIRS][key], "", 1)
    yield at_least(f"  ours / {NAMES[ESP]}, {what}", ours / passed[ESP][key], "", OF_ESP)


def _round_trip(suite: str, passed: dict[str, Medians], plain: float, way: str) -> Iterator[Figure]:
    """What is added to that of plain routing."""
    added = {whose: each["ms"] - plain for whose, each in passed.items() if whose != PLAIN}
    name = f"added round trip, {suite}, {way}"
    yield at_most(name, added[OURS], "ms", added[THEIRS])
    for whose, by in NAMES.items():
        if whose in added:
            yield told(f"  by {by}, {name}", added[whose], "ms")
    if PLAIN in passed:
        yield told(f"  of plain routing, left out of them where {way}", plain, "ms")


def _medians(turns: list[dict[str, float | None]]) -> Medians:
    """Without those that some turn has not got."""
    found: Medians = {}
    for key in turns[0]:
        values = [value for each in turns if (value := each[key]) is not None]
        if len(values) == len(turns):
            found[key] = median(values)
    return found


if __name__ == "__main__":
    for each in measure():
        print(each)
