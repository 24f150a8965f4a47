"""Legs in the kernel: only the difference is done, and what goes has told what it did."""

import errno
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.paths import L2tpHeard, LegPath, PathEvent, SaCounted, SaExpired
from gateway.system import kernel_legs, kernel_sas
from gateway.system.estate import Nobody
from gateway.system.kernel_legs import JUMP, KernelLegs
from gateway.system.kernel_sas import KernelSas
from gateway.system.netlink.line import KernelRefused
from gateway.system.virtual import Place
from gateway.system.watched import Watched
from gateway.wire.udp import Endpoint
from tests.unit.system.kernel_line import KernelLine, fresh
from tests.unit.system.kernel_paths import IN, LEG, NEAR, OUT, PEER, VIRTUAL, sa
from tests.unit.system.kernel_sockets import Channel, close_all


class Translation:
    """Notes its changes, and can refuse."""

    name = "noted"

    def __init__(self) -> None:
        self.changes: list[tuple[Place | None, Place | None]] = []
        self.steps: list[str] = []
        self.refuses = False

    def check_works(self) -> None: ...
    def start(self, stays: bool = False) -> None:
        self.steps.append("stays" if stays else "start")

    def settle(self) -> None:
        self.steps.append("settle")

    def stop(self) -> None: ...
    def mend(self) -> None: ...

    def change(self, was: Place | None, place: Place | None) -> None:
        if self.refuses and place is not None:
            raise OSError(errno.EPERM, "not today")
        self.changes.append((was, place))


class World:
    def __init__(self, line: type[KernelLine]) -> None:
        self.line = line
        self.told: list[PathEvent] = []
        self.translation = Translation()
        self.left: dict[str, int] = {}  # by an earlier process
        self.watched = Watched(Nobody(), self.left)
        self.legs = KernelLegs(KernelSas(), self.translation, self.watched, self.told.append)

    def spis(self) -> list[int]:
        return [each.spi for each in KernelSas().every()]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    line = fresh()
    monkeypatch.setattr(kernel_sas, "Line", line)
    monkeypatch.setattr(kernel_legs, "open_udp", Channel)
    made = World(line)
    yield made
    made.watched.close()
    close_all()


PLACE = Place(VIRTUAL, NEAR, PEER)


def test_asking_for_the_same_twice_changes_nothing(world: World) -> None:
    world.legs.set(1, LEG)
    assert world.spis() == [IN.spi, OUT.spi]
    assert world.translation.changes == [(None, PLACE)]
    done = len(world.line.did)
    world.legs.set(1, replace(LEG))
    assert (len(world.line.did), len(world.legs)) == (done, 1)
    assert world.told == []


def test_a_leg_that_goes_tells_its_last_figures(world: World) -> None:
    world.legs.set(1, LEG)
    world.legs.set(1, None)
    assert world.told == [
        SaCounted(1, IN.spi, True, 0, 0, IN.sequence, last=True),
        SaCounted(1, OUT.spi, False, 0, 0, OUT.sequence, last=True),
    ]
    assert (world.spis(), len(world.legs)) == ([], 0)
    world.legs.set(1, None)


def test_a_moved_peer_has_new_ports_and_its_old_window(world: World) -> None:
    world.legs.set(1, LEG)
    there = Endpoint(PEER.host, 62000)
    world.legs.set(1, replace(LEG, peer=there))
    assert {each.ports for each in KernelSas().every()} == {(62000, 4500), (4500, 62000)}
    assert world.translation.changes[-1] == (PLACE, Place(VIRTUAL, NEAR, there))


def test_a_rekey_adds_before_it_takes_away(world: World) -> None:
    world.legs.set(1, LEG)
    new_in, new_out = sa(0x1003), sa(0x2004)
    both = replace(LEG, inbound=(IN, new_in), outbound=new_out)
    world.legs.set(1, both)
    assert set(world.spis()) == {IN.spi, new_in.spi, new_out.spi}
    assert world.told == [SaCounted(1, OUT.spi, False, 0, 0, OUT.sequence, last=True)]
    world.legs.set(1, replace(both, inbound=(new_in,)))
    assert set(world.spis()) == {new_in.spi, new_out.spi}


def test_an_sa_that_sends_once_more_jumps_over_what_it_may_have_sent(world: World) -> None:
    world.legs.set(1, LEG)
    world.legs.set(1, replace(LEG, outbound=sa(0x2004)))
    world.legs.set(1, LEG)
    [again] = [each for each in KernelSas().every() if each.spi == OUT.spi]
    assert again.replay.sent == OUT.sequence + JUMP


def test_an_sa_that_has_gone_by_itself_has_ended(world: World) -> None:
    """Its lifetime was over, or somebody has flushed them all."""
    world.legs.set(1, LEG)
    world.line.associations.clear()
    world.legs.set(1, replace(LEG, peer=Endpoint(PEER.host, 62000)))
    assert world.told == [
        SaExpired(1, IN.spi, True, True),
        SaExpired(1, OUT.spi, False, True),
    ]
    world.told.clear()
    world.legs.set(1, None)
    assert [event.last for event in world.told if isinstance(event, SaCounted)] == [True, True]


