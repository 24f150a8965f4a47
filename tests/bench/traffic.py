"""What a session carries when the kernel does, next to strongSwan + xl2tpd + pppd in one boot.

    python -m tests.bench.traffic        (root; four minutes)

One client's TCP to a host inside, up and down, and the round trip; by turns, each suite with a
client of its own. One processor plays client, NAT, gateway and host, so only figures of one run
can be compared.
"""

import os
from statistics import median
from typing import Any, Final

from tests.bench.figures import Figure, at_least, at_most, told
from tests.interop.lab.boot import LabFailed, play
from tests.interop.lab.compared import OURS, THEIRS
from tests.interop.lab.traffic import KERNEL, SUITES

SCENARIO: Final = "compare_traffic"
PEERS: Final = "  by strongSwan + xl2tpd + pppd"


def measure() -> list[Figure]:
    if os.geteuid() != 0:
        print("What the kernel carries is not measured: the lab needs root.")
        return []
    played = play([SCENARIO])[SCENARIO]
    if played.error:
        raise LabFailed(f"{played.name}: {played.error}; logs: {played.logs}")
    return [figure for suite in SUITES for figure in figures(suite, played.facts)]


def figures(suite: str, facts: dict[str, Any]) -> list[Figure]:
    """Medians of all turns, and theirs as the goal."""
    if any(each["carrier"] != KERNEL for each in facts[OURS][suite]):
        raise LabFailed(f"{suite}: not the kernel has carried; see {SCENARIO}'s logs")
    ours, theirs = (
        {key: median(each[key] for each in facts[whose][suite]) for key in ("up", "down", "ms")}
        for whose in (OURS, THEIRS)
    )
    found: list[Figure] = []
    for way in ("up", "down"):
        name = f"TCP {way}, one client, {suite}, the kernel carries"
        found.append(at_least(name, ours[way], "Mbit/s", theirs[way]))
        found.append(told(PEERS, theirs[way], "Mbit/s"))
    found.append(
        at_most(f"round trip, {suite}, the kernel carries", ours["ms"], "ms", theirs["ms"])
    )
    return [*found, told(PEERS, theirs["ms"], "ms")]


if __name__ == "__main__":
    for each in measure():
        print(each)
