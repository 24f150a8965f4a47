"""IKE's events become legs, keys and facts; the client is the scripted one of the pair tests."""

from dataclasses import replace

import pytest

from gateway.bridge.classify import Kind
from gateway.bridge.clients import DEAD, TOLD_AT_ONCE
from gateway.ike import events as ike
from gateway.outputs import Fact, Output, SendIp, What
from gateway.wire.ipv4 import host_bytes, parse_ipv4
from gateway.wire.udp import Endpoint, parse_udp
from tests.pair.gateway_world import NAT, OUTSIDE, TODAY, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.net import endpoint
from tests.pair.peers.ike_profiles import XP_SP2

HERE, THERE = endpoint(f"{OUTSIDE}:4500"), endpoint("203.0.113.7:62000")
ELSEWHERE = Endpoint(host_bytes("203.0.113.99"), 4000)
KEYMAT = bytes(44)  # 3DES and SHA-1


def ready(sa: int, spi: int, peer: Endpoint = THERE) -> ike.PairReady:
    return ike.PairReady(
        sa, spi, spi + 1, "3des-sha1", KEYMAT, KEYMAT, "draft-02n", 4, HERE, peer, 1701, 3600,
        None, None,
    )  # fmt: skip


def known(world: World, sa: int = 1, peer: Endpoint = THERE) -> None:
    """A phase 1 whose client has proved its key."""
    world.core.clients.carry(
        [
            ike.Started(sa, peer, HERE),
            ike.Chosen(sa, "3des-sha1-modp1024", "draft-02n"),
            ike.Authenticated(sa, "old-pc", "192.168.1.2"),
        ],
        1000.0,
    )


def test_keys_make_a_leg_that_knows_how_they_came() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    clients.carry([ready(1, 0x1000)], 1000.0)
    [leg] = clients.legs.values()
    assert (leg.client, leg.peer, leg.identity) == ("old-pc", THERE, "192.168.1.2")
    assert (leg.ike_suite, leg.natt) == ("3des-sha1-modp1024", "draft-02n")
    assert clients.by_spi[0x1000][0] is leg


def test_keys_of_another_phase_1_from_the_same_place_end_on_the_same_leg() -> None:
    world = meet()
    clients = world.core.clients
    for sa in (1, 2):
        known(world, sa)
        clients.carry([ready(sa, 0x1000 * sa)], 1000.0)
    assert len(clients.legs) == 1
    assert len(clients.by_spi) == 2


def test_the_same_name_from_elsewhere_has_a_leg_of_its_own() -> None:
    world = meet()
    clients = world.core.clients
    known(world, 1)
    known(world, 2, ELSEWHERE)
    clients.carry([ready(1, 0x1000), ready(2, 0x2000, ELSEWHERE)], 1000.0)
    assert len(clients.legs) == 2


def test_a_phase_1_that_moves_takes_its_leg_along() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    clients.carry([ready(1, 0x1000), ike.PeerMoved(1, ELSEWHERE)], 1000.0)
    [leg] = clients.legs.values()
    assert leg.peer == ELSEWHERE
    assert list(clients.legs) == [("old-pc", "192.168.1.2", ELSEWHERE)]


def test_ike_and_esp_are_each_answered_where_they_come_from() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    clients.carry([ready(1, 0x1000)], 1000.0)
    [leg] = clients.legs.values()
    [apart] = clients.following.hear_esp(leg, ELSEWHERE)  # the first that comes, and not from there
    assert isinstance(apart, Fact)
    assert apart.details == {"esp": str(ELSEWHERE)}
    assert (leg.place.ike, leg.place.esp) == (THERE, ELSEWHERE)
    assert clients.following.hear_esp(leg, ELSEWHERE) == []
    [together] = clients.following.relocate(leg, leg.place.hear_ike(ELSEWHERE))
    assert isinstance(together, Fact)
    assert together.details == {"to": str(ELSEWHERE)}
    assert list(clients.legs.values()) == [leg]


@pytest.mark.parametrize(
    ("marker", "ike_port", "esp_port"), [(4, 500, 4500), (4, 4500, 62000), (8, 500, 62000)]
)
def test_before_any_esp_has_come_its_place_is_presumed(
    marker: int, ike_port: int, esp_port: int
) -> None:
    """Who stays on port 500 in IKE alone: its port 4500 is not known yet."""
    world = meet()
    clients = world.core.clients
    known(world)
    keys = replace(ready(1, 0x1000), marker=marker, local=HERE._replace(port=ike_port))
    clients.carry([keys], 1000.0)
    [leg] = clients.legs.values()
    assert leg.place.esp == THERE._replace(port=esp_port)


