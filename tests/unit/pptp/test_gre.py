"""GRE packets, against captures and bit by bit; stories are in tests/pair/test_pptp_gre.py."""

import json

import pytest

from gateway.pptp.gre import Drop, Gre, call_id_of
from gateway.pptp.numbers import ACK_DELAY
from tests.captures import ip_packets, shared_data, vectors

OURS, THEIRS = 0x2222, 0x1111
LAST = 0xFFFFFFFF


def packet(head: str, payload: bytes = b"") -> bytes:
    return bytes.fromhex(head.replace(" ", "")) + payload


def opened(gre: Gre, data: bytes, now: float = 0.0) -> list[bytes]:
    return gre.open(data, 0, len(data), now)


def numbered(sequence: int, payload: bytes = b"frame") -> bytes:
    return packet(f"3001880b {len(payload):04x} 2222 {sequence & LAST:08x}", payload)


def gre_of(packets: list[bytes], target: bytes) -> list[bytes]:
    return [p[20:] for p in packets if p[9] == 47 and p[16:20] == target]


def check_session(packets: list[bytes]) -> None:
    """Both directions of a recorded call open in order, nothing dropped, nothing waited for."""
    for target in {p[16:20] for p in packets if p[9] == 47}:
        recorded = gre_of(packets, target)
        gre = Gre(call_id_of(recorded[0], 0, len(recorded[0])), 0, 64)
        gre._next = 1 << 20  # what the recorded acknowledgements answer was sent before our time
        sizes = [int.from_bytes(each[4:6], "big") for each in recorded]
        frames = [f for at, p in enumerate(recorded) for f in opened(gre, p, at / 1024)]
        frames += gre.late(1e9)
        assert [len(frame) for frame in frames] == [size for size in sizes if size]
        assert gre.counts == {}


@pytest.mark.parametrize("name", ["gen-pptp-mppe128.pcap", "gen-pptp-mschapv1.pcap"])
def test_recorded_calls_open_in_order(name: str) -> None:
    check_session(ip_packets(vectors("pptp") / name))


def test_a_found_call_opens_in_order() -> None:
    check_session(ip_packets(shared_data() / "pptp" / "chapcrack-full-session-mppe.dump"))


def test_an_nt_clients_packet_is_what_we_build() -> None:
    theirs = gre_of(ip_packets(vectors("pptp") / "tcpdump-pptp.pcap"), bytes([10, 1, 1, 10]))[0]
    assert Gre(OURS, 0, 64).seal(theirs[12:], 0.0) == theirs


def test_scapys_packet_opens() -> None:
    entries = json.loads((vectors("pptp") / "scapy-pptp-frames-give.json").read_text())
    data = bytes.fromhex(next(e["hex"] for e in entries if "GRE v1" in e["test"]))
    gre = Gre(0, 0, 64)
    gre._next = 100
    assert gre.open(data, 20, len(data), 0.0) == []  # number 47 before all others: it waits
    assert gre.late(0.03) == [data[36:]]


def test_scapys_plain_gre_is_not_ours() -> None:
    assert call_id_of(bytes.fromhex("00000800"), 0, 4) == Drop.TRUNCATED
    assert call_id_of(bytes.fromhex("0000080000000000"), 0, 8) == Drop.NOT_PPTP


def test_the_hostile_capture_is_refused() -> None:
    path = vectors("captures") / "hostile" / "tcpdump-gre-heapoverflow-2.pcap"
    gre = Gre(OURS, THEIRS, 64)
    data = [p[(p[0] & 15) * 4 :] for p in ip_packets(path)]
    assert [opened(gre, each) for each in data] == [[] for _ in data]
    assert sum(gre.counts.values()) == len(data)


