"""All of it together: requests in, events out, and nothing left at the end."""

import errno
import os
import socket
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.paths import (
    CallRefused,
    L2tpHeard,
    LegRefused,
    LookAt,
    SaCounted,
    SaExpired,
    SaMapped,
    SendFrame,
    SendL2tp,
    SetCall,
    SetLeg,
)
from gateway.system import kernel_calls, kernel_legs, kernel_sas, paths, pool_route
from gateway.system.paths import COUNT_EVERY, Paths, decapsulating
from gateway.system.virtual import Pool
from gateway.wire.ipv4 import host_bytes
from gateway.wire.xfrm import Expired, Mapped
from tests.unit.system.kernel_line import KernelLine, fresh
from tests.unit.system.kernel_paths import CALL, IN, LEG, OUT, PEER, VIRTUAL, sa
from tests.unit.system.kernel_sockets import Channel, close_all
from tests.unit.system.test_kernel_calls import ANSWERED, JOINED, Channels
from tests.unit.system.test_kernel_legs import Translation

OTHER = replace(
    LEG, virtual=host_bytes("100.127.0.2"), inbound=(sa(0x1002),), outbound=sa(0x2003), tunnel=6
)
POOL = Pool(host_bytes("100.127.0.0"), 16, "lo", (host_bytes("127.0.0.1"),))


class Events:
    """What the kernel tells unasked."""

    def __init__(self) -> None:
        self.missed = 0
        self.waiting: deque[Expired | Mapped] = deque()
        self._ours, self.other = socket.socketpair()

    def fileno(self) -> int:
        return self._ours.fileno()

    def put(self, *events: Expired | Mapped) -> None:
        self.waiting.extend(events)
        self.other.send(b"x")

    def take(self) -> list[Expired | Mapped]:
        self._ours.recv(100)
        found = list(self.waiting)
        self.waiting.clear()
        return found

    def close(self) -> None:
        self._ours.close()
        self.other.close()


class World:
    def __init__(self, line: type[KernelLine], events: Events, channels: Channels) -> None:
        self.line, self.events, self.channels = line, events, channels
        self.translation = Translation()
        self.paths = Paths(POOL, self.translation)
        self.left: dict[str, int] = {}

    def another(self, pool: Pool = POOL) -> Paths:
        """A successor of a daemon that has died, with what that has left."""
        names = "encap-127.0.0.1", "leg-1-udp-5"
        self.left = {name: os.dup(self.events.fileno()) for name in names}
        self.paths = Paths(pool, self.translation, None, self.left)
        self.paths.start()
        return self.paths


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    line, events, channels = fresh(), Events(), Channels()
    for module in (kernel_sas, pool_route):
        monkeypatch.setattr(module, "Line", line)
    monkeypatch.setattr(kernel_legs, "open_udp", Channel)
    monkeypatch.setattr(kernel_calls, "ppp_channels", channels)
    monkeypatch.setattr(paths, "Events", lambda: events)
    monkeypatch.setattr(paths, "decapsulating", lambda host: Channel())
    made = World(line, events, channels)
    made.paths.start()
    yield made
    for number in (1, 2):
        made.paths.calls.give_up(number)
    made.paths.stop()
    for descriptor in made.left.values():
        os.close(descriptor)
    events.close()
    close_all()


def test_from_start_to_stop_all_is_there_and_then_nothing(world: World) -> None:
    assert (len(world.line.policies), len(world.line.routes)) == (2, 1)
    world.paths.carry_out(SetLeg(1, LEG))
    assert len(world.line.associations) == 2
    world.paths.stop()
    assert (world.line.policies, world.line.routes, world.line.associations) == ([], [], {})


def test_a_message_goes_and_comes_by_the_leg(world: World) -> None:
    world.paths.carry_out(SetLeg(1, LEG))
    world.paths.carry_out(SendL2tp(1, b"hello"))
    udp, _ = world.paths.legs.udp(1)
    assert isinstance(udp, Channel)
    assert udp.other.recv(20) == b"hello"
    udp.other.send(b"answer")
    assert world.paths.take() == [L2tpHeard(1, b"answer")]


def test_a_leg_that_cannot_be_is_refused_as_an_event_and_leaves_nothing(world: World) -> None:
    world.translation.refuses = True
    world.paths.carry_out(SetLeg(1, LEG))
    assert world.paths.deadline() == 0.0
    assert world.paths.take() == [LegRefused(1, "[Errno 1] not today")]
    assert world.line.associations == {}


