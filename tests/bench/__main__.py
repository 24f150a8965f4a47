"""`make bench`: every figure beside its goal, on the screen and in build/bench.json."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench import curve, daemon, dials, handshake, restart, road, storm, thousand
from tests.bench.figures import Figure

RESULT = Path(__file__).parents[2] / "build" / "bench.json"
PARTS: tuple[tuple[str, Callable[[], list[Figure]]], ...] = (
    ("The road: a data packet through the gateway, least of many", road.measure),
    ("The dial", handshake.measure),
    ("With 1, 10, 100 and 1,000 sessions, in the pair simulation", curve.measure),
    ("After a power cut, in the pair simulation", storm.measure),
    ("The daemon, in network namespaces", daemon.measure),
    ("The daemon with a thousand sessions", thousand.measure),
    ("A crash of the daemon, in network namespaces", restart.measure),
    ("Real dials, and other people's gateway beside it, in User-Mode Linux", dials.measure),
)


FREE = (daemon.measure, thousand.measure, restart.measure)  # with more than one process at work


def main() -> int:
    """0 if every goal was met."""
    found: list[Figure] = []
    everywhere = os.sched_getaffinity(0)
    for title, measure in PARTS:
        print(f"\n{title}", flush=True)
        # One core for what is compared with one another; the daemon and its peers need two.
        os.sched_setaffinity(0, everywhere if measure in FREE else {max(everywhere)})
        for figure in measure():
            print(f"  {figure}", flush=True)
            found.append(figure)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([figure.as_json() for figure in found], indent=1) + "\n")
    missed = [figure for figure in found if figure.met is False]
    goals = len([figure for figure in found if figure.met is not None])
    print(f"\n{goals - len(missed)} of {goals} goals met; written to build/{RESULT.name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
