"""The gateway dies in the middle of everything, and another process goes on from what it left."""

from dataclasses import replace

import pytest

from gateway.bridge.cases import case_of
from gateway.bridge.session_states import State
from gateway.bridge.taking_up import ENCRYPTED, NO_CONNECTION, NO_ROUTE
from gateway.control.config import HERE, Route
from gateway.outputs import What
from tests.pair.gateway_world import NAT, client_entry, configure
from tests.pair.nat import Nat
from tests.pair.net import DELAY
from tests.pair.peers.ike_profiles import SAFENET_98, WIN2000_KB818043, XP_SP2, Profile
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP
from tests.pair.peers.ppp_secured import ChapClient, MppeServer
from tests.pair.peers.pppd import Pppd
from tests.pair.peers.pptp_server import PptpServer
from tests.pair.restart_world import MortalWorld
from tests.pair.test_gateway_idle import carries, fall_idle, states, wake
from tests.pair.test_gateway_mppe import STORED


def up(profile: Profile = SAFENET_98, **given: object) -> tuple[MortalWorld, L2tpIpsecClient]:
    mortal = MortalWorld(**given)
    client = mortal.world.join(profile, nat=Nat(NAT))
    mortal.world.dial(client)
    assert client.up
    return mortal, client


def chat(mortal: MortalWorld, frames: int, first: int = 0) -> None:
    """A frame each way every 1/64 s."""
    world = mortal.world
    [client, *_], line = world.clients, world.server.line
    for number in range(first, first + frames):
        mortal.net.send(client.send_data(IP, b"%04d" % number))
        mortal.net.send(world.server.send_data(line, IP, b"%04d" % number))
        mortal.net.run_for(DELAY)


def numbers(frames: list[bytes]) -> list[int]:
    return [int(frame[-4:]) for frame in frames]


def reasons(mortal: MortalWorld) -> list[str]:
    """Why sessions have ended."""
    return [fact.details["reason"] for fact in mortal.world.facts(What.SESSION_CLOSED)]


def arrived(mortal: MortalWorld) -> tuple[list[int], list[int]]:
    """At the client and at the server."""
    ppp = mortal.world.server.line.ppp
    assert ppp is not None
    return numbers(mortal.world.clients[0].ppp.got), numbers(ppp.got)


@pytest.mark.parametrize(
    "profile", [SAFENET_98, XP_SP2, WIN2000_KB818043], ids=["safenet", "xp", "w2k"]
)
def test_whoever_is_killed_and_is_back_at_once_loses_what_it_had_in_hand(profile: Profile) -> None:
    mortal, client = up(profile)
    chat(mortal, 20)
    mortal.net.run_for(1.0)
    number, packets = next(iter(mortal.world.core.sessions)), len(client.packets)
    mortal.kill()
    chat(mortal, 40, first=20)
    mortal.net.run_for(1.0)
    at_client, at_server = arrived(mortal)
    assert at_client == at_server == list(range(60))
    assert list(mortal.world.core.sessions) == [number]
    assert len(client.packets) >= packets + 40
    assert mortal.world.errors() == []
    assert [fact.dial for fact in mortal.world.facts(What.RESUMED)] == [number]


def test_a_second_of_death_costs_a_second_of_frames() -> None:
    mortal, client = up()
    chat(mortal, 64)
    mortal.net.leave(mortal.node)
    chat(mortal, 64, first=64)
    mortal.net.join(mortal.node, "198.51.100.1", "192.0.2.1")
    mortal.kill()
    chat(mortal, 64, first=128)
    mortal.net.run_for(2.0)
    for seen in arrived(mortal):
        assert seen == sorted(set(seen))
        assert set(range(128, 192)) <= set(seen)
        assert len(seen) >= 128 - 6  # those that were under way when it died
    assert client.errors == []


def test_no_number_of_esp_is_sent_twice_however_often_it_dies() -> None:
    mortal, client = up()
    for life in range(10):
        chat(mortal, 7, first=7 * life)
        mortal.kill()
    mortal.net.run_for(1.0)
    newest = client.newest()
    assert newest is not None
    assert len(newest.sequences) == len(set(newest.sequences))
    assert newest.sequences == sorted(newest.sequences)
    assert arrived(mortal)[0] == arrived(mortal)[1] == list(range(70))


def test_a_packet_that_was_let_in_before_is_not_let_in_again() -> None:
    mortal, client = up()
    chat(mortal, 10)
    mortal.net.run_for(1.0)
    mortal.kill()
    seen = arrived(mortal)
    mortal.net.send([client.replay(packet) for packet in client.packets])
    mortal.net.run_for(1.0)
    assert arrived(mortal) == seen


