"""A week of a gateway, on the virtual clock: nine people, two servers, and all that goes wrong.

    week = Week(seed=1)
    week.live(hours=168)
    week.calm_down()
    week.let_a_night_pass()
    week.count_exactly()
    week.send_everybody_home()
    assert not week.problems

`faster` divides the time between faults, so that an hour sees all of them.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from gateway.bridge.gateway import AFTER_ERROR, Gateway
from gateway.bridge.session import Session
from gateway.bridge.session_states import State
from gateway.bridge.silence import data_frames
from gateway.bridge.tracks import LegTrack, TrunkTrack
from gateway.control.config import Config
from gateway.system.rules import Rules
from gateway.system.wanted import wanted_rules
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.crowd import IKE
from tests.pair.gateway_world import ESP, INSIDE, OUTSIDE, SERVER, TODAY, client_entry, configure
from tests.pair.nat import Nat
from tests.pair.native_world import NATIVE, PSK, route_to
from tests.pair.net import seeded
from tests.pair.old_world import quick
from tests.pair.peers.busy_server import BusyServer
from tests.pair.peers.l2tp_ipsec_server import L2tpIpsecServer
from tests.pair.peers.old_clients import CLIENTS
from tests.pair.peers.pptp_server import PptpServer
from tests.pair.tables import check
from tests.soak.census import census, grown, over
from tests.soak.faults import FAULTS, HOUR, OF_KERNEL, Fault, Undo
from tests.soak.people import Echo, Person
from tests.soak.weather import WeatheredGateway, WeatherNet

KINDS: Final = (
    "win98-msl2tp", "win2000-kb818043", "xp-kb818043", "xp-sp2", "win2003", "safenet", "racoon",
    "win98-msl2tp", "xp-sp2",
)  # fmt: skip
PACES: Final = (60.0, 110.0, 700.0)  # the last is slow enough to fall idle (300 s)
SHORT_LIVES: Final = (600, 1800)  # seconds, of a pair and of a main mode
STUCK: Final = 900.0  # seconds in which a session has come up, or is gone
# Of one table beside another time, with as many people up: renewals are under way now and then.
SLACK, SHARE = 16, 0.5


class Week:
    """`problems` are sentences; none is what is wanted."""

    def __init__(
        self,
        seed: int = 0,
        faster: float = 1.0,
        kinds: tuple[str, ...] = KINDS,
        short_lives: bool = False,
    ) -> None:
        """`short_lives`: keys live for minutes, so that an hour has the renewals of a day."""
        self.chance = Random(seed)
        self.net = WeatherNet(seed)
        self.faster = faster
        self.happened: Counter[str] = Counter()
        self.problems: list[str] = []
        self.moves = self.sent = self.stuck = self.miscounted = 0
        self.nats = [Nat(f"203.0.113.{7 + number}") for number in range(3)]
        self.server, self.native = _servers()
        self.config = _config(len(kinds))
        servers = [self.server]
        self.gateway = WeatheredGateway(self.config, [*servers], seed, self.net.now, TODAY)
        self.gateway.natives.add(host_bytes(NATIVE))
        self.net.join(self.gateway, OUTSIDE, INSIDE)
        self.net.join(self.server, SERVER)
        self.net.join(self.native, NATIVE)
        self._empty = self.census()
        self._short_lives = short_lives
        self.people = [self._person(number, kind) for number, kind in enumerate(kinds)]
        self._today = TODAY
        self._ends: list[tuple[float, int, Undo]] = []
        self._count = 0
        self.began = self.net.now

    @property
    def core(self) -> Gateway:
        return self.gateway.core

    @property
    def faults(self) -> tuple[Fault, ...]:
        return FAULTS if self.gateway.kernel is None else FAULTS + OF_KERNEL

    # the week

    def live(self, hours: float) -> None:
        """So many hours of it, with what happens in them."""
        end = self.net.now + hours * HOUR
        due = {fault: self.net.now + self._wait(fault) for fault in self.faults}
        upkeep = self.net.now
        while self.net.now < end:
            fault = min(due, key=lambda one: due[one])
            moment = min([due[fault], upkeep, end, *(when for when, _, _ in self._ends)])
            self.net.run(until=moment)
            self._end_what_is_over()
            if upkeep <= self.net.now:
                upkeep += HOUR / max(1.0, self.faster / 4)
                self._look()
            if due[fault] <= self.net.now:
                due[fault] = self.net.now + self._wait(fault)
                self._let_happen(fault)

    def calm_down(self) -> None:
        """Everything is mended; within half an hour everybody is up, or something is wrong."""
        for _, _, undo in self._ends:
            undo()
        self._ends.clear()
        for person in self.people:
            if not person.alive:
                self.switch_on(person)
        self.net.run_for(0.5 * HOUR)
        self._look()
        for person in self.people:
            if person.up_at is None or not person.up:
                self.problems.append(f"{self.name_of(person)} is not up: {person.failures[-2:]}")
        if len(self.core.sessions) != len(self.people):
            self.problems.append(f"{len(self.core.sessions)} sessions of {len(self.people)} people")

    def let_a_night_pass(self) -> None:
        """Main modes live for eight hours: who has dialled often that day leaves some behind."""
        self._pass(self._night())

    def count_exactly(self) -> None:
        """In a quiet while every frame that was sent is counted, once, and none was dropped."""
        self._be_silent()
        before = {person: self._counted(person) for person in self.people}
        drops = self.core.counters()
        for person in self.people:
            person.asks = True
        self.net.run_for(0.25 * HOUR)
        self._be_silent()
        for person in self.people:
            was, found = before[person], self._counted(person)
            names = ("asked", "answered", "frames in", "frames out")
            more = [later - earlier for earlier, later in zip(was, found, strict=True)]
            if len(set(more)) != 1:
                self.miscounted += 1
                said = ", ".join(f"{n} {c}" for n, c in zip(names, more, strict=True))
                self.problems.append(f"{self.name_of(person)} was counted wrongly: {said}")
            person.asks = True
        lost = {
            name: count - drops.get(name, 0)
            for name, count in self.core.counters().items()
            if count != drops.get(name, 0) and name != "ike_notify"
        }
        if lost:
            self.problems.append(f"counted in quiet times: {lost}")

    def _be_silent(self) -> None:
        """Nobody asks, and nothing is on its way: what is would spoil the sums."""
        for person in self.people:
            person.asks = False
        self.net.run_for(60.0)

    def send_everybody_home(self) -> None:
        """All hang up; after the longest time that anybody may be idle (eight hours) nothing is
        left but what is remembered."""
        for person in self.people:
            person.asks = False
            self.net.send(person.leave(self.net.now))
        self._pass(9 * HOUR)
        left = grown(self._empty, self.census(), 0)
        if left:
            self.problems.append(f"left when everybody has gone: {left}")
        if self.gateway.open_connections:
            self.problems.append(f"{self.gateway.open_connections} connections are open still")

    def compare(self, before: dict[str, int], rules: object) -> None:
        """No table is larger than it was when as many were up before, and no rule is new."""
        now = self.census()
        for name, (was, count) in grown(before, now, SLACK * len(self.people), SHARE).items():
            self.problems.append(f"{name} has grown from {was} to {count}")
        for name, (bound, count) in over(now).items():
            self.problems.append(f"{name} has {count}, and may have {bound}")
        if self.rules() != rules:
            self.problems.append("the packet rules are others")

    def census(self) -> dict[str, int]:
        """The gateway's tables, and those of a kernel that carries for it."""
        return census(self.core) | self.in_kernel()

    def in_kernel(self) -> dict[str, int]:
        kernel = self.gateway.kernel
        if kernel is None:
            return {}
        halves = [len(leg.heard) + (leg.sends is not None) for leg in kernel.legs.values()]
        return {
            "kernel: legs": len(kernel.legs),
            "kernel: SAs": sum(halves),
            "kernel: calls": len(kernel.calls),
            "kernel: events": len(kernel.told),
        }

    def rules(self) -> Rules:
        return wanted_rules(self.config, self.core.board.trunks.by_place)

    # what faults do

    def note(self, person: Person) -> None:
        """Nothing to note: the net asks every node."""

    def switch_on(self, person: Person) -> None:
        person.alive = True
        person.up_at, person.dial_at = None, self.net.now + 5.0

    def hang_up(self, person: Person) -> None:
        if person.up and person.newest() is not None and person.alive:
            self.net.send(person.leave(self.net.now))
            person.up_at, person.dial_at = None, self.net.now + self.chance.choice((10.0, 300.0))

    def disconnect(self, chance: Random) -> None:
        numbers = list(self.core.sessions)
        if numbers:
            found = self.core.disconnect(chance.choice(numbers), "asked to", self.net.now)
            self.net.send(self.gateway.carry(found, self.net.now))

    def reload(self) -> None:
        """Read again with another limit, which changes nothing for who is up."""
        limits = self.config.limits
        sessions = 1500 - limits.sessions if limits.sessions in (700, 800) else 700
        self.config = replace(self.config, limits=replace(limits, sessions=sessions))
        found = self.core.reload(self.config, self.net.now)
        self.net.send(self.gateway.carry(found, self.net.now))

    def turn_calendar(self, days: int) -> None:
        self._today += timedelta(days=days)
        found = self.core.tell_date(self._today, self.net.now)
        self.net.send(self.gateway.carry(found, self.net.now))

    def name_of(self, person: Person) -> str:
        number = self.people.index(person)
        return f"machine {number} ({person.kind.name})"

    # inside

    def _pass(self, seconds: float) -> None:
        """Quiet hours."""
        end = self.net.now + seconds
        while self.net.now < end:
            self.net.run(until=min(self.net.now + HOUR, end))
            self._look()

    def _night(self) -> float:
        return max(person.ike.profile.phase1_life for person in self.people) + 0.5 * HOUR

    def _wait(self, fault: Fault) -> float:
        return self.chance.uniform(0.3, 1.7) * fault.every / self.faster

    def _let_happen(self, fault: Fault) -> None:
        self.happened[fault.name] += 1
        lasting = fault.act(self, self.chance)
        if lasting is not None:
            seconds, undo = lasting
            self._count += 1
            self._ends.append(
                (self.net.now + seconds / max(1.0, self.faster / 8), self._count, undo)
            )
        self._check()

    def _end_what_is_over(self) -> None:
        over_ = [end for end in self._ends if end[0] <= self.net.now]
        self._ends = [end for end in self._ends if end not in over_]
        for _, _, undo in over_:
            undo()

    def _look(self) -> None:
        """Once an hour: do the tables agree, is anybody stuck; and the peers forget what is old."""
        self._check()
        for session in self.core.sessions.values():
            if session.state is not State.UP and self.net.now - session.began > STUCK:
                self.stuck += 1
                self.problems.append(f"session {session.number} is {session.state} for long")
        self._look_at_kernel()
        for person in self.people:
            person.trim()
        for end in self.native.ends.values():
            end.ike.errors.clear()
            end.lns.errors.clear()
        self.sent += len(self.net.carried)
        self.net.carried.clear()
        self.server.connected.clear()
        self.server.frames.clear()

    def _check(self) -> None:
        try:
            check(self.core, late=self._late())
        except AssertionError as error:
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            line = 0 if place is None else place.tb_lineno
            self._problem(f"the tables disagree, tests/pair/tables.py line {line}")

    def _look_at_kernel(self) -> None:
        """It has the associations that are wanted, and no others."""
        kernel, carrier = self.gateway.kernel, self.core.carrier
        if kernel is None or self.gateway.frozen_until is not None:
            return
        tracks: tuple[LegTrack | TrunkTrack, ...] = (
            *carrier.legs.values(),
            *carrier.trunks.tracks.values(),
        )
        wanted = {
            track.number: {sa.spi for sa in track.asked.inbound} for track in tracks if track.asked
        }
        there = {number: set(leg.heard) for number, leg in kernel.legs.items()}
        if wanted != there:
            self._problem(f"the kernel has {there}, and wanted are {wanted}")

    def _late(self) -> float:
        """After an error of ours times are looked at a little later."""
        recent = self.gateway.recover_at is not None
        return self.net.now + AFTER_ERROR if not recent else float("inf")

    def _problem(self, what: str) -> None:
        if what not in self.problems:
            self.problems.append(what)

    def _counted(self, person: Person) -> tuple[int, int, int, int]:
        session = self._session_of(person)
        frames = (0, 0) if session is None else data_frames(session)
        return person.asked, person.answered, *frames

    def _session_of(self, person: Person) -> Session | None:
        self.gateway.refresh(self.net.now)
        name = f"pc-{self.people.index(person)}"
        found = [one for one in self.core.sessions.values() if one.leg.client == name]
        return found[0] if found else None

    def _person(self, number: int, name: str) -> Person:
        nat, host = self.nats[number % 3], f"192.168.1.{2 + number}"
        kind, psk = CLIENTS[name], f"the key of machine {number}".encode()
        kind = quick(kind, *SHORT_LIVES) if self._short_lives else kind
        chance, pace = seeded(7000 + number), PACES[number % len(PACES)]
        person = Person(kind, host_bytes(host), host_bytes(OUTSIDE), psk, chance, pace)
        person.dial_at = self.net.now + number
        self.net.join(person, host, nat=nat)
        return person


def _config(machines: int) -> Config:
    entries = [
        client_entry(
            f"pc-{number}",
            f"the key of machine {number}",
            ike=IKE,
            esp=ESP,
            route="w2k" if number % 3 == 2 else "nt4",
        )
        for number in range(machines)
    ]
    return configure(*entries, routes=(route_to(NATIVE),))


def _servers() -> tuple[BusyServer, L2tpIpsecServer]:
    here, inside = Endpoint(host_bytes(SERVER), 0), Endpoint(host_bytes(INSIDE), 0)
    server = BusyServer(here, inside, keeps=False)
    server.pptp = lambda number: PptpServer(number, window=64)
    server.ppp = lambda number: Echo(
        number.to_bytes(4, "big"), bytes((10, 1, 0, 1)), gives=bytes((10, 1, 1, 1 + number % 200))
    )
    native = L2tpIpsecServer(host_bytes(NATIVE), PSK.encode(), seeded(50))
    native.ppp = lambda number: Echo(
        number.to_bytes(4, "big"), bytes((10, 2, 0, 1)), gives=bytes((10, 2, 1, 1 + number % 200))
    )
    return server, native
