"""IKE opened a second time: what somebody else has sealed, from wherever one began to listen."""

from gateway.bridge.overheard import (
    MOST_EXCHANGES,
    MOST_GATHERED,
    MOST_MESSAGES,
    Overheard,
)
from gateway.crypto.cbc import TRIPLE_DES
from gateway.crypto.mac import SHA1
from gateway.ike.fragments import Piece, build_piece
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.keys import Keys, first_iv, message_iv
from gateway.ike.numbers import Exchange, Kind
from gateway.ike.payloads import Payload, build_chain
from gateway.ike.phase1 import Secured
from gateway.ike.protect import next_iv, seal

KEYS = Keys(SHA1, TRIPLE_DES, b"", b"", b"skeyid_a", bytes(range(24)))
LAST = b"lastbloc"
THEIRS, OURS = b"g to the i", b"g to the r"
MAIN = Header(b"cookie_i", b"cookie_r", Kind.KE, Exchange.MAIN)
QUICK = Header(b"cookie_i", b"cookie_r", 0, Exchange.QUICK, message_id=7)
NEWS = Header(b"cookie_i", b"cookie_r", 0, Exchange.INFORMATIONAL, message_id=8)
PAYLOADS = [Payload(Kind.NONCE, b"a nonce"), Payload(Kind.ID, b"identity")]


def listening(*, main: bool = True) -> Overheard:
    """From the first message on, or from after main mode."""
    one = Overheard()
    for public in (THEIRS, OURS) * main:
        one.hear(build_message(MAIN, build_chain([Payload(Kind.KE, public)])), inbound=True)
    one.secured = Secured(KEYS, LAST, "", frozenset(), "")
    return one


def opened(one: Overheard, message: bytes) -> bytes:
    plain = one.hear(message, inbound=True)
    assert plain is not None
    header, body = parse_header(plain)
    assert not header.encrypted
    return body


def test_main_mode_is_followed_by_the_public_values() -> None:
    one = listening()
    fifth = seal(KEYS, first_iv(KEYS, THEIRS, OURS), MAIN, PAYLOADS)
    sixth = seal(KEYS, next_iv(KEYS, fifth), MAIN, PAYLOADS)
    assert opened(one, fifth) == opened(one, sixth) == build_chain(PAYLOADS)


def test_each_exchange_has_an_iv_of_its_own() -> None:
    one = listening(main=False)
    for header in (QUICK, NEWS):
        iv = message_iv(KEYS, LAST, header.message_id_bytes)
        first = seal(KEYS, iv, header, PAYLOADS)
        second = seal(KEYS, next_iv(KEYS, first), header, PAYLOADS)
        assert opened(one, first) == opened(one, second) == build_chain(PAYLOADS)


def test_a_message_that_comes_again_is_opened_as_before() -> None:
    one = listening(main=False)
    first = seal(KEYS, message_iv(KEYS, LAST, QUICK.message_id_bytes), QUICK, PAYLOADS)
    second = seal(KEYS, next_iv(KEYS, first), QUICK, PAYLOADS)
    for message in (first, first, second, first, second):
        assert opened(one, message) == build_chain(PAYLOADS)


def pieces(message: bytes, size: int = 40, identifier: int = 1) -> list[bytes]:
    starts = range(0, len(message), size)
    return [
        build_piece(
            MAIN,
            Piece(identifier, number, number == len(starts), message[start : start + size]),
        )
        for number, start in enumerate(starts, 1)
    ]


def test_a_message_in_pieces_is_opened_with_its_last_one_however_they_come() -> None:
    one = listening()
    fifth = seal(KEYS, first_iv(KEYS, THEIRS, OURS), MAIN, PAYLOADS)
    sixth = seal(KEYS, next_iv(KEYS, fifth), MAIN, PAYLOADS)
    first, *others, last = pieces(fifth)
    for piece in (last, *others, last):
        assert one.hear(piece, inbound=True) is None
    # The same numbers from the other side are another message's.
    *before, end = pieces(sixth)
    assert [one.hear(piece, inbound=False) for piece in before] == [None] * len(before)
    assert opened(one, first) == build_chain(PAYLOADS)
    assert opened(one, first) == build_chain(PAYLOADS)  # it came again
    assert one.hear(end, inbound=False) is not None


def test_a_message_in_the_clear_that_came_in_pieces_is_shown_whole() -> None:
    message = build_message(MAIN, build_chain(PAYLOADS))
    *before, last = pieces(message)
    one = Overheard()
    assert [one.hear(piece, inbound=True) for piece in before] == [None] * len(before)
    assert one.hear(last, inbound=True) == message


def test_pieces_of_pieces_and_pieces_without_end_are_not_gathered() -> None:
    one = Overheard()
    inner = pieces(bytes(100))[0]
    assert [one.hear(piece, inbound=True) for piece in pieces(inner)][-1] is None
    for number in range(3 * MOST_GATHERED):
        one.hear(pieces(bytes(100), identifier=number)[0], inbound=True)
    assert len(one._pieces) == MOST_GATHERED
    assert one.hear(pieces(bytes(100))[0][:-50], inbound=True) is None


def test_without_keys_or_with_the_wrong_iv_nothing_is_opened() -> None:
    fifth = seal(KEYS, first_iv(KEYS, THEIRS, OURS), MAIN, PAYLOADS)
    assert listening(main=False).hear(fifth, inbound=True) is None
    assert Overheard().hear(fifth, inbound=True) is None
    assert listening().hear(fifth[:-3], inbound=True) is None


def test_what_is_in_the_clear_or_no_message_at_all_is_left_as_it_is() -> None:
    one = listening()
    for message in (b"", b"short", build_message(MAIN, build_chain(PAYLOADS))):
        assert one.hear(message, inbound=True) is None


def test_what_is_kept_is_bounded() -> None:
    one = listening(main=False)
    for number in range(1, 3 * MOST_EXCHANGES):
        header = Header(b"cookie_i", b"cookie_r", 0, Exchange.QUICK, message_id=number)
        one.hear(
            seal(KEYS, message_iv(KEYS, LAST, header.message_id_bytes), header, PAYLOADS),
            inbound=True,
        )
    assert len(one._blocks) == MOST_EXCHANGES
    assert len(one._heard) == MOST_MESSAGES
