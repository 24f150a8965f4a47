"""Messages in pieces, one by one; whole stories: tests/pair/test_ike_fragments.py.

Layout: MS-IKEE 2.2.3.1. Rules: MS-IKEE 3.3.5.3.
"""

import pytest

from gateway.ike.errors import BadPayload
from gateway.ike.events import Floated, Send
from gateway.ike.fragments import (
    LONGEST_MESSAGE,
    LONGEST_WAIT,
    MOST_BYTES,
    MOST_BYTES_OF_SOURCE,
    MOST_PIECES,
    MOST_UNDER_WAY,
    PIECE_COSTS,
    SMALL,
    Fragments,
    Gathering,
    Piece,
    build_piece,
    parse_piece,
)
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.numbers import FLAG_ENCRYPTION, Exchange, Kind
from gateway.ike.phase1 import WHOLE, Phase1
from gateway.wire.cursor import WireError
from gateway.wire.udp import Datagram, Endpoint
from tests.unit.ike.asker import GATEWAY, GATEWAY_4500, PEER
from tests.unit.ike.test_signature import phase

HEAD = Header(b"cookie_i", b"cookie_r", int(Kind.ID), Exchange.MAIN, FLAG_ENCRYPTION, 7)
MESSAGE = build_message(HEAD, bytes(range(250)) * 8)


class Table:
    """Fragments, and what they set the timers to."""

    def __init__(self) -> None:
        self.timers: dict[Gathering, float] = {}
        self.fragments = Fragments(self.set_timer)

    def set_timer(self, key: Gathering, when: float | None, /) -> None:
        self.timers.pop(key, None)
        self.timers |= {} if when is None else {key: when}

    def take(
        self, piece: Piece, who: Phase1 | None = None, source: Endpoint = PEER, now: float = 0.0
    ) -> Datagram | None:
        header, body = parse_header(build_piece(HEAD, piece))
        datagram = Datagram(source, GATEWAY, b"")
        return self.fragments.take(who or phase(), datagram, header, body, now)


def pieces(message: bytes = MESSAGE, identifier: int = 5, size: int = 500) -> list[Piece]:
    starts = range(0, len(message), size)
    return [
        Piece(identifier, number, number == len(starts), message[start : start + size])
        for number, start in enumerate(starts, 1)
    ]


def test_a_piece_is_laid_out_as_microsoft_has_it() -> None:
    made = build_piece(HEAD, Piece(0x0102, 3, True, b"data"))
    assert made[:8] == b"cookie_i"
    assert made[16] == 0x84
    assert made[19] == 0  # the encryption flag is cleared: MS-IKEE 3.3.6.1
    assert made[28:] == bytes.fromhex("0000000c") + b"\1\2\3\1" + b"data"
    header, body = parse_header(made)
    assert parse_piece(header, body) == Piece(0x0102, 3, True, b"data")
    assert header.message_id == HEAD.message_id


def test_unknown_flags_are_passed_over() -> None:
    header, body = parse_header(build_piece(HEAD, Piece(1, 1, False, b"data")))
    flagged = body[:7] + b"\xfe" + body[8:]
    assert not parse_piece(header, flagged).last


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]])
def test_in_any_order_they_make_the_message(order: list[int]) -> None:
    table, made = Table(), pieces()
    found = [table.take(made[place]) for place in order]
    assert found[:-1] == [None] * 4
    assert found[-1] == Datagram(PEER, GATEWAY, MESSAGE)
    assert (len(table.fragments), table.fragments.bytes, table.timers) == (0, 0, {})


def test_one_that_is_there_already_is_passed_over() -> None:
    table, made = Table(), pieces()
    table.take(made[0])
    table.take(Piece(5, 1, False, b"something else"))
    assert [table.take(piece) for piece in made[1:]][-1] == Datagram(PEER, GATEWAY, MESSAGE)


@pytest.mark.parametrize(
    "second",
    [
        Piece(5, 3, True, b"two last ones"),
        Piece(5, 4, False, b"one behind the last"),
    ],
)
def test_pieces_that_contradict_each_other_are_all_thrown_away(second: Piece) -> None:
    table = Table()
    table.take(Piece(5, 2, True, b"last"))
    with pytest.raises(BadPayload, match="do not make one message"):
        table.take(second)
    assert (len(table.fragments), table.fragments.bytes, table.timers) == (0, 0, {})


def test_a_last_one_below_another_is_a_contradiction_too() -> None:
    table = Table()
    table.take(Piece(5, 9, False, b"ninth"))
    with pytest.raises(BadPayload):
        table.take(Piece(5, 2, True, b"last"))


@pytest.mark.parametrize(
    "piece",
    [Piece(5, 0, True, b"x"), Piece(5, MOST_PIECES + 1, True, b"x"), Piece(5, 1, True, b"")],
)
def test_a_piece_without_number_or_data_is_none(piece: Piece) -> None:
    with pytest.raises(BadPayload):
        Table().take(piece)


def test_a_piece_is_alone_in_its_message() -> None:
    header, body = parse_header(build_piece(HEAD, Piece(1, 1, True, b"data")))
    with pytest.raises(BadPayload, match="not alone"):
        parse_piece(header, b"\x0a" + body[1:] + bytes.fromhex("0000000461"))
    with pytest.raises(WireError):
        parse_piece(header, body[:5])


