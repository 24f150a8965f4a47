"""Which dials belong to whom; the stories themselves are in `tests/pair/test_explain.py`."""

from gateway.bridge.cases import MOST_VISITS, case_of, dials_of
from gateway.control.story import Whose
from gateway.outputs import Fact, What
from tests.pair.explain_world import MACHINE, join, up, world_of
from tests.pair.gateway_world import NAT, client_entry, configure, meet


def test_a_dial_knows_whose_key_was_proved_and_where_it_came_from() -> None:
    [dial] = dials_of(up().core)
    assert (dial.number, dial.name, dial.hosts) == (1, MACHINE, (NAT,))


def test_what_is_of_no_dial_is_taken_apart_by_its_source() -> None:
    world = world_of()
    for host in ("203.0.113.1:500", "203.0.113.2:500", "203.0.113.1:500", ""):
        world.core.accounts.add(Fact(What.REFUSED, 0, host, {"reason": "aggressive mode"}), 1.0)
    assert [(dial.hosts, len(dial.entries)) for dial in dials_of(world.core)] == [
        (("203.0.113.1",), 2),
        (("203.0.113.2",), 1),
    ]


def test_a_session_of_its_own_account_is_its_clients_too() -> None:
    world = up()
    client = world.clients[0]
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(10.0)
    assert {dial.name for dial in dials_of(world.core)} == {MACHINE}
    case = case_of(world.core, MACHINE, world.net.now)
    assert case is not None
    assert {story.whose for story in case.stories} == {Whose.ITS}
    assert case.stories[0].is_up


def test_a_client_that_has_another_name_by_now_is_found_by_that() -> None:
    world = up()
    world.ask(world.core.reload(configure(client_entry("press-4")), world.net.now))
    assert [dial.name for dial in dials_of(world.core)] == ["press-4"]


def test_a_dial_that_is_refused_after_its_key_was_proved_is_its_clients() -> None:
    world = meet(client_entry(MACHINE, revoked=True), client_entry("scale-7", psk="of the scale"))
    world.dial(join(world), 20.0)
    case = case_of(world.core, MACHINE, world.net.now)
    assert case is not None
    assert [story.whose for story in case.stories] == [Whose.ITS]


def test_an_address_may_be_given_with_its_port() -> None:
    world = up()
    case = case_of(world.core, f"{NAT}:62001", world.net.now)
    assert case is not None
    assert (case.word, len(case.stories)) == (NAT, 1)


def test_live_data_is_in_the_story_of_a_session_only() -> None:
    world = up()
    case = case_of(world.core, MACHINE, world.net.now)
    assert case is not None
    assert case.stories[0].data == (0, 0)
    world.net.send(world.clients[0].hang_up(world.net.now))
    world.net.run_for(5.0)
    later = case_of(world.core, MACHINE, world.net.now)
    assert later is not None
    assert later.stories[0].data is None


def test_visits_of_a_client_that_may_come_from_anywhere_are_few() -> None:
    world = meet(client_entry(MACHINE))
    for number in range(20):
        world.core.clients.visitors.note_esp(bytes((203, 0, 113, number)), 1.0)
    case = case_of(world.core, MACHINE, world.net.now)
    assert case is not None
    assert len(case.visits) == MOST_VISITS


def test_a_dial_that_proved_another_key_is_not_a_clients() -> None:
    world = meet(client_entry(MACHINE), client_entry("scale-7", psk="another key that is long"))
    world.dial(join(world, psk="another key that is long"))
    case = case_of(world.core, MACHINE, world.net.now)
    assert case is not None
    assert case.stories == ()
