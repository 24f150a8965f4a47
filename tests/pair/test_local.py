"""PPP ends at the gateway: pppd is started for the call, and carries what the client may reach.

Where the kernel carries, that is to the interface of the pppd, which from then on is asked by its
terminal for nothing but what negotiates the link.
"""

from dataclasses import replace

import pytest

from gateway.bridge.crossing import CONFINES, READS
from gateway.bridge.session import SPEAKS_WITHIN
from gateway.bridge.silence import data_frames
from gateway.bridge.views import session_views
from gateway.control.causes import Cause
from gateway.control.config import HERE, Route
from gateway.control.explain import sentence
from gateway.control.sessions import SessionView
from gateway.control.values_reach import ALL, Reach, reach
from gateway.outputs import What
from gateway.ppp.hdlc import sealed
from gateway.ppp.numbers import Protocol
from gateway.system.pppd_calls import BEGINS_WITHIN
from tests.pair.explain_world import ask
from tests.pair.gateway_world import NAT, World, client_entry, configure, datagrams, meet
from tests.pair.nat import Nat
from tests.pair.peers.ppp_end import IP
from tests.pair.peers.pppd import Pppd

LAN = Route("lan", "local", HERE, auth=("mschap-v2",))
CARRIED = replace(LAN, carrier="auto", shield=False)
BY_KERNEL = pytest.mark.parametrize("carrier", ["kernel"], indirect=True)
ECHO, ECHO_REPLY = b"\xff\x03\xc0\x21\x09", b"\xc0\x21\x0a"
PLACES = (reach("10.1.0.1"), reach("10.1.0.0/24 ip/50"))


def world(places: object = PLACES, pppd: Pppd | None = None, route: Route = LAN) -> World:
    made = meet(client_entry(route="lan", reach=places), routes=(route,))
    made.gateway.pppd = pppd
    return made


def up(places: object = PLACES, route: Route = LAN) -> tuple[World, Pppd]:
    pppd = Pppd()
    made = world(places, pppd, route)
    made.call_up()
    return made, pppd


def view_of(made: World) -> SessionView:
    [view] = session_views(made.core, made.net.now)
    return view


def test_a_client_comes_up_against_pppd_and_both_are_told_so() -> None:
    made, pppd = up()
    assert pppd.run.request["route"] == "lan"
    assert pppd.run.request["client"] == "old-pc"
    assert pppd.run.request["from"] == NAT
    assert 576 <= int(pppd.run.request["mru"]) <= 1500
    view = view_of(made)
    assert (view.state, view.client_ip) == ("up", "10.1.0.2")
    assert (view.inside_kind, view.encryption) == ("PPP", "ends here")
    assert (view.server, view.route) == ("pppd on this machine", "lan")
    told = [sentence(fact) for fact in made.facts(What.SERVER_ANSWERED)]
    assert told[0].startswith("PPP: the server pppd on this machine has taken the call")
    [asked] = made.facts(What.CALL_REQUESTED)
    assert asked.details["server"] == "pppd on this machine"  # no address is made up
    assert [fact.details["peer_call_id"] for fact in made.facts(What.SERVER_ANSWERED)] == [""]
    assert made.errors() == []


def test_data_goes_both_ways_whatever_bytes_are_in_it() -> None:
    made, pppd = up()
    [client] = made.clients
    payload = bytes(range(256)) + b"~}~}"
    made.net.send(client.send_data(IP, payload))
    assert pppd.run.ppp is not None
    for number in range(3):
        frame = pppd.run.ppp.say(IP, bytes((number,)) + payload)
        made.gateway.tell_of_pppd(key_of(pppd), sealed(frame), made.net.now)
    made.net.run_for(1.0)
    assert pppd.run.frames[-1] == client.ppp.say(IP, payload)
    assert [frame[-len(payload) - 1] for frame in client.ppp.got] == [0, 1, 2]


