"""The loop, with doors that are pipes and a clock that goes on only when it is read."""

import os
import selectors
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from gateway.outputs import (
    CloseTcp,
    Fact,
    Forget,
    Keep,
    OpenPppd,
    OpenTcp,
    Output,
    SendIp,
    SendTcp,
    What,
)
from gateway.paths import (
    CallCounted,
    GreHeard,
    L2tpHeard,
    PacketHeard,
    PathEvent,
    PathRequest,
    SendL2tp,
)
from gateway.system.loop import DRAIN, FEW, HAND_OVER, HOLD, LIMIT, SLICE, TRACE_EVERY, Doors, Loop
from gateway.system.tcp import TcpClosed, TcpEvent, TcpOpened, TcpReceived
from gateway.wire.udp import Endpoint

TICK = 1 / 1024  # seconds from one look at the clock to the next
PEER = Endpoint(b"\xc0\0\2\2", 1723)


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        self.time += TICK
        return self.time


class Pipe:
    """A source that is ready as long as something is in it."""

    def __init__(self) -> None:
        self.waiting: list[Any] = []
        self._read, self._write = os.pipe()

    def fileno(self) -> int:
        return self._read

    def put(self, *items: Any) -> None:
        self.waiting += items
        os.write(self._write, b"x" * len(items))

    def take(self, limit: int = LIMIT) -> list[Any]:
        count = len(os.read(self._read, limit))
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def shut(self) -> None:
        os.close(self._read)
        os.close(self._write)


class FakeTcp(Pipe):
    def __init__(self, did: list[object]) -> None:
        super().__init__()
        self.did = did
        self.due: float | None = None
        self.late: list[TcpEvent] = []
        self.busy = False

    def open(self, request: OpenTcp, now: float) -> None:
        self.did.append(request)

    def open_pppd(self, request: OpenPppd, now: float) -> None:
        self.did.append(request)

    def send(self, request: SendTcp) -> None:
        self.did.append(request)

    def close(self, request: CloseTcp, now: float) -> None:
        self.did.append(request)

    def deadline(self) -> float | None:
        return self.due

    def handle_timeout(self, now: float) -> list[TcpEvent]:
        self.due = None
        return self.late

    def idle(self) -> bool:
        return not self.busy


class FakeSide(Pipe):
    """Control socket, signals and service manager in one."""

    def __init__(self, did: list[object]) -> None:
        super().__init__()
        self.did = did
        self.due: float | None = None
        self.on_timeout: Callable[[], None] = lambda: None

    def serve(self, now: float) -> None:
        self.did.append(("served", self.take()))

    def deadline(self) -> float | None:
        return self.due

    def handle_timeout(self, now: float) -> None:
        self.due = None
        self.did.append("timeout beside")
        self.on_timeout()

    def ready(self, now: float) -> None:
        self.did.append("ready")

    def reloading(self, now: float) -> None:
        self.did.append("reloading")

    def stopping(self) -> None:
        self.did.append("stopping")


class FakePaths(Pipe):
    """What the kernel carries; `says` is what it tells when it is asked to count."""

    def __init__(self, did: list[object]) -> None:
        super().__init__()
        self.did = did
        self.due: float | None = None
        self.says: list[PathEvent] = []

    def take(self, limit: int) -> list[PathEvent]:  # type: ignore[override]  # events, not packets
        return [L2tpHeard(1, packet) for packet in super().take(limit)]

    def count(self) -> list[PathEvent]:
        return self.says

    def carry_out(self, request: PathRequest) -> None:
        self.did.append(request)

    def deadline(self) -> float | None:
        return self.due

    def handle_timeout(self, now: float) -> list[PathEvent]:
        self.due = None
        return self.says


class Chore:
    """Has a time of its own, and asks for something then."""

    def __init__(self, did: list[object]) -> None:
        self.did = did
        self.due: float | None = None

    def deadline(self) -> float | None:
        return self.due

    def handle_timeout(self, now: float) -> list[Output]:
        self.due = None
        self.did.append("chore")
        return [Fact(What.RELOADED)]


