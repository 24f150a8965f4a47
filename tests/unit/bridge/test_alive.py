"""Signs of life, and of the end of keys."""

from gateway.bridge.alive import end_pair, note_alive
from gateway.bridge.client_leg import NOTED_EVERY
from gateway.outputs import What
from tests.pair.gateway_world import meet


def test_a_sign_of_life_is_noted_once_in_a_while() -> None:
    world = meet()
    world.call_up()
    [(leg, pair)] = world.core.clients.by_spi.values()
    first = leg.noted + 2 * NOTED_EVERY
    note_alive(world.core.clients, leg, pair, first)
    note_alive(world.core.clients, leg, pair, first + NOTED_EVERY / 2)
    assert leg.noted == first


def test_a_pair_that_is_used_up_ends_once() -> None:
    world = meet()
    world.call_up()
    [spi] = world.core.clients.by_spi
    world.ask(end_pair(world.core.clients, spi, world.net.now))
    assert [fact.details["spi_in"] for fact in world.facts(What.SA_CLOSED)] == [f"{spi:08x}"]
    assert end_pair(world.core.clients, 77, world.net.now) == []
