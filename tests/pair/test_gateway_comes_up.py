"""An old client dials through the gateway and reaches a plain PPTP server."""

from struct import pack

import pytest

from gateway.bridge.views import session_views
from gateway.outputs import What
from tests.pair.gateway_world import CLIENT, NAT, PSK, SERVER, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.net import DELAY
from tests.pair.peers.ike_profiles import (
    LATER_WINDOWS,
    NATT,
    SAFENET_98,
    WIN2000_KB818043,
    XP_SP2,
    Profile,
    offering,
)
from tests.pair.peers.l2tp_lac import MSL2TP, XL2TPD
from tests.pair.peers.l2tp_lac import Profile as LacProfile
from tests.pair.peers.ppp_end import IP, PppEnd, with_header

PASSWORD = "S3same-Open"
STEPS = [
    What.DIAL_STARTED,
    What.OFFERED,
    What.RECOGNISED,
    What.CHOSEN,
    What.NAT_FOUND,
    What.FLOATED,
    What.AUTHENTICATED,
    What.SA_READY,
    What.TUNNEL_OPENED,
    What.CALL_REQUESTED,
    What.SERVER_CALLED,
    What.SERVER_ANSWERED,
    What.SESSION_OPENED,
    What.LCP_OPENED,
    What.USER_ACCEPTED,
    What.PPP_UP,
]


@pytest.mark.parametrize("way", list(NATT))
def test_ppp_comes_up_behind_a_nat_with_each_way_of_nat_traversal(way: str) -> None:
    world = meet()
    client = world.join(offering(way), nat=Nat(NAT))
    world.dial(client)
    assert client.up
    assert world.errors() == []
    assert [fact.details["natt"] for fact in world.facts(What.CHOSEN)] == [way]


@pytest.mark.parametrize("profile", [SAFENET_98, offering()], ids=["offers nat-t", "has none"])
def test_ppp_comes_up_without_a_nat_in_plain_esp(profile: Profile) -> None:
    world = meet()
    client = world.join(profile, host="203.0.113.50")
    world.dial(client)
    assert client.up
    assert world.errors() == []
    assert {each.datagram.target.port for each in world.net.carried} == {0, 500}


@pytest.mark.parametrize("profile", [XP_SP2, WIN2000_KB818043], ids=["xp", "2000"])
@pytest.mark.parametrize("lac", [MSL2TP, XL2TPD], ids=["msl2tp", "xl2tpd"])
def test_every_mixture_of_old_client_comes_up(profile: Profile, lac: LacProfile) -> None:
    world = meet()
    client = world.join(profile, nat=Nat(NAT), lac=lac)
    world.dial(client)
    assert client.up
    assert world.errors() == []


def test_the_account_tells_every_step_in_order_and_no_secret() -> None:
    world = meet()
    world.server.ppp = lambda _: PppEnd(
        b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)), asks_pap=True
    )
    who = PppEnd(b"clnt", user="alice", password=PASSWORD)
    client = world.join(nat=Nat(NAT), ppp=who)
    world.dial(client)
    assert client.up
    account = [fact for _, fact in world.core.accounts.of(1)]
    assert [fact.what for fact in account if fact.what is not What.CARRIED] == STEPS
    told = repr(world.facts())
    assert "alice" in told
    assert PASSWORD not in told
    assert PSK not in told
    assert not any(pair.keymat_in.hex() in told for pair in client.ike.pairs)


def test_the_session_table_shows_who_is_up() -> None:
    world = meet()
    client = world.call_up()
    [view] = session_views(world.core, world.net.now)
    assert (view.state, view.client, view.route) == ("up", "old-pc", "nt4")
    assert view.server == f"{SERVER}:1723"
    assert (view.client_ip, view.server_ip) == ("10.1.0.2", "10.1.0.1")
    assert view.l2tp_peer_tunnel == client.lac.tunnel
    assert view.l2tp_peer_call == client.call
    assert view.inside_peer_call == world.server.line.pptp.call
    assert bytes.fromhex(view.spi_in) == client.ike.pairs[0].spi_out
    assert CLIENT in view.identity


def test_the_client_is_answered_only_when_the_server_has_answered() -> None:
    world = meet()
    client = world.join(nat=Nat(NAT))
    world.server.tcp = "silent"
    world.dial(client, 5.0)
    assert client.lac.heard == ["SCCRP"]
    assert not client.lac.up


def test_frames_of_a_server_that_speaks_before_the_client_is_through_are_not_lost() -> None:
    """pptpd's pppd asks at once: its first request is held until the client's ICCN is here."""
    world = meet()
    client = world.join(nat=Nat(NAT))
    world.dial(client, 2.0)
    assert client.up
    assert world.server.line.ppp is not None
    assert len(client.ppp.requests) == 1


def test_without_delays_but_those_of_the_wire_a_dial_takes_no_time() -> None:
    world = meet()
    client = world.join(nat=Nat(NAT))
    world.net.send(client.dial(world.net.now))
    world.net.run_for(40 * DELAY)
    assert client.up


@pytest.mark.parametrize("asked", [None, 1400, 1500, 1600])
def test_both_ends_are_told_an_mru_with_which_nothing_fragments(asked: int | None) -> None:
    world = meet()
    world.server.ppp = lambda _: PppEnd(b"srvr", bytes(4), mru=asked, gives=bytes((10, 1, 0, 2)))
    client = world.join(nat=Nat(NAT), ppp=PppEnd(b"clnt", mru=asked))
    world.dial(client)
    server = world.server.line.ppp
    assert server is not None
    for end in (client.ppp, server):
        [options] = set(end.requests)
        mru = int.from_bytes(options[2:4])
        assert options[:2] == b"\1\4"
        assert 1400 <= mru <= 1420
    assert client.ppp.acknowledged[:-6] == (b"" if asked is None else pack("!BBH", 1, 4, asked))
    payload = bytes(mru - len(with_header(IP, b"")))
    world.net.send(client.send_data(IP, payload))
    world.net.send(world.server.send_data(world.server.line, IP, payload))
    world.net.run_for(1.0)
    assert (len(client.ppp.got), len(server.got)) == (1, 1)
    assert max(28 + len(each.datagram.payload) for each in world.net.carried) <= 1500


@pytest.mark.parametrize("seed", range(12))
def test_everything_comes_up_through_a_fifth_lost_and_a_tenth_doubled(seed: int) -> None:
    world = meet(loss=0.2, duplicate=0.1, jitter=0.125, seed=seed)
    client = world.join(nat=Nat(NAT))
    world.server.ppp = lambda _: PppEnd(b"srvr", bytes(4), gives=bytes((10, 1, 0, 2)))
    world.dial(client, 200.0)
    assert client.up
    assert len(world.core.sessions) == 1
    assert client.errors == []


@pytest.mark.parametrize("suite", ["3des-sha1", "aes128-sha1", "aes256-sha1"])
def test_a_client_may_be_held_to_one_suite_of_those_it_offers(suite: str) -> None:
    ike = ("3des-sha1-modp2048", "aes256-sha1-modp2048")
    world = meet(client_entry(ike=ike, esp=(suite,)))
    client = world.join(LATER_WINDOWS, nat=Nat(NAT))
    world.dial(client)
    assert client.up
    assert [view.esp_suite for view in session_views(world.core, world.net.now)] == [suite]
