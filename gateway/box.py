"""The box agent: puts its parts together once, then runs its loop. A roof beside `daemon.py`.

It is root, where the gateway is not: it owns the configuration's files, the network, the users, the
slots and the power switch. Whoever asks does so by one socket; who that is the kernel says.
"""

import argparse
import grp
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from importlib.resources import files
from pathlib import Path

from gateway.control.button import Meant
from gateway.control.changes_outputs import Refused
from gateway.control.check import check
from gateway.control.config import Config
from gateway.control.desk import ConfigDesk
from gateway.control.document import File
from gateway.control.kits import Order, Product
from gateway.control.problems import Problem
from gateway.control.sessions import SessionView
from gateway.control.trace import Kind, Wanted
from gateway.system import board as boards
from gateway.system.box import clock as wall_clock
from gateway.system.box import network, reset, view
from gateway.system.box.apply import Applier
from gateway.system.box.audit import Audit
from gateway.system.box.authority import BoxAuthority
from gateway.system.box.cached import Cached
from gateway.system.box.desk import BoxDesk, Parts, tell_change
from gateway.system.box.diagnose import Diagnose
from gateway.system.box.figures import Figures
from gateway.system.box.hardware import Cards, load_modules
from gateway.system.box.health import boot_notes
from gateway.system.box.lamps import Lamps, state_of
from gateway.system.box.loop import BoxLoop
from gateway.system.box.meanwhile import Meanwhile
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import ADMINS, Places
from gateway.system.box.ports import BoxPorts
from gateway.system.box.power import Power
from gateway.system.box.provision import Provisioning
from gateway.system.box.recordings import Recordings
from gateway.system.box.returning import Returning
from gateway.system.box.slots import Slots, note_shipped, patient
from gateway.system.box.vault import Vault
from gateway.system.box.wall import Countdown, Wall
from gateway.system.button import CaseButton
from gateway.system.chance import Chance
from gateway.system.clock import now
from gateway.system.control_socket import AlreadyRunning, ControlSocket
from gateway.system.journal import ERROR, Journal, read_by_systemd
from gateway.system.leds import Leds
from gateway.system.media import CARRIERS
from gateway.system.ports import Blinker
from gateway.system.run import Run
from gateway.system.service import Service
from gateway.system.signals import Signals
from gateway.system.store import Store
from gateway.user.client import Daemon, DaemonError
from gateway.user.files import beside
from gateway.user.kit.make import make
from gateway.user.today import today

OK, FAILED = 0, 1
SLOTS_EVERY, ADDRESSES_EVERY, CLOCK_EVERY = 600.0, 5.0, 60.0  # seconds
DAEMON_PATIENCE = 0.5  # seconds: the lamps wait for nobody
LIST_PATIENCE = 3.0  # seconds, for a list of a thousand on a slow box
FACTORY = "factory.toml"


def main(argv: list[str] | None = None) -> int:
    """0 after an orderly stop, 1 if it could not start; standard error says why."""
    parser = argparse.ArgumentParser(prog="gateway.box", description=__doc__)
    parser.add_argument("--socket", type=Path, default=Path("/run/postern-box/box.sock"))
    parser.add_argument("--root", type=Path, default=Path("/"), help="of the machine")
    parser.add_argument("--profiles", type=Path, default=boards.PROFILES)
    options = parser.parse_args(argv)
    journal = Journal(sys.stderr, now, read_by_systemd(os.environ, sys.stderr.fileno()))
    try:
        serve(Places(options.root), options.socket, options.profiles, journal)
    except (AlreadyRunning, OSError) as error:
        journal.line(f"not started: {error}", ERROR)
        return FAILED
    return OK


