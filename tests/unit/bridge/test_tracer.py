"""The gateway with somebody looking on does what it does alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bridge.gateway import Gateway
from gateway.bridge.trace import Trace
from gateway.bridge.tracer import MOST_TRACES, Tracer
from gateway.control.trace import Wanted
from gateway.outputs import Output
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import Datagram, build_checked_udp
from tests.pair.explain_world import MACHINE, join, world_of
from tests.pair.gateway_world import World
from tests.pair.net import endpoint, seeded
from tests.pair.trace_world import fetch

FROM, HERE = endpoint("203.0.113.9:4500"), endpoint("198.51.100.1:4500")
NOW = 1000.0


def looking(gateway: Gateway, target: str = MACHINE) -> tuple[Tracer, Trace]:
    tracer = Tracer(gateway)
    trace = Trace(Wanted(target), NOW, 0.0, client=target)
    tracer.begin(trace)
    return tracer, trace


def test_a_trace_of_a_session_shows_how_it_ends() -> None:
    world = world_of()
    world.dial(join(world))
    tracer = Tracer(world.core)
    [number] = world.core.sessions
    trace = Trace(Wanted(str(number)), world.net.now, 0.0, session=number)
    tracer.begin(trace)
    world.gateway.door = tracer
    world.net.send(world.clients[0].hang_up(world.net.now))
    world.net.run_for(30.0)
    assert world.core.sessions == {}
    assert len(fetch(trace).outer) > 2


def test_there_is_an_end_to_how_many_look_on() -> None:
    tracer, _ = looking(world_of().core)
    for _ in range(MOST_TRACES - 1):
        tracer.begin(Trace(Wanted("x"), NOW, 0.0, client="x"))
    with pytest.raises(ValueError, match="under way"):
        tracer.begin(Trace(Wanted("x"), NOW, 0.0, client="x"))


def test_the_time_of_a_trace_is_a_deadline_of_its_own() -> None:
    world = world_of()
    tracer, trace = looking(world.core)
    assert tracer.deadline() == trace.until
    assert tracer.handle_timeout(trace.until) == []
    assert trace.ended == "the time is over"
    assert tracer.deadline() == world.core.deadline()


def test_what_does_not_concern_the_outside_goes_straight_through() -> None:
    outputs: list[list[list[Output]]] = []
    for door in (lambda core: looking(core)[0], lambda core: core):
        core = door(Gateway(world_of().core.config, seeded(1), NOW))
        outputs.append(
            [
                core.receive_gre(b"no packet", NOW),
                core.tcp_opened(7, NOW),
                core.receive_tcp(7, b"x", NOW),
                core.tcp_closed(7, "gone", NOW),
                core.stop(NOW),
            ]
        )
        assert core.idle()
    assert outputs[0] == outputs[1]


def packets() -> st.SearchStrategy[bytes]:
    """Anything at all, and anything that looks like ours at first sight."""

    def udp(payload: bytes, port: int) -> bytes:
        segment = build_checked_udp(*Datagram(FROM, HERE._replace(port=port), payload))
        return build_ipv4(FROM.host, HERE.host, PROTOCOL_UDP, segment)

    ike = st.builds(
        lambda cookies, rest: bytes(4) + cookies + rest,
        st.sampled_from((b"i" * 8 + bytes(8), b"i" * 8 + b"r" * 8)),
        st.binary(max_size=120),
    )
    inside = st.binary(max_size=120) | ike
    esp = inside.map(lambda body: build_ipv4(FROM.host, HERE.host, PROTOCOL_ESP, body))
    return st.binary(min_size=20, max_size=80) | esp | st.builds(udp, inside, st.just(4500))


@given(st.lists(packets(), max_size=8))
def test_whatever_comes_the_gateway_answers_as_it_does_alone(received: list[bytes]) -> None:
    config = world_of().core.config
    alone = Gateway(config, seeded(1), NOW)
    tracer, trace = looking(Gateway(config, seeded(1), NOW))
    address = Trace(Wanted("203.0.113.9"), NOW, 0.0, host=host_bytes("203.0.113.9"))
    tracer.begin(address)
    for packet in received:
        assert tracer.receive_packet(packet, NOW) == alone.receive_packet(packet, NOW)
    assert tracer.handle_timeout(NOW + 1) == []
    assert trace.ended == ""


def dialed() -> tuple[World, Tracer]:
    world = world_of()
    world.gateway.door, _ = looking(world.core)
    world.dial(join(world))
    tracer = world.gateway.door
    assert isinstance(tracer, Tracer)
    return world, tracer


DIALED = dialed()


@given(st.integers(0, 90), st.binary(min_size=1, max_size=3))
def test_a_clients_own_packets_may_be_broken_anywhere(at: int, wrong: bytes) -> None:
    """Each message of a dial that has gone well, changed somewhere, comes again."""
    world, tracer = DIALED
    for one in world.net.carried[:12]:
        source, target, payload = one.datagram
        broken = payload[:at] + wrong + payload[at + len(wrong) :]
        segment = build_checked_udp(source, target, broken)
        packet = build_ipv4(source.host, target.host, PROTOCOL_UDP, segment)
        tracer.receive_packet(packet, world.net.now)
    assert tracer.traces[0].ended == ""
