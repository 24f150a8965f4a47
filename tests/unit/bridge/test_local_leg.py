"""The leg to pppd: asked for by one line, answered by one, and frames from then on."""

import json

import pytest

from gateway.bridge.inside_leg import Answered, Ended, Gone
from gateway.bridge.local_leg import LONGEST_ANSWER, SILENCE, LocalLeg
from gateway.outputs import CloseTcp, OpenPppd, SendTcp
from gateway.paths import PppdEnd
from gateway.ppp.hdlc import sealed
from gateway.wire.udp import Endpoint

HERE = Endpoint(bytes((127, 0, 0, 1)), 0)
REQUEST = {"route": "lan", "client": "press-3"}
FRAME = b"\xff\x03\xc0\x21\x01\x01\x00\x04"


def leg() -> LocalLeg:
    return LocalLeg(5, 77, HERE, REQUEST)


def up() -> LocalLeg:
    made = leg()
    made.answer(b"started 3 17\n")
    return made


def test_pppd_is_asked_for_once_somebody_is_there() -> None:
    made = leg()
    assert made.start(0.0) == [OpenPppd(5)]
    [asked] = made.opened(0.0)
    assert isinstance(asked, SendTcp)
    assert (asked.key, json.loads(asked.data), asked.data[-1:]) == (5, REQUEST, b"\n")
    assert not made.is_up
    assert made.send(FRAME, 0.0) == []


def test_the_answer_may_come_in_pieces_with_frames_behind_it() -> None:
    made = leg()
    assert made.answer(b"star") == []
    assert made.answer(b"ted 3 17\n" + sealed(FRAME)) == [Answered("pppd", 0)]
    assert made.is_up
    assert made.end == PppdEnd(3, 17)
    assert made.open(b"") == [FRAME]
    assert made.open(sealed(FRAME)) == [FRAME]
    assert made.send(FRAME, 0.0) == [SendTcp(5, sealed(FRAME))]


def test_a_refusal_ends_it_in_its_words() -> None:
    made = leg()
    assert made.answer(b"pppd is not installed\n") == [
        Ended("pppd is not installed", was_open=False),
        CloseTcp(5),
        Gone(),
    ]
    assert made.closed("", 0.0) == [Gone()]


@pytest.mark.parametrize("said", [b"\n", b"x" * (LONGEST_ANSWER + 1)])
def test_what_is_no_answer_ends_it(said: bytes) -> None:
    assert leg().answer(said)[0] == Ended(SILENCE, was_open=False)


def test_nobody_there_and_the_end_of_pppd_are_told_apart() -> None:
    assert leg().closed("`postern pppd` does not run", 0.0) == [
        Ended("nobody is there to start pppd: `postern pppd` does not run", was_open=False),
        Gone(),
    ]
    made = up()
    assert made.closed("the server closed the connection", 0.0) == [
        Ended("pppd has ended", was_open=True),
        Gone(),
    ]
    assert made.send(FRAME, 0.0) == []


def test_hanging_up_ends_the_line_and_nothing_is_waited_for() -> None:
    made = up()
    assert made.hang_up(0.0) == [CloseTcp(5), Gone()]
    assert made.closed("", 0.0) == [Gone()]
    assert up().abandon(0.0) == [CloseTcp(5)]


def test_it_has_no_timers_and_says_what_it_is() -> None:
    made = up()
    assert (made.deadline(), made.road_deadline(), made.has_more) == (None, None, False)
    assert [*made.handle_timeout(0.0), *made.late(0.0)] == []
    assert [*made.drain(0.0), *made.link_up(0.0)] == []
    assert (made.kind, made.encryption, made.called) == ("PPP", "ends here", "pppd on this machine")
    assert not made.speaks_late
    made.open(b"~\x21\x22~")
    assert made.drops() == {"line_length": 1}


@pytest.mark.parametrize("before", [b"\xff\x03", b""], ids=["whole", "with ACFC"])
def test_that_pppd_knows_no_ip_itself_is_nothing_for_its_client(before: bytes) -> None:
    """What was under way on its terminal while the kernel took over has missed its interface."""
    made = up()
    told = before + b"\xc0\x21\x08\x02\x00\x08\x00\x21\x45\x00"
    of_another = told.replace(b"\x00\x21\x45", b"\x80\x57\x45")
    assert made.open(sealed(told) + sealed(of_another) + sealed(FRAME)) == [of_another, FRAME]


@pytest.mark.parametrize("numbers", ["", " 3", " 3 x", " -1 17", " 3 17 5", " 3 99999999999"])
def test_an_answer_without_both_numbers_starts_nothing(numbers: str) -> None:
    made = leg()
    ended = Ended(f"started{numbers}", was_open=False)
    assert made.answer(f"started{numbers}\n".encode()) == [ended, CloseTcp(5), Gone()]
    assert (made.is_up, made.end) == (False, None)
