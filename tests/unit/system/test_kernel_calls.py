"""Calls in the kernel: reserved, connected, joined, parted and gone."""

import errno
import os
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.paths import (
    CallCounted,
    CallPath,
    FrameHeard,
    LinkHeard,
    PathEvent,
    PppdEnd,
    PptpEnd,
)
from gateway.system import kernel_calls
from gateway.system.estate import Nobody
from gateway.system.kernel_calls import KernelCalls, counted
from gateway.system.ppp_channels import Counts
from gateway.system.watched import Watched
from gateway.wire.udp import Endpoint
from tests.unit.system.kernel_paths import CALL, L2TP, NEAR, PEER, SERVER
from tests.unit.system.kernel_sockets import Channel, attach, close_all

ANSWERED = CallPath(PptpEnd(NEAR, SERVER, 0x8001, 0))
JOINED = replace(ANSWERED, outside=L2TP)
COUNTS = Counts(3, 300, 0, 2, 200, 0, 0, 0)


class Channels:
    """`system.ppp_channels` without the kernel's own sockets."""

    LARGEST = 2048
    attach = staticmethod(attach)

    def __init__(self) -> None:
        self.did: list[tuple[object, ...]] = []
        self.opened: list[Channel] = []
        self.refuses = ""  # the name of what fails
        self.counts = COUNTS

    def _note(self, *what: object) -> None:
        if what[0] == self.refuses:
            raise OSError(errno.EBUSY, "taken")
        self.did.append(what)

    def open_pptp(self, near: bytes, call: int) -> Channel:
        self._note("pptp", near, call)
        self.opened.append(Channel())
        return self.opened[-1]

    def connect_pptp(self, channel: Channel, server: bytes, peer_call: int) -> None:
        self._note("connect", server, peer_call)

    def open_l2tp(self, udp: socket.socket, peer: Endpoint, ids: tuple[int, ...]) -> Channel:
        self._note("l2tp", ids)
        self.opened.append(Channel())
        return self.opened[-1]

    def adopt_pptp(self, descriptor: int) -> Channel:
        return self._adopt("adopt pptp", descriptor)

    def adopt_l2tp(self, descriptor: int) -> Channel:
        return self._adopt("adopt l2tp", descriptor)

    def _adopt(self, what: str, descriptor: int) -> Channel:
        self._note(what)
        os.close(descriptor)
        self.opened.append(Channel())
        return self.opened[-1]

    def join_again(self, attached: int, other: Channel) -> None:
        self._note("join again")

    def join(self, attached: int, other: Channel) -> None:
        self._note("join")

    def part(self, attached: int) -> None:
        self._note("part")

    def lead_in(self, attached: int, interface: int, terminal: int) -> None:
        self._note("lead in", interface, terminal)

    def lead_out(self, attached: int) -> None:
        self._note("lead out")

    def l2tp_counts(self, channel: Channel) -> Counts:
        return self.counts


class Legs:
    def udp(self, number: int) -> tuple[socket.socket, Endpoint]:
        if number != L2TP.leg:
            raise OSError("the kernel does not have this peer")
        return self.made, PEER

    def __init__(self) -> None:
        self.made = Channel()


class World:
    def __init__(self, channels: Channels) -> None:
        self.channels = channels
        self.told: list[PathEvent] = []
        self.left: dict[str, int] = {}  # by an earlier process
        self.watched = Watched(Nobody(), self.left)
        self.calls = KernelCalls(Legs(), self.watched, self.told.append)  # type: ignore[arg-type]  # only `udp` is asked

    def steps(self) -> list[object]:
        return [what[0] for what in self.channels.did]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    channels = Channels()
    monkeypatch.setattr(kernel_calls, "ppp_channels", channels)
    made = World(channels)
    yield made
    for number in range(1, 3):
        made.calls.give_up(number)
    made.watched.close()
    close_all()


def test_the_number_is_reserved_before_the_server_is_told_of_it(world: World) -> None:
    world.calls.set(1, CALL)
    assert world.channels.did == [("pptp", NEAR, 0x8001)]


def test_a_servers_call_may_have_the_number_zero(world: World) -> None:
    world.calls.set(1, CALL)
    world.calls.set(1, ANSWERED)
    assert world.channels.did[-1] == ("connect", SERVER, 0)


