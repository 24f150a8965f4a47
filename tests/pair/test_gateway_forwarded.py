"""The gateway behind a router that forwards two UDP ports to it: what clients are told of it.

By the book (honest) a client learns that the server is behind a NAT. Windows XP SP2 and later
refuse that unless somebody has edited their registry, so they hear what they believe (parrot).
"""

from dataclasses import replace

import pytest

from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from tests.pair.gateway_world import FRONT, NAT, OUTSIDE, World, meet
from tests.pair.nat import Nat
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import (
    LATER_WINDOWS,
    SAFENET_98,
    WIN2000_KB818043,
    XP_SP2,
    XP_SP2_AS_SHIPPED,
    Profile,
    offering,
)
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

DIRECT = "203.0.113.50"  # a client without a NAT of its own
VISTA_AS_SHIPPED = replace(LATER_WINDOWS, refuses_natted_server=True)
PLACES = pytest.mark.parametrize("natted", [True, False], ids=["client behind a NAT", "direct"])


def dialled(
    profile: Profile, *, natted: bool, nat_d: str = "auto"
) -> tuple[World, L2tpIpsecClient]:
    world = meet(forwarded=True, nat_d=nat_d)
    place = {True: ("192.168.1.2", Nat(NAT)), False: (DIRECT, None)}[natted]
    client = world.join(profile, host=place[0], nat=place[1])
    world.dial(client)
    return world, client


def speaks_both_ways(world: World, client: L2tpIpsecClient) -> bool:
    line = world.server.line
    assert line.ppp is not None
    world.net.send(world.server.send_data(line, IP, b"down"))
    world.net.run_for(1.0)
    world.net.send(client.send_data(IP, b"up"))
    world.net.run_for(1.0)
    return (len(client.ppp.got), len(line.ppp.got)) == (1, 1)


def in_udp_alone(world: World) -> bool:
    """Plain ESP would not get through the router."""
    ports = {each.datagram.target.port for each in world.net.carried}
    return 0 not in {
        each.datagram.target.port
        for each in world.net.carried
        if each.datagram.target.host == host_bytes(FRONT)
    } and ports != {500}


@PLACES
@pytest.mark.parametrize("nat_d", ["auto", "parrot"])
@pytest.mark.parametrize("profile", [XP_SP2_AS_SHIPPED, VISTA_AS_SHIPPED], ids=["XP SP2", "Vista"])
def test_a_windows_that_refuses_a_natted_server_comes_up_without_a_registry_edit(
    profile: Profile, nat_d: str, natted: bool
) -> None:
    world, client = dialled(profile, natted=natted, nat_d=nat_d)
    assert client.up
    assert speaks_both_ways(world, client)
    assert in_udp_alone(world)
    assert world.errors() == []
    assert not client.ike.phase1.nat_there
    assert client.ike.phase1.nat_here  # without one it is told so, for UDP
    [found] = world.facts(What.NAT_FOUND)
    assert found.details == {"where": {True: "both", False: "gateway"}[natted], "hidden": "yes"}


@PLACES
def test_told_the_truth_it_refuses(natted: bool) -> None:
    world, client = dialled(XP_SP2_AS_SHIPPED, natted=natted, nat_d="honest")
    assert not client.up
    assert client.errors == ["the server is behind a NAT"]
    assert world.core.sessions == {}


@PLACES
@pytest.mark.parametrize("nat_d", ["auto", "honest", "parrot"])
@pytest.mark.parametrize(
    "profile",
    [SAFENET_98, WIN2000_KB818043, offering("rfc3947"), offering("draft-08"), offering("draft-00")],
    ids=["SafeNet", "Windows 2000", "RFC", "draft-08", "draft-00"],
)
def test_others_come_up_whatever_they_are_told(profile: Profile, nat_d: str, natted: bool) -> None:
    world, client = dialled(profile, natted=natted, nat_d=nat_d)
    assert client.up
    assert speaks_both_ways(world, client)
    assert in_udp_alone(world)
    assert world.errors() == []
    assert client.ike.phase1.nat_there is (nat_d != "parrot")


def test_an_honest_answer_tells_our_own_address_in_the_drafts_form() -> None:
    world, client = dialled(offering("draft-03"), natted=True, nat_d="honest")
    assert client.ike.pairs[-1].nat_oa == (isakmp.address_id(host_bytes(OUTSIDE)),)


def test_who_sees_no_nat_before_us_hears_of_no_other_address() -> None:
    world, client = dialled(offering("draft-03"), natted=True, nat_d="parrot")
    assert client.ike.pairs[-1].nat_oa == ()


@pytest.mark.parametrize(("nat_d", "host"), [("honest", OUTSIDE), ("parrot", FRONT)])
def test_the_rfcs_second_address_is_ours_or_what_the_client_believes(nat_d: str, host: str) -> None:
    world, client = dialled(offering("rfc3947"), natted=True, nat_d=nat_d)
    there, ours = client.ike.pairs[-1].nat_oa
    assert there == isakmp.address_id(host_bytes(NAT))
    assert ours == isakmp.address_id(host_bytes(host))


@pytest.mark.parametrize("nat_d", ["auto", "parrot"])
def test_without_a_router_before_us_nothing_is_hidden(nat_d: str) -> None:
    world = meet(nat_d=nat_d)
    client = world.call_up(profile=XP_SP2, nat=None, host=DIRECT)
    assert client.up
    assert not client.ike.phase1.floated
    [found] = world.facts(What.NAT_FOUND)
    assert found.details == {"where": "nowhere", "hidden": ""}


def test_a_client_behind_a_nat_that_moves_is_followed_behind_the_router_too() -> None:
    world, nat = meet(forwarded=True), Nat(NAT)
    client = world.join(XP_SP2_AS_SHIPPED, nat=nat)
    world.dial(client)
    nat.forget()
    world.net.send(client.send_data(IP, b"from a new port"))
    world.net.run_for(1.0)
    world.net.send(world.server.send_data(world.server.line, IP, b"to the new port"))
    world.net.run_for(1.0)
    assert len(client.ppp.got) == 1
