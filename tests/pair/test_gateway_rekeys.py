"""Keys end by time and by volume, are renewed at once from every side, and the session stays.

It is always the client that begins (DESIGN.md): what it does not renew is deleted with a word to
it, and made anew when it has something to send.
"""

from dataclasses import replace

import pytest

from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram
from tests.pair.gateway_world import OUTSIDE, World
from tests.pair.net import DELAY
from tests.pair.old_world import call_up, heard, old_world, quick, say, view
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import ESP_AES128_SHA
from tests.pair.peers.old_box import Kind, OldBox
from tests.pair.peers.old_clients import RACOON_LIKE, WIN98_MSL2TP, XP_SP2
from tests.pair.peers.ppp_end import IP

KINDS = {"msl2tp": WIN98_MSL2TP, "xp sp2": XP_SP2, "racoon": RACOON_LIKE}
AES = replace(XP_SP2, ike=replace(XP_SP2.ike, esp=(ESP_AES128_SHA,)))  # for the test's own time
each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def volume(kind: Kind, kilobytes: int) -> Kind:
    return replace(kind, ike=replace(kind.ike, pair_kilobytes=kilobytes))


def chat(world: World, box: OldBox, first: int, count: int) -> None:
    """A frame each way every 1/64 s."""
    for number in range(first, first + count):
        say(world, box, number)
        world.net.run_for(DELAY)


@pytest.mark.long
@each_kind
@pytest.mark.parametrize(
    "what", ["pair pair", "phase1 phase1", "pair phase1", "phase1 pair", "pair pair phase1 pair"]
)
def test_renewals_at_the_same_moment_do_not_disturb_each_other(kind: Kind, what: str) -> None:
    world = old_world()
    box = call_up(world, kind)
    chat(world, box, 0, 20)
    for one in what.split():
        world.net.send(getattr(box, f"rekey_{one}")(world.net.now))
    chat(world, box, 20, 60)
    world.net.run_for(1.0)
    assert heard(world, box) == (list(range(80)), list(range(80)))
    assert len(world.core.sessions) == len(world.core.clients.legs) == 1
    assert box.errors == []


@pytest.mark.long
@each_kind
@pytest.mark.parametrize("seed", range(3))
def test_renewals_at_the_same_moment_survive_loss(kind: Kind, seed: int) -> None:
    world = old_world(loss=0.15, duplicate=0.1, jitter=0.125, seed=seed)
    box = call_up(world, kind, 120.0)
    for _ in range(4):
        now = world.net.now
        world.net.send([*box.rekey_pair(now), *box.rekey_phase1(now), *box.rekey_pair(now)])
        world.net.run_for(60.0)
    world.net.loss = world.net.duplicate = 0.0
    before = len(heard(world, box)[1])
    chat(world, box, 0, 10)
    world.net.run_for(2.0)
    assert len(heard(world, box)[1]) == before + 10
    assert len(world.core.sessions) == 1


@each_kind
def test_main_mode_dies_and_the_session_lives_on(kind: Kind) -> None:
    """Its time is over or the client deletes it; the pair made under it goes on to its own end."""
    world = old_world()
    box = call_up(world, kind)
    phase1 = box.ike.phase1
    gone = (isakmp.DELETE, isakmp.delete(isakmp.ISAKMP, [phase1.cookies]))
    world.net.send(box.ike.inform([gone]))
    world.net.run_for(1.0)
    assert not world.core.clients.phases
    chat(world, box, 0, 50)
    world.net.run_for(40.0)
    assert heard(world, box) == (list(range(50)), list(range(50)))
    assert view(world).state == "up"
    box.ike.phase1s.clear()
    world.net.send(box.dial(world.net.now))
    world.net.run_for(2.0)
    world.net.send(box.rekey_pair(world.net.now))
    chat(world, box, 50, 20)
    world.net.run_for(1.0)
    assert heard(world, box) == (list(range(70)), list(range(70)))
    assert len(world.core.clients.legs) == 1


@each_kind
def test_a_main_mode_that_nobody_renews_ends_and_the_pair_does_not(kind: Kind) -> None:
    world = old_world()
    box = call_up(world, quick(kind, pair_life=3600, phase1_life=600))
    box.minds_its_keys = False
    for number in range(60):
        say(world, box, number)
        world.net.run_for(30.0)
    assert heard(world, box) == (list(range(60)), list(range(60)))
    assert view(world).state == "up"


