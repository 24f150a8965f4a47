"""Real workers carry on this machine's kernel, and die under traffic; so does their daemon."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.bench.managed import Managed, managed_daemon
from tests.bench.real_net import RealNet, now
from tests.bench.running import (
    INSIDE,
    NATS,
    OUTSIDE,
    SERVER,
    Machine,
    running_daemon,
)
from tests.interop.netns import need_root
from tests.interop.test_system_restart import check
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.inside_server import InsideServer
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

pytestmark = pytest.mark.root
WORKERS = 2
MACHINES = [Machine("one", "the key of the one"), Machine("two", "the key of the other")]
BEHIND = {"one": "192.168.1.2", "two": "192.168.1.3"}
ROUTER = Nat(NATS[0])
SHORT = 1.0  # seconds for which frames may be lost


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[Managed]:
    need_root()
    with managed_daemon(tmp_path, WORKERS) as made:
        yield made


def workers_of(daemon: int) -> dict[int, int]:
    """Process ids by number."""
    children = Path(f"/proc/{daemon}/task/{daemon}/children").read_text().split()
    lines = {int(pid): Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in children}
    return {
        int(line[line.index("gateway.worker") + 1]): pid
        for pid, line in lines.items()
        if "gateway.worker" in line
    }


def victim_of(managed: Managed) -> int:
    """The worker that has the session; it may have been begun just now."""
    (session,) = managed.control.sessions()
    assert session.carrier == "worker"
    number = int(session.spi_in, 16) % 8
    assert managed.net.run_until(lambda: number in workers_of(managed.daemon), 5.0)
    return workers_of(managed.daemon)[number]


def is_gone(managed: Managed, worker: int) -> bool:
    return worker not in workers_of(managed.daemon).values()


def lost_at_the_end(managed: Managed, before: int) -> None:
    """Since `before` nothing came twice or out of order, and what is lost is of one second."""
    managed.net.run_for(1.0)
    for seen in managed.arrived():
        assert seen == sorted(set(seen))
        missing = set(range(before, len(managed.sent))) - set(seen)
        times = [managed.sent[each] for each in missing] or [0.0]
        assert max(times) - min(times) < SHORT
        assert len(managed.sent) - 1 in seen


def test_a_session_is_a_workers_and_nothing_is_lost_or_counted_twice(managed: Managed) -> None:
    assert len(workers_of(managed.daemon)) == WORKERS
    managed.chat(1.0)
    managed.net.run_for(0.5)
    assert victim_of(managed)
    sent = list(range(len(managed.sent)))
    assert managed.arrived() == (sent, sent)
    (session,) = managed.control.sessions()
    assert min(session.frames_in, session.frames_out) >= len(sent)


def test_a_worker_that_is_killed_under_traffic_costs_less_than_a_second(managed: Managed) -> None:
    managed.chat(0.5)
    session = managed.session()
    for _ in range(2):
        victim, before = victim_of(managed), len(managed.sent)
        os.kill(victim, signal.SIGKILL)
        managed.chat(1.5)
        lost_at_the_end(managed, before)
        assert victim_of(managed) != victim
    assert managed.session() == session
    newest = managed.client.newest()
    assert newest is not None
    assert newest.sequences == sorted(set(newest.sequences))
    assert managed.client.errors == managed.server.errors == []


def test_workers_that_keep_dying_leave_everything_to_the_daemon(managed: Managed) -> None:
    managed.chat(0.5)
    session = managed.session()
    for _ in range(3):
        victim = victim_of(managed)
        os.kill(victim, signal.SIGKILL)
        managed.chat(until=partial(is_gone, managed, victim))
    before = len(managed.sent)
    managed.chat(1.0)
    lost_at_the_end(managed, before)
    assert workers_of(managed.daemon) == {}
    assert managed.session() == session
    assert managed.control.sessions()[0].carrier == "user"
    assert managed.client.errors == managed.server.errors == []


def test_a_daemon_that_is_killed_leaves_its_sessions_to_the_next_ones_workers(
    managed: Managed,
) -> None:
    managed.chat(0.5)
    session, before = managed.session(), set(workers_of(managed.daemon).values())
    managed.crash()
    last = len(managed.sent)
    managed.chat(1.0)
    check(managed, session, last)
    assert victim_of(managed) not in before
    assert not [pid for pid in before if Path(f"/proc/{pid}").exists()]


def test_a_restart_by_the_manager_hands_everything_over(managed: Managed) -> None:
    managed.chat(0.5)
    session = managed.session()
    managed.restart()
    last = len(managed.sent)
    managed.chat(0.5)
    check(managed, session, last)
    assert victim_of(managed)
    managed.net.send(managed.client.rekey_pair(now()))
    managed.chat(0.5)
    check(managed, session, last)
    managed.net.send(managed.client.hang_up(now()))
    assert managed.net.run_until(lambda: managed.control.sessions() == [], 10.0)
    assert managed.net.run_until(lambda: not managed.server.line.open, 10.0)


def test_two_clients_have_a_worker_each_and_one_feels_nothing_of_the_others_death() -> None:
    need_root()
    with running_daemon(MACHINES, workers=str(WORKERS)) as (daemon, _, net):
        server = InsideServer(Endpoint(host_bytes(SERVER), 0), Endpoint(host_bytes(INSIDE), 0))
        net.serve(server)
        clients = [dialled(net, server, machine) for machine in MACHINES]
        net.run_for(1.0)
        sessions = daemon.control.sessions()
        assert [session.carrier for session in sessions] == ["worker"] * 2
        numbers = [int(session.spi_in, 16) % 8 for session in sessions]
        assert sorted(numbers) == [1, 2]
        os.kill(workers_of(daemon.process.pid)[numbers[0]], signal.SIGKILL)
        for number in range(100):
            for client in clients:
                net.send(client.send_data(IP, b"%06d" % number))
            net.run_for(0.01)
        net.run_for(1.0)
        came = [[int(frame[-6:]) for frame in line.ppp.got] for line in server.lines if line.ppp]
        assert came[1] == list(range(100))
        assert came[0] == list(range(100 - len(came[0]), 100))
        assert 0 < len(came[0]) < 100
        assert all(client.up for client in clients)


def dialled(net: RealNet, server: InsideServer, machine: Machine) -> L2tpIpsecClient:
    here, there = host_bytes(BEHIND[machine.name]), host_bytes(OUTSIDE)
    client = L2tpIpsecClient(
        SAFENET_98, here, there, machine.psk.encode(), seeded(len(machine.name))
    )
    net.join(client, BEHIND[machine.name], nat=ROUTER)
    net.send(client.dial(now()))
    assert net.run_until(lambda: client.up, 20.0)
    return client
