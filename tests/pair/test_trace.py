"""Somebody looks on while clients dial: what they see, and what they must not."""

import json

import pytest

from gateway.bridge.trace import LARGEST
from gateway.bridge.tracer import MOST_HELD, MOST_TRACES
from gateway.bridge.tracing import begin_trace
from gateway.control.trace import DECRYPTED
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from gateway.wire.pcapng import INBOUND, OUTBOUND
from gateway.wire.udp import Datagram
from tests.pair import native_world
from tests.pair.explain_world import MACHINE, join, world_of
from tests.pair.gateway_world import CLIENT, NAT, OUTSIDE, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.net import endpoint
from tests.pair.peers.ike_profiles import offering
from tests.pair.peers.ike_signer import PIECE
from tests.pair.peers.ppp_end import IP, PppEnd
from tests.pair.peers.ppp_stubborn import ChapClient, ChapServer
from tests.pair.test_explain_certificates import GOOD, OURS, joined
from tests.pair.trace_world import fetch, finish, is_whole, tracer_of, watch

PASSWORD = "hunter2 hunter2"
COOKIE = b"stranger"
TCP = (
    bytes.fromhex(
        "4500003100010000400600000a0100020a01000104d2001500000000000000005002200000000000"
    )
    + b"USER anna"
)
SERVER_PPP = bytes((10, 1, 0, 1)), bytes((10, 1, 0, 2))


def world_with_passwords() -> World:
    world = world_of()
    world.server.ppp = lambda _: PppEnd(b"serv", SERVER_PPP[0], gives=SERVER_PPP[1], asks_pap=True)
    return world


def dial(world: World, **knobs: object) -> None:
    ppp = PppEnd(magic=b"ours", user="operator", password=PASSWORD)
    world.dial(join(world, **({"ppp": ppp} | knobs)))
    assert world.clients[-1].up


def test_every_packet_of_the_machine_is_shown_as_it_went_and_opened() -> None:
    world = world_with_passwords()
    trace = watch(world, MACHINE)
    dial(world)
    carried = [one.datagram for one in world.net.carried if one.datagram.source.port != 0]
    found = finish(world, trace)
    assert len(found.outer) == len(carried)
    assert found.report is not None
    assert found.report.packets == len(carried)
    assert all(map(is_whole, found.outer))
    # All but main mode's first four messages, which are in the clear.
    assert len(found.opened) == len(carried) - 4


def test_both_directions_are_told_apart_and_times_are_the_worlds() -> None:
    world = world_with_passwords()
    trace = watch(world, MACHINE)
    dial(world)
    packets = finish(world, trace).packets
    assert {packet.flags for packet in packets} == {INBOUND, OUTBOUND}
    assert packets[0].flags == INBOUND
    assert 1_800_001_000e6 <= packets[0].microseconds <= packets[-1].microseconds
    assert [one.microseconds for one in packets] == sorted(one.microseconds for one in packets)


def test_ike_is_shown_in_the_clear_with_its_identities() -> None:
    world = world_with_passwords()
    trace = watch(world, MACHINE)
    dial(world)
    opened = finish(world, trace).opened
    fifth = opened[0]
    assert fifth[28:32] == bytes(4)  # the marker, as it came
    assert fifth[32 + 19] & 1 == 0  # the flag of encryption
    assert bytes((192, 168, 1, 2)) in fifth
    assert is_whole(fifth)


def test_passwords_are_cut_unless_they_are_asked_for() -> None:
    texts = {}
    for passwords in (False, True):
        world = world_with_passwords()
        trace = watch(world, MACHINE, passwords=passwords)
        dial(world)
        texts[passwords] = b"".join(finish(world, trace).opened)
    assert PASSWORD.encode() in texts[True]
    assert PASSWORD.encode() not in texts[False]
    assert b"operator" in texts[False]
    assert len(texts[True]) == len(texts[False])


def test_an_answer_to_a_challenge_is_cut_and_its_name_stays() -> None:
    world = world_of()
    world.server.ppp = lambda _: ChapServer(b"serv", SERVER_PPP[0])
    client = ChapClient(magic=b"ours")
    client.response = bytes(range(1, 50))
    trace = watch(world, MACHINE)
    world.dial(join(world, ppp=client), 20.0)
    opened = b"".join(finish(world, trace).opened)
    assert bytes(range(1, 50)) not in opened
    assert b"operator" in opened


def test_data_packets_end_behind_their_headers() -> None:
    world = world_with_passwords()
    trace = watch(world, MACHINE)
    dial(world)
    fetch(trace)
    world.net.send(world.clients[0].send_frame(b"\xff\x03\x00\x21" + TCP))
    world.net.run_for(1.0)
    [packet] = [one for one in fetch(trace).packets if one.interface == DECRYPTED]
    assert TCP[:40] in packet.data
    assert b"USER" not in packet.data
    assert packet.length == len(packet.data) + len(b"USER anna")


