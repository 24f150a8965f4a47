"""What is done for a person and takes its time: ping, capture, trace, kit, self-test, bundle.

Each verb is checked at once and then done by the worker, so nothing else waits for it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final

from gateway.control.board_view import Board, report
from gateway.control.changes_outputs import Refused
from gateway.control.config import Config
from gateway.control.ports import Port
from gateway.system.box import capture, health, support, view
from gateway.system.box.kit import MakeKit, begin_kit
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from gateway.system.box.ports import BoxPorts
from gateway.system.box.selftest import self_test
from gateway.system.box.support import Piece
from gateway.system.box.tracing import TakeTrace, begin_trace
from gateway.system.run import Run, ToolFailed, run

PINGS: Final = 3
Request = Mapping[str, Any]
Context = Mapping[str, Any]
Begin = Callable[[Request, Context], Callable[[], object]]
AskDaemon = Callable[[str], object]
"""A verb of the daemon -> its answer as JSON has it; OSError or ValueError if there is none."""
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?", re.ASCII)


class Diagnose:
    """`verb` gives for each of its verbs the kind of work and what begins it."""

    def __init__(  # noqa: PLR0913 - the roof gives the machine in pieces
        self,
        places: Places,
        board: Board,
        ports: BoxPorts,
        outlet: Outlet,
        ask_daemon: AskDaemon,
        take_trace: TakeTrace,
        make_kit: MakeKit,
        tool: Run = run,
    ) -> None:
        self._places = places
        self._board = board
        self._ports = ports
        self._outlet = outlet
        self._ask_daemon = ask_daemon
        self._run = tool
        self._verbs: dict[str, tuple[str, Begin]] = {
            "network.ping": ("ping", self._ping),
            "link": ("look at the links", self._link),
            "capture": ("capture", self._capture),
            "trace": ("trace", partial(begin_trace, outlet=outlet, take=take_trace)),
            "kit": ("kit", partial(begin_kit, outlet=outlet, make=make_kit)),
            "selftest": ("self-test", self._selftest),
            "support": ("support bundle", self._support),
        }

    def verb(self, name: str) -> tuple[str, Begin] | None:
        return self._verbs.get(name)

    def _ping(self, request: Request, context: Context) -> Callable[[], object]:
        host = request.get("host")
        if not isinstance(host, str) or not _HOST.fullmatch(host):
            raise Refused("that is neither a name nor an address", "For example 192.0.2.1")
        command = ["ping", "-4", "-c", str(PINGS), "-i", "0.5", "-W", "2", "-w", "8", "--", host]

        def work() -> object:
            try:
                said = self._run(command, "").stdout
            except ToolFailed as error:
                if error.status != 1:  # 1: nobody answered (ping(8))
                    raise
                return {"lines": [f"{host} does not answer"]}
            return {"lines": [line for line in said.splitlines() if line.strip()]}

        return work

    def _link(self, request: Request, context: Context) -> Callable[[], object]:
        config = context["config"]
        return lambda: [_link(port) for port in self._ports.of(config)]

    def _capture(self, request: Request, context: Context) -> Callable[[], object]:
        seconds, packets = capture.check_bounds(
            request.get("seconds", 10), request.get("packets", 1000)
        )
        port = self._port(request.get("port"), context["config"])
        outlet, wanted = self._outlet, _path(request)
        name = f"capture-{_plain(port.role or port.name)}-{int(context['wall'])}.pcap"
        if wanted not in ("usb", "stick"):
            outlet.place(wanted, name)  # or it would be refused only afterwards
        tap = capture.open_tap(port.name)

        def work() -> object:
            return {"path": str(outlet.put(wanted, name, capture.capture(tap, seconds, packets)))}

        return work

    def _selftest(self, request: Request, context: Context) -> Callable[[], object]:
        which = request.get("which", "all")
        config = context["config"]

        def work() -> object:
            found = self_test(str(which), self._places, lambda: self._ports.of(config), self._run)
            return [asdict(one) for one in found]

        return work

    def _support(self, request: Request, context: Context) -> Callable[[], object]:
        pieces = self._pieces(context)
        listed = support.contents(pieces)
        if request.get("list") is True:
            return lambda: {"path": "", "contents": listed}
        folder = f"postern-{_plain(view.hostname())}-{int(context['wall'])}"
        name, wanted = f"{folder}.tar.gz", _path(request)
        if wanted not in ("usb", "stick"):
            self._outlet.place(wanted, name)
        secrets = sorted(
            {one for text in context["texts"] for one in support.secrets_in(text)},
            key=len,
            reverse=True,
        )

        def work() -> object:
            data = support.bundle(pieces, secrets, folder, context["wall"])
            return {"path": str(self._outlet.put(wanted, name, data)), "contents": listed}

        return work

    def _pieces(self, context: Context) -> list[Piece]:
        running, status, config = context["running"], context["status"], context["config"]
        version = status["version"]

        def board() -> str:
            return report(self._board, self._ports.of(config), version)

        return [
            Piece("box.json", "the box's status", lambda: support.as_json(status)),
            Piece("board.txt", "board, ports and profile", board),
            Piece(
                "postern.toml",
                "the configuration, without secrets",
                lambda: support.configuration(running),
            ),
            Piece("gateway.json", "the gateway's status", lambda: self._daemon("status")),
            Piece("sessions.json", "who is connected", lambda: self._daemon("sessions")),
            Piece("audit.txt", "who did what", lambda: _file(self._places.state / "audit.log")),
            *(
                Piece(path.name, "the journal of a start that failed", partial(_file, path))
                for path in health.failed_boots(self._places)
            ),
            *support.system_pieces(self._run),
        ]

    def _daemon(self, verb: str) -> str:
        try:
            return support.as_json(self._ask_daemon(verb))
        except (OSError, ValueError) as error:
            return f"the gateway does not answer: {error}\n"

    def _port(self, wanted: object, config: Config | None) -> Port:
        """A port by its role, its name or its path."""
        for port in self._ports.of(config):
            if port.name and wanted in (port.role, port.name, port.path, port.label):
                return port
        raise Refused("there is no such port", "See `postern ports`; for example outside")


def _link(port: Port) -> dict[str, object]:
    speed = f" at {port.speed} Mbit/s" if port.speed else ""
    state = f"link{speed}" if port.link else "no link"
    told: dict[str, object] = {
        "port": port.label,
        "role": port.role or "not assigned",
        "link": state,
    }
    return told | ({"problem": port.problem} if port.problem else {})


def _path(request: Request) -> str:
    value = request.get("path", "")
    return value if isinstance(value, str) else ""


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", name)[:32]


def _file(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError as error:
        return f"{error.strerror}\n"
