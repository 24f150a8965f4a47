"""One trace: what waits, what is lost, and how it ends."""

import json

import pytest

from gateway.bridge.trace import AT_ONCE, LARGEST, Trace
from gateway.control.trace import Report, Wanted
from gateway.wire.pcapng import INBOUND, OUTBOUND
from tests.pair.trace_world import Shown, fetch, shown

WALL = 1_000_000.0
PACKET = bytes(1000)


def trace(*, seconds: int = 60, packets: int = 200_000, keys: bool = False) -> Trace:
    return Trace(Wanted("x", seconds, packets, passwords=keys, keys=keys), 5.0, WALL)


def test_a_file_begins_with_its_interfaces_and_says_what_it_is() -> None:
    data = fetch(trace()).file
    assert b"Postern: packets of x; passwords cut" in data
    assert data.index(b"outside") < data.index(b"decrypted")


def test_a_packet_is_there_as_it_came_and_opened_with_its_true_length() -> None:
    one = trace()
    one.add(b"sealed", 7.5, inbound=True, opened=b"plain", length=99)
    one.add(b"again", 8.0, inbound=False, opened=None)
    outer, opened, second = fetch(one).packets
    assert (outer.interface, outer.data, outer.flags) == (0, b"sealed", INBOUND)
    assert (opened.interface, opened.data, opened.length) == (1, b"plain", 99)
    assert outer.microseconds == opened.microseconds == 1_000_007_500_000
    assert second.flags == OUTBOUND


@pytest.mark.long
def test_what_waits_is_bounded_and_what_is_lost_is_counted() -> None:
    one = trace()
    for _ in range(2 * LARGEST // len(PACKET)):
        one.add(PACKET, 6.0, inbound=True, opened=None)
    waiting = fetch(one)
    assert len(waiting.file) <= LARGEST
    assert one.packets == len(waiting.packets)
    assert one.packets + one.lost == 2 * LARGEST // len(PACKET)
    one.add(PACKET, 6.0, inbound=True, opened=None)  # there is room again
    assert len(fetch(one).packets) == 1


def test_it_is_fetched_in_pieces() -> None:
    one = trace()
    for _ in range(3 * AT_ONCE // len(PACKET)):
        one.add(PACKET, 6.0, inbound=True, opened=None)
    assert AT_ONCE <= len(one.take()) < AT_ONCE + 2 * len(PACKET)


def test_it_ends_once_with_a_report_and_is_over_when_that_is_fetched() -> None:
    one = trace(packets=2)
    for _ in range(3):
        one.add(b"x", 6.0, inbound=True, opened=None)
    one.end("something else", 7.0)
    assert not one.over
    assert fetch(one).report == Report(2, 0, "enough packets")
    assert one.over


def test_a_key_is_handed_out_once_and_only_if_keys_are_asked_for() -> None:
    quiet, asked = trace(), trace(keys=True)
    for one in (quiet, asked):
        one.hand_out("spi 1", {"key": "a"})
        one.hand_out("spi 1", {"key": "a"})
        one.hand_out("spi 2", {"key": "b"})
    assert fetch(quiet).keys == []
    assert [json.loads(key)["key"] for key in fetch(asked).keys] == ["a", "b"]


def test_nothing_waits_of_a_trace_that_has_ended() -> None:
    one = trace(keys=True)
    one.end("over", 6.0)
    one.add(b"x", 6.0, inbound=True, opened=None)
    one.hand_out("spi 1", {"key": "a"})
    found: Shown = shown(one.take())
    assert (found.packets, found.keys) == ([], [])
