"""`make bench`: every figure beside its goal, on the screen and in build/bench.json.

    python -m tests.bench [PART ...]

With parts named, these alone are measured and shown, and nothing is written: what is compared is
always of one run.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench import (
    curve,
    daemon,
    dials,
    fair,
    handshake,
    plot,
    restart,
    road,
    shards,
    storm,
    thousand,
    traffic,
    userspace,
)
from tests.bench.figures import Figure
from tests.interop.lab.boot import LabFailed

BUILD: Final = Path(__file__).parents[2] / "build"


class Part(NamedTuple):
    """`free`: more than one process is at work, which one core would not do."""

    title: str
    measure: Callable[[], list[Figure]]
    free: bool = False


PARTS: Final = {
    "userspace": Part("TCP through the daemon, in network namespaces", userspace.measure, True),
    "traffic": Part(
        "What the kernel carries, and other people's gateways, in User-Mode Linux", traffic.measure
    ),
    "dials": Part("Real dials, and other people's gateways, in the same", dials.measure),
    "road": Part("The road: a data packet through the gateway, least of many", road.measure),
    "handshake": Part("The dial", handshake.measure),
    "curve": Part("With 1, 10, 100 and 1,000 sessions, in the pair simulation", curve.measure),
    "storm": Part("After a power cut, in the pair simulation", storm.measure),
    "daemon": Part("The daemon, in network namespaces", daemon.measure, True),
    "fair": Part("Under a flood, in network namespaces", fair.measure, True),
    "thousand": Part("The daemon with a thousand sessions", thousand.measure, True),
    "shards": Part("The daemon and its workers, in network namespaces", shards.measure, True),
    "restart": Part("A crash of the daemon, in network namespaces", restart.measure, True),
}


def main(words: list[str]) -> int:
    """0 if every goal was met; a part that fails leaves the others alone."""
    unknown = [word for word in words if word not in PARTS]
    if unknown:
        print(f"There is no part '{unknown[0]}'; parts are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    found, failed = [], []
    for name in words or PARTS:
        try:
            found += _measured(PARTS[name])
        except (LabFailed, RuntimeError) as failure:
            print(f"  not measured: {failure}", flush=True)
            failed.append(name)
    if not words:
        _write(found)
    missed = [figure for figure in found if figure.met is False]
    goals = len([figure for figure in found if figure.met is not None])
    where = "" if words else "; written to build/bench.json and build/curve.svg"
    print(f"\n{goals - len(missed)} of {goals} goals met{where}")
    if failed:
        print(f"Not measured: {', '.join(failed)}; why stands above.")
    return 1 if missed or failed else 0


def _measured(part: Part) -> list[Figure]:
    print(f"\n{part.title}", flush=True)
    started, everywhere = time.monotonic(), os.sched_getaffinity(0)
    # One core for what is compared with one another; the daemon and its peers need two.
    os.sched_setaffinity(0, everywhere if part.free else {max(everywhere)})
    try:
        found = part.measure()
    finally:
        os.sched_setaffinity(0, everywhere)
    for figure in found:
        print(f"  {figure}")
    print(f"  ({time.monotonic() - started:.0f} s)", flush=True)
    return found


def _write(found: list[Figure]) -> None:
    BUILD.mkdir(exist_ok=True)
    text = json.dumps([figure.as_json() for figure in found], indent=1)
    (BUILD / "bench.json").write_text(text + "\n")
    (BUILD / "curve.svg").write_text(plot.curve(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
