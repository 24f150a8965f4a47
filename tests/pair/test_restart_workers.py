"""Workers carry the sessions, and die, and so does the gateway: others go on from the words."""

import pytest

from gateway.bridge.tracks import carried_by
from gateway.outputs import What
from gateway.paths import worker_of
from tests.pair import gateway_world
from tests.pair.peers.ike_profiles import SAFENET_98, WIN2000_KB818043, XP_SP2, Profile
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP
from tests.pair.peers.workers import COUNT, Workforce
from tests.pair.restart_world import MortalWorld, session_of, up
from tests.pair.test_restart import arrived, chat

PROFILES = pytest.mark.parametrize(
    "profile", [SAFENET_98, XP_SP2, WIN2000_KB818043], ids=["safenet", "xp", "w2k"]
)


@pytest.fixture(autouse=True)
def _by_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_world, "CARRIER", "workers")


def workforce_of(mortal: MortalWorld) -> Workforce:
    workforce = mortal.node.workforce
    assert workforce is not None
    return workforce


def kill_worker(mortal: MortalWorld) -> None:
    """The one that has the session's keys."""
    spi = next(iter(session_of(mortal).leg.pairs))
    workforce_of(mortal).kill(worker_of(spi, COUNT))
    mortal.net.send(mortal.node.carry([], mortal.net.now))


def figures(mortal: MortalWorld) -> tuple[int, int]:
    mortal.node.refresh(mortal.net.now)
    one = session_of(mortal)
    return one.frames_in, one.frames_out


def in_order(mortal: MortalWorld, client: L2tpIpsecClient, most: int) -> None:
    """Everything arrived once, both ways, and no number of ESP was sent twice."""
    assert arrived(mortal)[0] == arrived(mortal)[1] == list(range(most))
    newest = client.newest()
    assert newest is not None
    assert newest.sequences == sorted(set(newest.sequences))
    assert mortal.world.errors() == []


@PROFILES
def test_a_worker_that_dies_between_two_frames_costs_none(profile: Profile) -> None:
    mortal, client = up(profile)
    number = session_of(mortal).number
    for life in range(5):
        chat(mortal, 10, first=10 * life)
        kill_worker(mortal)
    chat(mortal, 10, first=50)
    mortal.net.run_for(1.0)
    in_order(mortal, client, 60)
    assert session_of(mortal).number == number
    assert carried_by(session_of(mortal)) == ("worker", "")


@PROFILES
def test_a_gateway_that_dies_costs_no_frame_either_and_workers_carry_on(profile: Profile) -> None:
    mortal, client = up(profile)
    number = session_of(mortal).number
    for life in range(4):
        chat(mortal, 10, first=10 * life)
        mortal.kill()
    chat(mortal, 10, first=40)
    mortal.net.run_for(1.0)
    in_order(mortal, client, 50)
    assert session_of(mortal).number == number
    assert carried_by(session_of(mortal)) == ("worker", "")
    assert [fact.dial for fact in mortal.world.facts(What.RESUMED)] == [number] * 4


def test_keys_are_renewed_while_workers_and_gateways_die() -> None:
    mortal, client = up()
    kill_worker(mortal)
    mortal.net.send(client.rekey_pair(mortal.net.now))
    mortal.net.run_for(5.0)
    chat(mortal, 10)
    mortal.kill()
    mortal.net.send(client.rekey_phase1(mortal.net.now))
    mortal.net.run_for(5.0)
    chat(mortal, 10, first=10)
    kill_worker(mortal)
    chat(mortal, 10, first=20)
    mortal.net.run_for(1.0)
    assert arrived(mortal)[1] == list(range(30))
    assert carried_by(session_of(mortal)) == ("worker", "")
    mortal.net.send(client.hang_up(mortal.net.now))
    mortal.net.run_for(10.0)
    assert (mortal.world.core.sessions, mortal.node.records) == ({}, {})
    assert mortal.node.memory.taken == set()


def test_all_keys_of_a_leg_are_one_workers_however_often_they_are_renewed() -> None:
    mortal, client = up()
    seen = set()
    for _ in range(6):
        mortal.net.send(client.rekey_phase1(mortal.net.now))
        mortal.net.run_for(5.0)
        mortal.net.send(client.rekey_pair(mortal.net.now))
        mortal.net.run_for(5.0)
        seen |= {worker_of(spi, COUNT) for spi in session_of(mortal).leg.pairs}
        chat(mortal, 2)
    assert len(seen) == 1
    assert seen <= {1, 2}


def test_what_was_carried_is_counted_once_whoever_dies() -> None:
    mortal, _ = up()
    before = figures(mortal)
    for life in range(4):
        chat(mortal, 10, first=10 * life)
        figures(mortal)
        kill_worker(mortal)
        mortal.net.run_for(1.5)
        mortal.kill()
    after = figures(mortal)
    assert [after[0] - before[0], after[1] - before[1]] == [40, 40]


def test_after_a_worker_died_no_packet_is_let_in_twice() -> None:
    mortal, client = up()
    chat(mortal, 5)
    old = client.send_data(IP, b"%04d" % 5)
    mortal.net.send(old)
    mortal.net.run_for(1.0)
    kill_worker(mortal)
    mortal.net.send(old)
    mortal.net.run_for(1.0)
    chat(mortal, 5, first=6)
    mortal.net.run_for(1.0)
    assert arrived(mortal)[1] == list(range(11))


def test_a_lifetime_by_volume_ends_a_pair_that_a_worker_has() -> None:
    mortal, client = up()
    leg = session_of(mortal).leg
    (pair,) = leg.pairs.values()
    kill_worker(mortal)
    pair.inbound.limit = pair.inbound.payload_bytes + 200
    kill_worker(mortal)
    chat(mortal, 10)
    mortal.net.run_for(2.0)
    assert len(arrived(mortal)[1]) < 10
    closed = mortal.world.facts(What.SA_CLOSED)
    assert len(closed) == 1


def test_without_workers_the_gateway_goes_on_by_itself() -> None:
    mortal, client = up()
    chat(mortal, 10)
    workforce_of(mortal).give_up("they died")
    mortal.net.send(mortal.node.carry([], mortal.net.now))
    chat(mortal, 10, first=10)
    assert carried_by(session_of(mortal)) == ("user", "they died")
    mortal.kill()
    chat(mortal, 10, first=20)
    mortal.net.run_for(1.0)
    in_order(mortal, client, 30)


def test_a_session_ends_in_order_though_its_worker_died_with_the_last_figures() -> None:
    mortal, client = up()
    chat(mortal, 10)
    figures(mortal)
    mortal.net.send(client.hang_up(mortal.net.now))
    workforce_of(mortal).kill(1)
    workforce_of(mortal).kill(2)
    mortal.net.run_for(10.0)
    assert mortal.world.core.sessions == {}
    assert not mortal.world.core.carrier.ending
    assert len(mortal.world.facts(What.SESSION_CLOSED)) == 1
    assert mortal.node.memory.taken == set()
