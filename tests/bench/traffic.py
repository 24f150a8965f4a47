"""What sessions carry when the kernel does, next to other people's gateways in one boot.

    python -m tests.bench traffic        (root; eight minutes)

TCP to a host inside, up and down, of one client and of four, and the round trip; by turns, each
suite with clients of its own. Ceilings are ESP in UDP alone and plain routing, by the same hosts.
One processor plays clients, NAT, gateway and host, so only figures of one run can be compared; and
ours alone has a PPTP server behind it, whose work is in its figures.
"""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any, Final

from tests.bench.figures import Figure, at_least, at_most, told
from tests.interop.lab.boot import LabFailed, play, print_step
from tests.interop.lab.compared import OURS, SOFTETHER, THEIRS
from tests.interop.lab.traffic import ESP, MANY, PLAIN, SUITES

SCENARIO: Final = "compare_traffic"
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
    played = play([SCENARIO], print_step)[SCENARIO]
    if played.error:
        raise LabFailed(f"{played.name}: {played.error}; logs: {played.logs}")
    return [figure for suite in SUITES for figure in figures(suite, played.facts)]


def figures(suite: str, facts: dict[str, Any]) -> list[Figure]:
    """Medians of all turns; theirs are the goal, and a share of ESP alone."""
    passed = {whose: _medians(turns[suite]) for whose, turns in facts.items() if suite in turns}
    return [
        *(each for key, name in FIGURES.items() for each in _carried(key, name, suite, passed)),
        *_round_trip(suite, passed, _medians(facts[PLAIN][SUITES[0]])["ms"]),
    ]


def _carried(key: str, what: str, suite: str, passed: dict[str, Medians]) -> Iterator[Figure]:
    name, ours = f"{what}, {suite}, the kernel carries", passed[OURS][key]
    yield told(name, ours, "Mbit/s")
    for whose, by in NAMES.items():
        if key in passed.get(whose, {}):
            yield told(f"  by {by}, {what}, {suite}", passed[whose][key], "Mbit/s")
    yield at_least(f"  ours / {NAMES[THEIRS]}, {what}, {suite}", ours / passed[THEIRS][key], "", 1)
    yield at_least(f"  ours / {NAMES[ESP]}, {what}, {suite}", ours / passed[ESP][key], "", OF_ESP)


def _round_trip(suite: str, passed: dict[str, Medians], plain: float) -> Iterator[Figure]:
    """What is added to that of plain routing."""
    added = {whose: each["ms"] - plain for whose, each in passed.items() if whose != PLAIN}
    name = f"added round trip, {suite}"
    yield at_most(f"{name}, the kernel carries", added[OURS], "ms", added[THEIRS])
    for whose, by in NAMES.items():
        if whose in added:
            yield told(f"  by {by}, {name}", added[whose], "ms")
    if PLAIN in passed:
        yield told("  of plain routing, which is left out of them", plain, "ms")


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
