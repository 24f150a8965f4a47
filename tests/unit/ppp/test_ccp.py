"""CCP of an end that wants MPPE: the table, and what is agreed on with whom."""

import pytest

from gateway.ppp.ccp import (
    MOST_NAKS,
    TABLE,
    Ccp,
    CcpEvent,
    Do,
    Failed,
    Input,
    Opened,
    ResetAsked,
    Send,
    State,
    asks_for_mppe,
)
from gateway.ppp.errors import BadOption
from gateway.ppp.frame import Packet
from gateway.ppp.mppe import Terms
from gateway.ppp.numbers import CCP_RESTART, CCP_TRIES
from tests.captures import ip_packets, vectors

REQUEST, ACK, NAK, REJECT = 1, 2, 3, 4
TERMINATE, TERMINATED, RESET, RESET_ACK = 5, 6, 14, 15
BEST = (Terms(128), Terms(128, stateful=True))
ALL = (*BEST, Terms(56), Terms(56, True), Terms(40), Terms(40, True))

# RFC 1661, 4.1, by the RFC's own letters: what is done, and the state afterwards. "again" stands
# for a row of Opened that departs from the book (see `Ccp._asked_again`).
BOOK = {
    (State.REQ_SENT, Input.GOOD_REQUEST): ("sca", State.ACK_SENT),
    (State.REQ_SENT, Input.OTHER_REQUEST): ("scn", State.REQ_SENT),
    (State.REQ_SENT, Input.ACK): ("", State.ACK_RCVD),
    (State.REQ_SENT, Input.REFUSAL): ("scr", State.REQ_SENT),
    (State.REQ_SENT, Input.TIMEOUT): ("scr", State.REQ_SENT),
    (State.ACK_RCVD, Input.GOOD_REQUEST): ("sca tlu", State.OPENED),
    (State.ACK_RCVD, Input.OTHER_REQUEST): ("scn", State.ACK_RCVD),
    (State.ACK_RCVD, Input.REFUSAL): ("scr", State.REQ_SENT),
    (State.ACK_RCVD, Input.TIMEOUT): ("scr", State.REQ_SENT),
    (State.ACK_SENT, Input.GOOD_REQUEST): ("sca", State.ACK_SENT),
    (State.ACK_SENT, Input.OTHER_REQUEST): ("scn", State.REQ_SENT),
    (State.ACK_SENT, Input.ACK): ("tlu", State.OPENED),
    (State.ACK_SENT, Input.REFUSAL): ("scr", State.ACK_SENT),
    (State.ACK_SENT, Input.TIMEOUT): ("scr", State.ACK_SENT),
    (State.OPENED, Input.GOOD_REQUEST): ("sca", State.OPENED),  # again
    (State.IDLE, Input.START): ("scr", State.REQ_SENT),
}
LETTERS = {
    Do.SEND_ACK: "sca", Do.SEND_REFUSAL: "scn", Do.SEND_REQUEST: "scr", Do.OPEN: "tlu",
}  # fmt: skip


def word(bits: int) -> bytes:
    return b"\x12\x06" + bits.to_bytes(4)


def started(allowed: tuple[Terms, ...] = BEST) -> tuple[Ccp, Packet]:
    made = Ccp(allowed)
    [sent] = packets(made.start(0.0))
    return made, sent


def packets(events: list[CcpEvent]) -> list[Packet]:
    return [event.packet for event in events if isinstance(event, Send)]


def opened(terms: Terms = BEST[0]) -> Ccp:
    """Both halves agreed on the same."""
    made, sent = started((terms,))
    made.receive(Packet(ACK, sent.identifier, sent.data), 0.0)
    assert Opened(terms, terms) in made.receive(Packet(REQUEST, 9, sent.data), 0.0)
    return made


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


@pytest.mark.parametrize("row", BOOK, ids=lambda row: f"{row[0].name} {row[1].name}")
def test_a_row_is_that_of_the_book(row: tuple[State, Input]) -> None:
    actions, after = TABLE[row]
    assert (" ".join(LETTERS[do] for do in actions), after) == BOOK[row]


@pytest.mark.parametrize("state", [State.REQ_SENT, State.ACK_RCVD, State.ACK_SENT, State.OPENED])
def test_giving_up_is_the_end_from_everywhere(state: State) -> None:
    assert TABLE[state, Input.GIVE_UP] == ((Do.FAIL,), State.OVER)
    assert all(TABLE[State.OVER, what] == ((), State.OVER) for what in Input)


def test_rows_beside_the_book_do_nothing() -> None:
    more = {row for row, (actions, _) in TABLE.items() if actions} - set(BOOK)
    assert {what for _, what in more} == {Input.GIVE_UP}


@pytest.mark.parametrize(
    ("allowed", "asked"),
    [
        (BEST, 0x01000040),
        (BEST[1:], 0x00000040),
        (ALL, 0x010000E0),
        ((Terms(40),), 0x01000020),
        ((Terms(56, True), Terms(40, True)), 0x000000A0),
    ],
)
def test_all_that_is_allowed_is_asked_for_at_once(allowed: tuple[Terms, ...], asked: int) -> None:
    assert started(allowed)[1] == Packet(REQUEST, 1, word(asked))