def test_any_other_refusal_is_an_error_and_giving_up_leaves_nothing(world: World) -> None:
    world.translation.refuses = True
    with pytest.raises(OSError, match="not today"):
        world.legs.set(1, LEG)
    world.legs.give_up(1, LEG)
    assert (world.spis(), len(world.legs)) == ([], 0)
    assert world.translation.changes == [(PLACE, None), (PLACE, None)]
    world.translation.refuses = False
    world.legs.set(1, LEG)
    world.line.refuses.append(errno.EINVAL)
    with pytest.raises(KernelRefused):
        world.legs.set(1, replace(LEG, peer=Endpoint(PEER.host, 62000)))


def test_counters_say_whose_they_are_and_foreign_ones_are_nobodys(world: World) -> None:
    world.legs.set(1, LEG)
    foreign = replace(LEG, virtual=PEER.host)
    KernelSas().add(foreign, sa(0x9009), True)
    assert [(each.spi, each.inbound) for each in counts(world)] == [
        (IN.spi, True), (OUT.spi, False),
    ]  # fmt: skip


def counts(world: World) -> list[SaCounted]:
    return [event for event in world.legs.count() if isinstance(event, SaCounted)]


def test_one_sa_can_be_looked_at(world: World) -> None:
    world.legs.set(1, LEG)
    assert world.legs.look(1, IN.spi) == [SaCounted(1, IN.spi, True, 0, 0, IN.sequence)]
    assert world.legs.look(1, 77) == world.legs.look(2, IN.spi) == []
    world.line.associations.clear()
    assert world.legs.look(1, IN.spi) == []


def test_messages_come_and_go_by_the_legs_own_socket(world: World) -> None:
    world.legs.set(1, LEG)
    udp, peer = world.legs.udp(1)
    assert isinstance(udp, Channel)
    assert peer == Endpoint(VIRTUAL, 1701)
    udp.other.send(b"hello")
    assert world.watched.take() == [L2tpHeard(1, b"hello")]
    world.legs.send(1, b"answer")
    assert udp.other.recv(20) == b"answer"
    world.legs.send(2, b"nobody")


def test_another_tunnel_has_another_socket_and_what_was_in_the_old_one_is_not_lost(
    world: World,
) -> None:
    world.legs.set(1, LEG)
    old, _ = world.legs.udp(1)
    assert isinstance(old, Channel)
    old.other.send(b"under way")
    world.legs.set(1, replace(LEG, tunnel=9))
    assert world.told == [L2tpHeard(1, b"under way")]
    assert world.legs.udp(1)[0] is not old
    assert old.fileno() == -1


def test_a_leg_that_is_not_there_has_no_socket(world: World) -> None:
    with pytest.raises(OSError, match="does not have this peer"):
        world.legs.udp(1)
    assert world.legs.path(1) is None


def test_a_place_in_doubt_is_passed_on_as_such(world: World) -> None:
    path: LegPath = replace(LEG, mapped=False)
    world.legs.set(1, path)
    assert world.translation.changes == [(None, PLACE._replace(mapped=False))]


UDP_NAME = "leg-1-udp-5"


def test_a_leg_of_an_earlier_process_is_taken_up_as_it_is(world: World) -> None:
    for sa_, inbound in ((IN, True), (OUT, False)):
        KernelSas().add(LEG, sa_, inbound)
    with Channel() as before:
        world.left[UDP_NAME] = os.dup(before.fileno())
        done = len(world.line.did)
        world.legs.set(1, LEG, there=True)
        assert (len(world.line.did), world.left) == (done, {})
        assert world.told == [
            SaCounted(1, IN.spi, True, 0, 0, IN.sequence),
            SaCounted(1, OUT.spi, False, 0, 0, OUT.sequence),
        ]
        world.legs.send(1, b"hello")
        assert before.other.recv(20) == b"hello"
    assert world.translation.changes == [(None, PLACE)]
    assert [world.legs.wants(each) for each in KernelSas().every()] == [True, True]
    world.legs.set(1, None)


def test_what_is_not_there_any_more_of_it_has_ended_and_is_not_made_anew(world: World) -> None:
    KernelSas().add(LEG, IN, True)
    world.legs.set(1, LEG, there=True)
    assert world.told[-1] == SaExpired(1, OUT.spi, False, True)
    assert world.spis() == [IN.spi]


def test_a_limit_that_was_reached_while_nobody_heard_of_it_is_told(world: World) -> None:
    used_up = replace(IN, soft_bytes=0)
    path = replace(LEG, inbound=(used_up,), outbound=None)
    KernelSas().add(path, used_up, True)
    world.legs.set(1, path, there=True)
    assert world.told[-1] == SaExpired(1, IN.spi, True, False)


def test_an_sa_of_a_leg_that_is_not_in_its_path_is_not_wanted(world: World) -> None:
    world.legs.set(1, LEG)
    KernelSas().add(LEG, sa(0x3003), True)
    wanted = {each.spi: world.legs.wants(each) for each in KernelSas().every()}
    assert wanted == {IN.spi: True, OUT.spi: True, 0x3003: False}
