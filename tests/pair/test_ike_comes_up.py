"""An old client dials: main mode, NAT found, float, quick mode."""

from dataclasses import replace

import pytest

from gateway.ike.events import (
    Authenticated,
    Chosen,
    Floated,
    NatFound,
    Offered,
    PairConfirmed,
    PairReady,
    QuickOffered,
    Started,
)
from gateway.wire.ipv4 import host_bytes
from tests.pair.ike_world import GATEWAY, INSIDE, OUTSIDE, agree, meet, policy
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import (
    AES128_SHA_1024,
    ESP_3DES_SHA,
    LATER_WINDOWS,
    SAFENET_98,
    TRIPLE_MD5_1024,
    TRIPLE_SHA_1024,
    WIN2000_KB818043,
    XP_SP2,
    Profile,
    offering,
)

WAYS = ["draft-02", "draft-02n", "draft-03", "rfc3947"]
CLIENTS = {
    "XP SP2": XP_SP2,
    "Windows 2000": WIN2000_KB818043,
    "SafeNet": SAFENET_98,
    "later Windows": LATER_WINDOWS,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_client_behind_a_nat_floats_and_gets_its_keys(way: str) -> None:
    world = meet(offering(way))
    world.dial(10.0)
    (pair,) = world.client.pairs
    ready = world.newest()
    assert world.client.errors == []
    assert agree(world)
    assert (ready.natt, ready.marker) == (way, 4)
    assert str(ready.peer) == f"{OUTSIDE}:62001"
    assert str(ready.local) == f"{GATEWAY}:4500"
    assert ready.client_port == 1701
    assert pair.encapsulation == {"rfc3947": 4}.get(way, 61444)


def test_a_client_may_begin_on_port_4500() -> None:
    """RFC 3947, 4: who knows that there is a NAT need not begin on 500."""
    world = meet(offering("rfc3947"))
    world.net.send(world.client.dial(world.net.now, floated=True))
    world.net.run_for(10.0)
    assert world.client.errors == []
    assert agree(world)
    assert world.newest().marker == 4
    assert {each.datagram.target.port for each in world.net.carried} == {4500, 62000}


@pytest.mark.parametrize("way", WAYS)
def test_without_a_nat_everything_stays_on_500_and_esp_is_plain(way: str) -> None:
    world = meet(offering(way), natted=False)
    world.dial(10.0)
    (pair,) = world.client.pairs
    ready = world.newest()
    assert world.client.errors == []
    assert agree(world)
    assert (ready.marker, ready.peer.port, ready.local.port) == (0, 500, 500)
    assert pair.encapsulation == 2
    assert world.gateway.seen(Floated) == []


def test_a_client_that_knows_no_nat_traversal_comes_up_without_a_nat() -> None:
    world = meet(Profile(vendors=()), natted=False)
    world.dial(10.0)
    assert world.client.errors == []
    assert agree(world)
    assert world.newest().natt is None


@pytest.mark.parametrize("name", CLIENTS)
def test_each_known_client_comes_up_behind_a_nat(name: str) -> None:
    world = meet(CLIENTS[name])
    world.dial(10.0)
    assert world.client.errors == []
    assert len(world.client.pairs) == 1
    assert agree(world)


def test_the_dial_is_told_step_by_step() -> None:
    world = meet(XP_SP2)
    world.dial(10.0)
    kinds = [type(event) for event in world.gateway.events]
    main = [Started, Offered, Chosen, NatFound, Floated, Authenticated]
    assert kinds == [*main, QuickOffered, PairReady, PairConfirmed]
    found = world.gateway.seen(NatFound)[0]
    assert (found.client, found.gateway) == (True, False)
    assert world.gateway.seen(Authenticated)[0].credential == "old-pc"
    assert world.gateway.seen(Authenticated)[0].identity == INSIDE
    assert len({event.sa for event in world.gateway.seen(Started)}) == 1


def test_all_that_was_offered_is_told_in_its_order() -> None:
    world = meet(XP_SP2)
    world.dial(10.0)
    (offered,) = world.gateway.seen(Offered)
    assert offered.suites == (
        "3des-sha1-modp2048",
        "3des-sha1-modp1024",
        "3des-md5-modp1024",
        "des-sha1-modp768",
        "des-md5-modp768",
    )
    assert offered.natt == ("draft-02n",)
    assert len(offered.vendors) == 3


def test_our_order_decides_and_not_the_clients() -> None:
    weak_first = replace(
        offering("draft-03"), suites=(TRIPLE_MD5_1024, TRIPLE_SHA_1024, AES128_SHA_1024)
    )
    world = meet(weak_first)
    world.dial(10.0)
    assert world.gateway.seen(Chosen)[0].suite == "aes128-sha1-modp1024"
    assert world.client.phase1.suite == AES128_SHA_1024


def test_of_windows_esp_proposals_the_strongest_allowed_is_taken_and_the_bundle_is_not() -> None:
    world = meet(XP_SP2)
    world.dial(10.0)
    assert world.client.pairs[0].esp == ESP_3DES_SHA
    assert world.newest().suite == "3des-sha1"


def test_the_best_common_way_is_taken_and_only_that_is_answered() -> None:
    world = meet(offering("draft-02", "draft-02n", "draft-03", "rfc3947"))
    world.dial(10.0)
    assert world.client.errors == []
    assert world.client.phase1.natt == "rfc3947"


def test_the_owner_can_leave_a_way_out() -> None:
    rules = policy(natt=("draft-02n", "draft-02"))
    world = meet(offering("draft-02n", "draft-03", "rfc3947"), rules=rules)
    world.dial(10.0)
    assert world.newest().natt == "draft-02n"


@pytest.mark.parametrize("way", WAYS)
def test_nat_oa_comes_back_in_the_form_the_way_has(way: str) -> None:
    world = meet(offering(way))
    world.dial(10.0)
    hosts = [body[4:] for body in world.client.pairs[0].nat_oa]
    assert set(hosts) <= {host_bytes(GATEWAY), host_bytes(OUTSIDE), host_bytes(INSIDE)}
    assert len(hosts) == {"rfc3947": 2}.get(way, 0)
    assert world.newest().nat_oa == host_bytes(INSIDE)


@pytest.mark.parametrize("port", [1701, 0])
def test_identities_come_back_as_they_were_sent(port: int) -> None:
    world = meet(replace(offering("draft-02n"), server_port=port))
    world.dial(10.0)
    assert world.client.pairs[0].ids == (
        isakmp.address_id(host_bytes(INSIDE), 17, 1701),
        isakmp.address_id(host_bytes(GATEWAY), 17, port),
    )


def test_a_host_name_in_quick_mode_is_taken_and_comes_back() -> None:
    world = meet(WIN2000_KB818043)
    world.dial(10.0)
    assert world.client.pairs[0].ids[0] == b"\x02\x11\x06\xa5old-w2k"


def test_quick_mode_without_identities_is_taken_without_a_nat() -> None:
    world = meet(replace(offering(), quick_ids=False), natted=False)
    world.dial(10.0)
    assert world.client.errors == []
    assert agree(world)


@pytest.mark.parametrize("group", [1, 2, 5, 14])
def test_perfect_forward_secrecy_is_given_to_who_asks(group: int) -> None:
    world = meet(replace(offering("rfc3947"), pfs=group))
    world.dial(10.0)
    assert world.client.errors == []
    assert len(world.client.pairs) == 1
    assert agree(world)


def test_the_commit_bit_and_unknown_attributes_are_no_reason_to_refuse() -> None:
    world = meet(replace(XP_SP2, commit=True, odd_attribute=True))
    world.dial(10.0)
    assert world.client.errors == []
    assert agree(world)


def test_the_lives_the_client_asked_for_are_kept() -> None:
    world = meet(XP_SP2)
    world.dial(10.0)
    assert (world.newest().life_seconds, world.newest().life_kilobytes) == (3600, 250_000)


def test_nothing_we_send_before_the_client_is_known_is_longer_than_what_it_sent() -> None:
    world = meet(XP_SP2)
    world.dial(10.0)
    first, second = (each.datagram.payload for each in world.net.carried[:2])
    assert len(second) <= len(first)
