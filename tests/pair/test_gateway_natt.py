"""Every way of NAT traversal, from the first packet to data both ways, and what a NAT may do."""

from dataclasses import replace

import pytest

from gateway.bridge.views import session_views
from gateway.control.values import Network
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram
from tests.pair.gateway_world import NAT, OUTSIDE, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import (
    DPD,
    MAC,
    NATT,
    SAFENET_98,
    XP_SP2,
    Profile,
    offering,
)
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

GATEWAY = host_bytes(OUTSIDE)
STAY = ("draft-00", "draft-01")
OTHER_NAT = "203.0.113.8"


def up(profile: Profile, nat: Nat | None = None) -> tuple[World, L2tpIpsecClient]:
    world = meet()
    return world, world.call_up(profile=profile, nat=nat or Nat(NAT))


def speaks_both_ways(world: World, client: L2tpIpsecClient, line: int = -1) -> bool:
    """The server speaks first, then the client."""
    end = world.server.lines[line]
    assert end.ppp is not None
    before = len(client.ppp.got), len(end.ppp.got)
    world.net.send(world.server.send_data(end, IP, b"from the server"))
    world.net.run_for(1.0)
    world.net.send(client.send_data(IP, b"from the client"))
    world.net.run_for(1.0)
    return (len(client.ppp.got), len(end.ppp.got)) == (before[0] + 1, before[1] + 1)


def nothing(_: float) -> list[Datagram]:
    return []


def to_gateway(world: World) -> list[Datagram]:
    carried = (each.datagram for each in world.net.carried)
    return [each for each in carried if each.target.host == GATEWAY]


def from_gateway(world: World) -> list[Datagram]:
    carried = (each.datagram for each in world.net.carried)
    nats = {each.source.host for each in to_gateway(world)}
    return [each for each in carried if each.source.host == GATEWAY and each.target.host in nats]


def is_esp(datagram: Datagram) -> bool:
    return 4500 in ports(datagram) and datagram.payload[:4] != bytes(4)


def is_floated_ike(datagram: Datagram) -> bool:
    return 4500 in ports(datagram) and datagram.payload[:4] == bytes(4)


def ports(datagram: Datagram) -> tuple[int, int]:
    return datagram.source.port, datagram.target.port


@pytest.mark.parametrize("way", NATT)
def test_a_client_comes_up_by_any_way_of_nat_traversal(way: str) -> None:
    world, client = up(offering(way))
    assert speaks_both_ways(world, client)
    [view] = session_views(world.core, world.net.now)
    assert view.natt == way
    assert world.errors() == []


@pytest.mark.parametrize("way", STAY)
def test_with_drafts_00_and_01_everything_stays_on_port_500(way: str) -> None:
    world, client = up(offering(way))
    assert speaks_both_ways(world, client)
    inward = to_gateway(world)
    assert {each.target.port for each in inward} == {500}
    esp = [each for each in inward if each.payload[:8] == bytes(8)]
    assert len(esp) >= 10
    assert {each.source.port for each in from_gateway(world)} == {500}
    assert not world.facts(What.FLOATED)


@pytest.mark.parametrize("way", ["draft-00", "draft-02n"])
def test_keepalives_move_nothing_and_are_no_news(way: str) -> None:
    world, client = up(offering(way))
    facts, counters = len(world.facts()), world.core.counters()
    for _ in range(3):
        world.net.send(client.keepalive())
        world.net.run_for(20.0)
    assert [fact.what for fact in world.facts()[facts:]] == [What.SILENCE]  # they are no data
    assert world.core.counters() == counters


@pytest.mark.parametrize("way", STAY)
def test_a_client_of_drafts_00_and_01_is_followed_and_renews_its_keys(way: str) -> None:
    nat = Nat(NAT)
    world, client = up(offering(way), nat)
    nat.forget()
    world.net.send(client.send_data(IP, b"from a new port"))
    world.net.run_for(1.0)
    assert speaks_both_ways(world, client)
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(5.0)
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    assert speaks_both_ways(world, client)
    assert len(world.core.sessions) == len(world.core.clients.legs) == 1


