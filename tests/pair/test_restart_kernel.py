"""The gateway dies while a kernel carries its sessions, which goes on; another takes them up."""

from dataclasses import replace

import pytest

from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.taking_up import NO_CONNECTION, NO_KERNEL
from gateway.bridge.tracks import carried_by
from gateway.outputs import What
from tests.pair import gateway_world
from tests.pair.gateway_world import NAT
from tests.pair.nat import Nat
from tests.pair.native_world import Native
from tests.pair.native_world import meet as meet_native
from tests.pair.net import DELAY
from tests.pair.peers.ike_profiles import SAFENET_98, WIN2000_KB818043, XP_SP2, Profile
from tests.pair.peers.kernel import Kernel
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.l2tp_lac import WAITS
from tests.pair.restart_world import MortalNode, MortalWorld, session_of, up
from tests.pair.test_restart import arrived, chat, reasons


@pytest.fixture(autouse=True)
def _by_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_world, "CARRIER", "kernel")


def leg_of(mortal: MortalWorld) -> ClientLeg:
    return session_of(mortal).leg


def kernel_of(mortal: MortalWorld) -> Kernel:
    kernel = mortal.node.kernel
    assert kernel is not None
    return kernel


@pytest.mark.parametrize(
    "profile", [SAFENET_98, XP_SP2, WIN2000_KB818043], ids=["safenet", "xp", "w2k"]
)
def test_no_frame_is_lost_and_the_session_is_the_kernels_as_before(profile: Profile) -> None:
    mortal, client = up(profile)
    chat(mortal, 20)
    number, carried = session_of(mortal).number, kernel_of(mortal).carried
    mortal.kill()
    assert carried_by(session_of(mortal)) == ("kernel", "")
    chat(mortal, 40, first=20)
    mortal.net.run_for(1.0)
    assert arrived(mortal)[0] == arrived(mortal)[1] == list(range(60))
    assert session_of(mortal).number == number
    assert kernel_of(mortal).carried - carried >= 80
    assert mortal.world.errors() == []
    assert [fact.dial for fact in mortal.world.facts(What.RESUMED)] == [number]


def test_while_there_is_no_daemon_the_kernel_carries_on_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mortal, client = up()
    chat(mortal, 20)
    with monkeypatch.context() as dead:
        # What the kernel leaves to the daemon is lost.
        dead.setattr(mortal.node, "carry", lambda outputs, now: [])
        dead.setattr(mortal.node, "_told", lambda now: [])
        chat(mortal, 64, first=20)
    mortal.kill()
    chat(mortal, 20, first=84)
    mortal.net.run_for(1.0)
    assert arrived(mortal)[0] == arrived(mortal)[1] == list(range(104))
    newest = client.newest()
    assert newest is not None
    assert newest.sequences == sorted(set(newest.sequences))


def test_whoever_asks_while_there_is_no_daemon_is_answered_by_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nat = Nat(NAT)
    mortal, first = up(nat=nat)
    second = mortal.world.join(host="192.168.1.3", nat=nat)
    mortal.world.dial(second)
    mortal.net.run_for(2.0)
    numbers = list(mortal.world.core.sessions)
    with monkeypatch.context() as dead:
        dead.setattr(mortal.node, "carry", lambda outputs, now: [])
        dead.setattr(mortal.node, "_told", lambda now: [])
        for client in (first, second):
            mortal.net.send(client.ask_alive(mortal.net.now))
        mortal.net.run_for(sum(WAITS) - 1.0)  # a second more, and they give it up
    mortal.kill()
    mortal.net.run_for(60.0)
    assert [client.lac.ended for client in (first, second)] == [[], []]
    assert list(mortal.world.core.sessions) == numbers
    carried = [carried_by(each) for each in mortal.world.core.sessions.values()]
    assert carried == [("kernel", "")] * 2
    assert mortal.world.errors() == []


def test_what_was_carried_is_counted_once_however_often_it_dies() -> None:
    mortal, _ = up()
    mortal.net.run_for(6.0)  # the kernel has told what it carried while PPP came up
    before = figures(mortal)
    for life in range(5):
        chat(mortal, 10, first=10 * life)
        mortal.net.run_for(6.0 if life % 2 else 0.5)
        mortal.kill()
    mortal.net.run_for(6.0)
    mortal.node.refresh(mortal.net.now)
    after = figures(mortal)
    assert [after[0] - before[0], after[2] - before[2]] == [50, 50]