def test_until_it_is_joined_frames_go_by_hand(world: World) -> None:
    """The kernel puts FF 03 before what it sends, itself."""
    world.calls.set(1, ANSWERED)
    [channel] = world.channels.opened
    channel.other.send(b"\xc0\x21lcp")
    assert world.watched.take() == [FrameHeard(1, b"\xc0\x21lcp")]
    world.calls.send(1, b"\xff\x03\xc0\x21answer")
    assert channel.other.recv(50) == b"\xc0\x21answer"
    world.calls.send(7, b"nobody's")


def test_asking_for_the_same_twice_changes_nothing(world: World) -> None:
    world.calls.set(1, ANSWERED)
    world.calls.set(1, JOINED)
    done = list(world.channels.did)
    world.calls.set(1, replace(JOINED))
    assert world.channels.did == done
    assert world.steps() == ["pptp", "connect", "l2tp", "join"]


def test_what_came_before_the_two_were_joined_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.calls.set(1, ANSWERED)
    [inside] = world.channels.opened
    inside.other.send(b"from the server")

    def join(attached: int, outside: Channel) -> None:
        outside.other.send(b"from the client")

    monkeypatch.setattr(world.channels, "join", join)
    world.calls.set(1, JOINED)
    assert world.told == [FrameHeard(1, b"from the server")]
    assert inside.other.recv(50) == b"from the client"


def test_a_joining_that_fails_leaves_the_call_as_it_was(world: World) -> None:
    world.calls.set(1, ANSWERED)
    world.channels.refuses = "join"
    with pytest.raises(OSError, match="taken"):
        world.calls.set(1, JOINED)
    assert world.channels.opened[1].fileno() == -1
    world.channels.opened[0].other.send(b"goes on")
    assert world.watched.take() == [FrameHeard(1, b"goes on")]


def test_figures_are_told_when_they_are_others_and_at_the_end(world: World) -> None:
    world.calls.set(1, JOINED)
    figures = counted(1, COUNTS)
    assert world.calls.count() == [figures]
    assert world.calls.count() == []
    world.calls.set(1, None)
    assert world.told == [replace(figures, last=True)]
    assert [channel.fileno() for channel in world.channels.opened] == [-1, -1]
    world.calls.set(1, None)


def test_headers_of_l2tp_are_not_the_frames() -> None:
    assert counted(1, COUNTS) == CallCounted(1, 2, 200 - 2 * 8, 3, 300 - 3 * 6)


def test_a_parted_call_goes_on_by_hand_with_its_figures_told(world: World) -> None:
    world.calls.set(1, JOINED)
    world.calls.set(1, ANSWERED)
    assert world.told == [counted(1, COUNTS)]
    assert world.steps()[-1] == "part"
    world.channels.opened[0].other.send(b"by hand")
    assert world.watched.take() == [FrameHeard(1, b"by hand")]
    assert world.calls.count() == []


def test_a_call_that_was_never_joined_ends_with_figures_too(world: World) -> None:
    world.calls.set(1, CALL)
    world.calls.set(1, None)
    assert world.told == [CallCounted(1, 0, 0, 0, 0, last=True)]


def test_a_call_between_two_tunnels_has_both_its_ends_opened_at_once(world: World) -> None:
    world.calls.set(1, CallPath(replace(L2TP, call=70), L2TP))
    assert world.steps() == ["l2tp", "l2tp", "join"]
    world.channels.refuses = "join"
    with pytest.raises(OSError, match="taken"):
        world.calls.set(2, CallPath(replace(L2TP, call=71), replace(L2TP, call=72)))
    assert [channel.fileno() for channel in world.channels.opened[2:]] == [-1, -1]


IN_TRUNK = CallPath(replace(L2TP, call=70), L2TP)


def test_a_call_between_two_tunnels_that_is_parted_has_neither_end_and_may_be_joined_again(
    world: World,
) -> None:
    """What comes for it meanwhile is in the messages of both legs."""
    world.calls.set(1, IN_TRUNK)
    world.calls.set(1, replace(IN_TRUNK, outside=None))
    assert [channel.fileno() for channel in world.channels.opened] == [-1, -1]
    assert world.told == [counted(1, COUNTS)]
    world.calls.send(1, b"there is no way by hand here")
    world.calls.set(1, IN_TRUNK)
    assert world.steps() == ["l2tp", "l2tp", "join"] * 2
    world.calls.set(1, None)
    assert [channel.fileno() for channel in world.channels.opened[2:]] == [-1, -1]


