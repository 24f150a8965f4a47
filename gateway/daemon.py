"""The daemon: builds every part once, then runs the loop. The only file that knows all parts.

`postern run` becomes this; it is also `python -m gateway.daemon`.
"""

import os
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import partial
from getopt import GetoptError, gnu_getopt
from pathlib import Path
from typing import Any, Final

from gateway import __version__
from gateway.bridge import recording
from gateway.bridge.answers import answer
from gateway.bridge.figures import counted, figures, session_figures
from gateway.bridge.gateway import Gateway
from gateway.bridge.replies import Answer, done, refused
from gateway.bridge.trace import Trace
from gateway.bridge.tracer import Tracer
from gateway.bridge.tracing import begin_trace, traced
from gateway.bridge.views import refusals, servers_down, with_notices
from gateway.control.config import Config, load
from gateway.control.metrics import Sample, samples_to_json
from gateway.control.problems import Problem
from gateway.control.sessions import StatusView, to_json
from gateway.outputs import Fact, Output, What
from gateway.paths import NONE, Abilities, Left
from gateway.succession import Succession
from gateway.system.addresses import Addresses
from gateway.system.begun import Begun, begin_kernel, begin_workers, is_carrying
from gateway.system.calendar import Calendar, floor
from gateway.system.callers import may_ask, who
from gateway.system.chance import Chance
from gateway.system.clock import now, wall
from gateway.system.control_socket import (
    AlreadyRunning,
    ControlSocket,
    Flow,
    Later,
    Peer,
    askers,
)
from gateway.system.descriptors import allow_all
from gateway.system.firewall import NoFirewall, Tool, apply_rules, every_tool
from gateway.system.forwarding import forwards
from gateway.system.journal import ERROR, Journal, read_by_systemd
from gateway.system.journal_fields import Native
from gateway.system.loop import Chore, Doors, Loop
from gateway.system.nfqueue import QueueUnavailable
from gateway.system.queues import Queues
from gateway.system.raw import GreReceiver, Sender
from gateway.system.rules import Rules
from gateway.system.run import ToolFailed
from gateway.system.service import Service
from gateway.system.signals import Signals
from gateway.system.tcp import Connections
from gateway.system.wanted import (
    servers_of,
    wanted_addresses,
    wanted_pool,
    wanted_rules,
)
from gateway.user.files import beside, read_settings
from gateway.wire.ipv4 import host_text

OK, FAILED, MISUSED = 0, 1, 2
CONFIG: Final = ("--config", "/etc/postern/postern.toml")
SOCKET: Final = ("--socket", "/run/postern/control.sock")
OPTIONS: Final = ("config=", "socket=", "remove-rules")
ACCOUNTED_WITHIN = 2.0  # seconds: who keeps accounts of sessions asks once a second how they ended


def main(argv: list[str] | None = None) -> int:
    """0 after an orderly stop, 1 if it could not start, 2 if it was asked for what there is not;
    standard error says why."""
    by_systemd = read_by_systemd(os.environ, sys.stderr.fileno())
    journal = Journal(sys.stderr, now, by_systemd, Native() if by_systemd else None)
    try:  # argparse would stay in memory with all that it brings, 0.7 MB; `postern run` has it
        given, more = gnu_getopt(sys.argv[1:] if argv is None else argv, "", OPTIONS)
    except GetoptError as error:
        given, more = [], [str(error)]
    if more:
        journal.line(f"not started: {more[0]} (`postern run --help` tells what there is)", ERROR)
        return MISUSED
    options = dict(given)
    path, socket = (Path(options.get(*one)) for one in (CONFIG, SOCKET))
    try:
        if "--remove-rules" in options:
            from gateway.system.removal import remove_all

            remove_all(journal)
            return OK
        config = read_config(path)
        if isinstance(config, list):
            for problem in config:
                journal.line(str(problem), ERROR)
            journal.line("not started: `postern check` shows the same list", ERROR)
            return FAILED
        _serve(config, path, socket, journal)
    except (AlreadyRunning, NoFirewall, QueueUnavailable, ToolFailed, OSError) as error:
        journal.line(f"not started: {error}", ERROR)
        return FAILED
    return OK


