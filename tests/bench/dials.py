"""Real dials, next to those to strongSwan + xl2tpd + pppd: same clients, same suite, one boot.

    python -m tests.bench.dials        (root; ten minutes)

From the first packet until PPP is up. Theirs ends PPP itself. Ours is measured twice: ending it by
pppd as well, and carrying it to pptpd inside, whose programs are told apart and use the same
processor. Theirs knows one client an address, so it is given twenty addresses.
"""

import os
from collections.abc import Callable
from statistics import mean, median
from typing import Any, Final

from tests.bench.figures import Figure, at_most, told
from tests.interop.lab.boot import LabFailed, play
from tests.interop.lab.compared import OURS, THEIRS

MOST: Final = 20  # clients at once
MEASURED: Final = ("last", "middle", "gateway_cpu", "server_cpu")
ENDED, CARRIED = "PPP ends here", "PPP goes on to pptpd"


def measure() -> list[Figure]:
    if os.geteuid() != 0:
        print("Dials of real clients are not measured: the lab needs root.")
        return []
    played = play(list(TOLD))
    for each in played.values():
        if each.error:
            raise LabFailed(f"{each.name}: {each.error}; logs: {each.logs}")
    return [
        figure for name, (tell, way) in TOLD.items() for figure in tell(played[name].facts, way)
    ]


def _one(facts: dict[str, Any], way: str) -> list[Figure]:
    rounds = {whose: facts[whose] for whose in (OURS, THEIRS)}
    took = {whose: median(each["last"] for each in rounds[whose]) for whose in rounds}
    cpu = {whose: 1000 * mean(each["gateway_cpu"] for each in rounds[whose]) for whose in rounds}
    inside = 1000 * mean(each["server_cpu"] for each in rounds[OURS])
    name = f"one client, {way}, until PPP is up, median of {len(rounds[OURS])}"
    return [
        at_most(name, took[OURS], "s", took[THEIRS]),
        told("  by strongSwan + xl2tpd + pppd", took[THEIRS], "s"),
        at_most(f"one dial, {way}, CPU at the gateway", cpu[OURS], "ms CPU", cpu[THEIRS]),
        told("  by strongSwan + xl2tpd + pppd", cpu[THEIRS], "ms CPU"),
        told("  at the server inside, for ours", inside, "ms CPU"),
    ]


def _twenty(facts: dict[str, Any], way: str) -> list[Figure]:
    for each in facts[OURS] + facts[THEIRS]:
        if each["up"] != MOST:
            raise LabFailed(f"only {each['up']} of {MOST} dials came up; see the lab's logs")
    ours, theirs = (
        {key: _median(facts[whose], key) for key in MEASURED} for whose in (OURS, THEIRS)
    )
    count = len(facts[OURS])
    name = f"{MOST} clients behind one NAT at once, {way}, until the last is up, median of {count}"
    cpu = f"{MOST} dials, {way}, CPU at the gateway"
    return [
        at_most(name, ours["last"], "s", theirs["last"]),
        told(f"  by strongSwan + xl2tpd + pppd, with {MOST} addresses", theirs["last"], "s"),
        told("  until half of them are", ours["middle"], "s"),
        told("  until half of theirs are", theirs["middle"], "s"),
        at_most(cpu, 1000 * ours["gateway_cpu"], "ms CPU", 1000 * theirs["gateway_cpu"]),
        told("  by strongSwan + xl2tpd + pppd", 1000 * theirs["gateway_cpu"], "ms CPU"),
        told("  at the server inside, for ours", 1000 * ours["server_cpu"], "ms CPU"),
    ]


def _median(rounds: list[dict[str, float]], key: str) -> float:
    return median(each[key] for each in rounds)


TOLD: Final[dict[str, tuple[Callable[[dict[str, Any], str], list[Figure]], str]]] = {
    "compare_one_local": (_one, ENDED),
    "compare_one_dial": (_one, CARRIED),
    "compare_twenty_local": (_twenty, ENDED),
    "compare_twenty_dials": (_twenty, CARRIED),
}

if __name__ == "__main__":
    for each in measure():
        print(each)