def test_another_trunk_has_another_channel_and_the_same_asked_for_twice_none(world: World) -> None:
    world.calls.set(1, IN_TRUNK)
    world.calls.set(1, replace(IN_TRUNK))
    assert world.steps() == ["l2tp", "l2tp", "join"]
    world.calls.set(1, CallPath(replace(L2TP, call=71), L2TP))
    assert world.steps() == ["l2tp", "l2tp", "join"] * 2
    assert [channel.fileno() == -1 for channel in world.channels.opened] == [
        True, True, False, False,
    ]  # fmt: skip


TO_PPPD = CallPath(PppdEnd(3, 17), L2TP)


def test_where_a_pppd_is_inside_its_interface_has_the_channel_and_the_link_is_told(
    world: World,
) -> None:
    world.calls.set(1, TO_PPPD)
    world.calls.set(1, replace(TO_PPPD))
    assert world.steps() == ["l2tp", "lead in"]
    assert world.channels.did[-1] == ("lead in", 3, 17)
    [channel] = world.channels.opened
    channel.other.send(b"\xc0\x21echo")
    assert world.watched.take() == [LinkHeard(1, b"\xc0\x21echo")]
    assert world.calls.count() == [counted(1, COUNTS)]


def test_parted_from_its_interface_nothing_that_has_come_is_lost(world: World) -> None:
    world.calls.set(1, TO_PPPD)
    [channel] = world.channels.opened
    channel.other.send(b"the last")
    world.calls.set(1, replace(TO_PPPD, outside=None))
    assert world.told == [counted(1, COUNTS), LinkHeard(1, b"the last")]
    assert (world.steps()[-1], channel.fileno()) == ("lead out", -1)
    world.calls.set(1, TO_PPPD)
    assert world.steps() == ["l2tp", "lead in", "lead out", "l2tp", "lead in"]
    world.calls.set(1, None)
    assert world.steps()[-1] == "lead out"
    assert [each.fileno() for each in world.channels.opened] == [-1, -1]


def test_an_interface_that_is_gone_leaves_the_call_by_hand(world: World) -> None:
    world.channels.refuses = "lead in"
    with pytest.raises(OSError, match="taken"):
        world.calls.set(1, TO_PPPD)
    assert world.channels.opened[0].fileno() == -1
    world.calls.set(1, replace(TO_PPPD, outside=None))
    assert (world.steps(), world.told) == (["l2tp"], [])


def test_a_call_given_up_leaves_nothing(world: World) -> None:
    world.calls.set(1, ANSWERED)
    world.calls.give_up(1)
    world.calls.give_up(1)
    assert world.channels.opened[0].fileno() == -1


def test_without_an_address_of_ours_it_is_that_of_the_route(world: World) -> None:
    world.calls.set(1, CallPath(PptpEnd(None, bytes((127, 0, 0, 1)), 0x8001)))
    assert world.channels.did == [("pptp", bytes((127, 0, 0, 1)), 0x8001)]


PPTP_NAME, L2TP_NAME = "call-1-pptp-32769", "call-1-l2tp-1-5-7"


def test_a_call_that_an_earlier_process_has_joined_goes_on(world: World) -> None:
    world.left |= {name: os.memfd_create(name) for name in (PPTP_NAME, L2TP_NAME)}
    world.calls.set(1, JOINED, there=True)
    assert world.steps() == ["adopt pptp", "adopt l2tp", "join again"]
    assert world.left == {}
    assert world.calls.count() == [counted(1, COUNTS)]
    world.calls.set(1, ANSWERED)
    assert world.steps()[-1] == "part"


def test_one_that_was_about_to_be_joined_is_joined(world: World) -> None:
    world.left[PPTP_NAME] = os.memfd_create(PPTP_NAME)
    world.calls.set(1, JOINED, there=True)
    assert world.steps() == ["adopt pptp", "l2tp", "join"]


def test_one_that_cannot_be_joined_again_comes_by_hand(world: World) -> None:
    world.left |= {name: os.memfd_create(name) for name in (PPTP_NAME, L2TP_NAME)}
    world.channels.refuses = "join again"
    with pytest.raises(OSError, match="taken"):
        world.calls.set(1, JOINED, there=True)
    world.calls.send(1, b"by hand")
    assert world.channels.opened[0].other.recv(20) == b"by hand"


def test_an_end_inside_that_was_lost_is_not_made_anew(world: World) -> None:
    with pytest.raises(OSError, match="was lost"):
        world.calls.set(1, JOINED, there=True)
    assert world.steps() == []