def serve(
    places: Places, path: Path, profiles: Path, journal: Journal, tool: Run = patient
) -> None:
    """Until a signal ends it. `tool` runs programs."""
    tell: Callable[[str], None] = journal.line
    with ExitStack() as stack:
        # First of all, so that a second agent touches nothing; whoever asks before all is there is
        # told so.
        control = ControlSocket(
            path, lambda request: meanwhile.answer(request, control.peer), group=_group()
        )
        stack.callback(control.close)
        meanwhile = Meanwhile(control, tool, now)
        signals = stack.enter_context(Signals())
        if reset.unfinished(places):
            reset.finish(places)
            tell("a factory reset that was cut short is complete")
        if wall_clock.mend(places):
            tell("the clock was before its own past, and is at the latest moment known")
        parts = build(places, profiles, tell, meanwhile)
        desk = BoxDesk(parts, now)
        begin(parts, desk)
        meanwhile.begin(desk.answer)
        lamps, button = lamps_and_button(parts, desk)
        stack.callback(button.close)
        countdown = Countdown(parts.config.changes.seconds_left, parts.say, now)
        tell(f"the box agent is ready on a board that {_known(parts)}")
        timers = (desk, lamps, button, countdown, figures_of(parts, desk), parts.returning)
        BoxLoop(control, signals, Service(os.environ), timers, tell, readers=(button,)).run()
        desk.note_time()
        tell("stopped; the gateway goes on as it is")


def figures_of(parts: Parts, desk: BoxDesk) -> Figures:
    """Told as long as the configuration in force wants figures given out."""

    def wanted() -> bool:
        config = parts.applier.config
        return config is not None and config.metrics.address is not None

    known = not parts.board.problem
    return Figures(parts.places.root, wanted, desk.status, now(), board_known=known)


def begin(parts: Parts, desk: BoxDesk) -> None:
    """Put in force what the disk says; then a file that sets up a box without an owner."""
    parts.config.start(now())
    applier = parts.applier
    if applier.config is None:  # started anew, and all was in force: sessions live on
        applier.look_again(parts.config.changes.state.running)
    if not desk.claimed:
        desk.provision()
    parts.slot_cache.value()  # on its way before anybody asks


def build(
    places: Places, profiles: Path, tell: Callable[[str], None], tool: Run = patient
) -> Parts:
    """The parts, none of which has touched the machine yet but the lamps' drivers."""
    root = places.root
    known, bad = boards.read_profiles(profiles)
    for problem in bad:
        tell(f"a profile cannot be used: {problem}")
    board = boards.read_board(known, root)
    load_modules(board, tell, tool, root)
    cards = Cards(board.profile.eee, tell)
    cards.wake(nic.name for nic in board.facts.nics)
    vault = Vault(places, tool)
    read_file = vault.reader(beside(places.data / "saved.toml"))
    audit, say = Audit(places, tell, wall_clock.wall), Wall(places, now)
    ports = BoxPorts(board.profile, lambda: list(boards.settled_nics(root)))
    applier = Applier(places, ports.of, read_file, tool, rescue=view.is_rescue(root))
    factory = files("gateway.system.box").joinpath(FACTORY).read_text()
    outlet, slots = Outlet(places, _group(), tool), Slots(tool)
    returning = Returning(
        places,
        view.boot_id(root),
        lambda: applier.config,
        partial(_sessions, places),
        partial(_explained, places),
        slots,
        audit,
        lambda why, by: power.reboot(why, by),
        tell,
        now(),
    )
    power = Power(places, tool, returning.leaving)

    def judge(text: str) -> list[Problem]:
        return check(File(text.encode()), read_file, today=today())

    config = ConfigDesk(
        Store(places.data),
        judge,
        applier.activate,
        tell_change(audit, say),
        boot=view.boot_id(root),
        factory=factory,
    )
    return Parts(
        places=places,
        config=config,
        applier=applier,
        board=board,
        ports=ports,
        cards=cards,
        outlet=outlet,
        slots=slots,
        power=power,
        returning=returning,
        recordings=Recordings(places),
        audit=audit,
        vault=vault,
        diagnose=Diagnose(
            places,
            board,
            ports,
            outlet,
            partial(_ask_daemon, places),
            partial(_take_trace, places),
            _make_kit,
            tool,
        ),
        provisioning=Provisioning(places, outlet, factory),
        blinker=Blinker(),
        tell=tell,
        say=say,
        chance=Chance(),
        seal=_seal,
        slot_cache=Cached(slots.read, [], SLOTS_EVERY, now),
        address_cache=Cached(partial(network.addresses, tool), {}, ADDRESSES_EVERY, now),
        clock_cache=Cached(partial(_clock_ok, places, tool), True, CLOCK_EVERY, now),
        fingerprints=tuple(view.fingerprints(root)),
        shipped=note_shipped(places, view.version(root)),
        notes=tuple(boot_notes(places, view.version(root))),
        authority=BoxAuthority(places, read_file, outlet, applier.activate, tell),
    )


