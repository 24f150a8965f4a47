"""Reliable delivery, RFC 2661, 5.8."""

import pytest

from gateway.l2tp.control import Channel, Numbered
from gateway.l2tp.events import Send
from gateway.l2tp.header import Header, parse_header
from gateway.l2tp.numbers import MOST_QUEUED, TRIES

NOW = 100.0


def channel(window: int = 4, peer_window: int = 4) -> tuple[Channel, dict[str, int]]:
    counters: dict[str, int] = {}
    made = Channel(peer_tunnel=7, window=window, counters=counters)
    made.set_peer_window(peer_window)
    return made, counters


def hear(made: Channel, ns: int, nr: int = 0, body: bytes = b"x") -> list[bytes]:
    header = Header(tunnel=1, call=0, ns=ns, nr=nr)
    return [each.body for each in made.receive(header, body, NOW)]


def numbers(sent: list[Send]) -> list[tuple[int, int, bytes]]:
    """Ns, Nr and content of what is sent."""
    parsed = [parse_header(each.message) for each in sent]
    return [(header.ns, header.nr, body) for header, body in parsed]


def test_messages_in_order_are_handed_on_and_acknowledged_by_a_zlb() -> None:
    made, _ = channel()
    assert hear(made, 0) == [b"x"]
    assert numbers(made.flush(NOW)) == [(0, 1, b"")]
    assert made.flush(NOW) == []


def test_an_answer_acknowledges_without_a_zlb() -> None:
    made, _ = channel()
    hear(made, 0)
    made.send(9, b"answer")
    (sent,) = made.flush(NOW)
    assert parse_header(sent.message) == (Header(7, 9, 0, 1), b"answer")


def test_a_zlb_is_not_acknowledged() -> None:
    made, _ = channel()
    assert hear(made, 0, body=b"") == []
    assert made.flush(NOW) == []


def test_a_duplicate_is_acknowledged_again_and_not_handed_on() -> None:
    made, counters = channel()
    hear(made, 0)
    made.flush(NOW)
    assert hear(made, 0) == []
    assert numbers(made.flush(NOW)) == [(0, 1, b"")]
    assert counters == {"duplicates": 1}


def test_what_comes_early_is_held_until_its_turn() -> None:
    made, counters = channel()
    assert hear(made, 2, body=b"c") == []
    assert hear(made, 1, body=b"b") == []
    assert made.flush(NOW) == []
    assert hear(made, 0, body=b"a") == [b"a", b"b", b"c"]
    assert numbers(made.flush(NOW)) == [(0, 3, b"")]
    assert counters == {"held": 2}


def test_what_comes_before_the_window_is_open_for_it_is_dropped() -> None:
    made, counters = channel(window=4)
    assert hear(made, 4) == []
    assert counters == {"beyond_window": 1}


def test_numbers_run_round() -> None:
    made, counters = channel()
    made._nr = 0xFFFE  # as after that many messages
    assert [hear(made, ns) for ns in (0xFFFE, 0xFFFF, 0, 1)] == [[b"x"]] * 4
    assert hear(made, 0xFFFF) == []
    assert counters == {"duplicates": 1}


def test_half_of_all_numbers_are_before() -> None:
    made, counters = channel()
    hear(made, 0x8001)
    hear(made, 0x8000)
    hear(made, 0x7FFF)
    assert counters == {"duplicates": 2, "beyond_window": 1}


def test_slow_start_lets_one_then_two_then_four_go() -> None:
    made, _ = channel(peer_window=4)
    for content in b"abcdefghij":
        made.send(0, bytes([content]))
    going = [len(made.flush(NOW))]
    hear(made, 0, nr=1, body=b"")
    going.append(len(made.flush(NOW)))
    hear(made, 0, nr=3, body=b"")
    going.append(len(made.flush(NOW)))
    assert going == [1, 2, 4]


@pytest.mark.parametrize("window", [1, 2])
def test_never_more_than_the_peers_window_is_under_way(window: int) -> None:
    made, _ = channel(peer_window=window)
    for _ in range(20):
        made.send(0, b"x")
    under_way = 0
    for acknowledged in range(1, 20):
        under_way += len(made.flush(NOW))
        assert under_way <= window
        hear(made, 0, nr=acknowledged, body=b"")
        under_way -= 1


