"""However a session ends, both legs end in order, with a reason, and nothing is left."""

from dataclasses import replace

import pytest

from gateway.outputs import What
from tests.pair.gateway_world import NAT, World, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import DPD, SAFENET_98, Profile
from tests.pair.peers.ppp_end import IP
from tests.pair.peers.pptp_server import STOP, disconnected

CLEAR, DISCONNECTED, STOPPING = 12, 13, 3  # PPTP message types (RFC 2637, 2)
LOSS, ADMINISTRATIVE = 1, 3  # CDN results (RFC 2661, 4.4.2)
NO_DPD = replace(SAFENET_98, vendors=tuple(v for v in SAFENET_98.vendors if v != DPD))


def reasons(world: World) -> list[str]:
    return [fact.details["reason"] for fact in world.facts(What.SESSION_CLOSED)]


def nothing_is_left(world: World) -> bool:
    core = world.core
    tables = (core.sessions, core.board.by_call, core.board.by_call_id, core.board.by_key)
    return not any(tables) and core.idle()


def closed_in_order(world: World) -> bool:
    """The server was told Call-Clear, then Stop, then TCP was closed by us."""
    types = world.server.line.pptp.types()
    return types[-2:] == [CLEAR, STOPPING] and not world.server.line.open


def test_a_client_that_hangs_up_ends_the_call_inside() -> None:
    world = meet()
    client = world.call_up()
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(2.0)
    assert closed_in_order(world)
    assert reasons(world) == ["the client hung up"]
    world.net.send(client.drop_keys())
    world.net.run_for(120.0)
    assert nothing_is_left(world)
    assert not world.core.clients.legs
    assert not world.core.clients.phases
    assert not world.core.clients.by_spi
    assert world.errors() == []


def test_keys_deleted_without_a_word_of_l2tp_end_the_session_too() -> None:
    """The user pulls the modem: IKE says goodbye, L2TP could not."""
    world = meet()
    client = world.call_up()
    world.net.send(client.drop_keys())
    world.net.run_for(300.0)
    assert nothing_is_left(world)
    assert closed_in_order(world)
    assert not world.core.clients.legs


@pytest.mark.parametrize("profile", [SAFENET_98, NO_DPD], ids=["dpd", "only l2tp's hello"])
def test_a_client_that_vanishes_is_noticed_and_the_call_inside_ends(profile: Profile) -> None:
    world = meet()
    client = world.call_up(profile=profile)
    world.net.leave(client)
    world.net.run_for(300.0)
    assert nothing_is_left(world)
    assert closed_in_order(world)
    assert len(reasons(world)) == 1
    world.net.run_for(2 * 28800.0)
    assert not world.core.clients.legs
    assert not world.core.clients.by_spi


@pytest.mark.long
def test_a_client_that_only_answers_stays_up_for_hours() -> None:
    world = meet()
    client = world.call_up(profile=replace(SAFENET_98, pair_life=86400))
    world.net.run_for(6 * 3600.0)
    assert client.up
    assert len(world.core.sessions) == 1
    assert world.errors() == []


def test_a_server_that_breaks_its_connection_is_told_to_the_client() -> None:
    world = meet()
    client = world.call_up()
    world.gateway.drop(world.server.line, world.net.now)
    world.net.run_for(5.0)
    assert client.lac.ended[0][:2] == ("CDN", LOSS)
    assert "closed" in client.lac.ended[0][3]
    assert nothing_is_left(world)


@pytest.mark.parametrize("how", ["call", "connection"])
def test_a_server_that_ends_the_call_in_order_is_told_to_the_client(how: str) -> None:
    world = meet()
    client = world.call_up()
    line = world.server.line
    said = {"call": disconnected(line.pptp.call), "connection": STOP}[how]
    world.gateway.tell(line, said, world.net.now)
    world.net.run_for(10.0)
    assert client.lac.ended[0][:2] == ("CDN", LOSS)
    assert client.lac.ended[0][3]
    assert nothing_is_left(world)
    assert not line.open