def test_no_key_is_handed_out_unless_it_is_asked_for() -> None:
    world = world_with_passwords()
    quiet, asked = watch(world, MACHINE), watch(world, MACHINE, passwords=True, keys=True)
    dial(world)
    assert finish(world, quiet).keys == []
    keys = [json.loads(line) for line in finish(world, asked).keys]
    assert [key["kind"] for key in keys] == ["ike", "esp", "esp"]
    assert {key["source"] for key in keys[1:]} == {NAT, "198.51.100.1"}
    [pair] = world.clients[0].ike.pairs
    assert {key["cipher_key"] + key["hash_key"] for key in keys[1:]} == {
        pair.keymat_in.hex(),
        pair.keymat_out.hex(),
    }


def test_the_pre_shared_key_is_in_nothing_that_is_shown() -> None:
    world = world_with_passwords()
    trace = watch(world, MACHINE, passwords=True, keys=True)
    dial(world)
    found = finish(world, trace)
    assert b"only the two of us" not in found.file + b"".join(found.keys)


def test_another_machine_behind_the_same_nat_is_not_shown() -> None:
    world = meet(client_entry(MACHINE), client_entry("scale-7", psk="another key that is long"))
    nat = Nat(NAT)
    trace = watch(world, MACHINE)
    world.dial(join(world, nat=nat, psk="another key that is long"))
    assert world.clients[0].up
    assert finish(world, trace).outer == []


def test_a_machine_that_proves_its_key_is_shown_from_its_first_message_on() -> None:
    world = meet(client_entry(MACHINE), client_entry("scale-7", psk="another key that is long"))
    trace = watch(world, "scale-7")
    world.dial(join(world, psk="another key that is long"))
    first = finish(world, trace).outer[0]
    assert first[28 + 8 : 28 + 16] == bytes(8)  # no cookie of ours yet: main mode's first


def test_a_dial_with_a_wrong_key_is_shown_to_whom_it_may_have_been() -> None:
    world = world_of()
    trace = watch(world, MACHINE)
    world.dial(join(world, psk="not the key"), 5.0)
    found = finish(world, trace)
    carried = [one.datagram for one in world.net.carried]
    assert len(found.outer) == len(carried) > 4
    assert found.opened == []  # nobody has the key to it


def test_a_dial_that_stops_half_way_is_shown_when_it_has_ended() -> None:
    world = world_of()
    client = join(world)
    world.net.lose(lambda datagram: datagram.target.port == 4500, 1000)
    trace = watch(world, MACHINE, seconds=300)
    world.dial(client, 20.0)
    assert fetch(trace).outer == []
    world.net.run_for(40.0)
    assert len(fetch(trace).outer) >= 4


def test_what_is_held_of_a_stranger_is_bounded() -> None:
    world = world_of()
    trace = watch(world, MACHINE, seconds=300)
    world.dial(join(world), 1.0)
    first = next(one.datagram for one in world.net.carried)
    stranger = first._replace(
        source=endpoint("203.0.113.9:500"), payload=COOKIE + first.payload[8:]
    )
    for _ in range(3 * MOST_HELD):
        world.net.send([stranger])
        world.net.run_for(0.1)
    world.net.run_for(60.0)
    found = [packet for packet in fetch(trace).outer if packet[28:36] == COOKIE]
    assert len(found) == MOST_HELD


@pytest.mark.parametrize("way", ["draft-00", "draft-01"])
def test_what_goes_over_port_500_alone_is_opened_too(way: str) -> None:
    world = world_with_passwords()
    trace = watch(world, MACHINE)
    dial(world, profile=offering(way))
    found = finish(world, trace)
    assert len(found.opened) == len(found.outer) - 4
    assert any(b"operator" in data for data in found.opened)


def test_a_message_that_ike_has_cut_is_opened_whole_with_its_last_piece() -> None:
    world = joined()
    trace = watch(world, MACHINE)
    world.dial(world.clients[0], 20.0)
    assert world.clients[0].up
    found = finish(world, trace)
    certificates = [data for data in found.opened if GOOD.der in data]
    assert len(certificates) == 1
    assert is_whole(certificates[0])
    assert len(certificates[0]) > PIECE
    assert any(OURS.der in data for data in found.opened)


@pytest.mark.parametrize("each", [False, True])
def test_what_goes_to_a_native_server_is_no_clients_and_is_not_shown(each: bool) -> None:
    world = native_world.meet(each=each)
    by_name, by_address = watch(world, "old-pc"), watch(world, native_world.NATIVE)
    client = world.dial_one()
    world.net.send(client.send_frame(b"\xff\x03\x00\x21" + TCP))
    world.net.run_for(1.0)
    assert client.up
    outside = {each.source.host for each in _outside(world)}
    found = finish(world, by_name)
    assert {packet[12:16] for packet in found.outer} == outside
    assert len(found.opened) == len(found.outer) - 4  # main mode's first four are in the clear
    assert finish(world, by_address).outer == []


def _outside(world: World) -> list[Datagram]:
    """What went between clients and gateway."""
    here = host_bytes(OUTSIDE)
    carried = [one.datagram for one in world.net.carried]
    return [one for one in carried if here in (one.source.host, one.target.host)]


