"""The table of a negotiation as someone between the sides sees it."""

import pytest

from gateway.ppp.frame import Packet
from gateway.ppp.negotiation import TABLE, Input, Negotiation, State, describe
from gateway.ppp.numbers import Protocol
from gateway.ppp.options import Option
from tests.pair.ppp_world import ACK, NAK, REJECT, REQUEST

MRU = b"\x01\x04\x05\x78"
CLIENT, SERVER = True, False


def talk(*said: tuple[bool, int, int, bytes]) -> Negotiation:
    lcp = Negotiation(Protocol.LCP)
    for from_client, code, identifier, data in said:
        lcp.see(Packet(code, identifier, data), from_client)
    return lcp


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


@pytest.mark.parametrize("state", list(State))
def test_a_request_opens_and_an_end_closes_every_half(state: State) -> None:
    assert TABLE[state, Input.REQUEST] is State.ASKED
    assert TABLE[state, Input.DOWN] is State.SILENT


@pytest.mark.parametrize("state", [State.SILENT, State.REFUSED, State.AGREED])
def test_only_what_was_asked_is_answered(state: State) -> None:
    assert TABLE[state, Input.ACK] is state
    assert TABLE[state, Input.REFUSAL] is state


def test_both_halves_make_it_up_once() -> None:
    lcp = talk((CLIENT, REQUEST, 1, MRU), (SERVER, ACK, 1, MRU), (SERVER, REQUEST, 9, b""))
    assert not lcp.up
    assert lcp.see(Packet(ACK, 9, b""), CLIENT)
    assert not lcp.see(Packet(ACK, 9, b""), CLIENT)
    assert lcp.client.options == (Option(1, b"\x05\x78"),)


def test_an_answer_to_another_identifier_means_nothing() -> None:
    assert talk((CLIENT, REQUEST, 1, b""), (SERVER, ACK, 2, b"")).client.state is State.ASKED


def test_other_codes_mean_nothing() -> None:
    assert talk((CLIENT, 9, 1, b"")).client.state is State.SILENT


def test_it_goes_down() -> None:
    lcp = talk((CLIENT, REQUEST, 1, b""), (SERVER, NAK, 1, MRU))
    lcp.down()
    assert (lcp.client.state, lcp.client.requests, lcp.client.unwanted) == (State.SILENT, 0, ())


def test_patience_ends_once_with_the_tenth_request() -> None:
    lcp, ends = Negotiation(Protocol.LCP), []
    for number in range(12):
        lcp.see(Packet(REQUEST, number, b""), CLIENT)
        ends.append(lcp.stuck)
    assert ends.index(True) == 9
    assert ends.count(True) == 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            [(CLIENT, REQUEST, 1, b"")],
            "the server does not answer what the client asks for; the server asks for nothing",
        ),
        (
            [(CLIENT, REQUEST, 1, b""), (SERVER, ACK, 1, b""), (SERVER, REQUEST, 1, MRU),
             (CLIENT, REJECT, 1, MRU)],
            "the client refuses what the server asks for: MRU",
        ),
        (
            [(CLIENT, REQUEST, 1, MRU), (SERVER, NAK, 1, MRU), (CLIENT, REQUEST, 2, MRU),
             (SERVER, REQUEST, 1, b""), (CLIENT, ACK, 1, b"")],
            "the server refuses what the client asks for: MRU",
        ),
    ],
)  # fmt: skip
def test_it_is_explained_why_nothing_comes_up(
    said: list[tuple[bool, int, int, bytes]], why: str
) -> None:
    assert talk(*said).explain() == why


def test_options_have_names_or_numbers() -> None:
    options = [Option(3, b""), Option(99, b"")]
    assert describe(Protocol.LCP, options) == "authentication, option 99"
    assert describe(Protocol.CCP, [Option(18, b"")]) == "MPPE/MPPC"
