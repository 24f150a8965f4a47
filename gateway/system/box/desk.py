"""The verbs of the box agent's socket, and what the agent does unasked.

`answer` is one request; who asks comes from the kernel (`callers.py`). What follows from the clock
is in `handle_timeout`. Parts are made in `gateway/box.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.control.board_view import Board, board_brief, board_json, ports_json, report
from gateway.control.changes_outputs import Event, Moment, Refused, Told, Who
from gateway.control.desk import ConfigDesk
from gateway.system.box import claim, clock, view
from gateway.system.box.answer import Answer, Worker, guarded, refused
from gateway.system.box.apply import Applier
from gateway.system.box.audit import Audit
from gateway.system.box.authority import BoxAuthority
from gateway.system.box.cached import Cached
from gateway.system.box.callers import who_asks
from gateway.system.box.consoles import Consoles
from gateway.system.box.diagnose import Diagnose
from gateway.system.box.hardware import Cards
from gateway.system.box.lan_users import LanUsers
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from gateway.system.box.ports import BoxPorts
from gateway.system.box.power import Power
from gateway.system.box.provision import Provisioning
from gateway.system.box.recordings import Recordings
from gateway.system.box.reset import Seal
from gateway.system.box.returning import Returning
from gateway.system.box.slots import Slot, Slots, slots_json
from gateway.system.box.slots import notes as slot_notes
from gateway.system.box.stops import Request, Stops, Verb
from gateway.system.box.updates import UPGRADE, Updates
from gateway.system.box.vault import Vault
from gateway.system.control_socket import Later, Peer
from gateway.system.ports import Blinker, CannotBlink

Identify = Callable[[Peer | None, Request, Path], Who]
AGENT: Final = Who("postern-box", "box")
FILE: Final = Who("provisioning file", "file")
# These are looked at all the time or change nothing: no line in the audit.
QUIET: Final = frozenset(
    {"status", "console.login", "board", "ports", "slots", "upgrade.status", "link", "ca.list"}
    | {
        "recordings",
        "users",
        "users.lan",
        "config.show",
        "config.check",
        "config.plan",
        "config.wish",
    }
    | {"config.diff", "config.history", "config.status", "config.edit", "config.set"}
)
# What is said on every terminal; that a change still waits says `wall.Countdown`.
HEARD: Final = frozenset({Event.APPLIED, Event.EXTENDED, Event.CONFIRMED, Event.REVERTED})
NETWORK_WAIT: Final = 3.0  # seconds between two looks at the ports
EARLY, EARLY_WAIT = 20.0, 0.25  # seconds: so long, and so often, while a port is not certain
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
    cards: Cards
    outlet: Outlet
    slots: Slots
    power: Power
    audit: Audit
    vault: Vault
    diagnose: Diagnose
    provisioning: Provisioning
    blinker: Blinker
    returning: Returning
    recordings: Recordings
    tell: Callable[[str], None]
    say: Callable[[str], None]  # to everybody who is logged in
    chance: Callable[[int], bytes]
    seal: Seal
    slot_cache: Cached[list[Slot]]
    address_cache: Cached[dict[str, list[str]]]
    clock_cache: Cached[bool]
    fingerprints: tuple[str, ...] = ()
    shipped: str = ""  # the version that the box came with
    notes: tuple[str, ...] = ()
    authority: BoxAuthority | None = None


class BoxDesk:
    """`now` is monotonic everywhere; the wall's time is for people."""

    def __init__(
        self, parts: Parts, now: Callable[[], float], identify: Identify = who_asks
    ) -> None:
        self._parts = parts
        self._now = now
        self._identify = identify
        self._worker = Worker(parts.tell)
        self._began = self._noted = self._looked = self._stick = self._proof = now()
        self._board = board_brief(parts.board)
        self._seen: object = None  # the engine's state that these two are of
        self._of_config: Answer = {}
        self._claimed = False
        self._admins: frozenset[str] = frozenset()
        self.stops = Stops(
            parts.places,
            parts.power,
            parts.audit,
            parts.say,
            lambda: parts.config.changes.state.saved,
            parts.seal,
            lambda: self._worker.busy(UPGRADE),
        )
        self.consoles = Consoles(
            parts.places,
            parts.audit,
            parts.say,
            parts.chance,
            clock.wall,
            lambda: self.claimed,
            self._admins_now,
        )
        made = parts.slots, parts.slot_cache, parts.outlet, parts.audit
        updates = Updates(*made, self._worker, parts.returning, view.version(parts.places.root))
        self._verbs: dict[str, Verb] = {
            "status": lambda request, who, at: self.status(at) | self.consoles.told(who),
            "claim": self._claim,
            "board": lambda request, who, at: board_json(parts.board),
            "board.report": self._report,
            "ports": lambda request, who, at: ports_json(self._ports()),
            "ports.assign": self._assign,
            "ports.blink": self._blink,
            **parts.vault.verbs(parts.applier.hand_over_users),
            **LanUsers(parts.places, lambda: parts.config.changes.texts).verbs,
            **updates.verbs,
            **parts.recordings.verbs(parts.applier.machines, self._worker),
            **self.stops.verbs,
            **self.consoles.verbs,
        }

    def answer(self, request: dict[str, Any], peer: Peer | None) -> Answer | Later:
        """One request of the socket, from that process."""
        name = request.get("verb")
        who = self._identify(peer, request, self._parts.places.root)
        if not isinstance(name, str) or not who.user:
            return refused("a request has a verb, and somebody who asks", "See `postern --help`")
        who = self.consoles.known(who)
        if self.consoles.locked(who, name):
            return refused("nobody is logged in here", "Log in at this console first")
        if name not in QUIET:
            self._parts.audit(who, _told(name, request))
        if name.startswith("config.") and self._parts.config.answers(request):
            moment = Moment(self._now(), clock.wall())
            found = guarded(lambda: self._config(request, who, moment), self._parts.tell)
            return found["result"] if found["ok"] else found
        slow = self._parts.diagnose.verb(name)
        try:
            if (authority := self._parts.authority) and authority.answers(name):
                running = self._parts.config.changes.state.running
                return authority.answer(request, self._worker, running)
            if slow is not None:
                kind, begin = slow
                work = begin(request, {**self._context(), "who": str(who)})
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
        looked = self._looked + self._look_wait(self._now())
        own = min(self._noted + clock.EVERY, looked, self._stick + STICK_WAIT)
        return own if due is None else min(own, due)

    def handle_timeout(self, now: float) -> None:
        """Each of these is guarded alone: a stick that cannot be read must not keep a change."""
        guarded(lambda: self._parts.config.handle_timeout(now), self._parts.tell)
        if now >= self._noted + clock.EVERY:
            self._noted = now
            guarded(self.note_time, self._parts.tell)
        if now >= self._looked + self._look_wait(now):
            self._looked = now
            guarded(self._look_at_ports, self._parts.tell)
        if now >= self._proof + PROOF_WAIT:
            self._proof = now
            slots = self._parts.slot_cache.value()
            if not any(one.booted and one.state == "good" for one in slots):
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

    def _admins_now(self) -> frozenset[str]:
        self._look_at_config(self._now())
        return self._admins

    def _look_at_config(self, now: float) -> None:
        """What takes reading the whole configuration is found out once for each state of it."""
        state = self._parts.config.changes.state
        if state is not self._seen:
            self._seen = state
            self._of_config = self._parts.config.status(now)
            self._claimed = bool(claim.admins_in(state.saved))
            self._admins = frozenset(claim.admins_in(state.running))

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
        ports, slots = self._ports(), parts.slot_cache.value()
        facts = {
            "claimed": self.claimed,
            "board": self._board,
            "slots": slots_json(slots, view.version(parts.places.root), parts.shipped),
            "clock_ok": parts.clock_cache.value(),
            "fingerprints": list(parts.fingerprints),
            "addresses": view.by_role(ports, network.names, parts.address_cache.value()),
            **self._config_status(now),
        }
        notes = [
            *network.problems,
            *slot_notes(slots),
            parts.returning.note(),
            parts.config.changes.state.recovered,
            parts.board.problem,
            *parts.notes,
            parts.provisioning.note(),
            *claim.marks(parts.places),
            *self.consoles.marks(),
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
        self.consoles.claimed_by(who, name)
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
        if not wanted:
            raise Refused("no port is named", "See `postern ports`")
        text, found = self._parts.ports.assigned(self._parts.config.changes.candidate, wanted)
        self._ask_config("config.edit", who, text=text)
        return {"roles": found}

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

    # --- parts

    def _ports(self) -> list[Any]:
        return list(self._parts.ports.of(self._parts.applier.config))

    def _look_at_ports(self) -> None:
        self._parts.cards.wake(port.name for port in self._ports())
        self._parts.applier.look_about(self._parts.config.changes.state.running)

    def _look_wait(self, now: float) -> float:
        """Seconds between two looks: a box that starts wants its ports at once."""
        uncertain = bool(self._parts.applier.network.problems)
        return EARLY_WAIT if uncertain and now < self._began + EARLY else NETWORK_WAIT

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


def tell_change(audit: Audit, say: Callable[[str], None]) -> Callable[[Told], None]:
    """What the engine of changes tells: one line in the audit each, and some for everybody."""

    def tell(told: Told) -> None:
        audit(told.who or AGENT, told.text)
        if told.event in HEARD:
            say(told.text)

    return tell


_TOLD: Final = (
    "name", "route", "which", "target", "path", "host", "port", "number", "reason", "comment",
    "wipe",
)  # fmt: skip


def _told(verb: str, request: Request) -> str:
    """A request for the audit: what was asked, and nothing that could hold a secret."""
    shown = [
        f"{name}={value}" for name in _TOLD if isinstance(value := request.get(name), (str, int))
    ]
    return " ".join([verb, *shown])


def _text(request: Request, name: str) -> str:
    value = request.get(name, "")
    if not isinstance(value, str):
        raise Refused(f"{name} is no text", "Compare the versions: `postern version`")
    return value
