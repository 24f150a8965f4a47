"""The redial storm: power is back, and five hundred machines behind fifty NATs dial.

    python -m tests.bench.storm        (a minute and a half)

The pair simulation: peers and ciphers are real, time is not, so what a wait is made of shows: of
pauses between calls to one server, of repetitions, of dials that failed and began anew. CPU is
that of the gateway's doors alone, real, until the last machine is up.
"""

from typing import Final, NamedTuple

from tests.bench.figures import Figure, at_least, told
from tests.pair.storm import Storm, break_loose

MACHINES, SITES = 500, 50


class Case(NamedTuple):
    """So many inside servers; everybody dials within so many seconds."""

    servers: int
    within: float

    @property
    def name(self) -> str:
        many = "one server" if self.servers == 1 else f"{self.servers} servers"
        return f"{MACHINES} machines behind {SITES} NATs within {self.within:.0f} s, {many}"


CASES: Final = (Case(1, 60.0), Case(2, 60.0), Case(4, 60.0), Case(4, 5.0), Case(8, 5.0))


def measure() -> list[Figure]:
    found: list[Figure] = []
    for case in CASES:
        storm = break_loose(MACHINES, SITES, case.servers, case.within)
        found += _figures(case.name, storm)
    return found


def _figures(name: str, storm: Storm) -> list[Figure]:
    return [
        at_least(f"storm, {name}: up in the end", storm.up, "machines", MACHINES),
        told(f"  half of them, {name}", storm.half, "s"),
        told(f"  the last of them, {name}", storm.last, "s"),
        told(f"  dials that were refused, {name}", storm.dials - storm.up, "dials"),
        told(f"  CPU, {name}", storm.cpu, "s"),
        told(f"  CPU for each, {name}", storm.per_machine, "ms"),
    ]


if __name__ == "__main__":
    for each in measure():
        print(each)