def figures(mortal: MortalWorld) -> tuple[int, int, int, int]:
    one = session_of(mortal)
    return one.frames_in, one.bytes_in, one.frames_out, one.bytes_out


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
    assert kernel_of(mortal).calls == {}


def test_the_server_hangs_up_after_it() -> None:
    mortal, client = up()
    mortal.kill()
    mortal.node.drop(mortal.world.server.line, mortal.net.now)
    mortal.net.run_for(10.0)
    assert (mortal.world.core.sessions, client.lac.up) == ({}, False)
    assert kernel_of(mortal).calls == {}


def test_a_client_that_moves_after_it_is_followed() -> None:
    nat = Nat(NAT)
    mortal, _ = up(nat=nat)
    mortal.kill()
    nat.forget()
    chat(mortal, 64)
    mortal.net.run_for(2.0)
    assert arrived(mortal)[1][-20:] == list(range(44, 64))
    assert carried_by(session_of(mortal)) == ("kernel", "")


def test_whose_connection_is_lost_is_told_by_keys_that_go_on() -> None:
    mortal, client = up()
    chat(mortal, 30)
    mortal.kill(lost=mortal.keys)
    mortal.net.run_for(5.0)
    assert reasons(mortal) == [NO_CONNECTION]
    assert not client.lac.up
    newest = client.newest()
    assert newest is not None
    assert newest.sequences == sorted(set(newest.sequences))


def test_without_what_the_kernel_had_the_session_ends_by_numbers_never_sent_before() -> None:
    mortal, client = up()
    chat(mortal, 200)
    mortal.kill(kernel_goes_on=False)
    mortal.net.run_for(5.0)
    assert reasons(mortal) == [NO_KERNEL]
    assert not client.lac.up
    newest = client.newest()
    assert newest is not None
    assert newest.sequences == sorted(set(newest.sequences))
    assert newest.sequences[-1] > 1 << 16


def test_keys_that_have_ended_meanwhile_are_over() -> None:
    mortal, client = up()
    for half in kernel_of(mortal).legs.values():
        half.heard.clear()
    mortal.kill()
    mortal.net.run_for(DELAY)
    assert leg_of(mortal).current is None
    assert client.up


def test_two_clients_keep_their_numbers() -> None:
    mortal, _ = up()
    second = mortal.world.join(host="192.168.1.3", nat=Nat("198.51.100.77"))
    mortal.world.dial(second)
    mortal.net.run_for(2.0)
    whose = {number: leg.leg.dial for number, leg in mortal.world.core.carrier.legs.items()}
    mortal.kill()
    legs = mortal.world.core.carrier.legs
    assert len(legs) == 2
    assert {number: track.leg.dial for number, track in legs.items()} == whose
    assert all(track.leg.track is track for track in legs.values())


def test_a_route_that_is_the_daemons_by_now_has_its_frames_pass_by_hand() -> None:
    mortal, _ = up()
    config = mortal.world.core.config
    routes = tuple(replace(route, carrier="user") for route in config.routes)
    mortal.kill(replace(config, routes=routes))
    chat(mortal, 20)
    mortal.net.run_for(1.0)
    assert arrived(mortal)[0] == arrived(mortal)[1] == list(range(20))
    assert carried_by(session_of(mortal)) == ("user", "the route says so")


def native() -> tuple[Native, MortalNode, L2tpIpsecClient]:
    """A client up at a native server, whose frames the kernel carries."""
    world = meet_native(node_of=MortalNode)
    client = world.dial_one()
    world.net.run_for(2.0)
    assert isinstance(world.gateway, MortalNode)
    (session,) = world.core.sessions.values()
    assert carried_by(session) == ("kernel", "")
    return world, world.gateway, client


def test_a_session_to_a_native_server_ends_with_a_sentence_and_leaves_nothing() -> None:
    world, node, client = native()
    world.net.send(node.comes_back(world.net.now))
    world.net.run_for(5.0)
    assert (client.lac.up, world.core.sessions) == (False, {})
    (closed,) = world.facts(What.SESSION_CLOSED)
    assert closed.details["reason"].endswith("a call by L2TP/IPsec is not kept")
    assert node.kernel is not None
    assert (node.kernel.calls, len(node.kernel.legs)) == ({}, 1)  # that of the client's keys
    assert world.core.carrier.tunnels == {}


def test_who_dials_again_by_the_same_keys_after_that_is_the_kernels_again() -> None:
    world, node, client = native()
    world.net.send(node.comes_back(world.net.now))
    world.net.run_for(90.0)
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(10.0)
    (session,) = world.core.sessions.values()
    assert carried_by(session) == ("kernel", "")
    assert client.errors == []