@pytest.mark.parametrize(
    ("head", "payload", "reason"),
    [
        ("3001880b 0005 22", b"", Drop.TRUNCATED),
        ("3001880b 0006 2222 00000000", b"frame", Drop.TRUNCATED),
        ("3081880b 0005 2222 00000000", b"frame", Drop.TRUNCATED),
        ("2081880b 0000 2222", b"", Drop.TRUNCATED),
        ("3001880b 0005 2223 00000000", b"frame", Drop.OTHER_CALL),
        ("2081880b 0000 2223 00000000", b"", Drop.OTHER_CALL),
        ("30010800 0005 2222 00000000", b"frame", Drop.NOT_PPTP),
        ("3000880b 0005 2222 00000000", b"frame", Drop.NOT_PPTP),
        ("1001880b 0005 2222 00000000", b"frame", Drop.NOT_PPTP),
        ("b001880b 0005 2222 00000000", b"frame", Drop.BAD_FLAGS),
        ("7001880b 0005 2222 00000000", b"frame", Drop.BAD_FLAGS),
        ("3101880b 0005 2222 00000000", b"frame", Drop.BAD_FLAGS),
        ("3009880b 0005 2222 00000000", b"frame", Drop.BAD_FLAGS),
        ("2001880b 0005 2222", b"frame", Drop.NO_SEQUENCE),
        ("2081880b 0000 2222 00000005", b"", Drop.BAD_ACK),
    ],
)
def test_what_rfc_2637_4_1_forbids_is_counted(head: str, payload: bytes, reason: Drop) -> None:
    gre = Gre(OURS, THEIRS, 64)
    assert opened(gre, packet(head, payload)) == []
    assert gre.counts == {reason: 1}


def test_the_call_of_a_packet_is_found_in_the_middle_of_bytes() -> None:
    data = b"before" + numbered(0) + b"behind"
    assert call_id_of(data, 6, len(data) - 6) == OURS
    assert call_id_of(data, 6, 13) == Drop.TRUNCATED


def test_padding_behind_the_payload_is_not_payload() -> None:
    assert opened(Gre(OURS, THEIRS, 64), numbered(0) + bytes(20)) == [b"frame"]


def test_a_number_without_payload_is_counted_but_gives_no_frame() -> None:
    gre = Gre(OURS, THEIRS, 64)
    assert opened(gre, numbered(0, b"")) == []
    assert opened(gre, numbered(1)) == [b"frame"]


def test_a_packet_with_nothing_but_its_key_does_nothing() -> None:
    gre = Gre(OURS, THEIRS, 64)
    assert opened(gre, packet("2001880b 0000 2222")) == []
    assert gre.counts == {}


def test_numbers_wrap() -> None:
    gre = Gre(OURS, THEIRS, 64)
    gre._expected = gre._next = gre._acked = LAST
    assert opened(gre, numbered(LAST, b"a")) == [b"a"]
    first, second = gre.seal(b"x", 0.0), gre.seal(b"y", 0.0)
    assert first == packet("3081880b 0001 1111 ffffffff ffffffff", b"x")
    assert second == packet("3001880b 0001 1111 00000000", b"y")
    assert opened(gre, numbered(0, b"b")) == [b"b"]
    assert opened(gre, packet("2081880b 0000 2222 00000000")) == []
    assert gre.counts == {}


def test_swapped_packets_are_put_in_order_across_the_wrap() -> None:
    gre = Gre(OURS, THEIRS, 64)
    gre._expected = LAST
    assert opened(gre, numbered(1, b"c")) == []
    assert opened(gre, numbered(0, b"b")) == []
    assert opened(gre, numbered(LAST, b"a")) == [b"a", b"b", b"c"]
    assert gre.deadline() is not None  # only the acknowledgement


def test_a_duplicate_is_late_whether_delivered_or_held() -> None:
    gre = Gre(OURS, THEIRS, 64)
    for sequence in (0, 0, 2, 2):
        opened(gre, numbered(sequence))
    assert gre.counts == {Drop.LATE: 2}


def test_two_gaps_are_given_up_one_after_the_other() -> None:
    gre = Gre(OURS, THEIRS, 64)
    opened(gre, numbered(1, b"b"), 0.0)
    opened(gre, numbered(3, b"d"), 0.25)
    assert gre.deadline() == 0.03
    assert gre.late(0.125) == [b"b"]
    assert gre.late(0.25) == []
    assert gre.late(0.5) == [b"d"]
    assert gre.skipped == 2