def test_a_pair_without_a_nat_is_carried_by_the_protocol_itself() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    clients.carry([replace(ready(1, 0x1000), marker=0)], 1000.0)
    [leg] = clients.legs.values()
    assert leg.place.esp == THERE
    assert leg.pairs[0x1000].carrier is Kind.ESP


def test_initial_contact_is_remembered_until_a_leg_knows_of_it() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    clients.carry([ike.InitialContact(1)], 1000.0)
    clients.carry([ready(1, 0x1000)], 1001.0)
    [leg] = clients.legs.values()
    assert leg.contact == (1, 1000.0)
    assert clients.began_anew(leg, 1002.0) == []  # there is nothing older
    assert leg.contact is None
    assert clients.began_anew(leg, 1003.0) == []


def test_a_refused_stranger_is_forgotten_and_a_proved_client_is_not() -> None:
    world = meet()
    clients = world.core.clients
    known(world, 1)
    clients.carry([ike.Started(2, ELSEWHERE, HERE)], 1000.0)
    for sa in (1, 2):
        clients.carry([ike.Refused(sa, ELSEWHERE, ike.Reason.UNSUITABLE_QUICK_MODE, "")], 1000.0)
    assert list(clients.phases) == [1]


def test_a_refusal_without_a_phase_1_is_told_with_where_it_came_from() -> None:
    world = meet()
    said = ike.Refused(0, ELSEWHERE, ike.Reason.NO_CLIENT, "nobody")
    [fact] = world.core.clients.carry([said], 1000.0)
    assert isinstance(fact, Fact)
    assert (fact.what, fact.peer) == (What.REFUSED, str(ELSEWHERE))


def test_a_client_found_dead_is_handed_over_once() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    gone = ike.PairClosed(1, 0x1000, 0x1001, DEAD)
    clients.carry([ready(1, 0x1000), gone, ike.Phase1Closed(1, DEAD)], 1000.0)
    [leg] = clients.dead
    clients.bury(leg)
    assert not clients.legs
    assert not clients.by_spi
    assert not clients.phases


def test_a_phase_1_that_ends_otherwise_leaves_its_leg() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    clients.carry([ready(1, 0x1000), ike.Phase1Closed(1, "its time was over")], 1000.0)
    assert not clients.dead
    assert len(clients.legs) == 1


def test_deleted_keys_are_heard_for_a_time_of_grace_and_then_forgotten_with_their_leg() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    clients.carry([ready(1, 0x1000), ike.PairClosed(1, 0x1000, 0x1001, "deleted")], 1000.0)
    assert 0x1000 in clients.by_spi
    due = clients.sas.deadline()
    assert due is not None
    clients.handle_timeout(due)
    assert not clients.by_spi
    assert not clients.legs


def test_ike_goes_out_with_the_marker_only_on_port_4500() -> None:
    world = meet()
    for port, expected in ((500, b"isakmp"), (4500, bytes(4) + b"isakmp")):
        source = HERE._replace(port=port)
        [output] = world.core.clients.carry([ike.Send(source, THERE, b"isakmp")], 1000.0)
        assert isinstance(output, SendIp)
        header = parse_ipv4(output.packet)
        assert parse_udp(output.packet[header.start :]) == (port, 62000, expected)


def test_close_all_deletes_every_phase_1_and_its_keys() -> None:
    world = meet()
    client = world.join(nat=Nat(NAT))
    client.dials_l2tp = False
    world.dial(client)
    world.ask(world.core.clients.close_all(world.net.now))
    world.net.run_for(1.0)
    assert len(client.ike.gone) == 2
    assert not world.core.clients.phases


def facts(outputs: list[Output], what: What) -> list[Fact]:
    return [each for each in outputs if isinstance(each, Fact) and each.what is what]


OFFER = ike.Offered(1, (), ("draft-02n",), (), ike.Shape(vendors=XP_SP2.vendors))


def test_a_first_message_is_recognised_and_the_owners_word_counts_more() -> None:
    world = meet(client_entry(system="windows-2003"))
    clients = world.core.clients
    found = clients.carry([ike.Started(1, THERE, HERE), OFFER], 1000.0)
    [fact] = facts(found, What.RECOGNISED)
    assert fact.details["system"] == "windows-xp-2003"
    [fact] = facts(clients.carry([ike.Authenticated(1, "old-pc", "x")], 1000.0), What.RECOGNISED)
    assert (fact.details["system"], fact.details["confidence"]) == ("windows-2003", "told")


