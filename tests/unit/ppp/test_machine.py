"""Frames through the passage."""

import pytest

from gateway.ppp.events import (
    LcpOpened,
    Malformed,
    MruNotClamped,
    Reply,
    SendFrame,
    Terminated,
)
from gateway.ppp.machine import Passage
from gateway.ppp.quirks import DECLINED
from tests.captures import read_pcap, vectors
from tests.pair.ppp_world import ACK, REJECT, REQUEST, LcpEnd, Link, lcp, mru

CLIENT, SERVER = True, False


def test_lcp_opens_with_the_mru_that_is_obeyed() -> None:
    passage, events = Passage(1400), []

    def middle(frame: bytes, from_client: bool) -> bytes | None:
        out, told = passage.pass_frame(frame, from_client, 0.0)
        events.extend(told)
        return out

    link = Link(LcpEnd(mru(1500)), LcpEnd({3: b"\xc2\x23\x81"}), middle).run()
    assert events == [LcpOpened(1400, 1400, "MS-CHAPv2")]
    assert link.client.wants == mru(1500)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "c0",
        "c021 01",
        "c021 0101 ffff",
        "c021 0101 0003",
        "c223 0201 0100 10",
        "80fd 0101 0008 1a09 7800",
        "8057 0101 0006 0100",
    ],
)
def test_what_could_hurt_an_old_server_is_dropped(frame: str) -> None:
    passage = Passage(1400)
    out, events = passage.pass_frame(bytes.fromhex(frame), CLIENT, 0.0)
    assert (out, passage.malformed) == (None, 1)
    assert isinstance(events[0], Malformed)
    assert passage.pass_frame(bytes.fromhex(frame), CLIENT, 0.0) == (None, [])
    assert len(passage.pass_frame(bytes.fromhex(frame), SERVER, 0.0)[1]) == 1


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("tcpdump-ppp_ccp_config_deflate_option_asan.pcap", b"\x80\xfd"),
        ("tcpdump-truncated-aack.pcap", b"\xff\x03"),
    ],
)
def test_hostile_frames_are_dropped_or_as_short_as_they_say(name: str, start: bytes) -> None:
    frame = read_pcap(vectors("captures") / "hostile" / name)[0]
    frame = frame[frame.index(start) :]
    passage = Passage(1400)
    assert passage.pass_frame(frame, CLIENT, 0.0)[0] in (None, frame)
    assert passage.pass_frame(frame[:-3], CLIENT, 0.0)[0] is None


@pytest.mark.parametrize(
    "frame",
    [
        "2145",
        "fd9000",
        "c025 01",
        "c481 ff",
        "803f 0101 0004",
        "c029 0101 0005 01",
        "c223 0101 0004",
    ],
)
def test_what_is_not_looked_into_passes_as_it_came(frame: str) -> None:
    assert Passage(1400).pass_frame(bytes.fromhex(frame), CLIENT, 0.0) == (
        bytes.fromhex(frame),
        [],
    )


def test_a_request_under_way_is_not_sent_twice() -> None:
    passage, request = Passage(1500), lcp(REQUEST, 1, {})
    assert passage.pass_frame(request, CLIENT, 10.0)[0] == request
    assert passage.pass_frame(request, CLIENT, 11.0)[0] is None
    assert passage.pass_frame(request, SERVER, 11.0)[0] == request
    assert passage.duplicates == 1
    assert passage.pass_frame(request, CLIENT, 12.0)[0] == request


def test_an_answered_request_may_be_repeated_at_once() -> None:
    passage, request = Passage(1500), lcp(REQUEST, 1, {})
    passage.pass_frame(request, CLIENT, 10.0)
    passage.pass_frame(lcp(ACK, 1, {}), SERVER, 10.0)
    assert passage.pass_frame(request, CLIENT, 10.0)[0] == request


def test_another_request_is_not_a_duplicate() -> None:
    passage = Passage(1500)
    requests = [lcp(REQUEST, 1, {}), lcp(REQUEST, 2, {}), lcp(REQUEST, 2, {7: b""})]
    assert [passage.pass_frame(each, CLIENT, 10.0)[0] for each in requests] == requests


def test_a_side_that_takes_no_smaller_mru_is_told_of_once() -> None:
    passage = Passage(1400)
    passage.pass_frame(lcp(REQUEST, 1, {}), CLIENT, 0.0)
    events = [passage.pass_frame(lcp(REJECT, 1, mru(1400)), SERVER, 0.0) for _ in range(2)]
    assert events[0] == (None, [MruNotClamped(by_client=False)])
    assert events[1][1] == []


def asked(identifier: int, options: str = "0506 01020304") -> bytes:
    data = bytes.fromhex(options)
    return b"\xff\x03\xc0\x21\x01" + bytes((identifier,)) + (4 + len(data)).to_bytes(2) + data


