"""A NAT that rebinds and a client that renews its keys; a machine that crashed; clones of one."""

from dataclasses import replace

import pytest

from gateway.outputs import What
from tests.pair.gateway_world import NAT, World, meet
from tests.pair.nat import Nat
from tests.pair.net import DELAY, seeded
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import DPD, SAFENET_98, XP_SP2, Profile
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

QUIET = replace(SAFENET_98, initial_contact="")
NO_DPD = replace(QUIET, vendors=tuple(vendor for vendor in QUIET.vendors if vendor != DPD))
IN_MM5 = replace(SAFENET_98, initial_contact="mm5")
KINDS = pytest.mark.parametrize(
    "profile",
    [SAFENET_98, IN_MM5, QUIET, NO_DPD, XP_SP2],
    ids=["contact afterwards", "contact in MM5", "no contact", "no DPD", "XP"],
)
CONTACTS = pytest.mark.parametrize(
    "profile", [SAFENET_98, IN_MM5, QUIET], ids=["afterwards", "in MM5", "never"]
)


def up(profile: Profile, keep_ports: bool = False) -> tuple[World, L2tpIpsecClient, Nat]:
    world, router = meet(), Nat(NAT, keep_ports=keep_ports)
    return world, world.call_up(nat=router, profile=profile), router


def renew(world: World, client: L2tpIpsecClient) -> None:
    """Both phases anew, and nothing else from the client."""
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(1.0)
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(1.0)


def reaches(world: World, client: L2tpIpsecClient, line: int = -1) -> bool:
    """A frame that the server sends first arrives at the client."""
    before = len(client.ppp.got)
    world.net.send(world.server.send_data(world.server.lines[line], IP, b"are you there"))
    world.net.run_for(1.0)
    return len(client.ppp.got) == before + 1


def one_of_all(world: World) -> bool:
    """One session on one leg, never closed; and IKE sees one client."""
    core = world.core
    peers = set(map(id, core.clients.ike.sas.peers.values()))
    counts = len(core.sessions), len(core.clients.legs), len(peers)
    accounts = {phase.dial for phase in core.clients.phases.values()}
    return counts == (1, 1, 1) and len(accounts) == 1 and not world.facts(What.SESSION_CLOSED)


@KINDS
def test_a_client_that_renews_from_a_new_port_keeps_its_session_when_it_speaks(
    profile: Profile,
) -> None:
    """The new main mode comes before any ESP does, so nothing says at first whose it is."""
    world, client, nat = up(profile)
    nat.forget()
    renew(world, client)
    world.net.send(client.send_data(IP, b"by the new keys"))
    world.net.run_for(1.0)
    assert reaches(world, client)
    assert one_of_all(world)
    assert world.errors() == []


@KINDS
def test_a_client_that_renews_from_a_new_port_and_is_silent_keeps_its_session(
    profile: Profile,
) -> None:
    """Our Hello and our question go to where it may be by now; the answer shows that it is."""
    world, client, nat = up(profile)
    nat.forget()
    renew(world, client)
    world.net.run_for(100.0)
    assert client.up
    assert reaches(world, client)
    assert one_of_all(world)


@KINDS
def test_a_phase_1_alone_from_a_new_port_costs_no_session(profile: Profile) -> None:
    world, client, nat = up(profile)
    nat.forget()
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(1.0)
    world.net.send(client.send_data(IP, b"by the old keys"))
    world.net.run_for(1.0)
    assert reaches(world, client)
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(1.0)
    assert reaches(world, client)
    assert one_of_all(world)


def test_a_message_of_the_old_phase_1_from_the_new_port_shows_whose_it_is() -> None:
    world, client, nat = up(QUIET)
    nat.forget()
    renew(world, client)
    old, _ = client.ike.phase1s
    notice = isakmp.notify(1, old.cookies, isakmp.R_U_THERE, bytes(4))
    world.net.send(client.ike.inform([(isakmp.NOTIFY, notice)], phase1=old))
    world.net.run_for(1.0)
    assert reaches(world, client)
    assert one_of_all(world)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("apart", [False, True], ids=["together", "ESP apart"])
