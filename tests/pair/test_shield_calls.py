"""How old servers are called, and how LCP comes up with them (CLIENTS.md, PPTP servers)."""

from struct import pack

import pytest

from gateway.bridge.pacing import APART, LONGEST_REST, NETBEUI_REST
from gateway.outputs import What
from tests.pair.gateway_world import NAT, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.net import DELAY
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_nt4 import Impatient, Nt4Ppp
from tests.pair.peers.ppp_wishful import Wishful

CLEAR, STOP, START = 12, 3, 1
NBFCP = b"\x80\x3f"
CALLBACK, MRRU, ENDPOINT = b"\x0d\3\6", b"\x11\4\6\x4e", b"\x13\4\1x"


def redial(world: World, client: L2tpIpsecClient, seconds: float) -> None:
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(1 / 4)
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(seconds)


def nt4(far: float, shield: bool) -> World:
    """An NT 4 server before SP5, and a client that is half a round trip of `far` away."""
    world = meet(route={"shield": shield})
    world.server.ppp = lambda _: Nt4Ppp(b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)))
    world.net.place_far(NAT, far)
    world.dial(world.join(nat=Nat(NAT), ppp=Impatient(b"clnt")), 40.0)
    return world


def restarts(world: World) -> int:
    server = world.server.line.ppp
    assert isinstance(server, Nt4Ppp)
    return server.restarts


@pytest.mark.parametrize("far", [0.5, 0.625, 0.75])
def test_lcp_comes_up_at_once_over_a_line_of_a_second_and_more(far: float) -> None:
    """Q219353: the client's repetitions would begin LCP anew at the server, for ever."""
    world = nt4(far, shield=True)
    assert world.clients[0].up
    assert restarts(world) == 0
    server = world.server.line.ppp
    assert server is not None
    assert len(server.requests) == 1


def test_without_a_shield_it_does_not_come_up_at_all() -> None:
    """Every answer of the client comes when the server waits for the next one already."""
    world = nt4(0.625, shield=False)
    assert not world.clients[0].up
    server = world.server.line.ppp
    assert isinstance(server, Nt4Ppp)
    assert server.failed


def test_an_acknowledgement_that_is_lost_outside_does_not_begin_lcp_anew() -> None:
    world = meet()
    world.server.ppp = lambda _: Nt4Ppp(b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)))
    client = world.join(nat=Nat(NAT), ppp=Impatient(b"clnt"))
    lost: list[float] = []

    def ack(datagram: object) -> bool:
        """The first frame to the client after the server has heard its request."""
        line = world.server.lines[-1] if world.server.lines else None
        host = getattr(datagram, "target").host  # noqa: B009
        right = bool(line and line.ppp and line.ppp.requests) and host == bytes((203, 0, 113, 7))
        lost.extend([world.net.now] * right)
        return right

    world.net.lose(ack, 2)
    world.dial(client, 20.0)
    assert len(lost) == 2
    assert client.up
    assert restarts(world) == 0


def test_calls_to_one_server_are_apart_and_each_comes_up() -> None:
    names = [f"pc-{number}" for number in range(8)]
    keys = {name: f"the key of {name} alone" for name in names}
    world = meet(*(client_entry(name, psk=keys[name]) for name in names))
    nat = Nat(NAT)
    for number, name in enumerate(names):
        client = world.join(host=f"192.168.1.{10 + number}", nat=nat, psk=keys[name])
        world.net.send(client.dial(world.net.now))
    world.net.run_for(12.0)
    assert all(client.up for client in world.clients)
    times = world.server.connected
    gaps = [later - early for early, later in zip(times, times[1:], strict=False)]
    assert len(gaps) == 7
    assert min(gaps) >= APART


def churn(shield: bool) -> World:
    """A client that dials and hangs up for five minutes, as fast as it can."""
    world = meet(route={"shield": shield})
    client = world.call_up()
    for _ in range(100):
        redial(world, client, 2.75)
    return world


