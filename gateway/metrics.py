"""`postern metrics`: figures for Prometheus, by HTTP and for who has the token. A roof of its own.

Apart from the gateway: its library costs memory that the road should not pay, and what faces a
network has no business in the process that holds the keys. It asks the gateway's control socket
for one answer each time it is asked itself, and keeps nothing.
"""

import argparse
import os
import selectors
import sys
from pathlib import Path

from gateway import __version__
from gateway.control.companions import Metrics
from gateway.control.metrics import Sample
from gateway.control.metrics_file import read_metrics
from gateway.system.box.figures import PLACE, read_figures
from gateway.system.clock import now
from gateway.system.exposition import CONTENT_TYPE, text_of
from gateway.system.journal import ERROR, Journal, read_by_systemd
from gateway.system.metrics_http import MetricsServer, Missing
from gateway.system.service import Service
from gateway.system.signals import Signals
from gateway.user.client import Daemon, DaemonError, socket_path
from gateway.user.files import read_settings
from gateway.wire.ipv4 import host_text

OK, FAILED = 0, 1
PATIENCE = 4.0  # seconds for the gateway's answer: Prometheus waits for ten


def main(argv: list[str] | None = None) -> int:
    """0 after an orderly stop, 1 if it could not start; standard error says why."""
    parser = argparse.ArgumentParser(prog="postern metrics", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("/etc/postern/postern.toml"))
    parser.add_argument("--socket", help="the daemon's control socket")
    parser.add_argument("--box", type=Path, default=Path("/") / PLACE, help="the box's own figures")
    options = parser.parse_args(argv)
    journal = Journal(sys.stderr, now, read_by_systemd(os.environ, sys.stderr.fileno()))
    metrics = read_settings(options.config, read_metrics)
    if isinstance(metrics, list):
        for problem in metrics:
            journal.line(f"not started: {problem}", ERROR)
        return FAILED
    try:
        serve(metrics, Daemon(socket_path(options.socket), patience=PATIENCE), options.box, journal)
    except OSError as error:
        place = f"{host_text(metrics.address or b'')}:{metrics.port}"
        journal.line(f"not started: {place} cannot be had: {error.strerror or error}", ERROR)
        return FAILED
    return OK


def serve(metrics: Metrics, daemon: Daemon, box: Path, journal: Journal) -> None:
    """Until a signal ends it."""
    place = host_text(metrics.address or b""), metrics.port
    pages = {
        "/metrics": lambda: (CONTENT_TYPE, text_of(samples(daemon, box))),
        "/metrics/sessions": lambda: (CONTENT_TYPE, text_of(of_sessions(metrics, daemon))),
    }
    service = Service(os.environ)
    with (
        MetricsServer(place, metrics.token, pages) as server,
        Signals() as signals,
        selectors.DefaultSelector() as selector,
    ):
        selector.register(signals, selectors.EVENT_READ, lambda: None)
        selector.register(server, selectors.EVENT_READ, server.handle_request)
        journal.line(f"ready: http://{place[0]}:{server.server_address[1]}/metrics")
        service.ready(now())
        while not any(signals.take()):
            for key, _ in selector.select():
                key.data()


def samples(daemon: Daemon, box: Path) -> list[Sample]:
    """Everything there is now. A gateway that does not answer is down, and no error."""
    told = read_figures(box)
    info = {"version": told.version or __version__, "slot": told.slot, "board": told.board}
    found = [Sample("postern_build_info", 1, info), *told.samples]
    if told.at is not None:
        found.append(Sample("postern_box_age_seconds", round(now() - told.at, 1)))
    try:
        of_gateway = daemon.figures()
    except DaemonError:
        return [Sample("postern_up", 0), *found]
    return [Sample("postern_up", 1), *of_gateway, *found]


def of_sessions(metrics: Metrics, daemon: Daemon) -> list[Sample]:
    """`Missing` unless the owner wants them and the gateway answers."""
    if not metrics.sessions:
        raise Missing("There are no series of sessions: [metrics] has no sessions = true")
    try:
        return daemon.figures(sessions=True)
    except DaemonError as error:
        raise Missing(f"The gateway does not tell them: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
