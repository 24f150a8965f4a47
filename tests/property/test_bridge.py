"""Whatever comes from outside or inside, the gateway answers or is silent."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.bridge.classify import Kind, classify
from gateway.bridge.timers import Timers
from gateway.wire.ipv4 import build_ipv4
from gateway.wire.udp import build_udp


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