def test_a_server_that_falls_silent_is_found_out_by_echo() -> None:
    world = meet()
    client = world.call_up()
    world.server.line.pptp.silent = frozenset({5})
    world.net.run_for(130.0)
    assert client.lac.ended[0][:2] == ("CDN", LOSS)
    assert "echo" in client.lac.ended[0][3]
    assert nothing_is_left(world)


def test_the_owner_disconnects_one_session() -> None:
    world = meet()
    client = world.call_up()
    [number] = world.core.sessions
    world.ask(world.core.disconnect(number, "the owner ended it", world.net.now))
    world.net.run_for(5.0)
    assert client.lac.ended[0] == ("CDN", ADMINISTRATIVE, 0, "the owner ended it")
    assert closed_in_order(world)
    assert reasons(world) == ["the owner ended it"]
    assert nothing_is_left(world)


def test_stop_closes_everything_in_order_and_then_is_idle() -> None:
    world = meet()
    client = world.call_up()
    assert not world.core.idle()
    world.ask(world.core.stop(world.net.now))
    world.net.run_for(3.0)
    assert world.core.idle()
    assert closed_in_order(world)
    assert [each[0] for each in client.lac.ended] == ["CDN", "StopCCN"]
    assert len(client.ike.gone) == 2  # the pair and the ISAKMP SA
    assert world.errors() == []


def test_while_stopping_no_call_is_taken() -> None:
    world = meet()
    client = world.call_up()
    other = world.join(host="192.168.1.3", nat=Nat("203.0.113.8"))
    other.dials_l2tp = False
    world.dial(other)
    world.ask(world.core.stop(world.net.now))
    world.net.send(other.redial_l2tp(world.net.now))
    world.net.run_for(5.0)
    assert not other.up
    assert not client.up
    assert world.core.idle()


def test_both_ends_hang_up_at_once() -> None:
    world = meet()
    client = world.call_up()
    world.gateway.tell(world.server.line, disconnected(world.server.line.pptp.call), world.net.now)
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(20.0)
    assert len(reasons(world)) == 1
    assert nothing_is_left(world)


@pytest.mark.user_space  # the kernel carries the frame that says so unread
def test_ppp_ended_by_one_side_is_the_reason_that_is_told() -> None:
    world = meet()
    client = world.call_up()
    for frame in client.ppp.hang_up():
        world.net.send(client.send_frame(frame))
    world.net.run_for(1.0)
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(5.0)
    assert reasons(world) == ["the client ended PPP: bye"]


def test_a_machine_that_crashed_and_dials_again_at_once_gets_a_new_session() -> None:
    """Behind the same NAT port, with nothing remembered: the old leg gives way."""
    world, nat = meet(), Nat(NAT, keep_ports=True)
    old = world.call_up(nat=nat)
    world.net.leave(old)
    again = world.join(nat=nat)
    world.dial(again, 60.0)
    assert again.up
    assert len(world.core.sessions) == 1
    assert not world.server.lines[0].open
    world.net.send(world.server.send_data(world.server.line, IP, b"to the new one"))
    world.net.run_for(1.0)
    assert len(again.ppp.got) == 1


def test_a_machine_that_crashed_and_comes_back_by_another_port_gets_a_new_session() -> None:
    world, nat = meet(), Nat(NAT)
    old = world.call_up(nat=nat)
    world.net.leave(old)
    nat.forget()
    again = world.join(nat=nat)
    world.dial(again, 300.0)
    assert again.up
    assert len(world.core.sessions) == 1
    assert not world.server.lines[0].open


def test_l2tp_dialled_again_under_the_same_keys_replaces_the_old_tunnel() -> None:
    world = meet()
    client = world.call_up()
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(10.0)
    assert client.up
    assert len(world.core.sessions) == 1
    assert not world.server.lines[0].open


@pytest.mark.parametrize("seed", range(6))
def test_every_end_is_orderly_under_loss(seed: int) -> None:
    world = meet(loss=0.2, duplicate=0.1, jitter=0.125, seed=seed)
    client = world.join(nat=Nat(NAT))
    world.dial(client, 60.0)
    assert client.up
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(300.0)
    assert nothing_is_left(world)
    assert closed_in_order(world)