@CONTACTS
@pytest.mark.long
def test_a_nat_that_rebinds_while_all_keys_are_renewed_under_loss_costs_no_session(
    profile: Profile, apart: bool, seed: int
) -> None:
    world = meet(loss=0.1, duplicate=0.1, jitter=0.125, seed=seed)
    nat = Nat(NAT, apart=apart)
    client = world.join(profile, nat=nat)
    world.dial(client, 60.0)
    assert client.up
    for _ in range(4):
        nat.forget()
        world.net.send(client.rekey_phase1(world.net.now))
        world.net.run_for(20.0)
        world.net.send(client.rekey_pair(world.net.now))
        world.net.run_for(20.0)
        world.net.send(client.send_data(IP, b"still me"))
        world.net.run_for(120.0)
    assert client.up
    assert len(world.core.sessions) == 1
    assert not world.facts(What.SESSION_CLOSED)
    assert world.errors() == []


@CONTACTS
def test_initial_contact_at_a_mere_renewal_loses_no_frame(profile: Profile) -> None:
    """Some say at every phase 1 that they know no other; their traffic goes on none the less."""
    world, client, _ = up(profile)
    line = world.server.line
    assert line.ppp is not None
    world.net.send(client.rekey_phase1(world.net.now))
    for number in range(64):
        world.net.send(client.send_data(IP, b"%04d" % number))
        world.net.send(world.server.send_data(line, IP, b"%04d" % number))
        world.net.run_for(DELAY)
    world.net.run_for(120.0)
    assert reaches(world, client)
    assert len(line.ppp.got) == 64
    assert len(client.ppp.got) == 65
    assert one_of_all(world)


def closed(world: World) -> list[str]:
    return [fact.details["reason"] for fact in world.facts(What.SA_CLOSED)]


@pytest.mark.parametrize("profile", [SAFENET_98, IN_MM5], ids=["afterwards", "in MM5"])
def test_initial_contact_of_a_crashed_machine_clears_away_what_it_has_forgotten(
    profile: Profile,
) -> None:
    world, old, nat = up(profile, keep_ports=True)
    world.net.leave(old)
    again = world.join(profile, nat=nat)
    world.dial(again, 3.0)
    assert again.up
    assert len(world.core.sessions) == 1
    assert not world.server.lines[0].open
    assert closed(world) == ["the client began anew"]
    assert reaches(world, again)
    assert len(world.core.clients.ike.sas.pairs) == 1


def test_who_says_initial_contact_and_uses_its_old_keys_keeps_them() -> None:
    world, client, _ = up(SAFENET_98)
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(1.0)
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(5.0)
    assert client.up
    assert closed(world) == []
    assert reaches(world, client)


@KINDS
def test_a_crashed_machine_that_redials_from_another_port_is_let_in_at_once(
    profile: Profile,
) -> None:
    """What it left behind is asked at once, not after a minute's silence, and then goes."""
    world, old, nat = up(profile)
    world.net.leave(old)
    nat.forget()
    again = world.join(profile, nat=nat)
    world.dial(again, 3.0)
    assert again.up
    assert reaches(world, again)
    world.net.run_for(45.0)
    assert len(world.core.sessions) == 1
    assert not world.server.lines[0].open
    assert again.up
    assert reaches(world, again)


CLONE = replace(QUIET, identity="192.168.1.2")


def clones(count: int, *, profile: Profile = CLONE, nats: int = 1) -> World:
    """Machines that were copied: name, key, own address, even the state of their chance. Each is
    behind an inner NAT of its own, these behind `nats` routers."""
    world = meet()
    routers = [Nat(f"203.0.113.{7 + number}") for number in range(nats)]
    for number in range(count):
        client = world.join(profile, host=f"10.0.{number}.2", nat=routers[number % nats])
        client.ike._random = client.lac.random = seeded(77)
        world.dial(client, 2.0)
    world.net.run_for(3.0)
    assert [client.up for client in world.clients] == [True] * count
    return world


def speak_in_turn(world: World, frames: int) -> list[list[bytes]]:
    """The server speaks to all, one frame each at a time; what each client has got of it."""
    before = [len(client.ppp.got) for client in world.clients]
    for number in range(frames):
        for who, line in enumerate(world.server.lines):
            world.net.send(world.server.send_data(line, IP, b"%02d %02d" % (who, number)))
        world.net.run_for(DELAY)
    world.net.run_for(1.0)
    return [
        [frame[24:] for frame in client.ppp.got[start:]]
        for client, start in zip(world.clients, before, strict=True)
    ]


