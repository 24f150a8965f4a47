"""What a packet, a dial and an idle second cost with 1, 10, 100 and 1,000 sessions.

    python -m tests.bench.curve        (two minutes)

Packets go over the simulated net, each time of other sessions, so that none finds its session's
tables in the processor's cache because it was there a moment ago, and between two of them a peer
has worked. A packet is the CPU of the door it came by, the least of many rounds of fifty. What is
due by time, as acknowledgements and questions whether somebody is there, is in the idle second.
"""

from collections.abc import Callable
from statistics import median
from typing import Final, NamedTuple

from tests.bench.figures import Figure, at_most, told
from tests.bench.timed import DATA, Timed
from tests.pair.crowd import Crowd, gather
from tests.pair.peers.busy_server import BusyServer
from tests.pair.peers.determined import Determined
from tests.pair.peers.inside_server import Line
from tests.pair.peers.ppp_end import IP

SESSIONS: Final = (1, 10, 100, 1000)
KINDS: Final = ("racoon",)  # AES-128-SHA1: the less the cipher costs, the more shows of the rest
SERVERS: Final = 8
PAYLOAD: Final = bytes(DATA)
ROUND: Final = 50  # packets, each of another session where there are so many
ROUNDS: Final = 60
APART: Final = 0.05  # seconds between two dials
PAUSE: Final = 5.0  # seconds in which a dial is over
IDLE_FOR: Final = 60.0  # seconds


class Point(NamedTuple):
    """Microseconds a packet, milliseconds a dial and an idle second of all sessions together;
    `steps` are the functions called for a packet of each direction, in the middle of many."""

    sessions: int
    up: float
    down: float
    dial: float
    idle: float
    steps: float


def measure() -> list[Figure]:
    found = []
    for point in map(at, SESSIONS):
        many = f"{point.sessions} session{'s' * (point.sessions > 1)}"
        found += [
            told(f"curve, a packet client to server with {many}", point.up, "us/packet"),
            told(f"curve, a packet server to client with {many}", point.down, "us/packet"),
            told(f"  the last dials of {many}", point.dial, "ms CPU"),
            told(f"  CPU of {many}, idle", point.idle, "ms/s"),
        ]
        if point.sessions == SESSIONS[0]:
            alone = point.steps
    name = "curve, functions called for a packet each way with"
    found.append(told(f"{name} one session", alone, "calls"))
    return [*found, at_most(f"{name} {SESSIONS[-1]} sessions", point.steps, "calls", alone)]


def at(sessions: int) -> Point:
    """One point of the curve: a world of its own."""
    crowd = gather(
        sessions,
        max(1, sessions // 10),
        SERVERS,
        dial_at=lambda number: number * APART + PAUSE * (number >= sessions - _last(sessions)),
        kinds=KINDS,
        make=Timed,
    )
    dialling = _dial(crowd, sessions)
    idle = _spent(crowd, lambda: crowd.net.run_for(IDLE_FOR)) / IDLE_FOR
    last = _last(sessions)  # while they dialled the others were idle
    dial = (dialling - idle * (last * APART + PAUSE)) / last
    machines = crowd.machines
    lines = [(server, line) for server in crowd.servers for line in server.lines]
    calls = [(server, line) for server, line in lines if line.open and line.ppp is not None]
    up = min(_round(crowd, lambda n: _ask(crowd, machines[n]), r) for r in range(ROUNDS))
    down = min(_round(crowd, lambda n: _answer(crowd, *calls[n]), r) for r in range(ROUNDS))
    ask = median(steps(crowd, lambda n: _ask(crowd, machines[n])))
    answer = median(steps(crowd, lambda n: _answer(crowd, *calls[n])))
    costs = 1e6 * up, 1e6 * down, 1000 * dial, 1000 * idle
    return Point(sessions, *costs, ask + answer)


def steps(crowd: Crowd, send: Callable[[int], None]) -> list[int]:
    """How many functions the gateway has called for each of a round of long packets."""
    core, sessions = crowd.core, len(crowd.core.sessions)
    assert isinstance(core, Timed)
    core.calls = []
    for each in range(ROUND):
        send(each * 7 % sessions)
        crowd.net.run_for(2.0)  # or a lone session would be told less often that it lives
    found, core.calls = core.calls, None
    return found


def _dial(crowd: Crowd, sessions: int) -> float:
    """All come up; the seconds of CPU while the last tenth did."""
    last = _last(sessions)
    crowd.net.run_for((sessions - last) * APART + PAUSE - APART)
    spent = _spent(crowd, lambda: crowd.net.run_for(last * APART + PAUSE))
    crowd.net.run_for(20.0)
    up = sum(machine.up for machine in crowd.machines)
    if up != sessions or len(crowd.core.sessions) != sessions:
        raise RuntimeError(f"{up} of {sessions} came up")
    return spent


def _last(sessions: int) -> int:
    """How many dial when all others are up."""
    return max(1, sessions // 10)


def _round(crowd: Crowd, send: Callable[[int], None], number: int) -> float:
    """Seconds of CPU for one packet."""
    core, sessions = crowd.core, len(crowd.core.sessions)
    assert isinstance(core, Timed)
    core.data.clear()
    for each in range(ROUND):
        send((number * ROUND + each) * 7 % sessions)
        if each % 10 == 9:
            crowd.net.run_for(1 / 16)
    crowd.net.run_for(0.25)
    if len(core.data) != ROUND:
        raise RuntimeError(f"{len(core.data)} of {ROUND} packets came")
    return sum(core.data) / ROUND


def _ask(crowd: Crowd, machine: Determined) -> None:
    crowd.act(machine, machine.send(IP, PAYLOAD, crowd.net.now))


def _answer(crowd: Crowd, server: BusyServer, line: Line) -> None:
    crowd.net.send(server.send_data(line, IP, PAYLOAD))


def _spent(crowd: Crowd, act: Callable[[], None]) -> float:
    core = crowd.core
    assert isinstance(core, Timed)
    before = core.spent
    act()
    return core.spent - before


if __name__ == "__main__":
    for each in measure():
        print(each)