def test_a_peer_that_counts_anew_is_believed_after_thirty_two() -> None:
    gre = Gre(OURS, THEIRS, 64)
    gre._expected = 1000
    opened(gre, numbered(1002))
    assert [opened(gre, numbered(n)) for n in range(31)] == [[]] * 31
    assert opened(gre, numbered(31)) == [b"frame"]
    assert opened(gre, numbered(32)) == [b"frame"]


def test_late_packets_now_and_then_mean_nothing() -> None:
    gre = Gre(OURS, THEIRS, 64)
    delivered = 0
    for sequence in range(100):
        delivered += len(opened(gre, numbered(sequence)))
        delivered += len(opened(gre, numbered(sequence)))
    assert delivered == 100


def test_an_acknowledgement_is_due_after_a_tenth_of_a_second_or_half_a_window() -> None:
    gre = Gre(OURS, THEIRS, 64, our_window=4)
    opened(gre, numbered(0), 1.0)
    assert (gre.ready, gre.deadline()) == (False, 1.1)
    assert gre.drain(1.0) == []
    opened(gre, numbered(1), 1.0)
    assert gre.ready
    assert gre.drain(1.0) == [packet("2081880b 0000 1111 00000001")]
    assert (gre.ready, gre.deadline()) == (False, None)


def test_disorder_makes_acknowledgements_due_too() -> None:
    gre = Gre(OURS, THEIRS, 64, our_window=4)
    opened(gre, numbered(1), 1.0)
    opened(gre, numbered(0), 1.0)
    assert gre.ready


def test_the_window_begins_at_half_and_grows_by_one_a_window() -> None:
    gre = Gre(OURS, THEIRS, 4)
    assert [gre.seal(b"", 0.0) is None for _ in range(3)] == [False, False, True]
    opened(gre, packet("2081880b 0000 2222 00000001"), 0.0)
    assert gre.ready
    assert len(gre.drain(0.0)) == 1
    assert [gre.seal(b"", 0.0) is None for _ in range(3)] == [False, False, True]


def test_a_shut_window_opens_by_time_and_is_halved() -> None:
    gre = Gre(OURS, THEIRS, 8)
    assert [gre.seal(b"", 0.0) is None for _ in range(5)] == [False] * 4 + [True]
    assert gre.deadline() == 0.3
    assert gre.drain(0.25) == []
    assert len(gre.drain(0.3)) == 1
    assert [gre.seal(b"", 0.3) is None for _ in range(2)] == [False, True]


def test_a_window_shut_long_ago_opens_with_the_next_frame() -> None:
    gre = Gre(OURS, THEIRS, 2)
    assert gre.seal(b"a", 0.0) is not None
    assert gre.seal(b"b", 5.0) is not None
    assert gre.timeouts == 1


def test_a_frame_behind_waiting_ones_waits_even_if_the_window_is_open() -> None:
    gre = Gre(OURS, THEIRS, 2)
    assert gre.seal(b"a", 0.0) is not None
    assert gre.seal(b"b", 0.0) is None
    assert gre.seal(b"c", 5.0) is None
    assert gre.ready
    assert [each[-1:] for each in gre.drain(5.0)] == [b"b"]


def test_an_old_acknowledgement_changes_nothing() -> None:
    gre = Gre(OURS, THEIRS, 8)
    for _ in range(4):
        gre.seal(b"", 0.0)
    opened(gre, packet("2081880b 0000 2222 00000003"), 0.0)
    opened(gre, packet("2081880b 0000 2222 00000001"), 0.0)
    opened(gre, packet("2081880b 0000 2222 00000003"), 0.0)
    assert gre.counts == {}
    assert [gre.seal(b"", 0.0) is None for _ in range(6)] == [False] * 5 + [True]


