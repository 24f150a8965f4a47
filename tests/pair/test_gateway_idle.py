"""A client without keys for a while is idle, and not lost; one that is gone is gone in time.

Windows deletes an SA that nothing has used for 300 s, and makes a new one on the living main mode
when it has something to send (CLIENTS.md, 4).
"""

from dataclasses import replace

import pytest

from gateway.bridge.client_leg import LONGEST_IDLE
from gateway.bridge.views import session_views
from gateway.outputs import What
from tests.pair.gateway_world import NAT, World, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import DPD, SAFENET_98, WIN2000_KB818043, XP_SP2, Profile
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

HELLO = 60.0  # seconds of silence before L2TP asks, in these stories as by default
ASKED = 1 + 2 + 4 + 8 * 5  # seconds in which it asks eight times (RFC 2661, 5.8)
SILENT = HELLO + ASKED + 2  # and what a packet more or less may change
WITH_DPD = replace(XP_SP2, vendors=(*XP_SP2.vendors, DPD))


def states(world: World) -> list[str]:
    return [view.state for view in session_views(world.core, world.net.now)]


def fall_idle(world: World, client: L2tpIpsecClient) -> None:
    world.net.send(client.ike._drop(list(client.ike.pairs)))
    world.net.run_for(1.0)


def wake(world: World, client: L2tpIpsecClient) -> None:
    """The user has something to send: new keys first, on the living main mode."""
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(1.0)


def carries(world: World) -> bool:
    """A frame each way arrives."""
    [client], line = world.clients, world.server.line
    assert line.ppp is not None
    before = len(client.ppp.got), len(line.ppp.got)
    world.net.send(client.send_data(IP, b"there"))
    world.net.send(world.server.send_data(line, IP, b"back"))
    world.net.run_for(1.0)
    return (len(client.ppp.got), len(line.ppp.got)) == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize("idle", [10.0, 310.0, 4 * 3600.0])
@pytest.mark.parametrize("profile", [XP_SP2, WIN2000_KB818043], ids=["xp sp2", "2000"])
def test_a_machine_that_has_nothing_to_say_keeps_its_session(profile: Profile, idle: float) -> None:
    world = meet()
    client = world.call_up(profile=profile)
    world.net.run_for(300.0)
    fall_idle(world, client)
    assert states(world) == ["idle"]
    world.net.run_for(idle)
    assert states(world) == ["idle"]
    wake(world, client)
    assert states(world) == ["up"]
    assert carries(world)
    assert not world.facts(What.SESSION_CLOSED)
    assert client.errors == []


@pytest.mark.parametrize("anew", [False, True], ids=["old main mode", "new main mode"])
@pytest.mark.parametrize("profile", [XP_SP2, WIN2000_KB818043], ids=["xp sp2", "2000"])
def test_an_idle_machine_whose_nat_has_forgotten_it_keeps_its_session(
    profile: Profile, anew: bool
) -> None:
    """By a new main mode it is a stranger until its L2TP shows whose it is."""
    world, nat = meet(), Nat(NAT)
    client = world.call_up(profile=profile, nat=nat)
    fall_idle(world, client)
    world.net.run_for(600.0)
    nat.forget()
    world.net.send(client.rekey_phase1(world.net.now) if anew else [])
    world.net.run_for(1.0)
    assert states(world) == ["idle"]
    wake(world, client)
    world.net.send(client.send_data(IP, b"up"))
    world.net.run_for(1.0)
    assert states(world) == ["up"]
    assert carries(world)
    assert len(world.core.clients.legs) == 1
    assert not world.facts(What.SESSION_CLOSED)
    assert client.errors == []


def test_it_is_told_that_it_is_idle_and_what_it_took() -> None:
    world = meet()
    client = world.call_up(profile=XP_SP2)
    fall_idle(world, client)
    [fact] = world.facts(What.IDLE)
    [view] = session_views(world.core, world.net.now)
    assert fact.dial == view.id
    assert "no keys while idle" in view.quirks


def test_a_pair_that_nobody_renews_ends_and_the_machine_is_idle() -> None:
    world = meet()
    client = world.call_up(profile=replace(XP_SP2, pair_life=600))
    world.net.run_for(650.0)
    assert states(world) == ["idle"]
    client.ike.pairs.clear()  # it has seen the end of the life as well
    wake(world, client)
    assert states(world) == ["up"]
    assert carries(world)


def test_the_nat_may_forget_an_idle_machine() -> None:
    world, nat = meet(), Nat(NAT)
    client = world.call_up(profile=XP_SP2, nat=nat)
    fall_idle(world, client)
    world.net.run_for(900.0)
    nat.forget()
    wake(world, client)
    assert states(world) == ["up"]
    assert carries(world)


