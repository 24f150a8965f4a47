"""Strangers get the same answer again, and no larger one than they have sent."""

from gateway.ike.errors import Refusal
from gateway.ike.events import Reason
from gateway.ike.header import parse_header
from gateway.ike.numbers import Exchange, Notify
from gateway.ike.payloads import parse_chain, parse_notification
from gateway.ike.turned_away import MOST, TurnedAway
from gateway.wire.cursor import Reader
from gateway.wire.udp import Datagram, Endpoint
from tests.unit.ike.asker import GATEWAY, PEER, Asker, seeded

FIRST = Asker().first()
REFUSAL = Refusal(Reason.NO_COMMON_SUITE, "nothing", Notify.NO_PROPOSAL_CHOSEN)


def came(source: Endpoint = PEER, data: bytes = FIRST) -> Datagram:
    return Datagram(source, GATEWAY, data)


def test_a_refusal_is_short_in_the_clear_and_remembered() -> None:
    away = TurnedAway()
    header, _ = parse_header(FIRST)
    assert away.answer(came()) is None
    message = away.refuse(came(), header, REFUSAL, seeded())
    assert away.answer(came()) == message
    assert len(message) <= len(FIRST)
    told, body = parse_header(message)
    assert (told.exchange, told.encrypted) == (Exchange.INFORMATIONAL, False)
    (notice,) = parse_chain(Reader(body), told.first)
    assert parse_notification(notice.body).kind == Notify.NO_PROPOSAL_CHOSEN


def test_the_same_bytes_from_elsewhere_are_another_message() -> None:
    away = TurnedAway()
    away.refuse(came(), parse_header(FIRST)[0], REFUSAL, seeded())
    assert away.answer(came(Endpoint(PEER.host, 4711))) is None


def test_what_is_ignored_is_ignored_for_good_and_told_once() -> None:
    away = TurnedAway()
    assert away.ignore(came())
    assert not away.ignore(came())
    assert away.answer(came()) == b""


def test_the_memory_is_bounded() -> None:
    away = TurnedAway()
    for number in range(MOST + 1):
        away.ignore(came(data=number.to_bytes(2, "big")))
    assert away.answer(came(data=b"\0\0")) is None
    assert away.answer(came(data=b"\0\1")) == b""
