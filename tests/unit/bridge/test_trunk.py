"""One trunk by itself. How it behaves with a server is told in tests/pair/test_native_*.py."""

from gateway.bridge.inside_leg import Ended, Gone
from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.trunk import STAYS, ForLeg, Item, Trunk, plain
from gateway.bridge.trunk_keys import Keyring
from gateway.bridge.trunk_states import State
from gateway.esp.machine import SaTable
from gateway.ike.initiator import Initiator
from gateway.l2tp.lac import Lac
from gateway.outputs import Fact, SendIp, What
from gateway.wire.udp import Endpoint
from tests.pair.initiator_world import ASK, THEM, US
from tests.pair.native_world import Native, meet
from tests.pair.net import seeded

SERVER = Endpoint(THEM.host, 1701)


def nobody_minds(trunk: Trunk) -> None:
    """That its keys are others."""


def make(alone: bool = False) -> Trunk:
    asking = Initiator(ASK, US, THEM, seeded(1))
    ring = Keyring(SaTable(seeded(2)))
    return Trunk(US.host, SERVER, asking, Lac("postern", seeded(3)), ring, alone, nobody_minds)


def run(trunk: Trunk, until: float) -> list[Item]:
    found: list[Item] = []
    while (due := trunk.deadline()) is not None and due <= until:
        found += trunk.handle_timeout(due)
    return found


def up(alone: bool = False) -> tuple[Native, Trunk]:
    world = meet(each=alone)
    world.dial_one()
    (trunk,) = world.core.board.trunks.by_place.values()
    return world, trunk


def state(trunk: Trunk) -> State:
    """As it is now."""
    return trunk.state


def test_a_first_call_asks_for_keys_and_a_second_waits_with_it() -> None:
    trunk = make()
    first, sent = trunk.ring(L2tpLeg(trunk, 1), 0.0)
    assert [type(output) for output in sent] == [SendIp]
    second, nothing = trunk.ring(L2tpLeg(trunk, 1), 0.0)
    assert nothing == []
    assert len({first, second}) == 2
    assert state(trunk) is State.KEYING


def test_without_keys_every_call_that_waits_hears_why() -> None:
    trunk = make()
    legs = [L2tpLeg(trunk, 1), L2tpLeg(trunk, 1)]
    for leg in legs:
        leg.start(0.0)
    told = [item for item in run(trunk, 8.0) if isinstance(item, ForLeg)]
    reason = "it does not answer IKE (nothing came after our first message)"
    ended = Ended(reason, was_open=False)
    assert told == [ForLeg(leg, output) for leg in legs for output in (ended, Gone())]
    assert state(trunk) is State.GONE
    assert not trunk.takes_calls
    assert trunk.deadline() is None


def test_who_gives_up_before_there_are_keys_leaves_nothing() -> None:
    trunk = make()
    leg = L2tpLeg(trunk, 1)
    leg.start(0.0)
    leg.hang_up(1.0)
    assert state(trunk) is State.GONE
    assert trunk.legs == {}


def test_an_empty_trunk_waits_a_while_and_one_for_a_single_call_does_not() -> None:
    _, trunk = up()
    (call,) = trunk.legs
    trunk.hang_up(call, 2000.0)
    assert state(trunk) is State.UP
    run(trunk, 2000.0 + STAYS)
    assert state(trunk) is State.CLOSING
    _, alone = up(alone=True)
    (call,) = alone.legs
    alone.hang_up(call, 2000.0)
    assert state(alone) is State.CLOSING


def test_a_server_that_does_not_acknowledge_the_end_is_not_waited_for_long() -> None:
    _, trunk = up()
    trunk.close(2000.0)
    assert state(trunk) is State.CLOSING
    run(trunk, 2003.0)
    assert state(trunk) is State.GONE


def test_new_keys_without_a_call_that_waits_are_a_fact_of_no_dial() -> None:
    world, trunk = up()
    world.net.send(world.native.end.ike.rekey_pair())
    world.net.run_for(1.0)
    fact = world.facts(What.SERVER_KEYED)[-1]
    assert (fact.dial, fact.details["suite"]) == (0, "3des-sha1")
    assert trunk.encryption == "ipsec 3des-sha1"


def test_a_frame_for_no_call_is_counted() -> None:
    _, trunk = up()
    assert trunk.send_frame(1, b"frame") == []
    assert trunk.counted_drops() == {"inside_no_call": 1}


def test_what_is_for_a_leg_is_no_output() -> None:
    fact = Fact(What.TROUBLE)
    assert plain([fact, ForLeg(L2tpLeg(make(), 1), Gone())]) == [fact]


def test_keys_that_are_not_there_are_said_as_such() -> None:
    assert make().encryption == "ipsec"