def read_config(path: Path) -> Config | list[Problem]:
    """The configuration, or everything that is wrong with it."""
    return read_settings(path, lambda file, name: load(file, beside(path), name))


def _serve(config: Config, path: Path, socket: Path, journal: Journal) -> None:
    """Everything is there before the first rule is set, so no packet finds half a daemon."""
    allow_all()
    calendar = Calendar(floor(), now())
    desk = Desk(Gateway(config, Chance(), now(), calendar.today()), path, calendar)
    control = ControlSocket(
        socket, lambda request: desk.answer(request, control.peer), group=_mine(askers())
    )
    try:
        service = Service(os.environ)
        succession = Succession(service, socket.parent, os.environ)
        queues = Queues(desk.gateway.front.lets_pass)
        queues.bind()
        signals = Signals()
        # Closed first, whatever the kernel will carry; what it carries since before goes on.
        virtual = wanted_pool(config).text if is_carrying(succession.left) else ""
        desk.tool = apply_rules(wanted_rules(config, virtual=virtual), every_tool())
        gre = GreReceiver(config.inside.address)
        found = begin_kernel(config, desk.tool, succession.keeper, succession.left)
        by_spi = queues if desk.tool.by_spi else None
        found, why_none = begin_workers(config, found, succession.kept, by_spi, now)
        begun = desk.carry_by(found, gre)
        sender, tcp = Sender(), Connections(succession.keeper)
        doors = Doors(
            queue=queues.outside,
            esp=() if by_spi is None else by_spi.read,
            inside=queues.inside,
            front=queues.front,
            gre=gre,
            sender=sender,
            tcp=tcp,
            control=control,
            signals=signals,
            service=service,
            paths=begun.paths,
            kept=succession.kept,
        )
        desk.addresses = Addresses()
        desk.have_addresses(config)
        with signals:
            desk.queues, desk.sender, desk.tcp = queues, sender, tcp
            chores: list[Chore] = [calendar, *succession.chores]
            desk.loop = Loop(desk.gateway, doors, journal, desk.reload, more=chores)
            today = calendar.today()
            desk.loop.carry_out(succession.take_up(desk.gateway, tcp, now(), today, begun.left))
            begun.settle()
            succession.settle()
            journal.line(f"postern {__version__} is ready, rules set by {desk.tool.name}")
            for line in filter(None, (_who_carries(begun), why_none, *succession.said)):
                journal.line(line)
            for trouble in unforwarded(config, forwards(_both(config))):
                journal(trouble)
            desk.loop.run()
        if desk.loop.handed_over:
            journal.line("ended for a restart: sessions wait for the next one to take them up")
            return
        desk.tool.apply(wanted_rules(config))
        begun.stop()
        succession.end()
        control.linger(lambda: desk.gateway.ledger.untold, now() + ACCOUNTED_WITHIN, now)
        journal.line("stopped; the rules stay, so what comes for Postern now is dropped")
    finally:
        control.close()


def _who_carries(begun: Begun) -> str:
    if begun.paths is None:
        return f"the daemon carries everything itself: {begun.abilities.lacks}"
    if begun.abilities.workers:
        return f"{begun.abilities.workers} workers carry what they can"
    return f"the kernel carries what it can; clients are told apart by {begun.name}"


def unforwarded(config: Config, forwarding: bool) -> list[Fact]:
    """Who stands in front of a server and is no router hears nothing that is for it."""
    if forwarding or not config.front.servers:
        return []
    servers = ", ".join(map(host_text, config.front.servers))
    what = f"nothing for {servers} arrives, for this machine forwards no packets"
    hint = "set net.ipv4.ip_forward to 1 (sysctl), or leave [front] out"
    return [Fact(What.TROUBLE, details={"what": f"{what}: {hint}"})]


def _both(config: Config) -> list[str]:
    """The interfaces that packets for a server behind us go by, and those that come back."""
    return [name for name in (config.outside.interface, config.inside.interface) if name]


