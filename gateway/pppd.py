"""`postern pppd`: starts Debian's pppd for calls of routes into the LAN. A roof of its own.

pppd needs root and the gateway is not root; so this is, does nothing else, and reads the
configuration by itself. The gateway asks by a socket that only its group may use.
"""

import argparse
import grp
import os
import signal
import sys
from contextlib import closing
from pathlib import Path

from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.control.problems import Problem
from gateway.radius.sink import answer
from gateway.system.chance import Chance
from gateway.system.clock import now
from gateway.system.control_socket import AlreadyRunning
from gateway.system.journal import ERROR, Journal, read_by_systemd
from gateway.system.pppd_call import Sink
from gateway.system.pppd_calls import Calls
from gateway.system.pppd_host import Host
from gateway.system.pppd_remains import files_of, links_of
from gateway.system.pppd_table import Table
from gateway.system.radius_socket import RadiusSocket
from gateway.system.run import ToolFailed, run, start
from gateway.system.signals import Signals
from gateway.system.tcp import PPPD as SOCKET
from gateway.user.files import beside, read_file
from gateway.wire.cursor import WireError
from gateway.wire.ipv4 import host_bytes

OK, FAILED = 0, 1
GROUP = "postern"  # of the gateway, where it has a user of its own
HERE = "127.0.0.77"  # of this machine, and nobody's RADIUS server
ENDING = frozenset({signal.SIGTERM, signal.SIGINT})


def main(argv: list[str] | None = None) -> int:
    """0 after an orderly stop, 1 if it could not start; standard error says why."""
    parser = argparse.ArgumentParser(prog="postern pppd", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("/etc/postern/postern.toml"))
    parser.add_argument("--socket", type=Path, default=SOCKET)
    parser.add_argument("--no-rules", action="store_true")
    options = parser.parse_args(argv)
    journal = Journal(sys.stderr, now, read_by_systemd(os.environ, sys.stderr.fileno()))
    try:
        serve(options.config, options.socket, journal, rules=not options.no_rules)
    except (AlreadyRunning, OSError, ToolFailed) as error:
        journal.line(f"not started: {error}", ERROR)
        return FAILED
    return OK


def serve(path: Path, place: Path, journal: Journal, *, rules: bool) -> None:
    """Until a signal ends it. SIGHUP does not: a new file is found by itself."""
    table, read = Table(run if rules else None), Followed(path).read
    with closing(RadiusSocket(host_bytes(HERE))) as accounts:
        sink = Sink(HERE, accounts.port, Chance()(16).hex())
        files = files_of(place)
        calls = Calls(read, start, table, links_of(place), files, journal.line, sink)
        host = Host(place, calls, journal.line, _group())
        try:
            with Signals() as signals:
                host.register(signals.fileno())
                host.register(accounts.fileno())
                journal.line("ready to start pppd")
                while not ENDING.intersection(signals.take()):
                    host.step(now)
                    swallow(accounts, sink.secret.encode())
        finally:
            host.close(now)
    journal.line("stopped; every call has ended")


def swallow(accounts: RadiusSocket, secret: bytes) -> None:
    """Say yes to what pppd's RADIUS client tells of sessions that `postern accounting` tells of."""
    for data, source in accounts.receive():
        try:
            accounts.send(answer(data, secret), source)
        except WireError:
            continue  # of somebody else on this machine


class Followed:
    """A configuration's file, read anew when it is another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._found: Config | str = f"{path} has not been read"

    def read(self) -> Config | str:
        """The same object as long as the file is the same."""
        stamp = _stamp(self._path)
        if stamp is None or stamp != self._stamp:
            found = read_config(self._path)
            if found != self._found:
                self._found = found
        self._stamp = stamp
        return self._found


def read_config(path: Path) -> Config | str:
    """The configuration of this moment, or why there is none."""
    file = read_file(path)
    if not isinstance(file, File):
        return f"{path} cannot be read: {file}"
    config: Config | list[Problem] = load(file, beside(path), path.name)
    return config if isinstance(config, Config) else f"{path} is wrong: see `postern check`"


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written or replaced; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _group() -> int | None:
    try:
        return grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None


if __name__ == "__main__":
    sys.exit(main())
