"""What is taken up and what is not; whole stories are in tests/pair/test_restart.py."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.bridge.household import Household
from gateway.bridge.keeping import LABEL
from gateway.bridge.session_states import State
from gateway.bridge.taking_up import NO_CONNECTION, RESTARTED
from gateway.crypto import aead
from gateway.outputs import What
from gateway.wire.record import build_record
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import KEY
from tests.pair.restart_world import MortalWorld, household_of


def up() -> tuple[MortalWorld, Household]:
    mortal = MortalWorld()
    mortal.world.call_up()
    return mortal, household_of(mortal.node)


def taken_up(mortal: MortalWorld, value: Household) -> int:
    """Kill it with this in the place of what was kept; how many records were refused."""
    ((number, _),) = mortal.node.records.items()
    label = LABEL + number.to_bytes(8, "big")
    mortal.node.records[number] = aead.seal(KEY, bytes(aead.NONCE), build_record(value), label)
    mortal.kill()
    assert mortal.node.taking_up is not None
    return mortal.node.taking_up.refused


def test_a_client_is_in_all_tables_again() -> None:
    mortal, value = up()
    assert taken_up(mortal, value) == 0
    clients = mortal.world.core.clients
    (session,) = mortal.world.core.sessions.values()
    leg = session.leg
    assert (session.state, leg.current) == (State.UP, next(iter(leg.pairs.values())))
    assert clients.legs == {leg.key: leg}
    assert [each for each, _ in clients.by_spi.values()] == [leg]
    assert [phase.leg for phase in clients.phases.values()] == [leg]
    assert leg.who.seen == value.leg.seen
    assert household_of(mortal.node).tunnels == value.tunnels


def broken(value: Household, **changes: Any) -> Household:
    pair = value.pairs[0]
    return replace(value, pairs=(replace(pair, sa=replace(pair.sa, **changes)),))


@pytest.mark.parametrize(
    "changes", [{"suite": "rot13"}, {"keymat_out": b"short"}, {"spi_in": 5}, {"spi_out": 0}]
)
def test_a_client_that_makes_no_sense_leaves_nothing_behind(changes: dict[str, Any]) -> None:
    mortal, value = up()
    assert taken_up(mortal, broken(value, **changes)) == 1
    core = mortal.world.core
    assert (core.sessions, mortal.node.records) == ({}, {})
    assert (core.clients.by_spi, core.clients.legs, core.clients.phases) == ({}, {}, {})
    assert core.clients.ike.peers() == []


def test_a_word_that_somebody_has_is_nobody_elses() -> None:
    mortal, value = up()
    pair = value.pairs[0]
    assert taken_up(mortal, replace(value, pairs=(replace(pair, sent=pair.heard),))) == 1


def test_a_call_whose_words_are_not_there_ends_at_both_ends() -> None:
    mortal, value = up()
    (session,) = value.sessions
    assert taken_up(mortal, replace(value, sessions=(replace(session, sent=1 << 40),))) == 0
    mortal.net.run_for(5.0)
    (closed,) = mortal.world.facts(What.SESSION_CLOSED)
    assert closed.details["reason"] == RESTARTED
    assert not mortal.world.server.line.open


def test_a_client_of_an_address_that_is_not_ours_any_more_is_left() -> None:
    mortal, value = up()
    elsewhere = replace(value.leg, local=Endpoint(bytes((198, 51, 100, 9)), 4500))
    assert taken_up(mortal, replace(value, leg=elsewhere)) == 1
    assert mortal.world.core.sessions == {}


def test_a_connection_from_an_address_that_is_not_ours_any_more_is_lost() -> None:
    mortal, value = up()
    (session,) = value.sessions
    assert session.called is not None
    moved = replace(session, called=replace(session.called, source=bytes((192, 0, 2, 9))))
    assert taken_up(mortal, replace(value, sessions=(moved,))) == 0
    (closed,) = mortal.world.facts(What.SESSION_CLOSED)
    assert closed.details["reason"] == NO_CONNECTION


def test_dials_are_numbered_on_behind_those_that_were() -> None:
    mortal, value = up()
    taken_up(mortal, replace(value, leg=replace(value.leg, dial=41)))
    second = mortal.world.join(host="192.168.1.3")
    mortal.world.dial(second)
    assert max(mortal.world.core.sessions) == 42
