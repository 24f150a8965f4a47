"""How long a session is silent when its daemon dies: the real daemon, restarted at once.

    python -m tests.bench.restart        (root; half a minute)

A frame goes each way every 20 ms. What is counted is from the last frame that arrived before to the
first one afterwards, in either direction; a manager starts the next daemon without a pause.
"""

import os
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

from gateway.system.kept import MOST_STARTS
from tests.bench.figures import Figure, at_most, told
from tests.bench.managed import EVERY, Managed, managed_daemon

CRASHES: Final = MOST_STARTS  # one more in so short a time, and what was kept is dropped
GOAL: Final = 1.0  # seconds


def measure() -> list[Figure]:
    if os.geteuid() != 0:
        print("A restart is not measured: namespaces need root.")
        return []
    with (
        tempfile.TemporaryDirectory(prefix="postern-bench-") as folder,
        managed_daemon(Path(folder)) as managed,
    ):
        silences = [_silence(managed) for _ in range(CRASHES)]
    middle = median(silences)
    return [
        at_most(f"kill -9 under traffic: silence, median of {CRASHES}", middle, "s", GOAL),
        told("  the longest", max(silences), "s"),
        told("  of which is no silence: two frames are apart", EVERY, "s"),
    ]


def _silence(managed: Managed) -> float:
    """The longest time between two frames that arrived, around one crash."""
    first = len(managed.sent)
    managed.chat(0.5)
    managed.crash()
    managed.chat(0.5)
    managed.net.run_for(0.5)
    return max(_longest(managed, [n for n in seen if n >= first]) for seen in managed.arrived())


def _longest(managed: Managed, numbers: list[int]) -> float:
    return max(managed.sent[after] - managed.sent[before] for before, after in pairwise(numbers))


if __name__ == "__main__":
    for figure in measure():
        print(figure)