class Core:
    """Notes what it is told and answers what `answers` says, an exception being raised."""

    def __init__(self, did: list[object]) -> None:
        self.did = did
        self.answers: dict[object, Sequence[Output] | Exception] = {}
        self.due: float | None = None
        self.every: float | None = None
        self.busy = False
        self.called_at: list[float] = []

    def _note(self, *what: object) -> list[Output]:
        self.did.append(what)
        answer = self.answers.get(what[0], ())
        if isinstance(answer, Exception):
            raise answer
        return list(answer)

    def receive_packet(self, packet: bytes, now: float) -> list[Output]:
        return self._note("packet", packet)

    def receive_gre(self, packet: bytes, now: float) -> list[Output]:
        return self._note("gre", packet)

    def receive_inside(self, packet: bytes, now: float) -> list[Output]:
        return self._note("inside", packet)

    def receive_path(self, event: PathEvent, now: float) -> list[Output]:
        return self._note("path", event)

    def tcp_opened(self, key: int, now: float) -> list[Output]:
        return self._note("opened", key)

    def receive_tcp(self, key: int, data: bytes, now: float) -> list[Output]:
        return self._note("tcp", key, data)

    def tcp_closed(self, key: int, reason: str, now: float) -> list[Output]:
        return self._note("closed", key, reason)

    def handle_timeout(self, now: float) -> list[Output]:
        self.called_at.append(now)
        self.due = None if self.every is None else now + self.every
        return self._note("timeout")

    def deadline(self) -> float | None:
        return self.due

    def stop(self, now: float) -> list[Output]:
        return self._note("stop")

    def recover(self) -> None:
        self._note("recover")

    def idle(self) -> bool:
        return not self.busy


class Sender:
    def __init__(self, did: list[object]) -> None:
        self.did = did

    def send(self, packet: bytes) -> None:
        self.did.append(SendIp(packet))