@pytest.mark.parametrize(
    "message",
    [
        build_message(Header(b"cookie_x", b"cookie_r", 5, Exchange.MAIN), b"x"),
        build_piece(HEAD, Piece(1, 1, True, b"data")),
        b"short",
    ],
)
def test_what_they_make_is_a_message_of_the_same_exchange_and_no_piece(message: bytes) -> None:
    with pytest.raises(BadPayload, match="not of this exchange"):
        Table().take(Piece(5, 1, True, message))


def test_a_message_has_a_longest_length() -> None:
    table = Table()
    for number in range(1, 9):
        table.take(Piece(5, number, False, bytes(LONGEST_MESSAGE // 8)))
    with pytest.raises(BadPayload):
        table.take(Piece(5, 9, False, b"one byte more"))
    assert table.fragments.bytes == 0


def test_of_one_exchange_only_so_many_are_under_way_and_the_oldest_goes() -> None:
    table = Table()
    for identifier in range(1, 6):
        table.take(Piece(identifier, 1, False, b"first"))
    assert len(table.fragments) == MOST_UNDER_WAY == len(table.timers)
    assert {one.key[1] for one in table.timers} == {4, 5}


def test_of_one_address_only_so_much_is_kept_and_another_has_room() -> None:
    table = Table()
    for number in range(100):
        who = phase()
        who.sa = number
        table.take(Piece(1, 1, False, bytes(20_000)), who)
    mine = table.fragments.bytes
    assert mine <= MOST_BYTES_OF_SOURCE
    other = phase()
    other.sa, other.opened_from = 1000, Endpoint(b"\1\2\3\4", 500)
    table.take(pieces()[0], other)
    assert table.fragments.bytes == mine + 500 + 2 * PIECE_COSTS


def test_what_is_kept_is_charged_to_where_the_exchange_was_begun() -> None:
    """A piece can name anybody as its source: so it would push out what that one has under way."""
    table, mine = Table(), phase()
    first, *others = pieces()
    table.take(first, mine)
    for number in range(100):
        stranger = phase()
        stranger.sa, stranger.opened_from = 1000 + number, Endpoint(b"\1\2\3\4", 500)
        table.take(Piece(1, 1, False, bytes(20_000)), stranger, PEER)
    assert table.fragments.bytes <= MOST_BYTES_OF_SOURCE + 500 + 2 * PIECE_COSTS
    assert [table.take(piece, mine) is None for piece in others][-1] is False


def test_in_all_only_so_much_is_kept() -> None:
    table = Table()
    for number in range(400):
        who = phase()
        who.sa, who.opened_from = number, Endpoint(number.to_bytes(4, "big"), 500)
        table.take(Piece(1, 1, False, bytes(20_000)), who)
        assert table.fragments.bytes <= MOST_BYTES
    assert {one.key[0] for one in table.timers} == set(range(400 - len(table.timers), 400))


def test_each_has_ninety_seconds() -> None:
    table = Table()
    table.take(pieces()[0], now=10.0)
    table.take(pieces()[1], now=50.0)
    ((gathering, due),) = table.timers.items()
    assert due == 10.0 + LONGEST_WAIT
    table.fragments.forget(gathering)
    table.fragments.forget(gathering)
    assert (table.fragments.bytes, table.timers) == (0, {})


def cut(who: Phase1, source: Endpoint = GATEWAY) -> list[Send]:
    table = Table()
    events = table.fragments.cut(
        [Send(source, PEER, MESSAGE), Floated(1, source, PEER)], {who.cookies: who}
    )
    assert events[-1] == Floated(1, source, PEER)
    return [event for event in events if isinstance(event, Send)]


@pytest.mark.parametrize("source", [GATEWAY, GATEWAY_4500])
def test_a_long_message_goes_out_in_packets_that_every_path_lets_through(source: Endpoint) -> None:
    who = phase()
    who.fragments = True
    sent = cut(who, source)
    marker = 4 if source.port == 4500 else 0
    sizes = [28 + marker + len(one.message) for one in sent]
    assert sizes[:-1] == [SMALL] * (len(sent) - 1)
    assert sizes[-1] <= SMALL
    table = Table()
    found = None
    for one in sent:
        header, body = parse_header(one.message)
        found = table.fragments.take(who, Datagram(PEER, GATEWAY, b""), header, body, 0.0)
    assert found is not None
    assert found.payload == MESSAGE


def test_whole_for_who_does_not_announce_it_and_while_it_is_short_enough() -> None:
    assert cut(phase()) == [Send(GATEWAY, PEER, MESSAGE)]
    who = phase()
    who.fragments, who.whole = True, 28 + len(MESSAGE)
    assert len(cut(who)) == 1
    who.whole -= 1
    assert len(cut(who)) > 1
    assert phase().whole == WHOLE


def test_who_sends_pieces_gets_pieces() -> None:
    table, who = Table(), phase()
    who.fragments = True
    for piece in pieces():
        table.take(piece, who)
    assert who.whole == SMALL


def test_a_message_of_nobody_known_goes_out_as_it_is() -> None:
    events = [Send(GATEWAY, PEER, MESSAGE)]
    assert Table().fragments.cut(list(events), {}) == events
