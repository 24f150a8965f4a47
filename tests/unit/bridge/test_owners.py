"""Whose packet it is, by what the gateway knows at that moment."""

from gateway.bridge.classify import Kind
from gateway.bridge.owners import MOST_TALKS, Owners
from gateway.outputs import SendIp
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import Datagram, build_checked_udp
from tests.pair.explain_world import MACHINE, join, world_of
from tests.pair.gateway_world import NAT, World
from tests.pair.net import endpoint
from tests.pair.peers.ppp_end import IP

HERE = endpoint("198.51.100.1:4500")


def packet_of(datagram: Datagram) -> bytes:
    segment = build_checked_udp(*datagram)
    return build_ipv4(datagram.source.host, datagram.target.host, PROTOCOL_UDP, segment)


def connected() -> World:
    world = world_of()
    world.dial(join(world))
    assert world.clients[0].up
    return world


def from_client(world: World, frame: bytes = bytes(40)) -> bytes:
    """A data packet as it comes to the gateway, through the NAT."""
    [leg] = world.core.clients.living()
    [inside] = world.clients[0].send_data(IP, frame)
    return packet_of(inside._replace(source=leg.peer, target=HERE))


def test_esp_is_known_by_its_spi_from_the_client_and_to_it() -> None:
    world = connected()
    owners = Owners(world.core)
    packet = from_client(world)
    found = owners.find(packet, inbound=True)
    assert (found.kind, found.owner.client) == (Kind.ESP_IN_UDP, MACHINE)
    assert found.keys is not None
    world.core.receive_packet(packet, world.net.now)
    answers = [one for one in world.net.carried if one.datagram.source == HERE]
    found = owners.find(packet_of(answers[-1].datagram), inbound=False)
    assert (found.owner.client, found.owner.leg) == (MACHINE, *world.core.clients.living())
    assert found.keys is not None


def test_esp_nobody_has_keys_for_has_an_address_alone() -> None:
    world = connected()
    stray = build_ipv4(host_bytes(NAT), HERE.host, PROTOCOL_ESP, b"\0\0\x10\0" + bytes(60))
    for inbound in (True, False):
        found = Owners(world.core).find(stray, inbound=inbound)
        assert (found.owner.client, found.keys) == ("", None)


def test_a_keepalive_is_known_by_where_it_comes_from() -> None:
    world = connected()
    [leg] = world.core.clients.living()
    owners = Owners(world.core)
    own = owners.find(packet_of(Datagram(leg.peer, HERE, b"\xff")), inbound=True)
    assert (own.kind, own.owner.client) == (Kind.KEEPALIVE, MACHINE)
    stray = endpoint("203.0.113.99:4500")
    other = owners.find(packet_of(Datagram(stray, HERE, b"\xff")), inbound=True)
    assert other.owner.client == ""


def test_ike_names_nobody_until_a_key_is_proved() -> None:
    world = world_of()
    owners = Owners(world.core)
    world.dial(join(world))
    names = []
    messages = [one.datagram for one in world.net.carried if one.datagram.target.port == 500]
    owner = owners.find(packet_of(messages[0]), inbound=True).owner
    names.append(owner.client)
    for message in messages[1:]:
        names.append(owners.find(packet_of(message), inbound=True).owner.client)
    assert names[0] == ""  # it has no cookie of ours yet
    assert owner.client == names[-1] == MACHINE
    assert not owners.is_over(owner)


def test_so_many_exchanges_are_followed_the_newest() -> None:
    world = world_of()
    owners = Owners(world.core)
    for number in range(2 * MOST_TALKS):
        cookie = number.to_bytes(8, "big")
        datagram = Datagram(
            endpoint("203.0.113.9:500"), HERE._replace(port=500), cookie + bytes(20)
        )
        owners.find(packet_of(datagram), inbound=True)
    assert len(owners.talks) == MOST_TALKS
    assert (2 * MOST_TALKS - 1).to_bytes(8, "big") in owners.talks


def test_what_goes_to_a_server_is_nobodys() -> None:
    world = connected()
    packet = from_client(world, b"\x45" + bytes(39))
    outputs = world.core.receive_packet(packet, world.net.now)
    sent = [one.packet for one in outputs if isinstance(one, SendIp)]
    found = [Owners(world.core).find(one, inbound=False) for one in sent]
    assert [(one.kind, one.owner.client) for one in found] == [(Kind.GRE, "")]
