"""Whatever comes from outside or inside, the gateway answers or is silent."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.bridge.classify import Kind, classify
from gateway.bridge.cutting import Places, cut_avps, cut_ike, cut_ppp
from gateway.bridge.gateway import Gateway
from gateway.bridge.recorder import Recorder, Take, cut
from gateway.bridge.timers import Timers
from gateway.control.config import Front
from gateway.ike.header import Header
from gateway.ike.payloads import Payload
from gateway.l2tp.avp import Avp
from gateway.ppp.frame import Packet
from gateway.wire.ipv4 import build_ipv4, host_bytes
from gateway.wire.udp import Datagram, Endpoint, build_udp
from tests.pair.gateway_world import configure
from tests.pair.native_world import NATIVE, route_to
from tests.pair.net import seeded


@given(st.binary(max_size=120))
def test_any_bytes_are_classified_inside_their_bounds(packet: bytes) -> None:
    kind, start, end = classify(packet)
    assert 0 <= start <= end <= len(packet)
    assert kind is not Kind.OTHER or start == end == 0


@given(st.sampled_from([500, 4500]), st.binary(max_size=60), st.binary(max_size=20))
def test_what_lies_behind_the_packet_is_never_taken_for_its_payload(
    port: int, payload: bytes, behind: bytes
) -> None:
    packet = build_ipv4(bytes(4), bytes(4), 17, build_udp(62000, port, payload))
    kind, start, end = classify(packet + behind)
    assert kind is Kind.OTHER or end == len(packet)
    assert kind is Kind.OTHER or packet[start:end] in (payload, payload[4:])


IN_FRONT = Gateway(
    replace(configure(routes=(route_to(NATIVE),)), front=Front((host_bytes(NATIVE),))),
    seeded(1),
    0.0,
)


@given(st.sampled_from([17, 50]), st.sampled_from([500, 4500]), st.binary(max_size=200))
def test_of_any_packet_for_a_server_it_is_known_whose_it_is(
    protocol: int, port: int, data: bytes
) -> None:
    payload = build_udp(500, port, data) if protocol == 17 else data
    packet = build_ipv4(bytes(4), host_bytes(NATIVE), protocol, payload)
    goes_on = IN_FRONT.front.lets_pass(packet)
    assert goes_on is IN_FRONT.front.lets_pass(packet)
    assert not goes_on or (protocol, port) == (17, 500) or protocol == 50
    assert IN_FRONT.front.lets_pass(data) in (True, False)


class Core:
    def __init__(self) -> None:
        self.due: float | None = None
        self.scheduled: float | None = None

    def deadline(self) -> float | None:
        return self.due


steps = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(0, 20)), st.booleans())
)


@given(steps)
def test_the_heap_agrees_with_looking_at_everybody(
    moves: list[tuple[int, int | None, bool]],
) -> None:
    timers, cores, now = Timers(), [Core() for _ in range(4)], 0.0
    for index, wait, look in moves:
        cores[index].due = None if wait is None else now + wait
        timers.note(cores[index])
        if look:
            now += 3
            wanted = {core for core in cores if core.due is not None and core.due <= now}
            assert set(timers.due(now)) == wanted
            for core in wanted:
                core.due = None
        dues = [core.due for core in cores if core.due is not None]
        earliest = timers.deadline()
        assert not dues or (earliest is not None and earliest <= min(dues))


PEER, LOCAL = Endpoint(bytes((203, 0, 113, 7)), 500), Endpoint(bytes((198, 51, 100, 1)), 500)
bodies = st.binary(max_size=60)


@given(st.lists(st.tuples(st.integers(1, 255), bodies), max_size=6), st.sampled_from([2, 5, 32]))
def test_any_payloads_are_cut_to_parts_without_harm(
    payloads: list[tuple[int, bytes]], exchange: int
) -> None:
    header = Header(b"cookie_i", b"cookie_r", 1, exchange)
    parts = cut_ike(header, [Payload(*each) for each in payloads], Places(LOCAL.host, PEER.host))
    assert [int(part.split()[0]) for part in parts] == [kind for kind, _ in payloads]


@given(st.integers(0, 0xFFFF), st.integers(0, 255), bodies)
def test_any_frame_is_cut_to_a_part_without_harm(protocol: int, code: int, data: bytes) -> None:
    [part] = cut_ppp(protocol, Packet(code, 1, data))
    assert part.startswith(f"{protocol:04x} {code} ")


@given(st.integers(0, 0xFFFF), bodies, st.integers(0, 0xFFFF), st.booleans())
def test_any_pair_is_cut_to_a_part_without_harm(
    kind: int, value: bytes, vendor: int, hidden: bool
) -> None:
    [part] = cut_avps([Avp(kind, value, vendor, hidden=hidden)])
    assert part.startswith(f"{kind} {vendor} ")


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=80)), max_size=10))
def test_whatever_is_heard_during_a_recording_is_kept_or_left(
    talk: list[tuple[bool, bytes]],
) -> None:
    recorder = Recorder(None, PEER.host, 1000.0)
    for by_client, data in talk:
        message = b"cookie_i" + bytes(8) + data
        ends = (PEER, LOCAL) if by_client else (LOCAL, PEER)
        recorder.ike(Datagram(*ends, message), 1.0, by_client=by_client)
        recorder.inside(1, "l2tp", data, 1.0, by_client=by_client)
    take = recorder.finished(900.0) or Take(0.0, LOCAL, PEER)
    assert len(cut(take)) <= len(talk)
