"""Standing in front of a native server: whom it serves itself, and whom the gateway takes up."""

from dataclasses import replace

import pytest

from gateway.control.values import Network
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from tests.pair.front_world import meet
from tests.pair.gateway_world import IKE, INSIDE, client_entry
from tests.pair.native_world import NATIVE, PSK, Native
from tests.pair.peers.ike_profiles import (
    AES256_SHA_2048,
    SAFENET_98,
    WIN2000_KB818043,
    XP_SP2_AS_SHIPPED,
    Profile,
)

HOME, STREET = "203.0.113.80", "203.0.113.81"  # clients with addresses of their own
UPDATED = replace(WIN2000_KB818043, one_proposal_each=False, fqdn="")  # what our server can read
PLAIN = replace(UPDATED, vendors=UPDATED.vendors[:2])  # before the update: no NAT traversal
NEWER = replace(PLAIN, suites=(AES256_SHA_2048,))


def hosts(world: Native) -> set[bytes]:
    """Whom the server has heard."""
    return set(world.native.ends)


@pytest.mark.parametrize("profile", [SAFENET_98, WIN2000_KB818043, XP_SP2_AS_SHIPPED])
def test_a_client_behind_a_nat_dials_the_servers_address_and_is_answered_from_there(
    profile: Profile,
) -> None:
    world, _ = meet()
    client = world.dial_one(profile=profile)
    assert client.up
    assert hosts(world) == {host_bytes(INSIDE)}
    to_client = [each.datagram for each in world.net.carried if each.datagram.target.host[0] == 203]
    assert {datagram.source.host for datagram in to_client} == {host_bytes(NATIVE)}
    assert world.core.front.passed == 0
    assert world.errors() == []


def test_a_client_that_the_server_serves_itself_is_never_seen_by_the_gateway() -> None:
    world, _ = meet()
    client = world.join(PLAIN, host=HOME, psk=PSK)
    world.dial(client)
    assert client.up
    assert hosts(world) == {host_bytes(HOME)}
    assert world.core.sessions == {}
    assert world.facts(What.DIAL_STARTED) == []
    assert world.core.front.passed > 10
    assert world.errors() == []


def test_both_at_once() -> None:
    world, _ = meet()
    natted = world.dial_one()
    own = world.join(PLAIN, host=HOME, psk=PSK)
    world.dial(own)
    assert (natted.up, own.up) == (True, True)
    assert hosts(world) == {host_bytes(INSIDE), host_bytes(HOME)}
    assert len(world.core.sessions) == 1


def test_a_client_whose_suites_the_server_cannot_take_is_taken_up() -> None:
    world, _ = meet(client_entry(route="w2k", ike=(*IKE, "aes256-sha1-modp2048")))
    client = world.join(NEWER, host=HOME)
    world.dial(client)
    assert client.up
    assert hosts(world) == {host_bytes(INSIDE)}


def test_what_is_direct_by_the_owners_word_passes_whatever_it_offers() -> None:
    home = int.from_bytes(host_bytes(HOME), "big")
    world, _ = meet(direct=(Network(home, home),))
    own = world.join(UPDATED, host=HOME, psk=PSK)
    other = world.join(UPDATED, host=STREET)
    world.dial(own)
    world.dial(other)
    assert (own.up, other.up) == (True, True)
    assert hosts(world) == {host_bytes(HOME), host_bytes(INSIDE)}


@pytest.mark.parametrize("opens", [False, True])
def test_without_a_daemon_the_owner_has_the_choice(opens: bool) -> None:
    world, router = meet()
    router.daemon, router.opens = False, opens
    client = world.join(PLAIN, host=HOME, psk=PSK)
    world.dial(client)
    assert client.up is opens


def test_who_came_up_without_a_daemon_stays_up_when_there_is_one() -> None:
    world, router = meet()
    router.daemon, router.opens = False, True
    client = world.join(PLAIN, host=HOME, psk=PSK)
    world.dial(client)
    router.daemon = True
    world.net.send(client.send_data(0x21, b"\x45" + bytes(39)))
    world.net.run_for(1.0)
    assert world.core.front.passed == 1
    assert world.native.dropped == 0
    assert client.up