def _mine(group: int | None) -> int | None:
    """The group, if this process may give a file to it."""
    return group if os.geteuid() == 0 or group in os.getgroups() else None


class Desk:
    """Where the owner's questions and commands meet the gateway."""

    def __init__(self, gateway: Gateway, path: Path, calendar: Calendar) -> None:
        self.gateway = gateway
        self.tracer = Tracer(gateway)
        self.path = path
        self._calendar = calendar
        calendar.tell = gateway.tell_date
        self.loop: Loop | None = None
        self.queues: Queues | None = None
        self.addresses: Addresses | None = None  # None: the machine is left alone
        self.sender: Sender | None = None
        self.tcp: Connections | None = None
        self.tool: Tool | None = None
        self.rules: Rules | None = None
        self.begun = Begun(NONE)
        self.gre: GreReceiver | None = None
        self.forwards: Callable[[Collection[str]], bool] = forwards
        self._loaded = now()
        self._problems: tuple[str, ...] = ()

    def answer(self, request: dict[str, Any], peer: Peer | None = None) -> Answer | Flow | Later:
        """One request from the control socket, from that process."""
        if not may_ask(peer, request.get("verb")):
            return refused("this program may ask for nothing else", "See DESIGN.md")
        if request.get("verb") == "metrics":
            return self._figures(request.get("sessions") is True)
        if request.get("verb") == "status":
            return done(to_json(self._status()))
        if request.get("verb") == "trace":
            return self._trace(request, peer, now())
        if request.get("verb") == "recorded":
            return Later(lambda: recording.awaited(self.gateway, now()))
        if self.loop is not None and request.get("living") is not False:
            self.loop.refresh()
        found, outputs = answer(self.gateway, request, now())
        self._carry_out(self.tracer.look(outputs, now()) if self.tracer.traces else outputs)
        return found

    def _trace(self, request: dict[str, Any], peer: Peer | None, moment: float) -> Answer | Flow:
        """Let somebody look on: the loop drives the tracer for as long as there is a trace."""
        found = begin_trace(self.tracer, request, moment, wall() - moment)
        if not isinstance(found, Trace):
            return found
        self._carry_out([traced(self.gateway, found, who(peer, request), moment)])
        if self.loop is not None:
            self.loop.drive(self.tracer)
        return Flow(done({"seconds": found.wanted.seconds}), found, partial(self._traced, found))

    def _traced(self, trace: Trace) -> None:
        self.tracer.forget(trace, now())
        if not self.tracer.traces and self.loop is not None:
            self.loop.drive(self.gateway)

    def _carry_out(self, outputs: list[Output]) -> None:
        if self.loop is not None:
            self.loop.carry_out(outputs)

    def carry_by(self, begun: Begun, gre: GreReceiver) -> Begun:
        """From now on the kernel carries what it can, and its packets do not come to us."""
        self.begun, self.gre = begun, gre
        problems = self._make_so(self.gateway.config)
        if problems and begun.paths is not None:
            begun.stop()
            self.begun = Begun(Abilities(lacks=problems[0]), left=Left(begun.left.standing))
            self._make_so(self.gateway.config)
        self.gateway.carrier.abilities = self.begun.abilities
        return self.begun

    def reload(self, moment: float) -> list[Output]:
        """Read the file again; what is wrong leaves everything as it is."""
        config = read_config(self.path)
        if isinstance(config, list):
            self._problems = tuple(map(str, config))
            return [Fact(What.RELOADED, details={"problems": "; ".join(self._problems)})]
        config, self._problems = self._keep_places(config)
        self._loaded = moment
        found = self._calendar.handle_timeout(moment) + self.gateway.reload(config, moment)
        found += unforwarded(config, self.forwards(_both(config)))
        self._problems += self._make_so(config)
        return [*found, *(Fact(What.TROUBLE, details={"what": what}) for what in self._problems)]

    def _make_so(self, config: Config) -> tuple[str, ...]:
        """Routes to other servers want other rules; nothing if it could be done."""
        living = self.gateway.board.trunks.by_place
        try:
            workers = self.begun.abilities.workers
            rules = wanted_rules(config, living, self.begun.virtual)
            if workers and self.gre is not None:
                self.gre.leave_to_workers(workers)
            elif self.begun.paths is not None and self.gre is not None:
                self.gre.leave_to_kernel(servers_of(config))
            if self.tool is not None and rules != self.rules:
                self.tool.apply(rules)
                self.rules = rules
            self.have_addresses(config)
        except ToolFailed as failure:
            return (f"the packet rules could not be changed: {failure}",)
        return ()

    def have_addresses(self, config: Config) -> None:
        """See that the inside interface has those of the pools."""
        interface = config.inside.interface
        if self.addresses is not None and interface is not None:
            living = self.gateway.board.trunks.by_place
            self.addresses.apply(interface, wanted_addresses(config, living))

    def _keep_places(self, config: Config) -> tuple[Config, tuple[str, ...]]:
        """Packets are picked up where they were at the start: only a restart changes that."""
        before = self.gateway.config
        new = config.outside
        outside = replace(before.outside, mtu=new.mtu, nat_d=new.nat_d, natt=new.natt)
        limits = replace(config.limits, workers=before.limits.workers)
        kept = replace(config, outside=outside, inside=before.inside, limits=limits)
        if kept == config:
            return config, ()
        what = "workers" if limits != config.limits else "interfaces and addresses"
        return kept, (f"{what} change only when postern is restarted",)

    def _status(self) -> StatusView:
        gateway, moment = self.gateway, now()
        status = StatusView(
            version=__version__,
            uptime_s=round(moment - gateway.started, 3),
            sessions=len(gateway.sessions),
            half_open=gateway.clients.ike.half_open,
            queue_drops=0 if self.queues is None else self.queues.drops(),
            counters=gateway.counters() | self._road_counters(),
            config_file=str(self.path),
            config_loaded_s=round(moment - self._loaded, 3),
            config_problems=self._problems,
            carrier=gateway.carrier.abilities.lacks,
            virtual=self.begun.name,
            workers=gateway.carrier.abilities.workers,
            firewall="" if self.tool is None else self.tool.name,
            rules_ok=self._rules_there(),
            rss_kb=_rss_kb(),
            refusals=refusals(gateway, moment),
            servers_down=servers_down(gateway, moment),
        )
        return with_notices(status, gateway, moment)

    def _figures(self, of_sessions: bool) -> Answer:
        """For Prometheus: of each session only where the owner has said so."""
        if not of_sessions:
            samples = [*figures(self.gateway, now()), *self._road_figures(now())]
        elif self.gateway.config.metrics.sessions:
            samples = session_figures(self.gateway, now())
        else:
            return refused("there are no series of sessions", "Write sessions = true in [metrics]")
        return done({"samples": samples_to_json(samples)})

    def _road_figures(self, moment: float) -> Iterator[Sample]:
        """What this process knows of itself, beside its gateway."""
        yield Sample("postern_resident_memory_bytes", 1024 * _rss_kb())
        yield Sample("postern_rules_in_place", self._rules_there())
        yield Sample("postern_config_problems", len(self._problems))
        yield Sample("postern_config_age_seconds", round(moment - self._loaded, 3))
        if self.queues is not None:
            yield from self.queues.samples()
        yield from counted(self._road_counters())

    def _road_counters(self) -> dict[str, int]:
        """What was lost between the kernel and the gateway, for reasons of this machine."""
        if self.sender is None:
            return {}
        found = {f"send_{name.lower()}": count for name, count in self.sender.failed.items()}
        found["send_in_fragments"] = self.sender.fragmented
        found["pppd_dropped"] = 0 if self.tcp is None else self.tcp.dropped
        found["queue_truncated"] = 0 if self.queues is None else self.queues.truncated()
        return {name: count for name, count in found.items() if count}

    def _rules_there(self) -> bool:
        try:
            return self.tool is not None and self.tool.present()
        except ToolFailed:
            return False


def _rss_kb() -> int:
    """Memory in use, in kB (proc(5))."""
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    return int(lines["VmRSS"].split()[0])


if __name__ == "__main__":
    sys.exit(main())