@pytest.mark.parametrize("way", STAY)
def test_without_a_nat_drafts_00_and_01_use_plain_esp(way: str) -> None:
    world = meet()
    client = world.call_up(profile=offering(way), nat=None, host="203.0.113.50")
    assert speaks_both_ways(world, client)
    assert {each.target.port for each in to_gateway(world)} == {500, 0}


def test_esp_with_the_marker_is_not_taken_for_a_client_of_port_4500() -> None:
    world, client = up(XP_SP2)
    [datagram] = client.send_data(IP, b"x")
    here, there = datagram.source._replace(port=500), datagram.target._replace(port=500)
    world.net.send([Datagram(here, there, bytes(8) + datagram.payload)])
    world.net.run_for(1.0)
    [leg] = world.core.clients.legs.values()
    assert leg.drops.by_reason == {"encapsulation": 1}


@pytest.mark.parametrize(
    ("profile", "way"),
    [
        (SAFENET_98, "draft-02n"),  # offers 00 and 02\n
        (offering("draft-00", "draft-02n"), "draft-02n"),
        (offering("draft-00", "draft-01"), "draft-01"),
        (MAC, "rfc3947"),
    ],
    ids=["SafeNet", "Windows", "both that stay", "Mac"],
)
def test_of_several_ways_the_best_is_taken(profile: Profile, way: str) -> None:
    world, _ = up(profile)
    [view] = session_views(world.core, world.net.now)
    assert view.natt == way


@pytest.mark.parametrize("floats_at", ["mm3", "mm5", "quick", "esp"])
@pytest.mark.parametrize("way", ["draft-02n", "rfc3947"])
def test_the_ports_may_float_early_late_or_for_esp_alone(way: str, floats_at: str) -> None:
    world, client = up(replace(offering(way), floats_at=floats_at))
    assert speaks_both_ways(world, client)
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(5.0)
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    assert speaks_both_ways(world, client)
    assert len(world.core.sessions) == len(world.core.clients.legs) == 1
    assert world.errors() == []


@pytest.mark.parametrize("port", [500, 4500])
def test_who_floats_with_the_third_message_may_hash_either_port(port: int) -> None:
    world = meet()
    profile = replace(offering("rfc3947"), floats_at="mm3", nat_d_port=port)
    client = world.join(profile, nat=None, host="203.0.113.50")
    world.dial(client)
    assert client.up
    [found] = world.facts(What.NAT_FOUND)
    assert found.details["where"] == "nowhere"
    assert not client.ike.phase1.nat_here
    assert not client.ike.phase1.nat_there


def test_behind_a_nat_esp_in_udp_is_taken_where_plain_esp_is_offered_too() -> None:
    world, client = up(replace(XP_SP2, floats_at="esp", both_modes=True))
    assert speaks_both_ways(world, client)
    assert client.ike.pairs[-1].encapsulation == 61444


@pytest.mark.parametrize(("nat_d", "nat_oa"), [(20, 21), (15, 16), (130, 131)])
def test_payloads_are_answered_by_the_type_they_came_as(nat_d: int, nat_oa: int) -> None:
    profile = replace(offering("draft-03"), nat_d_kind=nat_d, nat_oa_kind=nat_oa, both_nat_oa=True)
    world, client = up(profile)
    assert client.ike.phase1.nat_here
    assert not client.ike.phase1.nat_there
    assert len(client.ike.pairs[-1].nat_oa) == 2
    assert speaks_both_ways(world, client)


def test_ports_500_and_4500_may_have_different_outside_addresses() -> None:
    world, client = up(XP_SP2, Nat(NAT, hosts={4500: OTHER_NAT}))
    assert speaks_both_ways(world, client)
    [view] = session_views(world.core, world.net.now)
    assert view.peer.startswith(f"{OTHER_NAT}:")
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(5.0)
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    assert speaks_both_ways(world, client)


def test_the_address_a_client_must_come_from_is_that_of_its_first_packet() -> None:
    """To that one our answers have come; the one of port 4500 may be another."""
    first = int.from_bytes(host_bytes(NAT))
    world = meet(client_entry(address=Network(first, first)))
    client = world.join(XP_SP2, nat=Nat(NAT, hosts={4500: OTHER_NAT}))
    world.dial(client)
    assert client.up
    stranger = world.join(XP_SP2, nat=Nat(OTHER_NAT, hosts={4500: NAT}), host="192.168.1.3")
    world.dial(stranger)
    assert not stranger.up