def test_a_call_that_cannot_be_joined_stays_and_one_that_cannot_begin_goes(world: World) -> None:
    world.paths.carry_out(SetCall(1, ANSWERED))
    world.paths.carry_out(SetCall(1, JOINED))  # there is no leg
    assert [event.joining for event in world.paths.take() if isinstance(event, CallRefused)] == [
        True
    ]
    world.paths.carry_out(SendFrame(1, b"by hand"))
    assert world.channels.opened[0].other.recv(20) == b"by hand"
    world.channels.refuses = "pptp"
    world.paths.carry_out(SetCall(2, CALL))
    assert world.paths.take() == [CallRefused(2, "[Errno 16] taken", False)]


def test_counters_are_read_in_their_time_while_there_is_a_leg(world: World) -> None:
    assert world.paths.deadline() is None
    world.paths.carry_out(SetLeg(1, LEG))
    found = world.paths.handle_timeout(10.0)
    assert [event.spi for event in found if isinstance(event, SaCounted)] == [IN.spi, OUT.spi]
    assert world.paths.deadline() == 10.0 + COUNT_EVERY
    assert world.paths.handle_timeout(11.0) == []


def test_an_sa_is_looked_at_when_that_is_asked(world: World) -> None:
    world.paths.carry_out(SetLeg(1, LEG))
    world.paths.carry_out(LookAt(1, IN.spi))
    assert world.paths.take() == [SaCounted(1, IN.spi, True, 0, 0, IN.sequence)]


def test_a_limit_is_told_behind_what_was_counted_and_a_mapping_with_both_legs(
    world: World,
) -> None:
    world.paths.carry_out(SetLeg(1, LEG))
    [known] = [each for each in kernel_sas.KernelSas().every() if each.spi == IN.spi]
    there = (VIRTUAL, PEER.port)
    world.events.put(Expired(known, hard=True), Mapped(IN.spi, there, there))
    world.events.put(Mapped(IN.spi, there, (PEER.host, 9)))
    assert world.paths.take() == [
        SaCounted(1, IN.spi, True, 0, 0, IN.sequence, last=True),
        SaExpired(1, IN.spi, True, True),
        SaMapped(1, IN.spi, 1),
    ]


def test_when_events_were_missed_all_counters_are_read(world: World) -> None:
    world.paths.carry_out(SetLeg(1, LEG))

    def take() -> list[Expired | Mapped]:
        world.events.missed += 1
        return []

    world.events.take = take  # type: ignore[method-assign]  # the kernel had more than fits
    world.events.put()
    found = world.paths.take()
    assert [event.spi for event in found if isinstance(event, SaCounted)] == [IN.spi, OUT.spi]


def test_what_cannot_be_counted_is_no_reason_to_stop(world: World) -> None:
    world.paths.carry_out(SetLeg(1, LEG))

    def dump(kind: int, body: bytes, what: str) -> list[object]:
        raise OSError(errno.ENOBUFS, "no room")

    world.paths._sas._line.dump = dump  # type: ignore[assignment,method-assign]  # a busy kernel
    assert world.paths.count() == []
    del world.paths._sas._line.dump


def test_the_socket_for_esp_in_udp_is_bound_to_its_port_or_closed() -> None:
    made = decapsulating(host_bytes("127.0.0.1"))
    assert made.getsockname() == ("127.0.0.1", 4500)
    with pytest.raises(OSError, match="in use"):
        decapsulating(host_bytes("127.0.0.1"))
    made.close()


def test_what_an_earlier_daemon_has_left_goes_on_and_what_nobody_asks_for_ends(
    world: World,
) -> None:
    world.paths.carry_out(SetLeg(1, LEG))
    world.paths.carry_out(SetLeg(2, OTHER))
    policies = list(world.line.policies)
    heir = world.another()
    assert (heir.goes_on, world.line.policies, len(world.line.associations)) == (True, policies, 4)
    heir.carry_out(SetLeg(1, LEG, there=True))
    heir.settle()
    assert {each.spi for each in kernel_sas.KernelSas().every()} == {IN.spi, OUT.spi}
    assert world.translation.steps[-2:] == ["stays", "settle"]
    heir.carry_out(SetLeg(1, None))


def test_for_other_virtual_addresses_nothing_goes_on(world: World) -> None:
    world.paths.carry_out(SetLeg(1, LEG))
    heir = world.another(replace(POOL, bits=24))
    heir.settle()
    assert (heir.goes_on, world.line.associations) == (False, {})
    assert world.translation.steps[-1] == "start"


def test_who_finds_an_end_inside_lost_is_told(world: World) -> None:
    world.paths.carry_out(SetCall(1, ANSWERED, there=True))
    assert world.paths.take() == [
        CallRefused(1, f"[Errno {errno.ENOTCONN}] what the kernel had of the call was lost", False)
    ]
