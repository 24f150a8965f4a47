"""`postern pppd`: starts Debian's pppd for calls of routes into the LAN. A roof of its own.

pppd needs root and the gateway is not root; so this is, does nothing else, and reads the
configuration by itself. The gateway asks by a socket that only its group may use.
"""

import argparse
import grp
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.control.problems import Problem
from gateway.control.values_reach import Reach
from gateway.system.clock import now
from gateway.system.journal import ERROR, Journal, read_by_systemd
from gateway.system.pppd_host import Host, SetRules
from gateway.system.pppd_rules import removal_text, rules_text
from gateway.system.run import ToolFailed, run, start
from gateway.system.signals import Signals
from gateway.system.tcp import PPPD as SOCKET
from gateway.user.files import beside, read_file

OK, FAILED = 0, 1
GROUP = "postern"  # of the gateway, where it has a user of its own
NFT = ["nft", "-f", "-"]


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
    except (OSError, ToolFailed) as error:
        journal.line(f"not started: {error}", ERROR)
        return FAILED
    return OK


def serve(path: Path, place: Path, journal: Journal, *, rules: bool) -> None:
    """Until a signal ends it."""

    def read() -> Config | str:
        return read_config(path)

    host = Host(place, read, start, setter(run if rules else _nothing), journal.line, _group())
    try:
        with Signals() as signals:
            host.register(signals.fileno())
            journal.line("ready to start pppd")
            while not any(signals.take()):
                host.step(now)
    finally:
        host.close()
        if rules:
            run(NFT, removal_text())
    journal.line("stopped; every call has ended")


def read_config(path: Path) -> Config | str:
    """The configuration of this moment, or why there is none."""
    file = read_file(path)
    if not isinstance(file, File):
        return f"{path} cannot be read: {file}"
    config: Config | list[Problem] = load(file, beside(path), path.name)
    return config if isinstance(config, Config) else f"{path} is wrong: see `postern check`"


def setter(tool: Callable[[list[str], str], object]) -> SetRules:
    """How the rules of the calls are set; `tool` is given nft's command and its text."""

    def set_rules(calls: Mapping[str, tuple[Reach, ...]], inside: str, closed: bool) -> None:
        tool(NFT, rules_text(calls, inside, closed))

    return set_rules


def _nothing(argv: list[str], text: str) -> None:
    """The owner's own firewall is left alone."""


def _group() -> int | None:
    try:
        return grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None


if __name__ == "__main__":
    sys.exit(main())