def test_where_one_client_at_a_time_has_port_500_the_next_dials_after_it() -> None:
    world, nat = meet(), Nat(NAT, pins={500}, idle=25.0)
    first = world.call_up(profile=XP_SP2, nat=nat)
    second = world.join(XP_SP2, nat=nat, host="192.168.1.3")
    world.net.send(second.dial(world.net.now))
    world.net.run_for(10.0)
    assert not second.up
    for _ in range(6):
        world.net.send([*first.keepalive(), *second.keepalive()])
        world.net.run_for(20.0)
    assert second.up
    assert speaks_both_ways(world, first, line=0)
    assert speaks_both_ways(world, second, line=1)


def test_of_drafts_00_and_01_one_at_a_time_is_behind_such_a_nat() -> None:
    world, nat = meet(), Nat(NAT, pins={500}, idle=25.0)
    first = world.call_up(profile=offering("draft-00"), nat=nat)
    second = world.join(offering("draft-00"), nat=nat, host="192.168.1.3")
    world.net.send(first.hang_up(world.net.now))
    world.net.run_for(3.0)
    world.net.send(first.drop_keys())
    world.dial(second, 35.0)
    assert second.up
    assert speaks_both_ways(world, second)
    assert len(world.core.sessions) == 1


@pytest.mark.parametrize("way", ["draft-02n", "rfc3947"])
def test_esp_that_leaves_the_nat_by_another_port_than_ike_is_answered_there(way: str) -> None:
    """LS#2012. IKE goes to where IKE comes from, ESP to where ESP comes from, at all times."""
    plain = offering(way)
    world, client = up(replace(plain, vendors=(*plain.vendors, DPD)), Nat(NAT, apart=True))
    assert speaks_both_ways(world, client)
    for number in range(3):
        world.net.send(client.ike.ask_alive(number))
        world.net.run_for(1.0)
        assert speaks_both_ways(world, client)
        world.net.run_for(100.0)
        assert speaks_both_ways(world, client)
    inward, outward = to_gateway(world), from_gateway(world)
    [esp_port] = {each.source.port for each in inward if is_esp(each)}
    [ike_port] = {each.source.port for each in inward if is_floated_ike(each)}
    assert esp_port != ike_port
    assert {each.target.port for each in outward if is_esp(each)} == {esp_port}
    assert {each.target.port for each in outward if is_floated_ike(each)} == {ike_port}
    assert client.ike.asked
    assert len(world.core.sessions) == 1


def test_a_nat_that_keeps_the_two_apart_and_gives_both_new_ports_is_followed() -> None:
    nat = Nat(NAT, apart=True)
    world, client = up(SAFENET_98, nat)
    for _ in range(3):
        nat.forget()
        world.net.send(client.send_data(IP, b"from a new port"))
        world.net.run_for(1.0)
        assert speaks_both_ways(world, client)
        world.net.run_for(300.0)
        assert client.up
    assert len(world.core.sessions) == 1


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("apart", [False, True], ids=["together", "apart"])
def test_a_nat_that_rebinds_all_the_time_loses_no_session(apart: bool, seed: int) -> None:
    """A new port every 7 s, frames both ways and rekeys meanwhile, through a bad line."""
    world = meet(loss=0.05, duplicate=0.05, jitter=0.125, seed=seed)
    nat = Nat(NAT, rebinds=7.0, apart=apart)
    client = world.join(SAFENET_98, nat=nat)
    world.dial(client, 60.0)
    assert client.up
    for turn in range(120):
        due = {40: client.rekey_phase1, 41: client.rekey_pair, 80: client.rekey_pair}
        world.net.send(due.get(turn, nothing)(world.net.now))
        world.net.send(client.send_data(IP, b"up"))
        world.net.send(world.server.send_data(world.server.line, IP, b"down"))
        world.net.run_for(1.0)
    assert client.up
    assert len(world.core.sessions) == 1
    assert len(client.ppp.got) > 90