def test_what_pptpd_says_opens_it() -> None:
    """The Configure-Request and the Ack of the recorded server are taken as they are."""
    made, sent = started()
    frames = [p[20:] for p in ip_packets(vectors("pptp") / "gen-pptp-mppe128.pcap") if p[9] == 47]
    said = [f[f.index(b"\x80\xfd") + 2 :] for f in frames if b"\x80\xfd" in f[12:20]]
    [asked] = {p[4:] for p in said if p[0] == REQUEST}
    assert sent.data == asked
    assert packets(made.receive(Packet(REQUEST, 1, asked), 0.0)) == [Packet(ACK, 1, asked)]
    events = made.receive(Packet(ACK, sent.identifier, asked), 0.0)
    assert events == [Opened(Terms(128), Terms(128))]
    assert made.deadline() is None


@pytest.mark.parametrize(
    ("allowed", "asked", "answer"),
    [
        (BEST, 0x01000040, (ACK, 0x01000040)),
        (BEST, 0x010000E1, (NAK, 0x01000040)),  # Windows: every strength, and MPPC
        (BEST, 0x00000040, (NAK, 0x01000040)),
        (ALL, 0x01000020, (ACK, 0x01000020)),
        (ALL, 0x010000A0, (NAK, 0x01000080)),
        ((Terms(40),), 0x010000E0, (NAK, 0x01000020)),
        (BEST, 0x00000000, (NAK, 0x01000040)),
    ],
)
def test_the_peer_is_brought_to_one_thing(
    allowed: tuple[Terms, ...], asked: int, answer: tuple[int, int]
) -> None:
    made, _ = started(allowed)
    [said] = packets(made.receive(Packet(REQUEST, 7, word(asked)), 0.0))
    assert said == Packet(answer[0], 7, word(answer[1]))


def test_a_peer_that_asks_for_nothing_is_told_what_to_ask_for() -> None:
    made, _ = started()
    assert packets(made.receive(Packet(REQUEST, 7, b""), 0.0)) == [Packet(NAK, 7, word(0x01000040))]


def test_a_peer_that_keeps_to_its_history_has_its_way_if_that_is_allowed() -> None:
    made, _ = started()
    asked = Packet(REQUEST, 7, word(0x00000040))
    assert packets(made.receive(asked, 0.0))[0].code == NAK
    assert packets(made.receive(asked, 0.0)) == [Packet(ACK, 7, asked.data)]
    made, _ = started(BEST[:1])
    codes = [packets(made.receive(asked, 0.0))[0].code for _ in range(MOST_NAKS)]
    assert codes == [NAK] * MOST_NAKS
    assert made.receive(asked, 0.0) == [Failed("the server keeps asking for what it cannot have")]


def test_compression_is_rejected_and_mppe_stays() -> None:
    made, _ = started()
    deflate = bytes.fromhex("1a047800180478001503 2f")
    asked = Packet(REQUEST, 7, word(0x01000040) + deflate)
    assert packets(made.receive(asked, 0.0)) == [Packet(REJECT, 7, deflate)]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (0x01000020, "the server wants MPPE of 40 bit, stateless"),
        (0x000000A0, "the server wants MPPE of 56/40 bit, stateful"),
        (0x00000001, "the server wants no encryption, or another kind than MPPE"),
    ],
)
def test_a_peer_that_wants_what_is_not_allowed_is_told_of(asked: int, reason: str) -> None:
    made, _ = started()
    assert made.receive(Packet(REQUEST, 1, word(asked)), 0.0) == [Failed(reason)]
    assert made.state is State.OVER
    assert made.receive(Packet(REQUEST, 2, word(0x01000040)), 0.0) == []


@pytest.mark.parametrize(
    ("allowed", "nak", "next_word"),
    [
        (ALL, 0x01000020, 0x01000020),
        (ALL, 0x000000C0, 0x00000040),
        (BEST, 0x00000040, 0x00000040),
    ],
)
def test_a_nak_is_followed_where_it_is_allowed(
    allowed: tuple[Terms, ...], nak: int, next_word: int
) -> None:
    made, sent = started(allowed)
    [again] = packets(made.receive(Packet(NAK, sent.identifier, word(nak)), 0.0))
    assert again == Packet(REQUEST, 2, word(next_word))
    made.receive(Packet(ACK, 2, again.data), 0.0)
    assert made.state is State.ACK_RCVD


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Packet(NAK, 1, word(0x01000020)), "the server wants MPPE of 40 bit, stateless"),
        (Packet(NAK, 1, b""), "the server has no MPPE"),
        (Packet(REJECT, 1, word(0x01000040)), "the server has no MPPE"),
    ],
)
def test_an_answer_that_leaves_nothing_is_the_end(answer: Packet, reason: str) -> None:
    made, _ = started()
    assert made.receive(answer, 0.0) == [Failed(reason)]


