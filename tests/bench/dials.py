"""Real dials, next to those to strongSwan + xl2tpd + pppd: same clients, same suite, one boot.

    python -m tests.bench.dials        (root; five minutes)

From the first packet until PPP is up. Theirs ends PPP itself; ours carries it to pptpd inside,
whose programs are told apart. Theirs knows one client an address, so it is given twenty addresses.
"""

import os
from statistics import mean, median
from typing import Any, Final

from tests.bench.figures import Figure, at_most, told
from tests.interop.lab.boot import LabFailed, play
from tests.interop.lab.compared import OURS, THEIRS

ONE, TWENTY = "compare_one_dial", "compare_twenty_dials"
MOST: Final = 20  # clients at once
MEASURED: Final = ("last", "middle", "gateway_cpu", "server_cpu")


def measure() -> list[Figure]:
    if os.geteuid() != 0:
        print("Dials of real clients are not measured: the lab needs root.")
        return []
    played = play([ONE, TWENTY])
    for each in played.values():
        if each.error:
            raise LabFailed(f"{each.name}: {each.error}; logs: {each.logs}")
    return [*_one(played[ONE].facts), *_twenty(played[TWENTY].facts)]


def _one(facts: dict[str, Any]) -> list[Figure]:
    rounds = {whose: facts[whose] for whose in (OURS, THEIRS)}
    took = {whose: median(each["last"] for each in rounds[whose]) for whose in rounds}
    cpu = {whose: 1000 * mean(each["gateway_cpu"] for each in rounds[whose]) for whose in rounds}
    inside = 1000 * mean(each["server_cpu"] for each in rounds[OURS])
    count = len(rounds[OURS])
    return [
        at_most(f"one client, until PPP is up, median of {count}", took[OURS], "s", took[THEIRS]),
        told("  by strongSwan + xl2tpd + pppd", took[THEIRS], "s"),
        at_most("one dial, CPU at the gateway", cpu[OURS], "ms CPU", cpu[THEIRS]),
        told("  by strongSwan + xl2tpd + pppd, which ends PPP", cpu[THEIRS], "ms CPU"),
        told("  pptpd and pppd at the server inside, for ours", inside, "ms CPU"),
    ]


def _twenty(facts: dict[str, Any]) -> list[Figure]:
    for each in facts[OURS] + facts[THEIRS]:
        if each["up"] != MOST:
            raise LabFailed(f"only {each['up']} of {MOST} dials came up; see {TWENTY}'s logs")
    ours, theirs = (
        {key: _median(facts[whose], key) for key in MEASURED} for whose in (OURS, THEIRS)
    )
    count = len(facts[OURS])
    name = f"{MOST} clients behind one NAT at once, until the last has PPP, median of {count}"
    cpu = f"{MOST} dials, CPU at the gateway"
    return [
        at_most(name, ours["last"], "s", theirs["last"]),
        told(f"  by strongSwan + xl2tpd + pppd, with {MOST} addresses", theirs["last"], "s"),
        told("  until half of them have it", ours["middle"], "s"),
        told("  until half of theirs have it", theirs["middle"], "s"),
        at_most(cpu, 1000 * ours["gateway_cpu"], "ms CPU", 1000 * theirs["gateway_cpu"]),
        told("  by theirs, which ends PPP", 1000 * theirs["gateway_cpu"], "ms CPU"),
        told("  pptpd's and pppd's at the server inside", 1000 * ours["server_cpu"], "ms CPU"),
    ]


def _median(rounds: list[dict[str, float]], key: str) -> float:
    return median(each[key] for each in rounds)


if __name__ == "__main__":
    for each in measure():
        print(each)
