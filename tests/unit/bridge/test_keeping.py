"""When something is kept; what becomes of it is in tests/pair/test_restart.py."""

import pytest

from gateway.bridge.keeping import EVERY
from gateway.outputs import Fact, Forget, Keep, SendIp, What
from tests.pair.gateway_world import KEY, NAT, meet
from tests.pair.memory import Memory
from tests.pair.nat import Nat
from tests.pair.peers.ppp_end import IP
from tests.pair.restart_world import MortalWorld
from tests.unit.bridge.kernel_world import carried, session_of


def up() -> MortalWorld:
    mortal = MortalWorld()
    mortal.world.call_up()
    mortal.net.run_for(5.0)
    return mortal


def test_without_a_place_nothing_is_kept() -> None:
    world = meet()
    world.call_up()
    keeping = world.core.keeping
    (session,) = world.core.sessions.values()
    keeping.touch(session.leg)
    assert (keeping.unsaved, keeping.save(), keeping.deadline()) == ({}, [], None)


def test_what_is_kept_comes_before_all_that_leaves() -> None:
    mortal = up()
    (session,) = mortal.world.core.sessions.values()
    outputs = mortal.world.core.disconnect(session.number, "enough", mortal.net.now)
    assert isinstance(outputs[0], Forget)
    assert {type(each) for each in outputs[1:]} > {Fact, SendIp}


@pytest.mark.usefixtures("kernel_carries")
def test_while_the_kernel_has_yet_to_say_how_far_it_has_counted_nothing_is_kept() -> None:
    world = carried()
    keeping, session = world.core.keeping, session_of(world)
    keeping.begin(Memory(), KEY)
    keeping.touch(session.leg)
    assert [type(each) for each in keeping.save()] == [Keep]
    for pair in session.leg.pairs.values():
        pair.held_by = 0
    keeping.touch(session.leg)
    assert [type(each) for each in keeping.save()] == [Forget]


def test_a_data_frame_writes_nothing_down() -> None:
    mortal = up()
    [client] = mortal.world.clients
    before = dict(mortal.node.records)
    mortal.net.send(client.send_data(IP, b"data"))
    mortal.net.run_for(EVERY / 4)
    assert mortal.node.records == before


def test_who_has_carried_something_is_written_down_within_a_second() -> None:
    mortal = up()
    [client] = mortal.world.clients
    before = dict(mortal.node.records)
    mortal.net.send(client.send_data(IP, b"data"))
    mortal.net.run_for(EVERY + 0.1)
    assert mortal.node.records.keys() == before.keys()
    assert mortal.node.records != before


def test_a_record_opens_with_its_number_and_key_alone() -> None:
    mortal = up()
    keeping = mortal.world.core.keeping
    ((number, sealed),) = mortal.node.records.items()
    assert keeping.open(number, sealed) is not None
    assert keeping.open(number + 1, sealed) is None
    assert keeping.open(number, b"") is None
    keeping.begin(Memory(), KEY[::-1])
    assert keeping.open(number, sealed) is None


def test_where_no_word_is_left_the_client_lives_as_long_as_the_process() -> None:
    mortal = MortalWorld()
    mortal.world.core.keeping.begin(Memory(3), KEY)
    client = mortal.world.join(nat=Nat(NAT))
    mortal.world.dial(client)
    assert client.up
    assert mortal.node.records == {}


def test_a_connection_or_a_session_that_is_nobodys_touches_nobody() -> None:
    mortal = up()
    keeping = mortal.world.core.keeping
    keeping.touch_connection(99)
    keeping.touch_session(99)
    assert keeping.unsaved == {}


def test_two_clients_are_kept_apart_and_go_apart() -> None:
    mortal = up()
    second = mortal.world.join(host="192.168.1.3", nat=Nat("203.0.113.8"))
    mortal.world.dial(second)
    assert len(mortal.node.records) == 2
    mortal.net.send(second.hang_up(mortal.net.now))
    mortal.net.run_for(5.0)
    assert len(mortal.node.records) == 1
    assert len(mortal.node.memory.taken) == 5
    kept = [fact.what for fact in mortal.world.facts(What.SESSION_CLOSED)]
    assert kept == [What.SESSION_CLOSED]
    assert all(isinstance(each, Keep | Forget) for each in mortal.world.core.keeping.save())