class Sleeper(selectors.DefaultSelector):
    """Notes how long the loop would sleep, and does not; `clock` then is where it woke up."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.slept: list[float | None] = []

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        self.slept.append(timeout)
        self.clock.time += 0 if ready else timeout or 0
        return ready


class KeptAside:
    def __init__(self, did: list[object]) -> None:
        self._did = did

    def carry_out(self, output: Keep | Forget) -> None:
        self._did.append(output)


class World:
    """A loop and all around it; `did` is everything that happened, in order."""

    def __init__(self, *, shared: bool = False) -> None:
        self.did: list[object] = []
        self.facts: list[Fact] = []
        self.clock = Clock()
        self.sleeper = Sleeper(self.clock)
        self.core = Core(self.did)
        self.queue, self.inside, self.front = Pipe(), Pipe(), Pipe()
        self.esp = () if shared else (Pipe(), Pipe())
        self.gre, self.signals = Pipe(), Pipe()
        self.tcp = FakeTcp(self.did)
        self.paths = FakePaths(self.did)
        self.control, self.service = FakeSide(self.did), FakeSide(self.did)
        doors = Doors(
            queue=self.queue,
            inside=self.inside,
            front=self.front,
            gre=self.gre,
            sender=Sender(self.did),
            tcp=self.tcp,
            control=self.control,
            signals=self.signals,
            service=self.service,
            esp=self.esp,
            paths=self.paths,
            kept=KeptAside(self.did),
        )
        self.chore = Chore(self.did)
        self.loop = Loop(
            self.core,
            doors,
            self.facts.append,
            self.reload,
            self.clock,
            self.sleeper,
            more=[self.chore],
        )

    def reload(self, now: float) -> list[Output]:
        self.did.append("reloaded")
        return [Fact(What.RELOADED)]

    def close(self) -> None:
        for pipe in (
            self.queue,
            *self.esp,
            self.inside,
            self.front,
            self.gre,
            self.signals,
            self.tcp,
            self.control,
            self.service,
        ):
            pipe.shut()
        self.sleeper.close()


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def test_outputs_are_carried_out_in_their_order(world: World) -> None:
    outputs: list[Output] = [
        OpenTcp(1, None, PEER),
        SendIp(b"one"),
        SendTcp(1, b"two"),
        Fact(What.PPP_UP),
        CloseTcp(1),
        SendIp(b"three"),
    ]
    world.core.answers["packet"] = outputs
    world.queue.put(b"in")
    world.loop.step()
    assert world.did == [("packet", b"in"), *(o for o in outputs if not isinstance(o, Fact))]
    assert world.facts == [Fact(What.PPP_UP)]


def test_what_is_kept_is_kept_before_what_follows_leaves(world: World) -> None:
    outputs: list[Output] = [Keep(1, b"state"), SendIp(b"one"), Forget(1), SendIp(b"two")]
    world.core.answers["packet"] = outputs
    world.queue.put(b"in")
    world.loop.step()
    assert world.did == [("packet", b"in"), *outputs]


def test_whoever_hands_over_ends_at_once_and_closes_nothing(world: World) -> None:
    world.signals.put(HAND_OVER)
    world.loop.run()
    assert world.loop.handed_over
    assert "stop" not in str(world.did)


def test_every_source_reaches_its_part_of_the_core(world: World) -> None:
    world.queue.put(b"packet")
    world.gre.put(b"gre")
    world.inside.put(b"of a server")
    world.front.put(b"for a server")
    world.tcp.put(TcpOpened(1), TcpReceived(1, b"data"), TcpClosed(1, "gone"))
    world.control.put("a question")
    world.loop.step()
    expected = [
        ("packet", b"packet"),
        ("gre", b"gre"),
        ("inside", b"of a server"),
        ("packet", b"for a server"),
        ("opened", 1),
        ("tcp", 1, b"data"),
        ("closed", 1, "gone"),
        ("served", ["a question"]),
    ]
    assert sorted(world.did, key=repr) == sorted(expected, key=repr)


def test_with_nothing_to_do_it_sleeps_for_ever(world: World) -> None:
    world.loop.step()
    assert world.sleeper.slept == [None]


def test_it_sleeps_until_the_first_deadline_and_not_longer(world: World) -> None:
    world.core.due, world.tcp.due, world.control.due = 108.0, 104.0, 106.0
    world.loop.step()
    world.loop.step()
    world.loop.step()
    assert world.did == ["timeout beside", ("timeout",)]
    assert world.sleeper.slept == pytest.approx([4.0, 2.0, 2.0], abs=0.01)
    assert world.core.called_at[0] >= 108.0


def test_what_a_timer_of_a_connection_says_reaches_the_core(world: World) -> None:
    world.tcp.due, world.tcp.late = 101.0, [TcpClosed(1, "no answer within 10 s")]
    world.loop.step()
    assert world.did == [("closed", 1, "no answer within 10 s")]


def test_a_flood_is_read_in_portions_and_the_others_have_their_turn(world: World) -> None:
    world.inside.put(*[b"flood"] * 3 * LIMIT)
    world.tcp.put(TcpOpened(1))
    world.loop.step()
    assert world.did.count(("inside", b"flood")) == LIMIT
    assert ("opened", 1) in world.did


def test_of_a_flood_of_ike_less_is_read_at_a_time_than_of_esp(world: World) -> None:
    world.queue.put(*[b"ike"] * 3 * LIMIT)
    for queue in world.esp:
        queue.put(*[b"esp"] * 3 * LIMIT)
    world.loop.step()
    assert world.did.count(("packet", b"ike")) == FEW
    assert world.did.count(("packet", b"esp")) == len(world.esp) * LIMIT


def test_where_esp_comes_with_ike_as_much_is_read_as_of_any_source() -> None:
    world = World(shared=True)
    world.queue.put(*[b"esp"] * 3 * LIMIT)
    world.loop.step()
    world.close()
    assert world.did.count(("packet", b"esp")) == LIMIT


def test_timers_are_looked_at_amid_a_portion(world: World) -> None:
    world.core.due, world.core.every = 0.0, 1 / 256
    world.inside.put(*[b"flood"] * LIMIT)
    world.loop.step()
    # A portion takes more than LIMIT ticks; the one look after it would call the timer once.
    assert len(world.core.called_at) > LIMIT * TICK / (SLICE + 2 * TICK)
    gaps = [b - a for a, b in zip(world.core.called_at, world.core.called_at[1:], strict=False)]
    assert max(gaps) < SLICE + 4 * TICK


def test_an_error_loses_one_packet_and_is_told_with_its_trace(world: World) -> None:
    world.core.answers["packet"] = RuntimeError("a mistake of ours")
    world.queue.put(b"bad", b"also bad")
    world.gre.put(b"good")
    world.loop.step()
    assert ("packet", b"also bad") in world.did
    assert ("gre", b"good") in world.did
    [fact] = world.facts
    assert fact.what is What.TROUBLE
    assert fact.details["where"] == "_note: RuntimeError('a mistake of ours')"
    assert "in receive_packet" in fact.details["trace"]
    assert "RuntimeError: a mistake of ours" in fact.details["trace"]


def test_a_flood_of_errors_is_told_now_and_then(world: World) -> None:
    world.core.answers["packet"] = RuntimeError("again")
    world.front.put(*[b"bad"] * 20)
    world.loop.step()
    assert len(world.facts) == 1
    world.clock.time += TRACE_EVERY
    world.front.put(b"bad")
    world.loop.step()
    assert world.facts[1].details["untold before"] == "19"


def test_after_errors_the_core_looks_once_at_what_they_may_have_left(world: World) -> None:
    world.core.answers["packet"] = RuntimeError("again")
    world.front.put(*[b"bad"] * 20)
    world.loop.step()
    assert ("recover",) not in world.did
    world.clock.time += HOLD
    world.loop.step()
    world.loop.step()
    assert world.did.count(("recover",)) == 1


def test_a_timer_that_fails_is_not_tried_again_at_once(world: World) -> None:
    world.core.due, world.core.every = 101.0, 0.0
    world.core.answers["timeout"] = RuntimeError("always")
    for _ in range(4):
        world.loop.step()
    first, second, *_ = world.core.called_at
    assert second - first >= HOLD


def test_a_source_that_fails_does_not_end_the_loop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(limit: int) -> list[bytes]:
        raise OSError("netlink is gone")

    monkeypatch.setattr(world.queue, "take", fail)
    world.queue.put(b"x")
    world.loop.step()
    assert "netlink is gone" in world.facts[0].details["trace"]


def test_hangup_reloads_and_says_so(world: World) -> None:
    world.signals.put(signal.SIGHUP)
    world.loop.step()
    assert world.did == ["reloading", "reloaded", "ready"]
    assert world.facts == [Fact(What.RELOADED)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_in_order(world: World, number: signal.Signals) -> None:
    world.core.answers["stop"] = [SendIp(b"farewell")]
    world.signals.put(number)
    world.loop.run()
    assert world.did == ["ready", "stopping", ("stop",), SendIp(b"farewell")]
    assert world.clock.time < 101.0


@pytest.mark.parametrize("busy", ["core", "tcp"])
def test_an_orderly_stop_waits_for_who_is_busy_but_not_for_ever(world: World, busy: str) -> None:
    everyone: dict[str, Any] = {"core": world.core, "tcp": world.tcp}
    everyone[busy].busy = True
    world.signals.put(signal.SIGTERM)
    world.loop.run()
    assert 100.0 + DRAIN <= world.clock.time < 101.0 + DRAIN


def test_while_stopping_packets_are_still_answered(world: World) -> None:
    world.core.busy = True
    world.signals.put(signal.SIGTERM)
    world.loop.step()
    world.queue.put(b"their farewell")
    world.loop.step()
    assert world.did[-1] == ("packet", b"their farewell")


def test_a_second_signal_stops_at_once(world: World) -> None:
    world.core.busy = True
    world.signals.put(signal.SIGTERM, signal.SIGTERM)
    world.loop.run()
    assert world.clock.time < 101.0
    assert world.did.count(("stop",)) == 1


def test_a_command_may_have_outputs_carried_out(world: World) -> None:
    wanted: Callable[[Sequence[Output]], None] = world.loop.carry_out
    wanted([SendIp(b"disconnect")])
    assert world.did == [SendIp(b"disconnect")]


def test_another_core_can_be_driven_from_now_on_and_the_first_again(world: World) -> None:
    before = Core([])
    before.due = world.clock.time + 3.0
    world.loop.drive(before)
    world.queue.put(b"looked at")
    world.loop.step()
    world.loop.step()
    assert world.sleeper.slept[-1] == pytest.approx(3.0, abs=0.1)
    assert before.did == [("packet", b"looked at"), ("timeout",)]
    assert world.did == []
    world.loop.drive(world.core)
    world.queue.put(b"alone")
    world.loop.step()
    assert world.did == [("packet", b"alone")]


def test_a_core_may_be_exchanged_while_a_timer_is_looked_at(world: World) -> None:
    """As when whoever looks on is given up for reading nothing."""
    other = Core([])
    world.control.due = world.clock.time
    world.control.on_timeout = lambda: world.loop.drive(other)
    world.loop.step()
    world.gre.put(b"gre")
    world.loop.step()
    assert other.did == [("gre", b"gre")]


def test_a_chore_has_its_turn_when_it_says_and_what_it_asks_for_is_done(world: World) -> None:
    world.chore.due = world.clock.time + 2 * TICK
    world.loop.step()
    world.loop.step()
    assert world.did.count("chore") == 1
    assert world.facts == [Fact(What.RELOADED)]


def test_what_the_kernel_tells_reaches_the_core_and_what_the_core_asks_the_kernel() -> None:
    world = World()
    world.core.answers["path"] = [SendL2tp(1, b"answer")]
    world.paths.put(b"asked")
    world.loop.step()
    assert world.did == [("path", L2tpHeard(1, b"asked")), SendL2tp(1, b"answer")]


def test_the_kernels_counters_are_read_in_their_time_and_before_anybody_asks() -> None:
    world = World()
    counted = CallCounted(1, 2, 3, 4, 5)
    world.paths.says = [counted]
    world.loop.refresh()
    world.paths.due = world.clock.time
    world.loop.step()
    assert world.did == [("path", counted), ("path", counted)]


def test_packets_that_a_worker_hands_on_come_as_from_a_queue() -> None:
    world = World()
    world.paths.says = [PacketHeard(b"esp"), GreHeard(b"gre")]
    world.loop.refresh()
    assert world.did == [("packet", b"esp"), ("gre", b"gre")]