def test_what_the_server_says_meanwhile_is_lost_and_counted() -> None:
    world = meet()
    client = world.call_up(profile=XP_SP2)
    fall_idle(world, client)
    world.net.send(world.server.send_data(world.server.line, IP, b"lost"))
    world.net.run_for(1.0)
    [view] = session_views(world.core, world.net.now)
    assert view.drops["no_sa"] == 1
    wake(world, client)
    assert carries(world)


def test_a_server_that_hangs_up_meanwhile_is_told_when_the_machine_is_back() -> None:
    world = meet()
    client = world.call_up(profile=XP_SP2)
    fall_idle(world, client)
    world.gateway.drop(world.server.line, world.net.now)
    world.net.run_for(600.0)
    assert states(world) == []
    assert client.lac.ended == []
    wake(world, client)
    world.net.run_for(5.0)
    assert [end[0] for end in client.lac.ended] == ["CDN", "StopCCN"]


def test_an_idle_machine_that_deletes_its_main_mode_too_is_let_go() -> None:
    world = meet()
    client = world.call_up(profile=XP_SP2)
    world.net.send(client.drop_keys())
    world.net.run_for(1.0)
    assert states(world) == ["up"]  # it may come back with a new main mode
    world.net.run_for(SILENT)
    assert states(world) == []
    world.net.run_for(60.0)
    assert not world.core.clients.legs


def test_it_comes_back_with_a_new_main_mode_and_still_has_its_session() -> None:
    world, nat = meet(), Nat(NAT)
    client = world.call_up(profile=XP_SP2, nat=nat)
    world.net.send(client.drop_keys())
    world.net.run_for(20.0)
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(2.0)
    assert client.ike.up
    assert carries(world)
    assert not world.facts(What.SESSION_CLOSED)


def test_nobody_is_idle_longer_than_a_main_mode_of_windows_lives() -> None:
    world = meet()
    client = world.call_up(profile=replace(XP_SP2, phase1_life=7 * 86400))
    fall_idle(world, client)
    world.net.leave(client)
    world.net.run_for(LONGEST_IDLE - 60.0)
    assert states(world) == ["idle"]
    world.net.run_for(60.0 + SILENT)
    assert states(world) == []


def test_an_idle_machine_whose_main_mode_ends_is_let_go() -> None:
    world = meet()
    client = world.call_up(profile=replace(XP_SP2, phase1_life=1800))
    fall_idle(world, client)
    world.net.leave(client)
    world.net.run_for(1700.0)
    assert states(world) == ["idle"]
    world.net.run_for(100.0 + SILENT)
    assert states(world) == []


def test_one_that_speaks_dpd_is_asked_by_it_even_without_keys() -> None:
    world = meet()
    client = world.call_up(profile=WITH_DPD)
    fall_idle(world, client)
    world.net.run_for(1000.0)
    assert states(world) == ["idle"]
    assert len(client.ike.asked) > 20
    world.net.leave(client)
    world.net.run_for(62.0)
    assert states(world) == []


@pytest.mark.parametrize(
    ("profile", "seconds"),
    [(WITH_DPD, 60.0), (SAFENET_98, 60.0), (XP_SP2, SILENT), (WIN2000_KB818043, SILENT)],
    ids=["xp with dpd", "safenet", "xp sp2", "2000"],
)
def test_a_client_that_vanishes_is_gone_after_the_time_readme_states(
    profile: Profile, seconds: float
) -> None:
    world = meet()
    client = world.call_up(profile=profile)
    world.net.run_for(300.0)
    world.net.send(client.send_data(IP, b"the last word"))
    world.net.run_for(1.0)
    world.net.leave(client)
    world.net.run_for(seconds / 2)
    assert states(world) == ["up"]
    world.net.run_for(seconds / 2 + 1.0)
    assert states(world) == []
    assert seconds <= 110.0


@pytest.mark.parametrize("keep_ports", [True, False], ids=["same port", "another port"])
@pytest.mark.parametrize("profile", [XP_SP2, SAFENET_98], ids=["xp sp2", "safenet"])
def test_one_that_crashed_and_redials_at_once_is_let_in_at_once(
    profile: Profile, keep_ports: bool
) -> None:
    world, nat = meet(), Nat(NAT, keep_ports=keep_ports)
    old = world.call_up(profile=profile, nat=nat)
    world.net.leave(old)
    again = world.join(profile, nat=nat)
    world.dial(again, 1.5)
    assert again.up
