"""A dial is written down without its secrets, and the file plays again under fresh keys."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from gateway.bridge.recorder import LONGEST_DIAL, MOST_TAKES
from gateway.bridge.replay import Replayed, replay
from gateway.control.recorded import Case, build_case, parse_case
from gateway.wire.ipv4 import host_text
from tests.pair.gateway_world import (
    CLIENT,
    NAT,
    OUTSIDE,
    PSK,
    TODAY,
    World,
    client_entry,
    meet,
)
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.old_world import ESP, IKE, PUBLIC, call_up, old_world, place, view
from tests.pair.peers.ike_profiles import DES_MD5_768, ESP_DES_MD5, NATT
from tests.pair.peers.old_box import Kind, OldBox
from tests.pair.peers.old_clients import (
    CLIENTS,
    RACOON_LIKE,
    WIN98_MSL2TP,
    WIN2000_KB818043,
    XP_SP2,
)
from tests.pair.peers.ppp_end import PppEnd
from tests.pair.recorded_world import ASKED, ask, record, taken

each_client = pytest.mark.parametrize("kind", CLIENTS.values(), ids=CLIENTS)
USER, PASSWORD = "alice-at-press-3", "S3same-Open"


@each_client
def test_what_was_recorded_comes_as_far_again_under_other_keys(kind: Kind) -> None:
    _, case = record(kind)
    text = build_case(case)
    assert parse_case(text) == case
    for seed in range(3):
        found = replay(parse_case(text), seeded(seed))
        assert (found.problems, found.changes) == ((), ())
        assert found.came == case.came
        assert found.came[-1] == "session-opened"


def played(kind: Kind) -> Replayed:
    _, case = record(kind)
    assert case.came[-1] == "session-opened"
    return replay(case, seeded(1))


@pytest.mark.parametrize("way", NATT)
def test_every_way_of_nat_traversal_is_played(way: str) -> None:
    """Not all of them float, and numbers stand for one thing with some and another with others."""
    ike = replace(XP_SP2.ike, vendors=(*XP_SP2.ike.vendors[:2], NATT[way].vendor))
    found = played(replace(XP_SP2, ike=ike))
    assert (found.problems, found.changes) == ((), ())
    assert found.found["chosen-natt"] == way


@pytest.mark.parametrize("floats_at", ["mm3", "quick", "esp"])
def test_who_floats_early_late_or_for_esp_alone_is_played(floats_at: str) -> None:
    found = played(replace(XP_SP2, ike=replace(XP_SP2.ike, floats_at=floats_at)))
    assert (found.problems, found.changes) == ((), ())


@pytest.mark.parametrize("port", [500, 4500])
def test_a_hash_of_the_other_port_is_played_as_one_of_the_same_place(port: int) -> None:
    ike = replace(XP_SP2.ike, floats_at="mm3", nat_d_port=port)
    assert played(replace(XP_SP2, ike=ike)).problems == ()


@pytest.mark.parametrize("nat_d", ["auto", "honest", "parrot"])
def test_a_gateway_behind_a_router_is_played_with_what_it_told(nat_d: str) -> None:
    world = old_world(forwarded=True, nat_d=nat_d)
    ask(world, "record", **ASKED)
    kind = replace(XP_SP2, ike=replace(XP_SP2.ike, refuses_natted_server=False))
    call_up(world, kind, 15.0)
    case = taken(world)
    assert case.nat_d == nat_d
    assert case.found["nat-found-where"] == "both"
    assert ("nat-found-hidden" in case.found) is (nat_d != "honest")
    found = replay(parse_case(build_case(case)), seeded(1))
    assert (found.problems, found.changes) == ((), ())


@each_client
def test_no_secret_no_address_and_no_name_is_in_the_file(kind: Kind) -> None:
    """Every byte that was drawn or agreed on, in every form a file could have it."""
    world = old_world()
    world.server.ppp = lambda _: PppEnd(
        b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)), asks_pap=True
    )
    ask(world, "record", **ASKED)
    who = PppEnd(b"magi", user=USER, password=PASSWORD)
    box = place(world, kind)
    box.ppp = who
    world.net.send(box.dial(world.net.now))
    world.net.run_for(15.0)
    assert box.up
    text = build_case(taken(world))
    for secret in secrets_of(world, box):
        assert secret.hex() not in text
        assert secret.decode("latin-1") not in text
        assert secret.hex() not in "".join(re.findall("[0-9a-f]+", text))
    hosts = [OUTSIDE, NAT, CLIENT, PUBLIC, "192.0.2.20", "10.1.0.2", "10.1.0.1", "61001"]
    names = [USER, PASSWORD, PSK, "OLDBOX", "old-w2k", "old-xp", "old-pc", "nt4"]
    assert [word for word in hosts + names if word in text] == []


def secrets_of(world: World, box: OldBox) -> list[bytes]:
    """What both ends drew, made and proved, four bytes and longer."""
    found = [PSK.encode(), PASSWORD.encode(), USER.encode(), b"OLDBOX", b"old-w2k", b"magi"]
    for phase1 in box.ike.phase1s:
        _, keys = phase1.ready
        found += [*keys, phase1.nonce, phase1.public, phase1.peer_public, phase1.cookie_i]
        found += [phase1.cookie_r, phase1.iv, phase1.secret.to_bytes(32)]
    for pair in box.ike.pairs:
        found += [pair.keymat_in, pair.keymat_out, pair.spi_in, pair.spi_out]
    for phase in world.core.clients.ike.sas.phases.values():
        opened = phase.secured().keys
        found += [opened.skeyid, opened.skeyid_d, opened.skeyid_a, opened.cipher_key]
    found += [packet[-12:] for packet in box.packets]
    found += [each.datagram.source.host for each in world.net.carried]
    return [secret for secret in dict.fromkeys(found) if len(secret) >= 4]


def test_names_and_addresses_become_their_lengths_and_places() -> None:
    _, case = record(WIN2000_KB818043)
    parts = [part for line in case.lines for part in line.parts]
    assert "5 id 2 17 1701 name:7" in parts
    assert "131 nat-oa 1 0 0 client" in parts
    assert "7 0 m name 6" in parts
    assert {part for part in parts if "nat-d" in part} == {
        "130 nat-d gateway",
        "130 nat-d other",
        "130 nat-d outside",
    }


def test_proofs_of_ppp_are_only_counted() -> None:
    world = old_world()
    world.server.ppp = lambda _: PppEnd(b"srvr", bytes(4), gives=bytes(4), asks_pap=True)
    ask(world, "record", **ASKED)
    box = place(world, XP_SP2)
    box.ppp = PppEnd(b"magi", user=USER, password=PASSWORD)
    world.net.send(box.dial(world.net.now))
    world.net.run_for(15.0)
    proofs = [line.parts for line in taken(world).lines if line.parts[0].startswith("c023")]
    length = 2 + len(USER) + len(PASSWORD)
    assert (f"c023 1 cut {length}",) in proofs
    assert all(" cut " in part for [part] in proofs)


def test_weak_suites_that_a_site_allows_are_played_as_well() -> None:
    entry = client_entry(
        ike=("des-md5-modp768",),
        esp=("des-md5",),
        weak_reason="it knows no other",
        weak_until=TODAY,
    )
    world = meet(entry)
    ask(world, "record", **ASKED)
    ike = replace(XP_SP2.ike, suites=(DES_MD5_768,), esp=(ESP_DES_MD5,))
    call_up(world, replace(XP_SP2, ike=ike), 15.0)
    case = taken(world)
    assert case.found["sa-ready-suite"] == "des-md5"
    assert replay(case, seeded(1)).problems == ()


def test_only_the_wanted_machine_is_written_down() -> None:
    world = meet(client_entry(ike=IKE, esp=ESP), client_entry("other", "another key", ike=IKE))
    ask(world, "record", client="other", seconds=600)
    call_up(world, XP_SP2, 15.0)
    assert ask(world, "recorded")["result"] == {"state": "waiting"}
    box = place(world, RACOON_LIKE, nat=Nat("203.0.113.8"), host="192.168.1.3")
    box.ike.psk = b"another key"
    world.net.send(box.dial(world.net.now))
    world.net.run_for(15.0)
    assert taken(world).system == "racoon"


def test_who_dials_from_an_address_is_written_down_as_far_as_it_comes() -> None:
    """A wrong key: what is under it cannot be read, and all before it can."""
    world = old_world()
    ask(world, "record", peer=NAT, seconds=600)
    box = place(world, XP_SP2)
    box.ike.psk = b"not the key"
    world.net.send(box.dial(world.net.now))
    world.net.run_for(LONGEST_DIAL + 1.0)
    case = taken(world)
    assert case.came == ("offered", "chosen", "nat-found")
    assert [line.what for line in case.lines] == ["main 1 clear"] * 4
    assert case.system == "windows-xp-sp2"
    assert replay(case, seeded(1)).problems == ()


def test_a_dial_through_loss_is_written_down_as_if_nothing_had_been_lost() -> None:
    world = old_world(loss=0.2, duplicate=0.2, jitter=0.125, seed=3)
    ask(world, "record", **ASKED)
    call_up(world, WIN98_MSL2TP, 60.0)
    case = taken(world)
    _, straight = record(WIN98_MSL2TP)
    assert ike_of(case) <= ike_of(straight)  # a third message that was lost is not missed
    assert ike_of(case).total() > 9
    assert replay(case, seeded(1)).problems == ()


def ike_of(case: Case) -> Counter[tuple[str, tuple[str, ...]]]:
    return Counter((line.what, line.parts) for line in case.lines if line.layer == "ike")


@pytest.mark.long
def test_a_flood_of_strangers_fills_no_memory() -> None:
    world = old_world()
    ask(world, "record", **ASKED)
    recorder = world.core.clients.recorder
    assert recorder is not None
    for number in range(100):
        nat = Nat(f"203.0.113.{100 + number}")
        stranger = place(world, XP_SP2, nat=nat, host=f"192.168.7.{number + 1}")
        stranger.ike.psk = b"not the key"
        world.net.send(stranger.dial(world.net.now))
    world.net.run_for(1.0)
    assert len(recorder._takes) == MOST_TAKES


def test_nobody_who_dials_is_no_recording() -> None:
    world = old_world()
    ask(world, "record", **ASKED)
    assert ask(world, "recorded")["result"] == {"state": "waiting"}
    world.net.run_for(601.0)
    assert ask(world, "recorded")["result"] == {"state": "over"}
    assert world.core.clients.recorder is None


def test_a_recording_leaves_the_session_and_nothing_behind() -> None:
    world, _ = record(XP_SP2)
    assert view(world).state == "up"
    assert world.core.clients.recorder is None
    assert [leg.recorder for leg in world.core.clients.living()] == [None]
    assert ask(world, "recorded")["result"] == {"state": "over"}


def test_one_recording_at_a_time() -> None:
    world = old_world()
    assert ask(world, "record", **ASKED)["ok"]
    assert not ask(world, "record", **ASKED)["ok"]
    ask(world, "record-stop")
    assert ask(world, "record", **ASKED)["ok"]


def damaged(case: Case, **found: str) -> Case:
    return replace(case, found={**case.found, **found})


def test_what_is_no_longer_so_is_told() -> None:
    _, case = record(XP_SP2)
    other = damaged(case, **{"sa-ready-suite": "aes128-sha1"})
    [problem] = replay(other, seeded(1)).problems
    assert problem == "sa-ready-suite was aes128-sha1, and is 3des-sha1"
    further = replace(case, came=(*case.came, "ppp-up"))
    assert replay(further, seeded(1)).problems == ("it no longer comes to ppp-up",)
    less = replace(case, esp=("aes128-sha1",))
    assert "it no longer comes to sa-ready" in replay(less, seeded(1)).problems
    taken_for = replay(damaged(case, **{"recognised-system": "racoon"}), seeded(1))
    assert taken_for.problems == ()
    assert taken_for.changes == ("recognised-system was racoon, and is windows-xp-sp2",)


def test_addresses_of_documentation_are_no_sites() -> None:
    assert host_text(bytes((198, 51, 100, 1))) == OUTSIDE