def test_beyond_the_threshold_the_window_widens_by_one_a_round() -> None:
    made, _ = channel(peer_window=8)
    made.send(0, b"lost at first")
    made.flush(NOW)
    made.handle_timeout(NOW + 1)  # threshold falls to one
    for _ in range(30):
        made.send(0, b"x")
    going: list[int] = []
    acknowledged = 0
    for _ in range(4):
        under_way = len(made.flush(NOW)) + (not going)
        going.append(under_way)
        for _ in range(under_way):
            acknowledged += 1
            hear(made, 0, nr=acknowledged, body=b"")
    assert going == [1, 2, 3, 4]


def test_waits_double_up_to_eight_seconds_then_it_has_failed() -> None:
    made, counters = channel()
    made.send(0, b"SCCRP")
    made.flush(NOW)
    times = []
    while (due := made.deadline()) is not None:
        times.append(due)
        assert made.handle_timeout(due - 1 / 16) == []
        made.handle_timeout(due)
    assert times == [101.0, 103.0, 107.0, 115.0, 123.0, 131.0, 139.0, 147.0]
    assert made.failed
    assert counters == {"resent": TRIES - 1}


def test_what_is_sent_again_has_its_old_ns_and_the_newest_nr() -> None:
    made, _ = channel()
    made.send(0, b"first")
    made.flush(NOW)
    hear(made, 0)
    made.flush(NOW)
    assert numbers(made.handle_timeout(NOW + 1)) == [(0, 1, b"first")]


def test_an_acknowledgement_starts_the_wait_anew_for_the_next() -> None:
    made, _ = channel()
    made.send(0, b"a")
    made.flush(NOW)
    hear(made, 0, nr=1, body=b"")
    assert made.idle
    assert made.deadline() is None
    made.send(0, b"b")
    made.send(0, b"c")
    made.flush(NOW)
    made.receive(Header(1, 0, 0, 2), b"", NOW + 0.5)
    assert made.deadline() == NOW + 1.5
    assert not made.idle


@pytest.mark.parametrize("nr", [0, 2, 0x8000, 0xFFFF])
def test_an_acknowledgement_of_what_was_not_sent_says_nothing(nr: int) -> None:
    made, _ = channel()
    made.send(0, b"a")
    made.flush(NOW)
    hear(made, 0, nr=nr, body=b"")
    assert not made.idle


def test_what_has_not_left_can_be_forgotten() -> None:
    made, _ = channel(peer_window=1)
    for content in (b"a", b"b", b"c"):
        made.send(0, content)
    made.flush(NOW)
    made.forget_unsent()
    made.send(0, b"stop")
    hear(made, 0, nr=1, body=b"")
    assert numbers(made.flush(NOW)) == [(1, 0, b"stop")]


def test_a_cancelled_channel_only_acknowledges() -> None:
    made, _ = channel()
    made.send(0, b"a")
    made.flush(NOW)
    made.cancel()
    assert made.deadline() is None
    hear(made, 0)
    assert numbers(made.flush(NOW)) == [(1, 1, b"")]


def test_messages_keep_the_call_they_are_for() -> None:
    made, _ = channel()
    assert made.receive(Header(1, 42, 0, 0), b"x", NOW) == [Numbered(42, b"x")]


def test_after_a_pause_what_is_under_way_is_as_good_as_new() -> None:
    made, _ = channel()
    made.send(0, b"hello")
    made.flush(NOW)
    made.wake(NOW + 600.0)
    assert made.deadline() == NOW + 600.0
    again = made.handle_timeout(NOW + 600.0)
    assert numbers(again) == [(0, 0, b"hello")]
    tries = 1
    while not made.failed:
        due = made.deadline()
        assert due is not None
        tries += len(made.handle_timeout(due))
    assert tries == TRIES


def test_a_pause_of_a_channel_with_nothing_under_way_changes_nothing() -> None:
    made, _ = channel()
    made.wake(NOW)
    assert made.deadline() is None


def test_who_acknowledges_nothing_is_not_heard_until_it_does() -> None:
    """Else every message it sends leaves an answer in our memory."""
    made, counters = channel()
    for number in range(200):
        for _ in hear(made, number):
            made.send(9, b"answer")
    made.flush(NOW)
    assert counters == {"unacknowledged": 200 - MOST_QUEUED}
    assert hear(made, MOST_QUEUED, nr=1) == [b"x"]