def test_what_is_out_of_reach_never_gets_to_pppd() -> None:
    made, pppd = up((reach("10.1.0.9"),))
    before = len(pppd.run.frames)
    made.net.send(made.clients[0].send_data(IP, bytes(8)))
    made.net.run_for(1.0)
    assert len(pppd.run.frames) == before
    assert view_of(made).drops == {"confined_out_of_reach": 1}


def test_where_nobody_has_said_what_is_in_reach_nothing_is() -> None:
    made, _ = up(None)
    made.net.send(made.clients[0].send_data(IP, bytes(8)))
    made.net.run_for(1.0)
    view = view_of(made)
    assert view.reach == "nothing (no reach is given)"
    assert view.drops == {"confined_out_of_reach": 1}


def test_where_nobody_starts_pppd_the_client_is_refused_and_the_owner_told_why() -> None:
    made = world()
    client = made.join(nat=Nat(NAT))
    made.dial(client)
    assert not client.up
    [refused] = made.facts(What.REFUSED)
    assert "`postern pppd` does not run" in refused.details["detail"]
    first = ask(made, "old-pc")[0]
    assert first.cause == Cause.NO_PPPD.value
    assert "`postern pppd` does not run" in first.sentence
    assert made.core.sessions == {}


@pytest.mark.parametrize(
    "why", ["pppd has ended with status 2", f"pppd had no interface within {BEGINS_WITHIN:g} s"]
)
def test_a_pppd_that_did_not_get_so_far_is_no_old_server_that_refuses(why: str) -> None:
    made = world(pppd=Pppd(answer=why))
    made.dial(made.join(nat=Nat(NAT)))
    first = ask(made, "old-pc")[0]
    assert first.cause == Cause.NO_PPPD.value
    assert why in first.sentence


def test_a_refusal_of_pppds_own_is_told_in_its_words() -> None:
    made = world(pppd=Pppd(answer="no address of the pool of lan is free"))
    client = made.join(nat=Nat(NAT))
    made.dial(client)
    assert not client.up
    [refused] = made.facts(What.REFUSED)
    assert "no address of the pool of lan is free" in refused.details["detail"]
    assert ask(made, "old-pc")[0].cause == Cause.NO_POOL.value


def test_when_pppd_ends_so_does_the_session() -> None:
    made, pppd = up()
    why = "the server closed the connection"
    made.ask(made.core.tcp_closed(key_of(pppd), why, made.net.now))
    made.net.run_for(5.0)
    assert made.core.sessions == {}
    [closed] = made.facts(What.SESSION_CLOSED)
    assert closed.details["reason"] == "pppd has ended"


def test_when_the_client_hangs_up_so_does_pppds_line() -> None:
    made, pppd = up()
    [number] = made.core.sessions
    made.ask(made.core.disconnect(number, "enough", made.net.now))
    made.net.run_for(5.0)
    assert not pppd.run.open
    assert made.core.sessions == {}
    assert made.core.idle()


def test_a_pppd_that_spoke_before_the_call_was_open_is_not_waited_for() -> None:
    made, pppd = up()
    assert pppd.run.opener.counts == {}
    [told] = made.facts(What.PPP_UP)
    assert float(told.details["milliseconds"]) < 1000 * SPEAKS_WITHIN


@BY_KERNEL
def test_the_kernel_carries_to_the_interface_of_pppd_and_no_frame_passes_its_line() -> None:
    made, pppd = up((ALL,), CARRIED)
    [client], kernel = made.clients, made.gateway.kernel
    assert kernel is not None
    assert (view_of(made).carrier, view_of(made).carrier_why) == ("kernel", "")
    before = len(pppd.run.frames)
    made.net.send(client.send_data(IP, b"up"))
    assert pppd.run.ppp is not None
    made.net.send(datagrams(kernel.by_interface(1, pppd.run.ppp.say(IP, b"down"))))
    made.net.run_for(1.0)
    assert pppd.run.passed[-1] == client.ppp.say(IP, b"up")
    assert client.ppp.got[-1].endswith(b"down")
    assert len(pppd.run.frames) == before
    made.gateway.refresh(made.net.now)
    view = view_of(made)
    assert view.bytes_in > 0
    assert made.errors() == []


