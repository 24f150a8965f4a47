"""One request, one answer: what is held, and under which identifier it is answered."""

import pytest

from gateway.ppp.frame import Packet
from gateway.ppp.hold import Hold
from gateway.ppp.numbers import CLIENT_WAITS, REMEMBERED_FOR, SERVER_WAITS

REQUEST, ACK, NAK, REJECT = 1, 2, 3, 4
CLIENT, SERVER = True, False
SIDES = pytest.mark.parametrize("side", [CLIENT, SERVER], ids=["client", "server"])
WAIT = {CLIENT: CLIENT_WAITS, SERVER: SERVER_WAITS}


def request(identifier: int, data: bytes = b"\5\6magi") -> Packet:
    return Packet(REQUEST, identifier, data)


@SIDES
def test_a_repetition_is_held_and_the_answer_goes_to_the_newest(side: bool) -> None:
    hold = Hold()
    assert hold.request(request(1), side, 0.0) == (True, None)
    assert hold.request(request(2), side, 0.5) == (False, None)
    assert hold.request(request(3), side, 1.0) == (False, None)
    assert hold.answer(Packet(ACK, 1, b"\5\6magi"), not side) == Packet(ACK, 3, b"\5\6magi")
    assert hold.held == 2


@SIDES
@pytest.mark.parametrize("code", [ACK, NAK, REJECT])
def test_every_kind_of_answer_is_renumbered(side: bool, code: int) -> None:
    hold = Hold()
    hold.request(request(1), side, 0.0)
    hold.request(request(9), side, 0.0)
    assert hold.answer(Packet(code, 1, b"x"), not side) == Packet(code, 9, b"x")


@SIDES
def test_another_request_goes_on_at_once(side: bool) -> None:
    hold = Hold()
    hold.request(request(1), side, 0.0)
    assert hold.request(request(2, b"\7\2"), side, 0.1) == (True, None)
    late = Packet(ACK, 1, b"")
    assert hold.answer(late, not side) is late


@SIDES
def test_what_is_not_answered_in_time_may_be_asked_again(side: bool) -> None:
    hold = Hold()
    hold.request(request(1), side, 0.0)
    assert hold.request(request(2), side, WAIT[side]) == (True, None)
    assert hold.request(request(3), side, WAIT[side] + 0.5) == (False, None)


@SIDES
def test_what_was_refused_may_be_asked_again(side: bool) -> None:
    hold = Hold()
    hold.request(request(1), side, 0.0)
    hold.answer(Packet(NAK, 1, b""), not side)
    assert hold.request(request(2), side, 0.1) == (True, None)


def test_a_client_that_has_not_heard_its_answer_is_told_again_from_here() -> None:
    hold = Hold()
    hold.request(request(1), CLIENT, 0.0)
    hold.answer(Packet(ACK, 1, b"\5\6magi"), SERVER)
    told = (False, Packet(ACK, 2, b"\5\6magi"))
    assert hold.request(request(2), CLIENT, 3.0) == told
    assert hold.request(request(2), CLIENT, REMEMBERED_FOR) == (True, None)


def test_a_client_that_has_gone_on_begins_anew_at_the_server() -> None:
    hold = Hold()
    hold.request(request(1), CLIENT, 0.0)
    hold.answer(Packet(ACK, 1, b""), SERVER)
    hold.went_on(CLIENT)
    assert hold.request(request(2), CLIENT, 3.0) == (True, None)


def test_a_server_that_asks_again_after_its_answer_has_begun_anew_and_so_may_the_client() -> None:
    hold = Hold()
    for side in (CLIENT, SERVER):
        hold.request(request(1), side, 0.0)
        hold.answer(Packet(ACK, 1, b""), not side)
    assert hold.request(request(2), SERVER, 1.0) == (True, None)
    assert hold.request(request(2), CLIENT, 1.5) == (True, None)


def test_an_answer_to_nothing_passes_as_it_is() -> None:
    hold = Hold()
    stray = Packet(ACK, 4, b"")
    assert hold.answer(stray, SERVER) is stray
    hold.request(request(4), CLIENT, 0.0)
    assert hold.answer(stray, SERVER) is stray
    again = Packet(NAK, 4, b"")
    assert hold.answer(again, SERVER) is again
