"""A whole box agent on a tree of files: real engine, real store, programs that only listen."""

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from gateway.control.board import Facts
from gateway.control.board_view import Board
from gateway.control.changes_outputs import Who
from gateway.control.check import check
from gateway.control.config import Config
from gateway.control.desk import ConfigDesk
from gateway.control.document import File
from gateway.control.kits import Order, Product
from gateway.control.problems import Problem
from gateway.control.sessions import SessionView
from gateway.control.trace import Wanted
from gateway.system.box.apply import Applier
from gateway.system.box.audit import Audit
from gateway.system.box.cached import Cached
from gateway.system.box.desk import BoxDesk, Parts, tell_change
from gateway.system.box.diagnose import Diagnose
from gateway.system.box.hardware import Cards
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from gateway.system.box.ports import BoxPorts
from gateway.system.box.power import Power
from gateway.system.box.provision import Provisioning
from gateway.system.box.recordings import Recordings
from gateway.system.box.returning import Returning
from gateway.system.box.slots import Slot, Slots
from gateway.system.box.vault import Vault
from gateway.system.control_socket import Later, Peer
from gateway.system.media import CARRIERS
from gateway.system.ports import Blinker
from gateway.system.store import Store
from gateway.user.kit.make import make
from tests.unit.system.box.machine import CONSOLE, FACTORY, Tools
from tests.unit.system.box.players import follow_here
from tests.unit.system.box.test_ports import NICS, profile

PEER = Peer(1, 0, 0)


@dataclass
class Whole:
    """`who` is whoever the kernel says it is; `now` is the clock."""

    root: Path
    tools: Tools = field(default_factory=Tools)
    who: Who = CONSOLE
    now: float = 1000.0
    told: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # to everybody
    woken: list[str] = field(default_factory=list)  # cards
    nics: list[Any] = field(default_factory=lambda: list(NICS))
    boot: str = "boot-1"
    sessions: list[SessionView] | None = field(default_factory=list)
    explained: str = ""
    slots: list[Slot] = field(default_factory=lambda: [Slot("A", "good", booted=True)])

    def start(self) -> "Whole":
        places = Places(self.root)
        audit = Audit(places, self.told.append, lambda: 1_800_000_000.0)
        ports = BoxPorts(profile(), lambda: list(self.nics))
        vault = Vault(places, self.tools)
        read_file = vault.reader(lambda name: "no file")
        applier = Applier(places, ports.of, read_file, self.tools)
        outlet, slots = Outlet(places, None, self.tools), Slots(self.tools, self.follow)
        self.returning = Returning(
            places,
            self.boot,
            lambda: applier.config,
            lambda: self.sessions,
            lambda name: self.explained,
            slots,
            audit,
            lambda why, by: self.power.reboot(why, by),
            self.told.append,
            self.now,
        )
        self.power = Power(places, self.tools, self.returning.leaving)
        board = Board(Facts(nics=tuple(self.nics)), profile())

        def judge(text: str) -> list[Problem]:
            return check(File(text.encode()), read_file)

        config = ConfigDesk(
            Store(places.data),
            judge,
            applier.activate,
            tell_change(audit, self.said.append),
            boot=self.boot,
            factory=FACTORY,
        )
        self.parts = Parts(
            places=places,
            config=config,
            applier=applier,
            board=board,
            ports=ports,
            cards=Cards(True, self.told.append, self.woken.append),
            outlet=outlet,
            slots=slots,
            power=self.power,
            audit=audit,
            vault=vault,
            diagnose=Diagnose(places, board, ports, outlet, _nobody, _traced, _kit, self.tools),
            provisioning=Provisioning(places, outlet, FACTORY),
            blinker=Blinker(lambda name, command: b""),
            returning=self.returning,
            recordings=Recordings(places, follow_here),
            tell=self.told.append,
            say=self.said.append,
            seal=lambda text, keys: f"sealed for {len(keys)}",
            chance=lambda count: bytes(range(count)),
            slot_cache=Cached(lambda: self.slots, [], 600.0, self.clock),
            address_cache=Cached(lambda: {"enp0s2": ["203.0.113.9/24"]}, {}, 2.0, self.clock),
            clock_cache=Cached(lambda: True, True, 60.0, self.clock),
            fingerprints=("256 SHA256:x",),
            notes=("a note of the boot",),
        )
        config.start(self.now)
        self.desk = BoxDesk(self.parts, self.clock, lambda peer, request, root: self.who)
        return self

    def clock(self) -> float:
        return self.now

    def follow(self, argv: list[str], line: Any, timeout: float) -> None:
        self.tools.asked.append(" ".join(argv))

    def ask(self, verb: str, **more: Any) -> dict[str, Any]:
        """The answer, also if it comes later."""
        found = self.desk.answer({"verb": verb, **more}, PEER)
        return _waited(found) if isinstance(found, Later) else found

    def result(self, verb: str, **more: Any) -> Any:
        answer = self.ask(verb, **more)
        assert answer["ok"], answer
        return answer["result"]

    def audit(self) -> str:
        return self.parts.audit.path.read_text()


def _waited(later: Later) -> dict[str, Any]:
    until = time.monotonic() + 20
    while (found := later.ready()) is None and time.monotonic() < until:
        time.sleep(0.002)
    assert found is not None
    return found


def _nobody(verb: str) -> object:
    raise ValueError("nobody answers")


def _kit(config: Config, order: Order, p12: bytes) -> Product:
    return make(config, order, p12, date(2026, 11, 27), CARRIERS)


def _traced(wanted: Wanted, behalf: str, most: int) -> bytes:
    return f"{wanted.target} for {behalf}".encode()