@BY_KERNEL
def test_what_negotiates_the_link_is_pppds_own_both_ways_and_is_counted_once() -> None:
    made, pppd = up((ALL,), CARRIED)
    made.gateway.refresh(made.net.now)
    before = view_of(made)
    asked = ECHO + b"\x07\x00\x08\0\0\0\0"
    made.gateway.tell_of_pppd(key_of(pppd), sealed(asked), made.net.now)
    made.net.run_for(1.0)
    assert ECHO_REPLY + b"\x07" in pppd.run.frames[-1]
    assert pppd.run.passed == []
    made.gateway.refresh(made.net.now)
    after = view_of(made)
    assert (after.frames_in, after.frames_out) == (before.frames_in + 1, before.frames_out + 1)


@BY_KERNEL
def test_a_client_that_only_asks_for_echoes_has_sent_no_data() -> None:
    made, pppd = up((ALL,), CARRIED)
    [client], [session] = made.clients, made.core.sessions.values()
    made.gateway.refresh(made.net.now)
    before = data_frames(session)
    asked = b"\x09\x07\x00\x08\0\0\0\0"
    made.net.send(client.send_data(Protocol.LCP, asked))
    made.net.run_for(0.5)
    assert pppd.run.frames[-1].endswith(asked)
    assert data_frames(session) == before
    made.gateway.refresh(made.net.now)
    assert data_frames(session) == before


@BY_KERNEL
@pytest.mark.parametrize(
    ("places", "route", "why"),
    [
        (PLACES, CARRIED, CONFINES),
        (None, CARRIED, CONFINES),
        ((ALL,), replace(CARRIED, shield=True), READS),
        ((ALL,), replace(CARRIED, carrier="user"), "the route says so"),
    ],
)
def test_what_the_daemon_has_to_judge_stays_with_it(places: object, route: Route, why: str) -> None:
    made, pppd = up(places, route)
    assert (view_of(made).carrier, view_of(made).carrier_why) == ("user", why)
    assert pppd.run.passed == []


@BY_KERNEL
def test_a_new_reach_takes_the_call_back_and_holds_at_once() -> None:
    made, pppd = up((ALL,), CARRIED)
    [client] = made.clients
    told_to_reach(made, reach("10.1.0.9"))
    made.net.send(client.send_data(IP, bytes(8)))
    made.net.run_for(1.0)
    assert (view_of(made).carrier, view_of(made).carrier_why) == ("user", CONFINES)
    assert pppd.run.passed == []
    assert view_of(made).drops == {"confined_out_of_reach": 1}
    told_to_reach(made, ALL)
    made.net.send(client.send_data(IP, b"again"))
    made.net.run_for(1.0)
    assert view_of(made).carrier == "kernel"
    assert pppd.run.passed[-1].endswith(b"again")


@BY_KERNEL
def test_when_pppd_ends_nothing_of_the_call_is_the_kernels() -> None:
    made, pppd = up((ALL,), CARRIED)
    made.ask(made.core.tcp_closed(key_of(pppd), "the server closed the connection", made.net.now))
    made.net.run_for(5.0)
    assert made.core.sessions == {}
    assert made.gateway.kernel is not None
    assert made.gateway.kernel.calls == {}
    [closed] = made.facts(What.SESSION_CLOSED)
    assert closed.details["reason"] == "pppd has ended"
    assert int(closed.details["bytes_in"]) > 0


def told_to_reach(made: World, place: Reach) -> None:
    """The owner has it in the client's entry from now on."""
    entry = client_entry(route="lan", reach=(place,))
    made.ask(made.core.reload(configure(entry, routes=(CARRIED,)), made.net.now))


def key_of(pppd: Pppd) -> int:
    return list(pppd.runs)[-1]