def test_the_time_out_follows_the_round_trip() -> None:
    gre = Gre(OURS, THEIRS, 2)
    for number in range(200):
        gre.seal(b"", float(number))
        opened(gre, packet(f"2081880b 0000 2222 {number:08x}"), number + 0.25)
    gre.seal(b"", 1000.0)
    gre.seal(b"", 1000.0)
    assert gre.seal(b"", 1000.0) is None
    due = gre.deadline()
    assert due is not None
    assert 1000.25 <= due <= 1000.3


def test_a_deaf_peer_does_not_hold_us_until_it_hears_again() -> None:
    gre = Gre(OURS, THEIRS, 2)
    for turn in range(5):
        gre.seal(b"", 10.0 * turn)
    assert gre.timeouts == 4
    assert all(gre.seal(b"", 41.0) for _ in range(100))
    opened(gre, packet("2081880b 0000 2222 00000068"))
    assert [gre.seal(b"", 41.0) is None for _ in range(3)] == [False, False, True]


def test_no_more_than_sixty_four_frames_wait() -> None:
    gre = Gre(OURS, THEIRS, 2)
    for _ in range(70):
        gre.seal(b"", 0.0)
    assert gre.counts == {Drop.QUEUE_FULL: 5}


def test_a_strict_window_holds_towards_a_peer_that_never_acknowledges() -> None:
    """NT 4 has room for two packets, and what it does with a third nobody has written down."""
    gre = Gre(OURS, THEIRS, 2, strict=True)
    sent: list[float] = []
    now = 0.0
    for _ in range(400):
        now += 1 / 16
        sent += [now] * (gre.seal(b"frame", now) is not None)
        sent += [now] * len([p for p in gre.drain(now) if len(p) > 12])
    assert all(later - early >= 0.25 for early, later in zip(sent, sent[2:], strict=False))
    assert len(sent) < 40
    assert gre.counts[Drop.QUEUE_FULL] > 100


def test_a_window_that_is_not_strict_gives_way() -> None:
    gre = Gre(OURS, THEIRS, 2)
    sent = 0
    for step in range(400):
        sent += gre.seal(b"frame", step / 16) is not None
        sent += len([p for p in gre.drain(step / 16) if len(p) > 12])
    assert sent > 300


def resumed(sent: int, heard: int) -> Gre:
    gre = Gre(OURS, THEIRS, 64)
    gre.sent, gre.heard = [7], [7]
    gre.resume(sent, heard)
    return gre


def test_a_call_goes_on_with_the_numbers_it_was_at() -> None:
    first = Gre(OURS, THEIRS, 64)
    for number in range(3):
        first.seal(b"to them", 0.0)
        opened(first, numbered(number))
    sealed = resumed(first.sent[0], first.heard[0]).seal(b"on", 0.0)
    assert (first.sent, first.heard) == ([3], [3])
    assert sealed == packet("3001880b 0002 1111 00000003", b"on")


def test_what_came_while_nobody_listened_is_not_waited_for() -> None:
    gre = resumed(0, 10)
    assert opened(gre, numbered(500)) == [b"frame"]
    assert opened(gre, numbered(501)) == [b"frame"]
    assert (gre.heard, gre.deadline()) == ([502], ACK_DELAY)


def test_what_was_heard_before_is_not_heard_again() -> None:
    gre = resumed(0, 10)
    assert opened(gre, numbered(9)) == []
    assert gre.counts == {Drop.LATE: 1}
    assert opened(gre, numbered(10)) == [b"frame"]


def test_numbers_that_come_round_are_no_gap() -> None:
    gre = resumed(LAST, LAST)
    assert opened(gre, numbered(LAST + 3)) == [b"frame"]
    assert gre.seal(b"a", 0.0) is not None
    assert gre.sent == [0]


def test_an_acknowledgement_of_what_was_sent_before_does_no_harm() -> None:
    gre = resumed(100, 10)
    assert opened(gre, packet("2081880b 0000 2222 00000063")) == []
    assert gre.counts == {}
