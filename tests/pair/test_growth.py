"""What a packet costs does not depend on how many sessions there are: counted, not timed."""

from statistics import median

import pytest

from tests.bench.curve import KINDS, PAYLOAD, steps
from tests.bench.timed import Timed
from tests.pair.crowd import Crowd, gather
from tests.pair.peers.ppp_end import IP


def full_of(sessions: int) -> Crowd:
    crowd = gather(sessions, max(1, sessions // 10), kinds=KINDS, make=Timed, shield=False)
    crowd.net.run_for(20.0)
    assert len(crowd.core.sessions) == sessions
    return crowd


def up(crowd: Crowd) -> float:
    machines = crowd.machines

    def ask(number: int) -> None:
        crowd.act(machines[number], machines[number].send(IP, PAYLOAD, crowd.net.now))

    return median(steps(crowd, ask))


def down(crowd: Crowd) -> float:
    [server] = crowd.servers

    def answer(number: int) -> None:
        crowd.net.send(server.send_data(server.lines[number], IP, PAYLOAD))

    return median(steps(crowd, answer))


@pytest.mark.long
def test_a_packet_takes_as_many_steps_with_sixty_sessions_as_with_one() -> None:
    alone, crowded = full_of(1), full_of(60)
    assert 20 < up(crowded) <= up(alone)
    assert 20 < down(crowded) <= down(alone)
