"""Every old client comes up, renews its keys, falls idle, hangs up and dials again.

What each of them says is in `peers/old_clients.py`, what it does by itself in `peers/old_box.py`.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.outputs import What
from tests.pair.gateway_world import NAT
from tests.pair.nat import Nat
from tests.pair.old_world import call_up, heard, old_world, place, quick, say, view
from tests.pair.peers.old_box import Kind
from tests.pair.peers.old_clients import CLIENTS, OPEN, THROUGH_NAT, open_kind

each_client = pytest.mark.parametrize("kind", CLIENTS.values(), ids=CLIENTS)
each_behind_nat = pytest.mark.parametrize("kind", THROUGH_NAT.values(), ids=THROUGH_NAT)

OTHER_NAT = "203.0.113.8"
QUIRKS = {
    "win98-msl2tp": {"no host name in L2TP", "closes L2TP with our ids"},
    "winme-msl2tp": {"no host name in L2TP", "closes L2TP with our ids"},
    "nt4-msl2tp": {"no host name in L2TP", "closes L2TP with our ids"},
    "win2000": {"any port of ours (17/0)"},
    "win2000-kb818043": {"host name in quick mode"},
    "xp": {"any port of ours (17/0)"},
    "xp-kb818043": {"host name in quick mode"},
    "xp-sp2": set(),
    "win2003": set(),
    "safenet": set(),
    "racoon": set(),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_it_comes_up_and_is_taken_for_what_it_is(name: str) -> None:
    kind = CLIENTS[name]
    world = old_world()
    box = call_up(world, kind)
    seen = view(world)
    assert (seen.system, seen.confidence) == (kind.name, kind.certain)
    assert seen.state == "up"
    quirks = set(seen.quirks) - {"lifetime by volume", "callback and multilink declined"}
    assert quirks == QUIRKS[name]
    assert box.errors == []
    assert world.errors() == []


@each_client
@pytest.mark.long
def test_no_frame_is_lost_while_it_renews_its_keys_for_an_hour(kind: Kind) -> None:
    """Quick mode every five minutes and main mode every fifteen, by its own clock."""
    world = old_world()
    box = call_up(world, quick(kind, pair_life=330, phase1_life=1000))
    for number in range(720):
        say(world, box, number)
        world.net.run_for(5.0)
    assert box.rekeys >= 11
    assert box.phase1_rekeys >= 3
    assert heard(world, box) == (list(range(720)), list(range(720)))
    assert len(world.core.sessions) == len(world.core.clients.legs) == 1
    assert len(world.core.clients.by_spi) <= 2 + box.rekeys * (not kind.ike.delete_old)
    assert not world.facts(What.SESSION_CLOSED)
    assert box.errors == []


@pytest.mark.long
@each_client
@pytest.mark.parametrize("seed", range(2))
def test_it_comes_up_renews_and_hangs_up_through_loss_and_doubling(kind: Kind, seed: int) -> None:
    world = old_world(loss=0.1, duplicate=0.1, jitter=0.125, seed=seed)
    box = call_up(world, quick(kind, pair_life=330, phase1_life=1000), 120.0)
    for number in range(120):
        say(world, box, number)
        world.net.run_for(10.0)
    at_box, at_server = heard(world, box)
    assert min(len(set(at_box)), len(set(at_server))) > 80  # twice a tenth is lost
    assert box.rekeys >= 3
    assert len(world.core.sessions) == 1
    world.net.send(box.leave(world.net.now))
    world.net.run_for(200.0)
    assert world.core.sessions == {}


@each_client
def test_it_hangs_up_in_its_order_and_nothing_is_left_and_it_dials_again(kind: Kind) -> None:
    world = old_world()
    box = call_up(world, kind)
    world.net.send(box.leave(world.net.now))
    world.net.run_for(1.0)
    assert world.core.sessions == {}
    assert len(world.facts(What.SESSION_CLOSED)) == 1
    world.net.run_for(120.0)
    assert not world.core.clients.phases
    assert not world.core.clients.by_spi
    assert not world.core.clients.legs
    world.net.send(box.dial_again(world.net.now))
    world.net.run_for(2.0)
    assert box.up
    assert view(world).system == kind.name
    assert box.errors == []


@each_client
def test_it_is_let_in_at_once_after_a_crash(kind: Kind) -> None:
    world, nat = old_world(), Nat(NAT, keep_ports=True)
    old = call_up(world, kind, 10.0, nat=nat)
    world.net.leave(old)
    again = place(world, kind, nat=nat)
    world.net.send(again.dial(world.net.now))
    world.net.run_for(1.5)
    assert again.up
    world.net.run_for(120.0)
    assert len(world.core.sessions) == 1
    assert again.errors == []


# NATs that are not what a NAT should be; each is made anew for every story.
ODD_NATS: dict[str, Callable[[], Nat]] = {
    "esp apart from ike": lambda: Nat(NAT, apart=True),
    "ports that stay": lambda: Nat(NAT, pins={500, 4500}),
    "new ports every 200 s": lambda: Nat(NAT, rebinds=200.0),
    "apart and new every 200 s": lambda: Nat(NAT, apart=True, rebinds=200.0),
    "another address for 4500": lambda: Nat(NAT, hosts={4500: OTHER_NAT}),
    "each port another and new ones": lambda: Nat(NAT, hosts={4500: OTHER_NAT}, rebinds=200.0),
}


@each_behind_nat
@pytest.mark.parametrize("odd", ODD_NATS.values(), ids=ODD_NATS)
@pytest.mark.long
def test_an_odd_nat_costs_it_no_session(kind: Kind, odd: Callable[[], Nat]) -> None:
    world = old_world()
    box = call_up(world, quick(kind, pair_life=330, phase1_life=500), nat=odd())
    for number in range(200):
        say(world, box, number)
        world.net.run_for(5.0)
    at_box, at_server = heard(world, box)
    assert at_server == list(range(200))
    assert len(at_box) >= 190  # what comes before it has spoken by its new port is lost
    assert box.rekeys >= 3
    assert box.phase1_rekeys >= 1
    assert len(world.core.sessions) == 1
    assert not world.facts(What.SESSION_CLOSED)
    assert box.errors == []
    world.net.send(box.leave(world.net.now))
    world.net.run_for(1.0)
    assert world.core.sessions == {}


@each_behind_nat
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.long
def test_an_odd_nat_loss_and_doubling_together_cost_it_no_session(kind: Kind, seed: int) -> None:
    world = old_world(loss=0.05, duplicate=0.1, jitter=0.125, seed=seed)
    nat = Nat(NAT, apart=True, rebinds=200.0)
    box = call_up(world, quick(kind, pair_life=330, phase1_life=1000), 60.0, nat=nat)
    for number in range(200):
        say(world, box, number)
        world.net.run_for(5.0)
    assert min(len(set(one)) for one in heard(world, box)) > 150
    assert len(world.core.sessions) == 1
    assert not world.facts(What.SESSION_CLOSED)


@pytest.mark.long
@each_behind_nat
@pytest.mark.parametrize("nat_d", ["auto", "parrot"])
def test_a_router_before_the_gateway_keeps_nobody_out(kind: Kind, nat_d: str) -> None:
    """XP SP2 and Server 2003 refuse a server behind a NAT, as they were shipped."""
    world = old_world(forwarded=True, nat_d=nat_d)
    box = call_up(world, quick(kind, pair_life=330, phase1_life=500))
    for number in range(120):
        say(world, box, number)
        world.net.run_for(5.0)
    assert heard(world, box) == (list(range(120)), list(range(120)))
    hidden = kind.ike.refuses_natted_server or nat_d == "parrot"
    assert ("the router before us is not shown" in view(world).quirks) is hidden
    assert box.errors == []


IDLERS = {name: kind for name, kind in CLIENTS.items() if kind.falls_idle}


@pytest.mark.parametrize("kind", IDLERS.values(), ids=IDLERS)
def test_left_alone_it_falls_idle_and_comes_back_when_its_user_does(kind: Kind) -> None:
    """With a Hello every minute no pair is ever unused; an owner may have set it longer."""
    world = old_world(limits={"hello_seconds": 3600})
    box = call_up(world, kind)
    world.net.run_for(1200.0)
    assert box.idled == 1
    assert view(world).state == "idle"
    assert "no keys while idle" in view(world).quirks
    world.net.send(box.send(0x21, b"000001", world.net.now))
    world.net.run_for(1.0)
    say(world, box, 2)
    world.net.run_for(1.0)
    assert view(world).state == "up"
    assert heard(world, box) == ([2], [1, 2])
    assert box.errors == []


@pytest.mark.long
@each_client
def test_a_hello_a_minute_keeps_an_idle_machine_in_touch(kind: Kind) -> None:
    world = old_world()
    box = call_up(world, replace(kind, keepalive=True))
    world.net.run_for(2 * 3600.0)
    assert view(world).state == "up"
    assert box.idled == 0
    assert box.errors == []


@pytest.mark.long
@each_behind_nat
@pytest.mark.parametrize("ports", [False, True], ids=["any port", "keeps ports"])
def test_a_nat_that_forgets_costs_it_no_session(kind: Kind, ports: bool) -> None:
    world, nat = old_world(), Nat(NAT, keep_ports=ports)
    box = call_up(world, quick(kind, pair_life=330), nat=nat)
    for number in range(60):
        say(world, box, number)
        world.net.run_for(5.0)
        nat.forget()
    at_box, at_server = heard(world, box)
    assert at_server == list(range(60))
    assert len(at_box) >= 55
    assert len(world.core.sessions) == len(world.core.clients.legs) == 1
    assert not world.facts(What.SESSION_CLOSED)
    assert box.errors == []


@each_behind_nat
def test_a_line_that_gets_another_address_costs_it_no_session(kind: Kind) -> None:
    world, nat = old_world(), Nat(NAT)
    box = call_up(world, kind, nat=nat)
    for number in range(5):
        nat.move(f"203.0.113.{80 + number}")
        say(world, box, number)
        world.net.run_for(5.0)
    assert heard(world, box)[1] == list(range(5))
    assert view(world).peer.startswith("203.0.113.84:")
    assert len(world.core.sessions) == 1


@each_behind_nat
def test_a_nat_with_little_patience_is_kept_awake(kind: Kind) -> None:
    """Its mappings die after 30 s; SafeNet's sends no keepalives, and is found when it speaks."""
    world, nat = old_world(), Nat(NAT, idle=30.0)
    box = call_up(world, kind, nat=nat)
    for number in range(30):
        world.net.send(box.send(0x21, b"%06d" % number, world.net.now))
        world.net.run_for(45.0)
    assert heard(world, box)[1] == list(range(30))
    assert len(world.core.sessions) == 1
    assert not world.facts(What.SESSION_CLOSED)


@pytest.mark.parametrize("question", OPEN)
@pytest.mark.long
def test_what_is_open_goes_either_way(question: str) -> None:
    kind = open_kind(question)
    world = old_world()
    box = call_up(world, quick(kind, pair_life=330, phase1_life=1000))
    for number in range(200):
        say(world, box, number)
        world.net.run_for(5.0)
    assert heard(world, box) == (list(range(200)), list(range(200)))
    assert box.errors == []
    world.net.send(box.leave(world.net.now))
    world.net.run_for(1.0)
    assert world.core.sessions == {}
    world.net.send(box.dial_again(world.net.now))
    world.net.run_for(2.0)
    assert box.up
    assert box.errors == []
