"""The real daemon under a manager that restarts it, and one session through it.

Scripted peers speak through the kernel's sockets in namespaces: a client outside by IKE, ESP in UDP
and L2TP, a PPTP server inside by TCP and GRE.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.user.client import Daemon, DaemonError
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.bench.real_net import RealNet, now
from tests.bench.running import INSIDE, NATS, OUTSIDE, SERVER, Place
from tests.interop.lab.manager import PID
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.inside_server import InsideServer
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

ROOT, PSK = Path(__file__).parents[2], "a key only the two of us know"
PATIENCE = 60.0  # seconds, on a machine that is busy besides
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

    def __init__(
        self, net: RealNet, control: Daemon, folder: Path, manager: int, place: Place
    ) -> None:
        self.net, self.control, self.folder, self.manager = net, control, folder, manager
        self.place = place
        self.server = InsideServer(Endpoint(host_bytes(SERVER), 0), Endpoint(host_bytes(INSIDE), 0))
        here, there = host_bytes("192.168.1.2"), host_bytes(OUTSIDE)
        self.client = L2tpIpsecClient(SAFENET_98, here, there, PSK.encode(), seeded(7))
        self.sent: list[float] = []  # when each frame was
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
        assert self.net.run_until(lambda: self.client.up, PATIENCE)

    def chat(self, seconds: float = 60.0, until: Callable[[], bool] = lambda: False) -> None:
        """A frame each way every 20 ms."""
        end = now() + seconds
        while now() < end and not until():
            number = b"%06d" % len(self.sent)
            self.sent.append(now())
            self.net.send(self.client.send_data(IP, number))
            self.net.send(self.server.send_data(self.server.line, IP, number))
            self.net.run_for(EVERY)

    def arrived(self) -> tuple[list[int], list[int]]:
        """At the client, and at the server."""
        ppp = self.server.line.ppp
        assert ppp is not None
        at_client, at_server = ([int(f[-6:]) for f in end.got] for end in (self.client.ppp, ppp))
        return at_client, at_server

    def renew(self, end: Callable[[int], None]) -> None:
        """End the daemon, whose id is given, under traffic; until another answers."""
        before = self.daemon
        end(before)
        self.chat(until=lambda: self.daemon != before and self.answers())

    def crash(self) -> None:
        self.renew(lambda daemon: os.kill(daemon, signal.SIGKILL))

    def restart(self) -> None:
        """As `systemctl restart` does."""
        self.renew(lambda _: os.kill(self.manager, signal.SIGUSR1))

    def session(self) -> int:
        (only,) = self.control.sessions()
        return only.id


@contextmanager
def managed_daemon(folder: Path, workers: int = 0) -> Iterator[Managed]:
    """With its session up, and gone afterwards whatever happens."""
    place = Place((SERVER,), NATS)
    config, socket = folder / "postern.toml", folder / "control.sock"
    config.write_text(f'{CONFIG}[limits]\nworkers = "{workers}"\n')
    config.chmod(0o600)
    program = [sys.executable, "-m", "gateway.daemon", "--config", str(config)]
    command = [sys.executable, "-m", "tests.interop.lab.manager", str(folder), *program]
    with place.gateway, (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--socket", str(socket)], stderr=log, cwd=ROOT)
    net = RealNet(place.clients, place.server)
    try:
        made = Managed(net, Daemon(str(socket)), folder, process.pid, place)
        assert net.run_until(made.answers, PATIENCE)
        made.dial()
        yield made
    finally:
        process.terminate()
        process.wait(PATIENCE)
        net.close()
        place.close()
