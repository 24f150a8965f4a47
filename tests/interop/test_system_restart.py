"""The real daemon dies under traffic, on this machine's kernel; a manager keeps what it has.

Scripted peers speak through the kernel's sockets in namespaces: a client outside by IKE, ESP in UDP
and L2TP, a PPTP server inside by TCP and GRE.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.user.client import Daemon, DaemonError
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.bench.real_net import RealNet, now
from tests.bench.running import INSIDE, NATS, OUTSIDE, SERVER, Place
from tests.interop.lab.manager import PID
from tests.interop.netns import need_root
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.inside_server import InsideServer
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

pytestmark = pytest.mark.root
ROOT, PSK = Path(__file__).parents[2], "a key only the two of us know"
EVERY = 0.02  # seconds between two frames each way
CONFIG = f"""
[outside]
interface = "wan0"
addresses = ["{OUTSIDE}"]
[inside]
address = "{INSIDE}"
[[route]]
name = "nt4"
kind = "pptp"
server = "{SERVER}"
[[client]]
name = "old-pc"
psk = "{PSK}"
route = "nt4"
ike = ["3des-sha1-modp1024"]
"""


class Managed:
    """One session through a daemon that a manager restarts."""

    def __init__(self, net: RealNet, control: Daemon, folder: Path, manager: int) -> None:
        self.net, self.control, self.folder, self.manager = net, control, folder, manager
        self.server = InsideServer(Endpoint(host_bytes(SERVER), 0), Endpoint(host_bytes(INSIDE), 0))
        here, there = host_bytes("192.168.1.2"), host_bytes(OUTSIDE)
        self.client = L2tpIpsecClient(SAFENET_98, here, there, PSK.encode(), seeded(7))
        self.sent = 0
        net.serve(self.server)
        net.join(self.client, "192.168.1.2", nat=Nat(NATS[0]))

    def answers(self) -> bool:
        try:
            return bool(self.control.status())
        except DaemonError:
            return False

    @property
    def daemon(self) -> int:
        return int((self.folder / PID).read_text())

    def dial(self) -> None:
        self.net.send(self.client.dial(now()))
        assert self.net.run_until(lambda: self.client.up, 20.0)

    def chat(self, seconds: float = 60.0, until: Callable[[], bool] = lambda: False) -> None:
        """A frame each way every 20 ms."""
        end = now() + seconds
        while now() < end and not until():
            self.net.send(self.client.send_data(IP, b"%06d" % self.sent))
            self.net.send(self.server.send_data(self.server.line, IP, b"%06d" % self.sent))
            self.sent += 1
            self.net.run_for(EVERY)

    def arrived(self) -> tuple[list[int], list[int]]:
        """At the client, and at the server."""
        ppp = self.server.line.ppp
        assert ppp is not None
        return tuple([int(frame[-6:]) for frame in end.got] for end in (self.client.ppp, ppp))  # type: ignore[return-value]

    def session(self) -> int:
        (only,) = self.control.sessions()
        return only.id


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[Managed]:
    need_root()
    place = Place()
    config, socket = tmp_path / "postern.toml", tmp_path / "control.sock"
    config.write_text(CONFIG)
    config.chmod(0o600)
    program = [sys.executable, "-m", "gateway.daemon", "--config", str(config)]
    command = [sys.executable, "-m", "tests.interop.lab.manager", str(tmp_path), *program]
    with place.gateway, (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--socket", str(socket)], stderr=log, cwd=ROOT)
    net = RealNet(place.clients, place.server)
    try:
        made = Managed(net, Daemon(str(socket)), tmp_path, process.pid)
        assert net.run_until(made.answers, 20.0)
        made.dial()
        yield made
    finally:
        process.terminate()
        process.wait(10)
        net.close()
        place.close()


def check(managed: Managed, session: int, last: int) -> None:
    """The same session carries everything since frame `last`, and nothing came twice."""
    managed.net.run_for(1.0)
    for seen in managed.arrived():
        assert seen == sorted(set(seen))
        assert set(range(last, managed.sent)) <= set(seen)
    newest = managed.client.newest()
    assert newest is not None
    assert newest.sequences == sorted(set(newest.sequences))
    assert managed.client.errors == managed.server.errors == []
    assert managed.session() == session
    assert len(managed.server.connected) <= 1  # the connection is the first one still


def test_whoever_is_killed_under_traffic_is_back_with_every_session(managed: Managed) -> None:
    managed.chat(1.0)
    session, before = managed.session(), managed.daemon
    os.kill(before, signal.SIGKILL)
    managed.chat(until=lambda: managed.daemon != before and managed.answers())
    last = managed.sent
    managed.chat(1.0)
    check(managed, session, last)


def test_a_restart_by_the_manager_hands_everything_over(managed: Managed) -> None:
    managed.chat(0.5)
    session, before = managed.session(), managed.daemon
    os.kill(managed.manager, signal.SIGUSR1)
    managed.chat(until=lambda: managed.daemon != before and managed.answers())
    last = managed.sent
    managed.chat(0.5)
    check(managed, session, last)
    managed.net.send(managed.client.hang_up(now()))
    assert managed.net.run_until(lambda: managed.control.sessions() == [], 10.0)
    assert managed.net.run_until(lambda: not managed.server.line.open, 10.0)


def test_a_stop_ends_everything_in_order(managed: Managed) -> None:
    managed.chat(0.2)
    os.kill(managed.manager, signal.SIGTERM)
    assert managed.net.run_until(lambda: not managed.client.lac.up, 10.0)
    assert managed.net.run_until(lambda: not managed.server.line.open, 10.0)