def all_frames(clients: int, frames: int) -> list[list[bytes]]:
    return [[b"%02d %02d" % (who, number) for number in range(frames)] for who in range(clients)]


@pytest.mark.parametrize("nats", [1, 2], ids=["one NAT", "two NATs"])
def test_clones_are_told_apart_by_spi_and_cookies(nats: int) -> None:
    world = clones(4, nats=nats)
    chosen = {client.ike.pairs[0].spi_in for client in world.clients}
    cookies = {client.ike.phase1.cookie_i for client in world.clients}
    tunnels = {client.lac.tunnel for client in world.clients}
    assert len(chosen) == len(cookies) == len(tunnels) == 1
    assert len(world.core.sessions) == len(world.core.clients.legs) == 4
    assert speak_in_turn(world, 8) == all_frames(4, 8)
    assert world.errors() == []


@pytest.mark.long
def test_twenty_clones_behind_one_nat_get_what_the_server_starts() -> None:
    world = clones(20)
    assert speak_in_turn(world, 10) == all_frames(20, 10)
    assert world.errors() == []


@pytest.mark.long
def test_twenty_behind_a_nat_that_restarts_change_places_and_keep_their_sessions() -> None:
    """The first to speak gets the port that was another's."""
    world = clones(20)
    [nat] = {id(nat): nat for nat in world.net._nats.values()}.values()
    nat.forget()
    nat._next_port = min(leg.peer.port for leg in world.core.clients.legs.values())
    for client in [client for client in reversed(world.clients) for _ in range(2)]:
        # By the first a kernel that carries only learns that the port may be another's now.
        world.net.send(client.send_data(IP, b"from a port that was another's"))
        world.net.run_for(1.0)
    assert speak_in_turn(world, 5) == all_frames(20, 5)
    for client in world.clients:
        world.net.send(client.rekey_pair(world.net.now))
        world.net.run_for(0.25)
    world.net.run_for(5.0)
    assert speak_in_turn(world, 5) == all_frames(20, 5)
    assert len(world.core.sessions) == 20


def test_what_one_clone_says_of_its_keys_is_not_about_the_others() -> None:
    """Initial contact and deletes: the same SPIs, the same identity, another mapping."""
    world = clones(3, profile=replace(SAFENET_98, identity="192.168.1.2"))
    first, second, third = world.clients
    world.net.send(first.rekey_phase1(world.net.now))  # says INITIAL-CONTACT
    world.net.run_for(1.0)
    world.net.send(first.rekey_pair(world.net.now))  # and deletes the old pair
    world.net.run_for(1.0)
    world.net.send(second.hang_up(world.net.now))
    world.net.run_for(1.0)
    world.net.send(second.drop_keys())
    world.net.run_for(300.0)
    assert (first.up, third.up) == (True, True)
    assert len(world.core.sessions) == 2
    assert reaches(world, first, line=0)
    assert reaches(world, third, line=2)


def test_a_clone_that_renews_from_a_new_port_is_not_taken_for_its_like() -> None:
    world = clones(3)
    [nat] = {id(nat): nat for nat in world.net._nats.values()}.values()
    renewing = world.clients[1]
    nat.mappings = [way for way in nat.mappings if way.inside.host != renewing.here]
    renew(world, renewing)
    world.net.send(renewing.send_data(IP, b"by the new keys"))
    world.net.run_for(1.0)
    assert speak_in_turn(world, 5) == all_frames(3, 5)
    assert len(world.core.sessions) == len(world.core.clients.legs) == 3
    assert not world.facts(What.SESSION_CLOSED)


def test_a_clone_that_starts_to_live_does_not_end_the_one_it_was_copied_from() -> None:
    """It may be a machine that crashed: the other is asked, and answers."""
    world = clones(1)
    [nat] = {id(nat): nat for nat in world.net._nats.values()}.values()
    copy = world.join(CLONE, host="10.0.1.2", nat=nat)
    world.dial(copy, 120.0)
    assert [client.up for client in world.clients] == [True, True]
    assert speak_in_turn(world, 5) == all_frames(2, 5)
