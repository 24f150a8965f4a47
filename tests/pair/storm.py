"""Power is back, and everybody dials at once: who comes up, by when, and what that costs.

    storm = break_loose(machines=500, sites=50, servers=2, within=60.0)
    assert storm.up == 500

Real keys, ciphers and hashes at both ends; time is virtual, and CPU is the gateway's alone.
"""

from collections import Counter
from statistics import median
from typing import NamedTuple

from tests.bench.timed import Timed
from tests.pair.crowd import KINDS, Crowd, gather

PATIENCE = 900.0  # seconds after which whoever is not up will not be
STEP = 1.0  # seconds between two looks


class Storm(NamedTuple):
    """Times are seconds: `half` and `last` since power is back, `longest` since a machine's first
    dial. `cpu` is the gateway's until the last is up, `slice` its longest single piece of work."""

    machines: int
    up: int
    half: float
    last: float
    longest: float
    dials: int
    refused: dict[str, int]
    cpu: float
    slice: float

    @property
    def per_machine(self) -> float:
        """Milliseconds of CPU."""
        return 1000 * self.cpu / self.machines


def break_loose(
    machines: int,
    sites: int,
    servers: int,
    within: float,
    *,
    ports: int | None = None,
    kinds: tuple[str, ...] = KINDS,
    seed: int = 0,
    loss: float = 0.0,
) -> Storm:
    """All dial within so many seconds, evenly; who fails dials again after a minute."""
    crowd = gather(
        machines,
        sites,
        servers,
        dial_at=lambda number: number * within / machines,
        ports=ports,
        kinds=kinds,
        make=Timed,
        seed=seed,
        loss=loss,
    )
    core = crowd.core
    assert isinstance(core, Timed)
    start = crowd.net.now
    while _up(crowd) < machines and crowd.net.now - start < PATIENCE:
        crowd.net.run_for(STEP)
    ups = sorted(one.up_at - start for one in crowd.machines if one.up_at is not None)
    took = [one.up_at - one.dials[0] for one in crowd.machines if one.up_at is not None]
    return Storm(
        machines=machines,
        up=len(ups),
        half=median(ups) if ups else PATIENCE,
        last=ups[-1] if len(ups) == machines else PATIENCE,
        longest=max(took, default=PATIENCE),
        dials=sum(len(one.dials) for one in crowd.machines),
        refused=dict(Counter(why for one in crowd.machines for why in one.failures)),
        cpu=core.spent,
        slice=core.longest,
    )


def _up(crowd: Crowd) -> int:
    return sum(one.up_at is not None for one in crowd.machines)
