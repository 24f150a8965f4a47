"""PPP ends at the gateway: pppd is started for the call, and carries what the client may reach."""

from gateway.bridge.views import session_views
from gateway.control.causes import Cause
from gateway.control.config import HERE, Route
from gateway.control.explain import sentence
from gateway.control.sessions import SessionView
from gateway.control.values_reach import reach
from gateway.outputs import What
from gateway.ppp.hdlc import sealed
from tests.pair.explain_world import ask
from tests.pair.gateway_world import NAT, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.ppp_end import IP, PppEnd
from tests.pair.peers.pppd import Pppd

LAN = Route("lan", "local", HERE, auth=("mschap-v2",))
PLACES = (reach("10.1.0.1"), reach("10.1.0.0/24 ip/50"))


def world(places: object = PLACES, pppd: Pppd | None = None) -> World:
    made = meet(client_entry(route="lan", reach=places), routes=(LAN,))
    made.gateway.pppd = pppd
    return made


def up(places: object = PLACES) -> tuple[World, Pppd]:
    pppd = Pppd()
    made = world(places, pppd)
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


def test_frames_of_the_client_wait_until_pppd_speaks() -> None:
    """What comes before pppd has its terminal is echoed or lost."""
    pppd = Pppd(ppp=lambda number: PppEnd(b"srvr", gives=bytes((10, 1, 0, 2))))
    made = world(pppd=pppd)
    client = made.join(nat=Nat(NAT))
    made.dial(client)
    assert client.up
    assert pppd.run.opener.counts == {}


def key_of(pppd: Pppd) -> int:
    return list(pppd.runs)[-1]
