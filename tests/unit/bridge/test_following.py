"""Legs from place to place; the stories are in tests/pair/test_gateway_moves.py and _kin.py."""

from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.following import Following
from gateway.bridge.phases import Phase1
from gateway.ike.machine import Ike
from gateway.outputs import Fact, What
from tests.pair.net import endpoint, seeded
from tests.pair.peers.l2tp_lac import control
from tests.unit.bridge.test_kin import HERE, SCCRQ, leg, to_tunnel_of
from tests.unit.ike.asker import policy

NEW = endpoint("203.0.113.7:7777")


class Tables:
    """What `Clients` shares with its `Following`, with these legs in it."""

    def __init__(self, *legs: ClientLeg) -> None:
        self.legs = {each.key: each for each in legs}
        self.by_spi = {spi: (each, pair) for each in legs for spi, pair in each.pairs.items()}
        self.phases = {
            handle: Phase1(each.dial, 0.0, each.peer, HERE, leg=each)
            for each in legs
            for handle in each.phases
        }
        ike = Ike(policy(), seeded(1))
        self.following = Following(ike, self.phases, self.legs, self.by_spi)


def test_who_moves_is_found_at_the_new_place_alone() -> None:
    moving = leg(1000)
    tables = Tables(moving)
    tables.following.hear_esp(moving, moving.peer)
    [fact] = tables.following.hear_esp(moving, NEW)
    assert fact == Fact(What.PEER_MOVED, 1000, "203.0.113.7:1000", {"to": str(NEW)})
    assert tables.legs == {moving.key: moving}
    assert moving.key[-1] == tables.phases[1000].peer == NEW


def test_a_phase_1_without_a_leg_moves_alone() -> None:
    tables = Tables()
    phase = Phase1(1, 0.0, endpoint("203.0.113.7:1000"), HERE)
    tables.following.hear_ike(phase, NEW)
    assert phase.peer == NEW


def test_a_forgotten_leg_is_not_found_anywhere() -> None:
    empty = leg(1000, tunnel=False)
    tables = Tables(empty)
    empty.forget_pair(1000)
    tables.following.hear_ike(tables.phases[1000], NEW)
    assert tables.legs == {}


def test_who_moves_to_where_its_like_has_no_tunnel_is_that_one() -> None:
    known, newborn = leg(1000), leg(7777, tunnel=False)
    tables = Tables(known, newborn)
    tables.following.hear_ike(tables.phases[1000], newborn.peer)
    assert tables.legs == {known.key: known}
    assert {found for found, _ in tables.by_spi.values()} == {known}
    assert {phase.leg for phase in tables.phases.values()} == {known}
    assert tables.following.renewals == [(7777, 1000)]


def test_who_moves_to_where_its_like_has_a_tunnel_is_another_one() -> None:
    first, second = leg(1000), leg(7777)
    tables = Tables(first, second)
    tables.following.hear_ike(tables.phases[1000], second.peer)
    assert tables.legs == {first.key: first}
    assert set(second.pairs) == {7777}
    assert tables.following.renewals == []


def test_a_message_of_an_elders_tunnel_is_the_elders() -> None:
    elder, heir = leg(1000), leg(7777, tunnel=False)
    heir.elders = [elder]
    tables = Tables(elder, heir)
    found, facts = tables.following.whose(heir, to_tunnel_of(elder), 1.0)
    assert found is elder
    assert len(facts) == 1
    assert tables.legs == {elder.key: elder}
    assert elder.peer == heir.peer


def test_an_idle_elder_wakes_with_the_keys_of_its_heir() -> None:
    elder, heir = leg(1000), leg(7777, tunnel=False)
    elder.forget_pair(1000)
    elder.idle_since, heir.elders = 1.0, [elder]
    tables = Tables(elder, heir)
    tables.following.whose(heir, to_tunnel_of(elder), 500.0)
    assert tables.following.take_touched(500.0) == [elder]
    assert elder.idle_since is None
    assert tables.phases[7777].who is elder.who
    assert tables.following.take_touched(500.0) == []


def test_who_has_no_keys_is_not_woken() -> None:
    idle = leg(1000)
    idle.forget_pair(1000)
    idle.idle_since = 1.0
    tables = Tables(idle)
    tables.following.touched.append(idle)
    assert tables.following.take_touched(500.0) == [idle]
    assert idle.idle_since == 1.0


def test_an_sccrq_is_of_a_machine_that_begins_to_live_and_has_its_elders_asked() -> None:
    elder, heir = leg(1000), leg(7777, tunnel=False)
    heir.elders, elder.heir = [elder], heir
    tables = Tables(elder, heir)
    assert tables.following.whose(heir, control(0, 0, 0, 0, SCCRQ), 1.0) == (heir, [])
    assert heir.elders == []
    assert elder.heir is None
    assert len(tables.legs) == 2


def test_what_means_nothing_leaves_the_question_open() -> None:
    elder, heir = leg(1000), leg(7777, tunnel=False)
    heir.elders = [elder]
    assert Tables(elder, heir).following.whose(heir, b"\x00", 1.0) == (heir, [])
    assert heir.elders == [elder]