@pytest.mark.long
@each_kind
def test_the_gateway_never_begins_a_renewal(kind: Kind) -> None:
    world = old_world()
    box = call_up(world, quick(kind, pair_life=330, phase1_life=1000))
    for number in range(240):
        say(world, box, number)
        world.net.run_for(15.0)
    ike = [
        (each.datagram.source.host, isakmp.parse(each.datagram.payload.removeprefix(bytes(4))))
        for each in world.net.carried
        if _is_ike(each.datagram)
    ]
    from_us = [message for host, message in ike if host == host_bytes(OUTSIDE)]
    asked = {
        (message.exchange, message.message_id)
        for host, message in ike
        if host != host_bytes(OUTSIDE)
    }
    exchanges = {(message.exchange, message.message_id) for message in from_us}
    assert {one for one in exchanges if one[0] in (isakmp.MAIN, isakmp.QUICK)} <= asked
    assert all(message.cookie_r != bytes(8) for message in from_us)
    assert box.rekeys >= 11


def _is_ike(datagram: Datagram) -> bool:
    ports = {datagram.source.port, datagram.target.port}
    return 500 in ports or (4500 in ports and datagram.payload[:4] == bytes(4))


@each_kind
@pytest.mark.long
def test_a_client_that_minds_its_volume_loses_no_frame_under_load(kind: Kind) -> None:
    """100 kB a time: the client counts in both directions and is always first."""
    world = old_world()
    box = call_up(world, volume(kind, 100))
    for number in range(600):
        world.net.send(box.send(IP, bytes(994) + b"%06d" % number, world.net.now))
        frame = bytes(494) + b"%06d" % number
        world.net.send(world.server.send_data(world.server.line, IP, frame))
        world.net.run_for(DELAY)
    world.net.run_for(1.0)
    assert heard(world, box) == (list(range(600)), list(range(600)))
    assert box.rekeys >= 6
    assert "lifetime by volume" in view(world).quirks
    assert not world.facts(What.IDLE)


@each_kind
@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.long
def test_a_pair_that_died_by_volume_is_deleted_and_made_anew_on_demand(
    kind: Kind, way: str
) -> None:
    """The client does not count: at the end of the volume it is told, and asks for new keys.

    Sixteen large frames a second one way, an answer a second the other: 64 s for a megabyte.
    """
    world = old_world()
    box = call_up(world, volume(kind, 1000))
    box.minds_its_keys = False

    def up(size: int, number: int) -> None:
        world.net.send(box.send(IP, bytes(size) + b"%06d" % number, world.net.now))

    def down(size: int, number: int) -> None:
        frame = bytes(size) + b"%06d" % number
        world.net.send(world.server.send_data(world.server.line, IP, frame))

    much, little = (up, down) if way == "up" else (down, up)
    for second in range(150):
        little(0, second)
        for place in range(16):
            much(994, 16 * second + place)
            world.net.run_for(1 / 16)
    arrived = dict(zip(("down", "up"), heard(world, box), strict=True))
    assert len(arrived[way]) > 2400 - 2 * 20  # a second and a bit each time
    assert len(world.facts(What.SA_CLOSED)) == 2
    assert len(world.core.sessions) == 1
    assert view(world).state == "up"
    assert box.errors == []


def full_load(world: World, box: OldBox, megabytes: int) -> int:
    """Full frames up, a small one down for every sixteen; the number of those lost."""
    lost, batch, line = 0, 64, world.server.line
    assert line.ppp is not None
    for _ in range(megabytes * 1_000_000 // (1400 * batch)):
        for place in range(batch):
            world.net.send(box.send(IP, bytes(1400), world.net.now))
            world.net.run_for(1 / 1024)
            world.net.send([] if place % 16 else world.server.send_data(line, IP, b"an answer"))
        world.net.run_for(1 / 16)
        lost += batch - len(line.ppp.got)
        lost += batch // 16 - len(box.ppp.got)
        for kept in (line.ppp.got, box.ppp.got, world.net.carried, box.packets):
            kept.clear()
    return lost


@pytest.mark.parametrize(
    ("megabytes", "kilobytes"),
    [
        pytest.param(12, 5_000, marks=pytest.mark.long),
        pytest.param(240, 250_000, marks=pytest.mark.long),
    ],
    ids=["5 MB", "250 MB"],
)
def test_a_volume_is_renewed_under_full_load_by_real_counters(
    megabytes: int, kilobytes: int
) -> None:
    """11 Mbit/s, which 250 MB last three minutes; no counter is touched by hand."""
    world = old_world()
    box = call_up(world, volume(AES, kilobytes))
    assert full_load(world, box, megabytes) == 0
    assert box.rekeys == megabytes * 1000 // (kilobytes * 0.9)
    assert view(world).state == "up"
    assert box.errors == []
