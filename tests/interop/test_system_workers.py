"""Real workers carry on this machine's kernel, and die under traffic; so does their daemon."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.bench.managed import Managed, managed_daemon
from tests.bench.real_net import now
from tests.interop.netns import need_root
from tests.interop.test_system_restart import check

pytestmark = pytest.mark.root
WORKERS = 2
SHORT = 1.0  # seconds for which frames may be lost


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[Managed]:
    need_root()
    with managed_daemon(tmp_path, WORKERS) as made:
        yield made


def workers_of(managed: Managed) -> dict[int, int]:
    """Process ids by number."""
    children = Path(f"/proc/{managed.daemon}/task/{managed.daemon}/children").read_text().split()
    lines = {int(pid): Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in children}
    return {
        int(line[line.index("gateway.worker") + 1]): pid
        for pid, line in lines.items()
        if "gateway.worker" in line
    }


def is_gone(managed: Managed, worker: int) -> bool:
    return worker not in workers_of(managed).values()


def worker_of_the_session(managed: Managed) -> int:
    (session,) = managed.control.sessions()
    assert session.carrier == "worker"
    return int(session.spi_in, 16) % 8


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
    assert len(workers_of(managed)) == WORKERS
    managed.chat(1.0)
    managed.net.run_for(0.5)
    assert worker_of_the_session(managed) in workers_of(managed)
    sent = list(range(len(managed.sent)))
    assert managed.arrived() == (sent, sent)
    (session,) = managed.control.sessions()
    assert min(session.frames_in, session.frames_out) >= len(sent)


def test_a_worker_that_is_killed_under_traffic_costs_less_than_a_second(managed: Managed) -> None:
    managed.chat(0.5)
    session, number = managed.session(), worker_of_the_session(managed)
    for _ in range(2):
        victim = workers_of(managed)[number]
        before = len(managed.sent)
        os.kill(victim, signal.SIGKILL)
        managed.chat(1.5)
        lost_at_the_end(managed, before)
        assert workers_of(managed)[number] != victim
    assert managed.session() == session
    newest = managed.client.newest()
    assert newest is not None
    assert newest.sequences == sorted(set(newest.sequences))
    assert managed.client.errors == managed.server.errors == []


def test_workers_that_keep_dying_leave_everything_to_the_daemon(managed: Managed) -> None:
    managed.chat(0.5)
    session, number = managed.session(), worker_of_the_session(managed)
    for _ in range(3):
        victim = workers_of(managed)[number]
        os.kill(victim, signal.SIGKILL)
        managed.chat(until=partial(is_gone, managed, victim))
    before = len(managed.sent)
    managed.chat(1.0)
    lost_at_the_end(managed, before)
    assert workers_of(managed) == {}
    assert managed.session() == session
    assert managed.control.sessions()[0].carrier == "user"
    assert managed.client.errors == managed.server.errors == []


def test_a_daemon_that_is_killed_leaves_its_sessions_to_the_next_ones_workers(
    managed: Managed,
) -> None:
    managed.chat(0.5)
    session, before = managed.session(), set(workers_of(managed).values())
    managed.crash()
    last = len(managed.sent)
    managed.chat(1.0)
    check(managed, session, last)
    assert worker_of_the_session(managed) in workers_of(managed)
    assert not before & set(workers_of(managed).values())
    assert not [pid for pid in before if Path(f"/proc/{pid}").exists()]


def test_a_restart_by_the_manager_hands_everything_over(managed: Managed) -> None:
    managed.chat(0.5)
    session = managed.session()
    managed.restart()
    last = len(managed.sent)
    managed.chat(0.5)
    check(managed, session, last)
    assert worker_of_the_session(managed) in workers_of(managed)
    managed.net.send(managed.client.rekey_pair(now()))
    managed.chat(0.5)
    check(managed, session, last)
    managed.net.send(managed.client.hang_up(now()))
    assert managed.net.run_until(lambda: managed.control.sessions() == [], 10.0)
    assert managed.net.run_until(lambda: not managed.server.line.open, 10.0)