def test_keys_are_renewed_and_the_client_hangs_up_as_if_nothing_had_been() -> None:
    mortal, client = up()
    mortal.kill()
    mortal.net.send(client.rekey_pair(mortal.net.now))
    mortal.net.run_for(5.0)
    chat(mortal, 10)
    mortal.kill()
    mortal.net.send(client.rekey_phase1(mortal.net.now))
    mortal.net.run_for(5.0)
    chat(mortal, 10, first=10)
    mortal.net.run_for(1.0)
    assert arrived(mortal)[1] == list(range(20))
    mortal.net.send(client.hang_up(mortal.net.now))
    mortal.net.run_for(10.0)
    assert (mortal.world.core.sessions, mortal.node.records) == ({}, {})
    assert mortal.node.memory.taken == set()
    assert not mortal.world.server.line.open
    assert mortal.world.errors() == []


def test_the_server_hangs_up_after_it() -> None:
    mortal, client = up()
    mortal.kill()
    mortal.node.drop(mortal.world.server.line, mortal.net.now)
    mortal.net.run_for(10.0)
    assert (mortal.world.core.sessions, client.lac.up) == ({}, False)


@pytest.mark.parametrize("profile", [XP_SP2, WIN2000_KB818043], ids=["xp", "2k"])
def test_a_machine_that_is_idle_meanwhile_makes_new_keys_when_it_wakes(profile: Profile) -> None:
    mortal, client = up(profile)
    fall_idle(mortal.world, client)
    mortal.kill()
    assert states(mortal.world) == ["idle"]
    mortal.net.run_for(600.0)
    assert states(mortal.world) == ["idle"]
    wake(mortal.world, client)
    assert carries(mortal.world)
    assert states(mortal.world) == ["up"]


def test_what_is_explained_of_a_machine_does_not_begin_with_its_dial() -> None:
    mortal, client = up()
    mortal.kill()
    case = case_of(mortal.world.core, "old-pc", mortal.net.now)
    assert case is not None
    (story,) = case.stories
    assert story.is_up
    assert [fact.what for _, fact in story.entries] == [What.RESUMED]


def test_silence_is_noticed_as_before() -> None:
    mortal, client = up()
    mortal.kill()
    client.alive = False
    mortal.net.run_for(300.0)
    assert mortal.world.core.sessions == {}
    assert not mortal.world.server.line.open


def test_an_hour_after_it_everything_is_as_it_was() -> None:
    mortal, client = up()
    mortal.kill()
    mortal.net.run_for(3000.0)
    chat(mortal, 5)
    mortal.net.run_for(1.0)
    assert arrived(mortal)[0] == list(range(5))
    assert client.errors == []


def test_loss_and_reordering_do_not_matter() -> None:
    mortal, client = up(seed=5)
    mortal.net.loss, mortal.net.jitter = 0.1, 0.1
    for life in range(5):
        chat(mortal, 20, first=20 * life)
        mortal.kill()
        mortal.net.run_for(0.5)
    mortal.net.run_for(5.0)
    for seen in arrived(mortal):
        assert len(seen) == len(set(seen)) > 50
    assert client.up
    assert len(mortal.world.core.sessions) == 1


def test_a_client_that_has_moved_meanwhile_is_followed() -> None:
    mortal, client = up()
    nat = Nat("203.0.113.77")
    mortal.kill()
    mortal.net.shield("192.168.1.2", nat)
    chat(mortal, 20)
    mortal.net.run_for(1.0)
    assert arrived(mortal)[1] == list(range(20))
    (session,) = mortal.world.core.sessions.values()
    assert session.leg.place.esp.host == bytes((203, 0, 113, 77))


def test_whose_connection_is_lost_hears_of_it() -> None:
    mortal, client = up()
    mortal.kill(lost=mortal.keys)
    mortal.net.run_for(5.0)
    assert (client.lac.up, mortal.world.core.sessions) == (False, {})
    assert reasons(mortal) == [NO_CONNECTION]


def test_whose_route_is_gone_is_let_go_at_both_ends() -> None:
    mortal, client = up()
    config = mortal.node.core.config
    mortal.kill(replace(config, routes=tuple(r for r in config.routes if r.name != "nt4")))
    mortal.net.run_for(5.0)
    assert (client.lac.up, mortal.world.core.sessions) == (False, {})
    assert reasons(mortal) == [NO_ROUTE]
    assert not mortal.world.server.line.open
    assert mortal.world.errors() == []