def test_multilink_and_callback_are_refused_to_either_side_and_reach_neither() -> None:
    passage = Passage(1400)
    for side in (CLIENT, SERVER):
        out, [event] = passage.pass_frame(asked(7, "0d0306 0506 01020304"), side, 0.0)
        assert out is None
        answer = bytes.fromhex("ff03c021 0407 0007 0d0306")
        assert event == Reply(answer, to_client=side, quirk=DECLINED)


def test_with_a_hold_a_repetition_under_another_identifier_waits_for_the_same_answer() -> None:
    passage = Passage(1500, shielded=True)
    assert passage.pass_frame(asked(1), CLIENT, 0.0)[0] == asked(1)
    assert passage.pass_frame(asked(2), CLIENT, 1.0) == (None, [])
    ack = b"\xff\x03\xc0\x21\x02" + asked(1)[5:]
    assert passage.pass_frame(ack, SERVER, 1.1)[0] == b"\xff\x03\xc0\x21\x02" + asked(2)[5:]
    out, [event] = passage.pass_frame(asked(3), CLIENT, 1.2)
    assert out is None
    assert event == SendFrame(b"\xff\x03\xc0\x21\x02" + asked(3)[5:], to_client=True)
    assert passage.duplicates == 2


@pytest.mark.parametrize(
    "frame", ["ff03c021 0505 0004", "ff03c021 0909 0008 01020304", "ff038021 0101 0004"]
)
def test_a_client_that_has_gone_on_is_not_answered_from_memory(frame: str) -> None:
    passage = Passage(1500, shielded=True)
    passage.pass_frame(asked(1), CLIENT, 0.0)
    passage.pass_frame(b"\xff\x03\xc0\x21\x02" + asked(1)[5:], SERVER, 0.1)
    passage.pass_frame(bytes.fromhex(frame), CLIENT, 0.2)
    assert passage.pass_frame(asked(2), CLIENT, 0.3)[0] == asked(2)


def test_without_a_hold_only_the_very_same_request_is_a_duplicate() -> None:
    passage = Passage(1500)
    assert passage.pass_frame(asked(1), CLIENT, 0.0)[0] == asked(1)
    assert passage.pass_frame(asked(1), CLIENT, 0.5) == (None, [])
    assert passage.pass_frame(asked(2), CLIENT, 1.0)[0] == asked(2)


def test_the_mru_that_the_server_asks_for_is_known() -> None:
    passage = Passage(1400, overhead=4)
    assert passage.server_mru is None
    shown, _ = passage.pass_frame(asked(1, "0104 0578"), SERVER, 0.0)
    assert shown == asked(1, "0104 0574")
    assert passage.server_mru == 1400


def test_a_link_that_is_up_is_taken_up_by_another() -> None:
    passage = Passage(1400)
    passage.pass_frame(lcp(REQUEST, 1, mru(1500)), SERVER, 0.0)
    again = Passage(1400)
    again.resume(*passage.kept())
    assert again.server_mru == 1500


SHIELDED = pytest.mark.parametrize("shielded", [True, False])


def answered_late(shielded: bool) -> tuple[Passage, bytes | None]:
    """A server's request that went to a client before it was there, which speaks two seconds
    later; and what went to it then."""
    passage = Passage(1400, shielded=shielded)
    asked, _ = passage.pass_frame(lcp(REQUEST, 7, {3: b"\xc2\x23\x81"}), False, 0.0)
    passage.begins_late()
    assert passage.pass_frame(lcp(REQUEST, 1, mru(1400)), True, 2.0)[0] is not None
    return passage, asked


@SHIELDED
def test_what_a_late_client_has_missed_comes_before_the_answer_of_its_server(
    shielded: bool,
) -> None:
    passage, asked = answered_late(shielded)
    acknowledged, events = passage.pass_frame(lcp(ACK, 1, mru(1400)), False, 2.0)
    assert asked is not None
    assert events == [SendFrame(asked, to_client=True)]
    assert acknowledged == lcp(ACK, 1, mru(1400))


@SHIELDED
def test_of_its_answers_to_that_one_goes_on(shielded: bool) -> None:
    passage, asked = answered_late(shielded)
    passage.pass_frame(lcp(ACK, 1, mru(1400)), False, 2.0)
    assert asked is not None
    answer = bytes([*asked[:4], ACK, *asked[5:]])
    first, second = (passage.pass_frame(answer, True, 2.1)[0] for _ in range(2))
    assert (first is not None, second) == (True, None)
    assert passage.duplicates == 1


def test_a_repetition_that_is_held_brings_what_the_client_has_missed() -> None:
    passage, asked = answered_late(shielded=True)
    held, events = passage.pass_frame(lcp(REQUEST, 8, {3: b"\xc2\x23\x81"}), False, 2.5)
    assert asked is not None
    assert (held, events) == (None, [SendFrame(asked, to_client=True)])


def test_who_ends_lcp_asks_nothing_any_more() -> None:
    passage, _ = answered_late(shielded=True)
    ended = passage.pass_frame(lcp(5, 9, {}), False, 2.0)[1]
    assert ended == [Terminated(by_client=False, reason="")]
    assert passage.pass_frame(lcp(ACK, 1, mru(1400)), False, 2.1)[1] == []
