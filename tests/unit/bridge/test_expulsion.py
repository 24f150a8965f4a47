"""What putting somebody out leaves behind; the stories are in tests/pair/test_gateway_keys.py."""

from gateway.bridge import guest
from gateway.bridge.expulsion import put_out, suites_of
from gateway.bridge.watch import Watch
from gateway.outputs import Fact, SendIp, What
from tests.pair.gateway_world import TODAY, client_entry, configure, meet
from tests.pair.net import DELAY

NOBODY = configure(client_entry("somebody-else", "another key"))


def test_who_may_stay_is_not_touched() -> None:
    world = meet()
    world.call_up()
    clients = world.core.clients
    assert put_out(clients, Watch(configure(), TODAY), world.net.now) == []
    assert clients.dead == {}


def test_who_may_not_is_told_by_l2tp_and_ike_and_its_leg_is_to_be_ended() -> None:
    world = meet()
    world.call_up()
    clients = world.core.clients
    [leg] = clients.living()
    found = put_out(clients, Watch(NOBODY, TODAY), world.net.now)
    facts = [one for one in found if isinstance(one, Fact)]
    assert [fact.what for fact in facts] == [What.PUT_OUT, What.SA_CLOSED, What.PHASE1_CLOSED]
    assert {fact.dial for fact in facts} == {leg.dial}
    assert len([one for one in found if isinstance(one, SendIp)]) == 3  # StopCCN and two deletes
    assert clients.dead == {leg: "it was taken out of the configuration"}
    assert clients.ike.peers() == []


def test_the_suites_of_a_client_are_those_of_its_phase_1_and_its_pairs() -> None:
    world = meet()
    world.call_up()
    [peer] = world.core.clients.ike.peers()
    assert suites_of(world.core.clients, peer) == {"3des-sha1-modp1024", "3des-sha1"}


def test_a_client_that_has_proved_its_key_and_has_no_leg_yet_goes_too() -> None:
    world = meet()
    client = world.join()
    world.dial(client, 6 * DELAY)  # the sixth message has arrived
    clients = world.core.clients
    assert clients.living() == []
    found = put_out(clients, Watch(NOBODY, TODAY), world.net.now)
    facts = [one for one in found if isinstance(one, Fact)]
    assert [fact.what for fact in facts] == [What.PUT_OUT, What.PHASE1_CLOSED]
    assert (clients.dead, clients.ike.peers()) == ({}, [])


def test_the_boxs_own_guest_stays() -> None:
    world = meet()
    world.call_up()
    clients = world.core.clients
    [peer] = clients.ike.peers()
    peer.credential = guest.NAME
    assert put_out(clients, Watch(NOBODY, TODAY), world.net.now) == []