def test_strangers_of_a_flood_are_not_told_of() -> None:
    world = meet()
    clients = world.core.clients
    for sa in range(2, 2 + TOLD_AT_ONCE):
        clients.carry([ike.Started(sa, THERE, HERE)], 1000.0)
    found = clients.carry([ike.Started(1, THERE, HERE), OFFER], 1000.0)
    assert facts(found, What.RECOGNISED) == []
    found = clients.carry([ike.Authenticated(1, "old-pc", "192.168.1.2")], 1000.0)
    assert facts(found, What.AUTHENTICATED)


def test_what_a_renewed_main_mode_shows_is_the_legs() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    clients.carry([ready(1, 0x1000)], 1000.0)
    clients.carry([ike.Started(2, THERE, HERE), replace(OFFER, sa=2)], 1000.0)
    clients.carry([ike.Authenticated(2, "old-pc", "192.168.1.2")], 1000.0)
    [leg] = clients.legs.values()
    assert leg.who.name == "windows-xp-2003"
    assert clients.phases[2].who is leg.who


def test_an_old_pair_deleted_beside_a_new_one_is_a_habit_and_no_idleness() -> None:
    world = meet()
    clients = world.core.clients
    known(world)
    clients.carry([ready(1, 0x1000), ready(1, 0x2000), ike.PairConfirmed(1, 0x2000)], 1000.0)
    found = clients.carry([ike.PairClosed(1, 0x1000, 0x1001, ike.DELETED)], 1000.0)
    [leg] = clients.legs.values()
    assert leg.who.quirks == ("old keys deleted at once",)
    assert facts(found, What.IDLE) == []


def test_a_leg_that_falls_idle_or_wakes_is_to_be_looked_at() -> None:
    world = meet()
    client = world.call_up(profile=XP_SP2)
    clients, following = world.core.clients, world.core.clients.following
    [leg] = clients.legs.values()
    [spi] = leg.pairs
    assert following.take_touched(world.net.now) == []
    gone = ike.PairClosed(1, spi, 0x1001, ike.DELETED)
    assert len(facts(clients.carry([gone], world.net.now), What.IDLE)) == 1
    assert following.take_touched(world.net.now) == [leg]
    clients.carry([ready(1, 0x2000, leg.peer)], world.net.now)
    assert following.take_touched(world.net.now) == [leg]
    assert leg.idle_since is None
    assert client.up


def test_a_renamed_client_keeps_its_leg_and_a_later_phase_1_finds_it() -> None:
    world = meet(client_entry("new-name"))
    clients = world.core.clients
    known(world)
    clients.carry([ready(1, 0x1000)], 1000.0)
    [leg] = clients.legs.values()
    clients.rename({"old-pc": "new-name"})
    assert (leg.client, clients.phases[1].client) == ("new-name", "new-name")
    assert clients.legs == {("new-name", "192.168.1.2", THERE): leg}
    clients.rename({})
    clients.rename({"nobody": "somebody"})
    assert clients.legs == {("new-name", "192.168.1.2", THERE): leg}


def test_weak_suites_and_which_key_it_was_are_told_with_the_dial() -> None:
    entry = client_entry(
        esp=("des-md5",),
        weak_reason="it knows no other",
        weak_until=TODAY,
        psk_old=b"before",
        psk_old_until=TODAY,
    )
    world = meet(entry)
    known(world)
    weak = replace(ready(1, 0x1000), suite="des-md5", keymat_in=bytes(24), keymat_out=bytes(24))
    facts = world.core.clients.carry([weak], 1000.0)
    assert [fact.what for fact in facts if isinstance(fact, Fact)] == [
        What.SA_READY,
        What.WEAK_SUITE,
    ]
    assert world.core.watch.notices(1000.0)[0].text.startswith("old-pc may use des-md5")


def test_a_leg_knows_that_its_newest_keys_came_by_the_old_key() -> None:
    world = meet(client_entry(psk_old=b"before", psk_old_until=TODAY))
    clients = world.core.clients
    for sa, old in ((1, True), (2, False)):
        begun: list[ike.IkeEvent] = [
            ike.Started(sa, THERE, HERE),
            ike.Authenticated(sa, "old-pc", "pc", old),
        ]
        clients.carry([*begun, ready(sa, 0x1000 * sa)], 1000.0)
        [leg] = clients.legs.values()
        assert leg.old_key is old
