"""The real daemon dies under traffic, on this machine's kernel; a manager keeps what it has."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.managed import Managed, managed_daemon
from tests.bench.real_net import now
from tests.interop.netns import need_root

pytestmark = pytest.mark.root
PATIENCE = 60.0  # seconds, on a machine that is busy besides


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[Managed]:
    need_root()
    with managed_daemon(tmp_path) as made:
        yield made


def check(managed: Managed, session: int, last: int) -> None:
    """The same session carries everything since frame `last`, and nothing came twice."""
    wanted = set(range(last, len(managed.sent)))
    managed.net.run_until(lambda: all(wanted <= set(seen) for seen in managed.arrived()), PATIENCE)
    managed.net.run_for(1.0)  # in which what is sent a second time would come
    for seen in managed.arrived():
        assert seen == sorted(set(seen))
        assert wanted <= set(seen)
    newest = managed.client.newest()
    assert newest is not None
    assert newest.sequences == sorted(set(newest.sequences))
    assert managed.client.errors == managed.server.errors == []
    assert managed.session() == session
    assert len(managed.server.connected) <= 1  # the connection is the first one still


def test_whoever_is_killed_under_traffic_is_back_with_every_session(managed: Managed) -> None:
    managed.chat(1.0)
    session = managed.session()
    managed.crash()
    last = len(managed.sent)
    managed.chat(1.0)
    check(managed, session, last)


def test_a_restart_by_the_manager_hands_everything_over(managed: Managed) -> None:
    managed.chat(0.5)
    session = managed.session()
    managed.restart()
    last = len(managed.sent)
    managed.chat(0.5)
    check(managed, session, last)
    managed.net.send(managed.client.hang_up(now()))
    assert managed.net.run_until(lambda: managed.control.sessions() == [], PATIENCE)
    assert managed.net.run_until(lambda: not managed.server.line.open, PATIENCE)


def test_a_stop_ends_everything_in_order(managed: Managed) -> None:
    managed.chat(0.2)
    os.kill(managed.manager, signal.SIGTERM)
    assert managed.net.run_until(lambda: not managed.client.lac.up, PATIENCE)
    assert managed.net.run_until(lambda: not managed.server.line.open, PATIENCE)
