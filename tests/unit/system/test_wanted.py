"""From a configuration to what the machine is asked for."""

from gateway.system.wanted import (
    ESP_QUEUES,
    FRONT_QUEUE,
    INSIDE_QUEUE,
    QUEUE,
    wanted_addresses,
    wanted_rules,
)
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.test_relations_local import BEFORE
from tests.unit.control.test_relations_local import POOL as CLIENTS
from tests.unit.control.test_relations_routes import WHOLE
from tests.unit.control.written import GOOD, config_of

US, SERVER = host_bytes("10.10.0.1"), host_bytes("10.10.0.3")
POOL = 'tunnels = "each"\npool = "10.10.0.100-10.10.0.102"\n'


def test_without_a_native_route_nothing_inside_is_picked_up() -> None:
    rules = wanted_rules(config_of(GOOD))
    assert (rules.interfaces, rules.queue, rules.inside) == (("eth0",), QUEUE, None)


def test_esp_of_clients_has_queues_of_its_own() -> None:
    assert wanted_rules(config_of(GOOD)).esp == ESP_QUEUES
    assert not {QUEUE, INSIDE_QUEUE, FRONT_QUEUE} & set(ESP_QUEUES)


def test_a_native_servers_packets_are_picked_up_inside_and_only_there() -> None:
    inside = wanted_rules(config_of(WHOLE)).inside
    assert inside is not None
    assert (inside.interface, inside.queue) == ("eth1", INSIDE_QUEUE)
    assert (inside.servers, inside.addresses) == ((SERVER,), (US,))


def test_a_pool_brings_addresses() -> None:
    config = config_of(WHOLE + POOL)
    pool = tuple(host_bytes(f"10.10.0.{number}") for number in (100, 101, 102))
    assert wanted_addresses(config) == pool
    inside = wanted_rules(config).inside
    assert inside is not None
    assert inside.addresses == (US, *pool)


def test_the_pool_of_a_route_into_the_lan_is_its_clients() -> None:
    assert wanted_addresses(config_of(BEFORE + CLIENTS)) == ()


def test_what_stands_goes_on_although_its_route_is_gone() -> None:
    gone = config_of(WHOLE.replace("10.10.0.3", "10.10.0.9"))
    old = host_bytes("10.10.0.100")
    inside = wanted_rules(gone, [(US, SERVER), (old, SERVER)]).inside
    assert inside is not None
    assert SERVER in inside.servers
    assert old in inside.addresses
    assert wanted_addresses(gone, [(US, SERVER), (old, SERVER)]) == (old,)


def test_in_front_of_a_server_what_is_for_it_is_picked_up_on_its_way() -> None:
    front = wanted_rules(config_of(WHOLE + '[front]\nservers = ["10.10.0.3"]\n')).front
    assert front is not None
    assert (front.interface, front.servers, front.queue) == ("eth1", (SERVER,), FRONT_QUEUE)
    assert not front.bypass
    assert wanted_rules(config_of(WHOLE)).front is None


def test_with_the_owners_leave_it_goes_on_while_nobody_reads_the_queue() -> None:
    text = WHOLE + '[front]\nservers = ["10.10.0.3"]\nfail = "open"\n'
    front = wanted_rules(config_of(text)).front
    assert front is not None
    assert front.bypass
