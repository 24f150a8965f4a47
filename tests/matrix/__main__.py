"""`make matrix`: every combination played; tables on the screen, all of it in build/matrix.json.

0 if nothing failed. With a number, every so manieth combination alone.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from tests.matrix.axes import AUTHENTICATIONS, Cell, sample
from tests.matrix.play import Outcome, play

OUT = Path(__file__).parents[2] / "build" / "matrix.json"
RESULTS: Final = ("passed", "refused", "failed")
MOST_SHOWN: Final = 20  # failures
AXES: Final[dict[str, Callable[[Cell], str]]] = {
    "client": lambda cell: cell.client,
    "NAT traversal": lambda cell: cell.natt,
    "route": lambda cell: cell.route,
}


def main(arguments: Sequence[str]) -> int:
    asked = sample(int(arguments[0]) if arguments else 1)
    print(f"{len(asked)} dials to the gateway's own cores, on a virtual clock", flush=True)
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        found = list(workers.map(play, asked, chunksize=50))
    _tell(found)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([each.as_json() for each in found], indent=0) + "\n")
    failed = [each for each in found if each.result == "failed"]
    for each in failed[:MOST_SHOWN]:
        print(f"FAILED {each.cell}: {each.why}")
    print(f"\n{len(failed)} of {len(found)} failed; written to build/{OUT.name}")
    return 1 if failed else 0


def _tell(found: list[Outcome]) -> None:
    """Authentication by suite, over all else; then every other axis, over all else."""
    for who in AUTHENTICATIONS:
        mine = (each for each in found if each.cell.authentication == who)
        _table(who, mine, lambda cell: f"{cell.ike}, {cell.esp}")
    for name, value in AXES.items():
        _table(name, found, value)


def _table(title: str, found: Iterable[Outcome], value: Callable[[Cell], str]) -> None:
    counts = Counter((value(each.cell), each.result) for each in found)
    print(f"\n{title:44}{'passed':>10}{'refused as wanted':>20}{'failed':>10}")
    for row in dict.fromkeys(row for row, _ in counts):
        passed, refused, failed = (counts[row, result] for result in RESULTS)
        print(f"  {row:42}{passed:>10}{refused:>20}{failed:>10}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