def test_a_link_that_the_gateway_encrypts_ends_in_order() -> None:
    mortal = MortalWorld(route={"encryption": "mppe", "mppe": ("128",)}, users=STORED)
    mortal.world.server.pptp = lambda number: PptpServer(0x1110 + number, window=64)
    mortal.world.server.ppp = lambda _: MppeServer(
        b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2))
    )
    client = mortal.world.join(nat=Nat(NAT), ppp=ChapClient(b"clnt", user="User"))
    mortal.world.dial(client)
    assert len(mortal.node.records) == 1
    mortal.kill()
    mortal.net.run_for(5.0)
    assert (client.lac.up, mortal.world.core.sessions) == (False, {})
    assert reasons(mortal) == [ENCRYPTED]
    assert not mortal.world.server.line.open


def test_a_call_of_another_kind_ends_at_the_client_with_a_sentence() -> None:
    lan = Route("lan", "local", HERE, auth=("mschap-v2",))
    mortal = MortalWorld(client_entry(route="lan"), routes=(lan,))
    mortal.node.pppd = Pppd()
    client = mortal.world.call_up()
    mortal.kill()
    mortal.net.run_for(5.0)
    assert (client.lac.up, mortal.world.core.sessions) == (False, {})
    assert reasons(mortal) == ["the gateway was restarted, and a call by PPP is not kept"]


def test_a_client_that_was_taken_out_meanwhile_is_put_out() -> None:
    mortal, client = up()
    mortal.kill(configure(client_entry("somebody-else", "another key")))
    mortal.net.run_for(5.0)
    assert (client.lac.up, mortal.world.core.sessions) == (False, {})
    assert len(mortal.world.facts(What.PUT_OUT)) == 1
    assert not mortal.world.server.line.open


def test_a_client_that_was_renamed_before_it_has_its_new_name_afterwards() -> None:
    mortal, client = up()
    renamed = configure(client_entry("new-name"))
    mortal.world.ask(mortal.world.core.reload(renamed, mortal.net.now))
    mortal.kill(renamed)
    mortal.net.run_for(5.0)
    assert client.lac.up
    (session,) = mortal.world.core.sessions.values()
    assert session.leg.client == "new-name"


def test_a_record_that_was_changed_is_dropped_and_nothing_else() -> None:
    mortal, client = up()
    second = mortal.world.join(host="192.168.1.3", nat=Nat("203.0.113.8"))
    mortal.world.dial(second)
    number = min(mortal.node.records)
    broken = mortal.node.records[number]
    mortal.node.records[number] = broken[:-1] + bytes((broken[-1] ^ 1,))
    mortal.kill()
    assert mortal.node.taking_up is not None
    assert mortal.node.taking_up.refused == 1
    assert (len(mortal.world.core.sessions), len(mortal.node.records)) == (1, 1)


def test_a_dial_that_was_under_way_is_not_kept() -> None:
    mortal = MortalWorld()
    client = mortal.world.join(nat=Nat(NAT))
    mortal.net.send(client.dial(mortal.net.now))
    mortal.net.run_for(8 * DELAY)
    assert mortal.node.records == {}
    mortal.kill()
    assert mortal.world.core.sessions == {}


def test_what_is_not_up_any_more_is_not_kept_either() -> None:
    mortal, client = up()
    mortal.net.send(client.hang_up(mortal.net.now))
    mortal.net.run_for(5.0)
    assert mortal.node.records == {}
    assert mortal.node.memory.taken == set()


def test_idle_keeping_wakes_nobody_but_once_a_second() -> None:
    mortal, client = up()
    mortal.net.run_for(30.0)
    before = dict(mortal.node.records)
    mortal.net.run_for(5.0)
    assert mortal.node.records == before
    chat(mortal, 1)
    mortal.net.run_for(2.0)
    assert mortal.node.records != before
    assert next(iter(mortal.world.core.sessions.values())).state is State.UP


def test_counters_go_on() -> None:
    mortal, client = up()
    chat(mortal, 30)
    mortal.net.run_for(2.0)
    (before,) = mortal.world.core.sessions.values()
    mortal.kill()
    (after,) = mortal.world.core.sessions.values()
    assert after is not before
    assert (after.bytes_in, after.frames_out) == (before.bytes_in, before.frames_out)
    assert (after.user, after.client_ip) == (before.user, before.client_ip)