def test_whoever_dials_from_an_address_is_shown_at_once() -> None:
    world = world_of()
    trace = watch(world, NAT)
    world.dial(join(world, psk="not the key"), 0.02)
    assert len(fetch(trace).outer) == 2


def test_a_session_is_followed_through_its_rekeys() -> None:
    world = world_of()
    dial(world, ppp=PppEnd(magic=b"ours"))
    trace = watch(world, "1")
    client = world.clients[0]
    world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(2.0)
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(2.0)
    world.net.send(client.send_frame(b"\xff\x03\x00\x21" + TCP))
    world.net.run_for(2.0)
    found = finish(world, trace)
    assert any(TCP[:40] in data for data in found.opened)
    assert len(found.opened) > 6


def test_keys_from_before_the_trace_open_quick_mode_and_data_all_the_same() -> None:
    world = world_of()
    dial(world, ppp=PppEnd(magic=b"ours"))
    trace = watch(world, MACHINE)
    world.net.send(world.clients[0].rekey_pair(world.net.now))
    world.net.run_for(2.0)
    found = finish(world, trace)
    assert len(found.opened) == len(found.outer)


def test_what_the_gateway_says_by_itself_is_shown_too() -> None:
    world = world_of()
    dial(world, ppp=PppEnd(magic=b"ours"))
    trace = watch(world, MACHINE, seconds=300)
    fetch(trace)
    world.net.run_for(120.0)  # dead peer detection, L2TP's hello
    assert any(one.flags == OUTBOUND for one in fetch(trace).packets)


def test_a_trace_ends_by_its_time_or_by_its_number_of_packets() -> None:
    world = world_of()
    by_time, by_number = watch(world, MACHINE, seconds=5), watch(world, NAT, packets=3)
    dial(world, ppp=PppEnd(magic=b"ours"))
    assert [by_time.ended, by_number.ended] == ["the time is over", "enough packets"]
    assert len(fetch(by_number).outer) == 3


@pytest.mark.long
def test_whoever_fetches_nothing_loses_packets_of_the_trace_and_of_nothing_else() -> None:
    world = world_of()
    trace = watch(world, MACHINE, packets=200_000, seconds=3000)
    dial(world, ppp=PppEnd(magic=b"ours"))
    payload = bytes(1300)
    for _ in range(2 * LARGEST // 1300):
        world.net.send(world.clients[0].send_data(IP, payload))
        world.net.run_for(1 / 16)
    assert trace.lost > 100
    assert world.clients[0].up
    [session] = world.core.sessions.values()
    assert session.frames_in > 2 * LARGEST // 1300
    found = finish(world, trace)
    assert found.report is not None
    assert found.report.lost == trace.lost
    assert len(found.file) <= LARGEST + 1000


def test_with_nobody_looking_any_more_nothing_is_kept() -> None:
    world = world_of()
    trace = watch(world, MACHINE)
    dial(world, ppp=PppEnd(magic=b"ours"))
    finish(world, trace)
    tracer = tracer_of(world)
    assert tracer.traces == []
    assert not tracer._owners.talks


def test_so_many_may_look_on_at_a_time_and_no_more() -> None:
    world = world_of()
    traces = [watch(world, MACHINE) for _ in range(MOST_TRACES)]
    refused = begin_trace(tracer_of(world), {"target": MACHINE}, world.net.now, 0.0)
    assert isinstance(refused, dict)
    assert "under way" in str(refused["error"])
    finish(world, traces[0])
    watch(world, MACHINE)


@pytest.mark.parametrize("target", ["nobody", "", "99", "1.2.3", 7, None])
def test_whoever_is_nobody_has_no_trace(target: object) -> None:
    world = world_of()
    found = begin_trace(tracer_of(world), {"target": target}, world.net.now, 0.0)
    assert isinstance(found, dict)
    assert found["ok"] is False


@pytest.mark.parametrize("seed", range(4))
def test_a_world_with_a_trace_goes_on_exactly_as_without_one(seed: int) -> None:
    """The road itself is the same: the same packets go out, to the byte, and the same is told."""
    worlds = [meet(client_entry(MACHINE), loss=0.15, duplicate=0.1, seed=seed) for _ in range(2)]
    watch(worlds[0], MACHINE, seconds=3000, passwords=True)
    for world in worlds:
        world.dial(world.join(host=CLIENT, nat=Nat(NAT)), 60.0)
        for _ in range(20):
            world.net.send(world.clients[0].send_frame(b"\xff\x03\x00\x21" + TCP))
            world.net.run_for(0.5)
        world.net.send(world.clients[0].hang_up(world.net.now))
        world.net.run_for(120.0)
    looked, alone = worlds
    assert [one.datagram for one in looked.net.carried] == [
        one.datagram for one in alone.net.carried
    ]
    assert [fact.what for fact in looked.facts()] == [fact.what for fact in alone.facts()]
    assert looked.facts(What.TRACED) == []
