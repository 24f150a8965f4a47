"""Keys and the phase 1 that made them end in any order, and a leg is nobody else's."""

from dataclasses import replace

from tests.pair.gateway_world import meet
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import DPD, SAFENET_98

NO_DPD = tuple(vendor for vendor in SAFENET_98.vendors if vendor != DPD)


def test_keys_whose_phase_1_is_over_still_end() -> None:
    """The phase 1 lives for ten minutes, the pair for an hour; then the client is gone."""
    world = meet()
    client = world.call_up(profile=replace(SAFENET_98, vendors=NO_DPD, phase1_life=600))
    world.net.run_for(1800.0)
    world.net.leave(client)
    world.net.run_for(2 * 3600.0)
    assert not world.core.clients.phases
    assert not world.core.clients.by_spi
    assert not world.core.clients.legs


def test_at_the_stop_keys_whose_phase_1_was_replaced_are_deleted_too() -> None:
    world = meet()
    client = world.call_up(profile=replace(SAFENET_98, initial_contact=""))
    old = client.ike.phase1
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(3.0)
    gone = isakmp.delete(isakmp.ISAKMP, [old.cookies])
    world.net.send(client.ike.inform([(isakmp.DELETE, gone)]))
    world.net.run_for(1.0)
    assert len(world.core.clients.phases) == 1
    [pair] = client.ike.pairs
    world.ask(world.core.stop(world.net.now))
    world.net.run_for(3.0)
    assert pair.spi_out in client.ike.gone
