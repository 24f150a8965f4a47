"""The real daemon between two network namespaces, and what it uses of the machine."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from compileall import compile_dir
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gateway.system.run import run
from gateway.user.client import Daemon, DaemonError
from tests.bench.real_net import RealNet
from tests.interop.netns import Namespace

OUTSIDE, INSIDE, SERVER, NEIGHBOUR = "198.51.100.1", "192.0.2.1", "192.0.2.20", "198.51.100.2"
NATS = ("203.0.113.7", "203.0.113.8")
DIRECT = tuple(f"203.0.113.{number}" for number in range(50, 55))
ROOT = Path(__file__).parents[2]
START_WITHIN, STOP_WITHIN = 10.0, 8.0  # seconds


class Running:
    """`outside` is where clients are; `net` carries between them, the daemon and the server."""

    def __init__(self, process: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
        self.process = process
        self.control = Daemon(str(socket))
        self.log = log

    def rss(self) -> int:
        """Memory in use, in kB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1])

    def cpu(self) -> float:
        """Seconds of CPU so far (the first figure of schedstat, in nanoseconds)."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[0]) * 1e-9

    def wait_until_ready(self) -> None:
        end = time.monotonic() + START_WITHIN
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.control.status()
                return
            except DaemonError:
                time.sleep(0.05)
        raise RuntimeError(f"the daemon did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Machine(NamedTuple):
    """An entry of the configuration; `address` is where it may dial from, if not from anywhere."""

    name: str
    psk: str
    address: str = ""


class Place:
    """Three namespaces in a row: clients, gateway, server. All go when this process goes."""

    def __init__(self, servers: Sequence[str], outside: Sequence[str]) -> None:
        """The addresses of the servers, and those that clients come from."""
        self.clients, self.gateway, self.server = Namespace(), Namespace(), Namespace()
        first, *others = servers
        _cable(self.clients, f"{NEIGHBOUR}/24", self.gateway, f"{OUTSIDE}/24", "wan0")
        _cable(self.server, f"{first}/24", self.gateway, f"{INSIDE}/24", "lan0")
        with self.clients:
            for host in outside:
                run(["ip", "address", "add", f"{host}/32", "dev", "wan0"])
        with self.server:
            for host in others:
                run(["ip", "address", "add", f"{host}/24", "dev", "lan0"])
        with self.gateway:
            run(["ip", "route", "add", "203.0.113.0/24", "via", NEIGHBOUR])

    def close(self) -> None:
        for space in (self.clients, self.gateway, self.server):
            space.close()


def _cable(one: Namespace, address: str, two: Namespace, other: str, name: str) -> None:
    with one:
        run(["ip", "link", "add", name, "type", "veth", "peer", "name", name, "netns", two.path])
    for space, own in ((one, address), (two, other)):
        with space:
            run(["ip", "address", "add", own, "dev", name])
            run(["ip", "link", "set", name, "up"])


@contextmanager
def running_daemon(
    clients: Sequence[Machine],
    *,
    servers: Sequence[str] = (SERVER,),
    nats: Sequence[str] = NATS,
    **limits: int | str,
) -> Iterator[tuple[Running, Place, RealNet]]:
    """A daemon that knows these clients, gone afterwards whatever happens."""
    compile_dir(ROOT / "gateway", quiet=2)  # as on the box: a daemon that compiles keeps a megabyte
    place = Place(servers, (*nats, *DIRECT))
    net = RealNet(place.clients, place.server)
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as folder:
        config, socket, log = (Path(folder) / name for name in ("postern.toml", "sock", "log"))
        config.write_text(_document(clients, servers, limits))
        config.chmod(0o600)
        command = [sys.executable, "-m", "gateway.daemon"]
        command += ["--config", str(config), "--socket", str(socket)]
        with place.gateway, log.open("wb") as errors:
            process = subprocess.Popen(command, cwd=ROOT, env=os.environ, stderr=errors)
        running = Running(process, socket, log)
        try:
            running.wait_until_ready()
            yield running, place, net
        finally:
            running.stop()
            net.close()
            place.close()


def _document(
    clients: Sequence[Machine], servers: Sequence[str], limits: dict[str, int | str]
) -> str:
    lines = ["[outside]", 'interface = "wan0"', f'addresses = ["{OUTSIDE}"]']
    lines += ["[inside]", f'address = "{INSIDE}"', "[limits]"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in limits.items()]
    where = f'server = "{servers[0]}"'
    if len(servers) > 1:
        where = f'servers = {list(servers)}\norder = "turns"'.replace("'", '"')
    lines += ["[[route]]", 'name = "nt4"', 'kind = "pptp"', where]
    for name, psk, address in clients:
        lines += ["[[client]]", f'name = "{name}"', f'psk = "{psk}"', 'route = "nt4"']
        lines += [f'address = "{address}"'] if address else []
    return "\n".join(lines) + "\n"