def lamps_and_button(parts: Parts, desk: BoxDesk) -> tuple[Lamps, CaseButton]:
    """The lamps show what is so, and while somebody holds the button, what it would do."""
    meant = Meant.NOTHING

    def show(what: Meant) -> None:
        nonlocal meant
        meant = what
        lamps.hurry()

    def sessions() -> int | None:
        try:
            return Daemon(str(parts.places.control), patience=DAEMON_PATIENCE).status().sessions
        except DaemonError:
            return None

    lamps = Lamps(
        Leds(parts.board.profile.leds, parts.places.root),
        lambda: state_of(
            claimed=desk.claimed,
            pending=parts.config.changes.state.pending is not None,
            upgrading=parts.slots.progress.state == "installing",
            meant=meant,
        ),
        sessions,
    )
    button = CaseButton(parts.board.profile.button, desk.stops.press, show, parts.places.root)
    return lamps, button


def _ask_daemon(places: Places, verb: str) -> object:
    try:
        return Daemon(str(places.control)).ask(verb)
    except DaemonError as error:
        raise ValueError(str(error)) from error


def _sessions(places: Places) -> list[SessionView] | None:
    try:
        return Daemon(str(places.control), patience=LIST_PATIENCE).sessions()
    except DaemonError:
        return None


def _explained(places: Places, client: str) -> str:
    """The likeliest of what is the matter with its dials, if it has made any."""
    try:
        found = Daemon(str(places.control), patience=DAEMON_PATIENCE).explain(client)
    except DaemonError:
        return ""
    return next((one.sentence for one in found if one.dial), "")


def _take_trace(places: Places, wanted: Wanted, behalf: str, most: int) -> bytes:
    """Packets until the trace ends, or until there are so many bytes of them."""
    found = bytearray()
    try:
        for kind, body in Daemon(str(places.control)).trace(wanted, behalf):
            if kind is Kind.PACKETS and len(found) + len(body) > most:
                break
            found += body if kind is Kind.PACKETS else b""
    except DaemonError as error:
        raise Refused(str(error), error.hint) from error
    return bytes(found)


def _make_kit(config: Config, order: Order, p12: bytes) -> Product:
    """Its library is loaded when a kit is made, and not before."""
    return make(config, order, p12, today(), CARRIERS)


def _seal(text: str, keys: list[str]) -> str:
    """Its library is loaded when a box is reset, and not before."""
    from gateway.crypto.seal import NoReader, read_key, seal

    try:
        return seal(text.encode(), [read_key(key) for key in keys], Chance())
    except NoReader:
        return ""


def _clock_ok(places: Places, tool: Run) -> bool:
    """Set by a time server, or at least not before what has certainly passed."""
    return wall_clock.synchronized(tool) or wall_clock.wall() > wall_clock.floor(places)


def _group() -> int | None:
    """Who may ask; only root where there is no such group (a machine that is no box)."""
    try:
        return grp.getgrnam(ADMINS).gr_gid
    except KeyError:
        return None


def _known(parts: Parts) -> str:
    profile = parts.board.profile
    return f"is {profile.name} ({profile.evidence.state})" if not profile.generic else "is unknown"


if __name__ == "__main__":
    sys.exit(main())
