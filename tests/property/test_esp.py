"""Any bytes, any order, for ESP; the replay window against a model that remembers everything."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.machine import SaTable
from gateway.esp.numbers import WINDOW
from gateway.esp.outbound import Outbound
from gateway.esp.replay import ReplayWindow
from gateway.esp.suites import SUITES

SPI = 0x01020304
suites = st.sampled_from(sorted(SUITES))
near = st.integers(0, 600)  # numbers close enough to meet each other
sequences = st.one_of(near, near.map(lambda number: 0xFFFFFFFF - number), st.integers(0, 2**32 - 1))


def ends(name: str, seed: int = 0) -> tuple[Outbound, Inbound]:
    suite = SUITES[name]
    source = Random(seed)
    keymat = source.randbytes(suite.keymat_length)
    return Outbound(SPI, suite, keymat, source.randbytes), Inbound(SPI, suite, keymat)


@given(suites, st.lists(st.binary(max_size=100), max_size=20), st.integers(0, 2**16))
def test_what_is_sealed_opens_in_any_order_and_once(
    name: str, segments: list[bytes], seed: int
) -> None:
    sender, receiver = ends(name, seed)
    packets = [(sender.seal(segment), segment) for segment in segments]
    Random(seed).shuffle(packets)
    for packet, segment in packets:
        assert isinstance(packet, bytes)
        assert receiver.open(packet) == segment
        assert receiver.open(packet) is Drop.REPLAY


@given(suites, st.binary(max_size=200), st.integers(-4, 204), st.integers(-4, 220))
def test_any_bytes_are_survived_and_refused(name: str, data: bytes, start: int, end: int) -> None:
    sas = SaTable(Random(1).randbytes)
    sas.add_inbound(SPI, name, bytes(SUITES[name].keymat_length), 0.0)
    for packet in (data, SPI.to_bytes(4, "big") + data):
        assert isinstance(sas.open(packet, 0, len(packet), 0.0), Drop)
        assert isinstance(sas.open(packet, max(start, 0), max(end, 0), 0.0), Drop)


@given(suites, st.binary(max_size=64), st.data())
def test_a_packet_with_any_byte_changed_is_refused_and_the_true_one_still_opens(
    name: str, segment: bytes, data: st.DataObject
) -> None:
    sender, receiver = ends(name)
    packet = sender.seal(segment)
    assert isinstance(packet, bytes)
    at = data.draw(st.integers(0, len(packet) - 1))
    forged = bytearray(packet)
    forged[at] ^= data.draw(st.integers(1, 255))
    assert isinstance(receiver.open(bytes(forged)), Drop)
    assert receiver.open(packet) == segment


@given(st.lists(sequences, max_size=200))
def test_the_window_does_what_a_perfect_memory_would(numbers: list[int]) -> None:
    window = ReplayWindow()
    seen: set[int] = set()
    for number in numbers:
        top = max(seen, default=0)
        fresh = number > 0 and number > top - WINDOW and number not in seen
        assert window.refuses(number) == (not fresh)
        if fresh:
            assert window.accept(number) == (number > top)
            seen.add(number)


@given(
    st.integers(1, 500),
    st.one_of(st.none(), st.floats(1.0, 1000.0)),
    st.lists(st.tuples(st.floats(0.0, 300.0), st.integers(0, 200)), max_size=30),
)
def test_a_table_that_is_called_when_it_asks_never_asks_for_the_past(
    life_bytes: int, life_seconds: float | None, steps: list[tuple[float, int]]
) -> None:
    sas = SaTable(Random(2).randbytes)
    sas.add_inbound(
        SPI, "des-md5", bytes(24), 0.0, life_bytes=life_bytes, life_seconds=life_seconds
    )
    out = sas.add_outbound(SPI, SPI, "des-md5", bytes(24), 0.0, life_bytes=life_bytes)
    now, told = 0.0, []
    for wait, size in steps:
        now += wait
        out.seal(bytes(size))
        told += sas.handle_timeout(now)
        deadline = sas.deadline()
        assert deadline is None or deadline > now
    assert len(told) == len(set(told)) <= 4
