"""A client whose PPP begins late has missed what the server asked, and is asked again at once.

The server's own repetition comes three seconds after its first request (RFC 1661, 4.6). It may
be held besides (ppp/hold.py), so that in a crowd of dials the last were up seconds late.
"""

import pytest

from tests.pair.gateway_world import NAT, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.native_world import meet as native_meet
from tests.pair.peers.ppp_end import ACK, LCP, REQUEST, PppEnd
from tests.pair.peers.ppp_late import LatePpp, Listener
from tests.pair.peers.pppd import Pppd
from tests.pair.test_local import LAN, PLACES

SOON = 0.5  # seconds
LATE = pytest.mark.parametrize("after", [1.0, 2.0, 4.0, 7.0])


def dialled(ppp: PppEnd, world: World | None = None) -> World:
    """A dial of a client with this end of PPP, and half a minute."""
    made = world or meet()
    made.dial(made.join(nat=Nat(NAT), ppp=ppp), 30.0)
    assert made.errors() == []
    return made


def lcp_to_server(world: World, code: int) -> list[bytes]:
    bare = [frame.removeprefix(b"\xff\x03") for frame in world.server.frames]
    return [frame for frame in bare if frame[:2] == LCP and frame[2] == code]


@pytest.mark.parametrize("shield", [True, False])
@LATE
def test_a_client_that_begins_late_is_up_at_once(after: float, shield: bool) -> None:
    late = LatePpp(b"ours", after=after)
    dialled(late, meet(route={"shield": shield}))
    assert late.begun is not None
    assert late.up_at is not None
    assert late.up_at - late.begun < SOON
    assert len(late.requests) == 1


@LATE
def test_its_server_hears_of_nothing_twice(after: float) -> None:
    world = dialled(LatePpp(b"ours", after=after))
    assert len(lcp_to_server(world, REQUEST)) == len(lcp_to_server(world, ACK)) == 1


def test_a_client_in_time_is_asked_once() -> None:
    punctual = PppEnd(b"ours")
    dialled(punctual)
    assert punctual.up
    assert len(punctual.requests) == 1


def test_a_client_that_waited_to_be_asked_is_asked_once() -> None:
    """It speaks as late as that, but it has heard."""
    listener = Listener(b"ours")
    world = dialled(listener)
    assert listener.up
    assert len(listener.requests) == 1
    assert len(lcp_to_server(world, ACK)) == 1


def test_who_answers_both_times_is_heard_once() -> None:
    slow = Listener(b"ours", slow=True)
    world = dialled(slow)
    assert slow.up
    assert len(slow.requests) == 2
    assert len(lcp_to_server(world, ACK)) == 1


def test_at_a_native_server_too_a_client_that_begins_late_is_up_at_once() -> None:
    world = native_meet()
    late = LatePpp(b"ours", after=2.0)
    world.dial_one(ppp=late)
    assert late.begun is not None
    assert late.up_at is not None
    assert late.up_at - late.begun < SOON
    assert world.errors() == []


def test_pppd_on_this_machine_asks_for_itself() -> None:
    """It does so after a second, and nobody else in its name."""
    made = meet(client_entry(route="lan", reach=PLACES), routes=(LAN,))
    made.gateway.pppd = Pppd()
    late = LatePpp(b"ours", after=2.0)
    dialled(late, made)
    assert late.requests == []