def test_naks_without_end_are_ended() -> None:
    made, sent = started(ALL)
    for number in range(MOST_NAKS):
        nak = word(0x01000040 if number % 2 else 0x01000020)
        [sent] = packets(made.receive(Packet(NAK, sent.identifier, nak), 0.0))
    last = Packet(NAK, sent.identifier, word(0x01000040))
    assert made.receive(last, 0.0) == [Failed("the server wants MPPE of 128 bit, stateless")]


def test_answers_to_something_else_are_not_heard() -> None:
    made, sent = started(ALL)
    for answer in (
        Packet(ACK, sent.identifier + 1, sent.data),
        Packet(ACK, sent.identifier, word(0x01000040)),
        Packet(ACK, sent.identifier, sent.data),  # several strengths at once say nothing
        Packet(NAK, sent.identifier + 1, word(0x01000040)),
        Packet(REQUEST, 1, b"\x12\x09\0"),
        Packet(11, 1, b""),
    ):
        assert made.receive(answer, 0.0) == []
    assert made.state is State.REQ_SENT


def test_a_request_without_an_answer_is_repeated_and_given_up_in_the_end() -> None:
    made, _ = started()
    sent = 1
    now = 0.0
    while made.deadline() is not None:
        assert made.handle_timeout(now) == []
        now += CCP_RESTART
        assert made.deadline() == now
        events = made.handle_timeout(now)
        sent += len(packets(events))
    assert events == [Failed("the server does not answer CCP")]
    assert sent == CCP_TRIES


def test_before_it_is_started_and_after_its_end_nothing_is_answered() -> None:
    made = Ccp(BEST)
    assert made.receive(Packet(REQUEST, 1, word(0x01000040)), 0.0) == []
    assert made.rejected(0.0) == []
    assert made.deadline() is None


def test_a_peer_without_ccp_is_the_end() -> None:
    assert started()[0].rejected(0.0) == [Failed("the server does not know CCP")]


def test_a_peer_that_ends_it_is_answered() -> None:
    made = opened()
    assert made.receive(Packet(TERMINATE, 4, b""), 0.0) == [
        Send(Packet(TERMINATED, 4, b"")),
        Failed("the server has ended CCP"),
    ]


def test_resets_go_both_ways() -> None:
    made = opened()
    assert made.receive(Packet(RESET, 5, b""), 0.0) == [
        ResetAsked(),
        Send(Packet(RESET_ACK, 5, b"")),
    ]
    assert [p.code for p in packets(made.ask_reset())] == [RESET]
    assert made.receive(Packet(RESET_ACK, 2, b""), 0.0) == []
    assert started()[0].receive(Packet(RESET, 5, b""), 0.0) == []


def test_the_two_directions_may_differ() -> None:
    made, sent = started(ALL)
    [again] = packets(made.receive(Packet(NAK, sent.identifier, word(0x01000040)), 0.0))
    made.receive(Packet(ACK, again.identifier, again.data), 0.0)
    events = made.receive(Packet(REQUEST, 3, word(0x00000020)), 0.0)
    assert packets(events) == [Packet(NAK, 3, word(0x01000020))]
    events = made.receive(Packet(REQUEST, 4, word(0x00000020)), 0.0)
    assert events[-1] == Opened(sent=Terms(40, True), received=Terms(128))


def test_the_same_request_again_is_acknowledged_until_the_link_is_used() -> None:
    made = opened()
    again = Packet(REQUEST, 10, word(0x01000040))
    assert made.receive(again, 0.0) == [Send(Packet(ACK, 10, again.data))]
    made.used = True
    assert made.receive(again, 0.0) == [Failed("the server wants to begin the same keys anew")]


def test_another_request_after_all_is_agreed_is_the_end() -> None:
    made = opened()
    other = Packet(REQUEST, 10, word(0x01000020))
    assert made.receive(other, 0.0) == [Failed("the server wants to begin the same keys anew")]


def test_late_answers_do_not_disturb_what_is_open() -> None:
    made = opened()
    for code in (ACK, NAK, REJECT):
        assert made.receive(Packet(code, 1, word(0x01000040)), 0.0) == []
    assert made.state is State.OPENED


@pytest.mark.parametrize(
    ("packet", "asks"),
    [
        (Packet(REQUEST, 1, word(0x01000040)), True),
        (Packet(REQUEST, 1, word(0x00000020)), True),
        (Packet(REQUEST, 1, word(0x00000001)), False),
        (Packet(REQUEST, 1, b"\x12\x02"), False),
        (Packet(ACK, 1, word(0x01000040)), False),
    ],
)
def test_who_asks_for_mppe_is_recognised(packet: Packet, asks: bool) -> None:
    assert asks_for_mppe(packet) is asks


def test_false_lengths_are_told() -> None:
    with pytest.raises(BadOption):
        asks_for_mppe(Packet(REQUEST, 1, b"\x12\x09"))
