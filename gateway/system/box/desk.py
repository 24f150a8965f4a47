"""The verbs of the box agent's socket, and what the agent does unasked.

`answer` is one request; who asks comes from the kernel (`callers.py`). What follows from the clock
is in `handle_timeout`. Parts are made in `gateway/box.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from gateway.control.board_view import Board, board_json, ports_json, report
from gateway.control.changes_outputs import Moment, Refused, Told, Who
from gateway.control.desk import ConfigDesk
from gateway.control.problems import printable
from gateway.system.box import claim, clock, health, reset, view
from gateway.system.box.answer import Answer, Worker, guarded, refused
from gateway.system.box.apply import Applier
from gateway.system.box.audit import Audit
from gateway.system.box.cached import Cached
from gateway.system.box.callers import who_asks
from gateway.system.box.diagnose import Diagnose
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from gateway.system.box.ports import BoxPorts
from gateway.system.box.power import Power
from gateway.system.box.provision import Provisioning
from gateway.system.box.slots import Slot, Slots, slots_json
from gateway.system.box.vault import Vault
from gateway.system.control_socket import Later, Peer
from gateway.system.ports import Blinker, CannotBlink

Request = Mapping[str, Any]
Verb = Callable[[Request, Who, float], object]
Identify = Callable[[Peer | None, Request, Path], Who]
AGENT: Final = Who("postern-box", "box")
FILE: Final = Who("provisioning file", "file")
# These are looked at all the time or change nothing: no line in the audit.
QUIET: Final = frozenset(
    {"status", "board", "ports", "slots", "upgrade.status", "link", "config.show", "config.check"}
    | {"users", "config.diff", "config.history", "config.status", "config.edit", "config.set"}
)
NETWORK_WAIT: Final = 3.0  # seconds between two looks for ports that are not certain
STICK_WAIT: Final = 5.0  # seconds between two looks for a stick while nobody owns the box
PROOF_WAIT: Final = 30.0  # seconds between two looks whether this system counts as good by now


@dataclass(frozen=True, slots=True)
class Parts:
    """The machine, in pieces; the roof puts them together."""

    places: Places
    config: ConfigDesk
    applier: Applier
    board: Board
    ports: BoxPorts
    outlet: Outlet
    slots: Slots
    power: Power
    audit: Audit
    vault: Vault
    diagnose: Diagnose
    provisioning: Provisioning
    blinker: Blinker
    tell: Callable[[str], None]
    slot_cache: Cached[list[Slot]]
    address_cache: Cached[dict[str, list[str]]]
    clock_cache: Cached[bool]
    fingerprints: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class BoxDesk:
    """`now` is monotonic everywhere; the wall's time is for people."""

    def __init__(
        self, parts: Parts, now: Callable[[], float], identify: Identify = who_asks
    ) -> None:
        self._parts = parts
        self._now = now
        self._identify = identify
        self._worker = Worker(parts.tell)
        self._noted = self._looked = self._stick = self._proof = now()
        self._board = {name: board_json(parts.board)[name] for name in ("id", "name", "evidence")}
        self._seen: object = None  # the engine's state that these two are of
        self._of_config: Answer = {}
        self._claimed = False
        self._verbs: dict[str, Verb] = {
            "status": lambda request, who, at: self.status(at),
            "claim": self._claim,
            "board": lambda request, who, at: board_json(parts.board),
            "board.report": self._report,
            "ports": lambda request, who, at: ports_json(self._ports()),
            "ports.assign": self._assign,
            "ports.blink": self._blink,
            **parts.vault.verbs(parts.applier.hand_over_users),
            "config.unseal": self._unseal,
            "slots": lambda request, who, at: [asdict(one) for one in parts.slot_cache.value()],
            "upgrade": self._upgrade,
            "upgrade.status": lambda request, who, at: asdict(parts.slots.progress),
            "rollback": self._rollback,
            "restart-gateway": self._restart_gateway,
            "reboot": self._reboot,
            "poweroff": self._poweroff,
            "factory-reset": self._reset,
        }

    def answer(self, request: dict[str, Any], peer: Peer | None) -> Answer | Later:
        """One request of the socket, from that process."""
        name = request.get("verb")
        who = self._identify(peer, request, self._parts.places.root)
        if not isinstance(name, str) or not who.user:
            return refused("a request has a verb, and somebody who asks", "See `postern --help`")
        if name not in QUIET:
            self._parts.audit(who, _told(name, request))
        if name.startswith("config.") and self._parts.config.answers(request):
            moment = Moment(self._now(), clock.wall())
            found = guarded(lambda: self._config(request, who, moment), self._parts.tell)
            return found["result"] if found["ok"] else found
        slow = self._parts.diagnose.verb(name)
        try:
            if slow is not None:
                kind, begin = slow
                work = begin(request, self._context())
                return self._worker.start(kind, work)
        except Refused as error:
            return refused(str(error), error.hint)
        verb = self._verbs.get(name)
        if verb is None:
            return refused("this box does not know that", "Compare the versions: `postern version`")
        found = guarded(lambda: verb(request, who, self._now()), self._parts.tell)
        later = found.get("result")
        return later if isinstance(later, Later) else found

    def deadline(self) -> float:
        due = self._parts.config.deadline()
        own = min(self._noted + clock.EVERY, self._looked + NETWORK_WAIT, self._stick + STICK_WAIT)
        return own if due is None else min(own, due)

    def handle_timeout(self, now: float) -> None:
        """Each of these is guarded alone: a stick that cannot be read must not keep a change."""
        guarded(lambda: self._parts.config.handle_timeout(now), self._parts.tell)
        if now >= self._noted + clock.EVERY:
            self._noted = now
            guarded(self.note_time, self._parts.tell)
        if now >= self._looked + NETWORK_WAIT:
            self._looked = now
            guarded(self._look_at_ports, self._parts.tell)
        if now >= self._proof + PROOF_WAIT:
            self._proof = now
            if any(one.booted and one.state != "good" for one in self._parts.slot_cache.value()):
                self._parts.slot_cache.forget()
        if now >= self._stick + STICK_WAIT:
            self._stick = now
            if not self.claimed:
                guarded(self.provision, self._parts.tell)

    def note_time(self) -> None:
        clock.note(self._parts.places, clock.wall())

    def provision(self) -> None:
        """Take up a file that sets up a box without an owner, if there is one."""
        outcome = self._parts.provisioning.look(self._accept)
        if outcome is not None:
            self._parts.audit(FILE, outcome.text)

    @property
    def claimed(self) -> bool:
        self._look_at_config(self._now())
        return self._claimed

    def _look_at_config(self, now: float) -> None:
        """What takes reading the whole configuration is found out once for each state of it."""
        state = self._parts.config.changes.state
        if state is not self._seen:
            self._seen = state
            self._of_config = self._parts.config.status(now)
            self._claimed = bool(claim.admins_in(state.saved))

    def _config_status(self, now: float) -> Answer:
        self._look_at_config(now)
        left = self._parts.config.changes.seconds_left(now)
        if left is None:
            return self._of_config
        pending = {**self._of_config["pending"], "seconds_left": round(left, 1)}
        return {**self._of_config, "pending": pending}

    def status(self, now: float) -> Answer:
        parts = self._parts
        network = parts.applier.network
        ports = self._ports()
        facts = {
            "claimed": self.claimed,
            "board": {name: board_json(parts.board)[name] for name in ("id", "name", "evidence")},
            "slots": slots_json(parts.slot_cache.value(), view.version(parts.places.root)),
            "clock_ok": parts.clock_cache.value(),
            "fingerprints": list(parts.fingerprints),
            "addresses": view.by_role(ports, network.names, parts.address_cache.value()),
            **self._config_status(now),
        }
        notes = [
            *network.problems,
            parts.config.changes.state.recovered,
            parts.board.problem,
            *parts.notes,
            parts.provisioning.note(),
            *claim.marks(parts.places),
        ]
        return view.status(facts, notes, parts.places.root)

    # --- verbs

    def _config(self, request: Request, who: Who, at: Moment) -> Answer:
        answer = self._parts.config.answer(request, who, at)
        self._parts.address_cache.forget()
        return answer

    def _claim(self, request: Request, who: Who, now: float) -> object:
        changes = self._parts.config.changes
        name, key, again = claim.check_claim(request, who, changes.state.saved)
        edits = changes.state.candidate
        text = claim.with_admin(changes.state.running, name, key)
        if not again:
            text = self._parts.ports.pinned(text, self._parts.applier.config)
        self._keep(text, who, f"{name} claimed the box")
        claim.note_claim(self._parts.places, name, clock.wall(), again)
        if edits is not None:  # somebody's, not in force yet: with the new person in them too
            self._ask_config("config.edit", who, text=claim.with_admin(edits, name, key))
        return {}

    def _accept(self, text: str) -> list[str]:
        """A provisioning file's configuration, put in force and saved; or what is wrong with it."""
        text = self._parts.ports.pinned(text, self._parts.applier.config)
        try:
            self._keep(text, FILE, "the box was set up by a provisioning file")
        except Refused as error:
            return [f"{error}. {error.hint}."]
        name = claim.admins_in(text)[0]
        claim.note_claim(self._parts.places, name, clock.wall(), taken_over=False)
        return []

    def _keep(self, text: str, who: Who, comment: str) -> None:
        """In force, and saved at once: for what somebody does who is at the box itself."""
        near = Who(who.user, who.face)
        self._ask_config("config.edit", near, text=text)
        self._ask_config("config.apply", near, comment=comment, deadline_s=0)

    def _ask_config(self, verb: str, who: Who, **more: object) -> None:
        moment = Moment(self._now(), clock.wall())
        answer = self._parts.config.answer({"verb": verb, **more}, who, moment)
        if not answer["ok"]:
            raise Refused(str(answer["error"]), str(answer["hint"]))

    def _report(self, request: Request, who: Who, now: float) -> object:
        parts = self._parts
        text = report(parts.board, self._ports(), view.version(parts.places.root))
        name = f"board-{parts.board.profile.id}.txt"
        return {"path": str(parts.outlet.put(_text(request, "path"), name, text.encode()))}

    def _assign(self, request: Request, who: Who, now: float) -> object:
        roles = request.get("assignments")
        if not isinstance(roles, dict) or not all(isinstance(one, str) for one in roles.values()):
            raise Refused("roles are given by the ports' paths", "See `postern ports`")
        wanted = {str(path): role for path, role in roles.items() if role}
        changes = self._parts.config.changes
        text = self._parts.ports.assigned(changes.candidate, self._parts.applier.config, wanted)
        self._ask_config("config.edit", who, text=text)
        return {}

    def _blink(self, request: Request, who: Who, now: float) -> object:
        path, seconds = request.get("path"), request.get("seconds", 10)
        port = next((one for one in self._ports() if one.path == path and one.name), None)
        if port is None or type(seconds) is not int:
            raise Refused("there is no such port to blink", "See `postern ports`")
        try:
            self._parts.blinker.start(port.name, seconds)
        except CannotBlink as error:
            raise Refused(str(error), "Put a cable in, and see which port has a link") from None
        return {}

    def _unseal(self, request: Request, who: Who, now: float) -> object:
        running = self._parts.config.changes.state.running
        text = reset.unsealed(self._parts.places, who, running)
        self._ask_config("config.edit", who, text=text)
        return {}

    def _upgrade(self, request: Request, who: Who, now: float) -> object:
        parts = self._parts
        wanted = _text(request, "path")

        def work() -> object:
            try:
                with parts.outlet.update(wanted) as path:
                    version = parts.slots.check(path)
                    parts.slots.install(path)
            finally:
                parts.slot_cache.forget()
            parts.audit(who, f"the update to {printable(version)} is installed")
            return {"version": version, "next": "it starts with the next reboot"}

        return self._worker.start("upgrade", work)

    def _rollback(self, request: Request, who: Who, now: float) -> object:
        def work() -> object:
            slot = self._parts.slots.roll_back()
            self._parts.slot_cache.forget()
            return {"slot": slot, "next": "it starts with the next reboot"}

        return self._worker.start("rollback", work)

    def _restart_gateway(self, request: Request, who: Who, now: float) -> object:
        self._parts.power.restart_gateway()
        return {}

    def _reboot(self, request: Request, who: Who, now: float) -> object:
        self._not_while_installing()
        self._parts.power.reboot(request.get("reason"), str(who))
        return {}

    def _poweroff(self, request: Request, who: Who, now: float) -> object:
        self._not_while_installing()
        self._parts.power.poweroff(request.get("reason"), str(who))
        return {}

    def _reset(self, request: Request, who: Who, now: float) -> object:
        self._not_while_installing()
        host, places = view.hostname(), self._parts.places
        reset.check_typed(request.get("typed"), host)
        wipe = request.get("wipe") is True
        reset.begin(places, self._parts.config.changes.state.saved, wipe=wipe)
        reset.finish(places)
        self._parts.power.reboot(f"factory reset{' and wipe' if wipe else ''}", str(who))
        return {"sealed": not wipe}

    def _not_while_installing(self) -> None:
        if self._worker.busy("upgrade"):
            raise Refused("an update is being installed", "Wait until it has ended")

    # --- parts

    def _ports(self) -> list[Any]:
        return list(self._parts.ports.of(self._parts.applier.config))

    def _look_at_ports(self) -> None:
        """A card that was missed has come: the network is made as it should be."""
        applier, config = self._parts.applier, self._parts.applier.config
        if config is None or not applier.network.problems:
            return
        before = (applier.network.problems, dict(applier.network.names))
        applier.network.settle(config, self._ports())
        if (applier.network.problems, applier.network.names) != before:
            applier.network.names = before[1]
            applier.again(self._parts.config.changes.state.running)

    def _context(self) -> dict[str, Any]:
        """What the slow verbs need of the engine, taken while nothing changes."""
        state = self._parts.config.changes.state
        return {
            "running": state.running,
            "texts": (state.running, state.saved, state.candidate or ""),
            "config": self._parts.applier.config,
            "status": self.status(self._now()),
            "wall": clock.wall(),
        }


def tell_change(audit: Audit) -> Callable[[Told], None]:
    """What the engine of changes tells: one line in the audit each."""
    return lambda told: audit(told.who or AGENT, told.text)


def boot_notes(places: Places) -> list[str]:
    """What a person should know of the starts before this one."""
    note = health.note_boot(places, view.version(places.root))
    kept = health.failed_boots(places)
    return [note, *([f"the journal of a failed start is kept: {kept[-1].name}"] if kept else [])]


def _told(verb: str, request: Request) -> str:
    """A request for the audit: what was asked, and nothing that could hold a secret."""
    shown = [
        f"{name}={value}"
        for name in ("name", "which", "path", "host", "port", "number", "reason", "comment", "wipe")
        if isinstance(value := request.get(name), (str, int))
    ]
    return " ".join([verb, *shown])


def _text(request: Request, name: str) -> str:
    value = request.get(name, "")
    if not isinstance(value, str):
        raise Refused(f"{name} is no text", "Compare the versions: `postern version`")
    return value