@pytest.mark.long
def test_who_dials_and_hangs_up_in_a_loop_is_slowed_and_the_server_is_left_in_peace() -> None:
    """Q193499: connecting and disconnecting without end leaks until the processor is full;
    Q221331: and then calls are answered no more."""
    slow, fast = churn(shield=True), churn(shield=False)
    assert len(fast.server.lines) > 90
    assert len(slow.server.lines) < 20
    assert slow.core.sessions.keys() <= {max(slow.core.sessions, default=0)}


def test_who_was_slowed_comes_up_when_it_waits() -> None:
    world = churn(shield=True)
    client = world.clients[0]
    redial(world, client, LONGEST_REST + 10.0)
    assert client.up


def test_a_call_that_was_given_up_while_it_waited_never_reaches_the_server() -> None:
    world = meet()
    client = world.call_up()
    redial(world, client, 0.5)
    assert len(world.server.lines) == 1
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(5.0)
    assert len(world.server.lines) == 1
    assert not world.core.sessions


def test_netbeui_is_given_time_to_be_cleared_away() -> None:
    """Q194465, Q233048: for three to five seconds NT refuses calls."""
    world = meet()
    client = world.call_up()
    line = world.server.line
    ack = b"\xff\x03" + NBFCP + pack("!BBH", 2, 1, 4)
    world.net.send(world.server.say(line, [ack]))
    world.net.run_for(1.0)
    redial(world, client, 30.0)
    assert client.up
    first, second = world.server.connected
    assert second - first > NETBEUI_REST


@pytest.mark.parametrize("how", ["hang up", "owner", "vanish", "stop"])
def test_however_a_call_ends_the_server_is_told_in_the_right_order(how: str) -> None:
    """Q240089: a port that was left without a word stays dead (20073)."""
    world = meet(limits={"dpd_seconds": 1, "dpd_tries": 2, "hello_seconds": 1})
    client = world.call_up()
    [number] = world.core.sessions
    now = world.net.now
    ends = {
        "hang up": lambda: world.net.send(client.hang_up(now)),
        "owner": lambda: world.ask(world.core.disconnect(number, "asked", now)),
        "vanish": lambda: setattr(client, "alive", False),
        "stop": lambda: world.ask(world.core.stop(now)),
    }
    ends[how]()
    world.net.run_for(60.0)
    assert world.server.line.pptp.types()[-2:] == [CLEAR, STOP]
    assert not world.server.line.open
    assert world.errors() == []


def test_too_many_calls_that_wait_are_refused_with_a_sentence() -> None:
    world = meet()
    client = world.call_up()
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(2.0)
    there = world.core.config.routes[0].server
    for _ in range(200):
        world.core.board._pacer.turn(there, ("another", ""), world.net.now + 1.0)
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(2.0)
    [fact] = world.facts(What.REFUSED)
    assert fact.details["reason"] == "too many calls wait for the server already"
    assert client.lac.ended


@pytest.mark.parametrize("unwanted", [CALLBACK, MRRU + ENDPOINT, CALLBACK + MRRU + ENDPOINT])
@pytest.mark.parametrize("shield", [True, False])
def test_multilink_and_callback_are_refused_to_a_client_as_its_server_would(
    unwanted: bytes, shield: bool
) -> None:
    """Windows asks for both, and again without what was rejected."""
    world = meet(route={"shield": shield})
    client = world.join(nat=Nat(NAT), ppp=Wishful(b"clnt", wishes=unwanted))
    world.dial(client)
    assert client.up
    server = world.server.line.ppp
    assert server is not None
    assert all(wish not in asked for asked in server.requests for wish in (CALLBACK, MRRU))
    assert isinstance(client.ppp, Wishful)
    assert client.ppp.rejected == unwanted


def test_multilink_of_a_server_does_not_reach_the_client() -> None:
    world = meet()
    world.server.ppp = lambda _: Wishful(
        b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)), wishes=MRRU
    )
    client = world.call_up()
    assert all(MRRU not in asked for asked in client.ppp.requests)


def test_the_wait_for_a_server_costs_a_lone_client_nothing() -> None:
    world = meet()
    world.call_up()
    [asked] = world.facts(What.CALL_REQUESTED)
    [called] = world.facts(What.SERVER_CALLED)
    facts = world.gateway.facts
    assert facts.index(called) == facts.index(asked) + 1
    assert world.server.connected[0] - world.net.now < DELAY
