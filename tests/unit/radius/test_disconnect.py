"""Who may end a session, which, and what is answered."""

from dataclasses import replace

import pytest

from gateway.radius.disconnect import AT_ONCE, MOST_KEPT, Answerer, Wish, is_meant
from gateway.radius.errors import BadLength, NotMeant, RadiusError, Stale, WrongSecret
from gateway.radius.numbers import FRESH, NOBODY, Code, ErrorCause, Kind
from gateway.radius.packet import (
    Attribute,
    Packet,
    build_packet,
    check_answer,
    number,
    parse_packet,
    signed_request,
    text,
    with_message_authenticator,
)
from tests.unit.radius_samples import ACCOUNT, NAS, SECRET, SERVER, SESSION

WALL, NOW = 1_700_000_000.0, 10.0
NAMED = text(Kind.ACCT_SESSION_ID, SESSION)
STAMP = number(Kind.EVENT_TIMESTAMP, int(WALL))
USER = text(Kind.USER_NAME, "ada")


def asked(*attributes: Attribute, code: int = Code.DISCONNECT_REQUEST, number: int = 1) -> Packet:
    return signed_request(Packet(code, number, NOBODY, attributes), SECRET)


def answerer() -> Answerer:
    return Answerer(SECRET, NAS)


def wish(*attributes: Attribute, code: int = Code.DISCONNECT_REQUEST) -> Wish:
    found = answerer().receive(build_packet(asked(*attributes, code=code)), SERVER, NOW, WALL)
    assert isinstance(found, Wish)
    return found


def test_a_session_may_be_named_by_its_id_alone() -> None:
    assert wish(NAMED).refusal is None
    assert is_meant(asked(NAMED), ACCOUNT)
    assert not is_meant(asked(text(Kind.ACCT_SESSION_ID, "another")), ACCOUNT)


def test_named_by_anything_else_the_request_must_show_that_it_is_of_now() -> None:
    assert wish(USER).refusal is ErrorCause.MISSING_ATTRIBUTE
    assert wish(USER, STAMP).refusal is None


def test_a_request_that_somebody_has_kept_is_dropped() -> None:
    old = number(Kind.EVENT_TIMESTAMP, int(WALL - FRESH - 1))
    with pytest.raises(Stale, match="compare the clocks"):
        wish(NAMED, old)


def test_all_that_it_says_of_a_session_must_be_right() -> None:
    names = (
        NAMED,
        USER,
        number(Kind.NAS_PORT, 7),
        Attribute(Kind.FRAMED_IP_ADDRESS, bytes((10, 1, 0, 2))),
        text(Kind.CALLING_STATION_ID, "203.0.113.7"),
        text(Kind.CALLED_STATION_ID, "192.0.2.20"),
    )
    assert is_meant(asked(*names), ACCOUNT)
    for one in names:
        wrong = tuple(replace(each, value=b"4444") if each is one else each for each in names)
        assert not is_meant(asked(*wrong), ACCOUNT)
    assert not is_meant(asked(names[3]), replace(ACCOUNT, framed=""))
    assert is_meant(asked(text(Kind.USER_NAME, "press-3")), replace(ACCOUNT, user=""))


def test_a_session_that_nothing_names_is_not_looked_for() -> None:
    assert wish(STAMP).refusal is ErrorCause.MISSING_ATTRIBUTE


def test_another_gateways_requests_are_refused() -> None:
    theirs = Attribute(Kind.NAS_IP_ADDRESS, bytes((10, 10, 0, 2)))
    ours = Attribute(Kind.NAS_IP_ADDRESS, NAS.address)
    assert wish(NAMED, theirs).refusal is ErrorCause.NAS_MISMATCH
    assert wish(NAMED, text(Kind.NAS_IDENTIFIER, "postern-2")).refusal is ErrorCause.NAS_MISMATCH
    assert wish(NAMED, ours, text(Kind.NAS_IDENTIFIER, "postern-1")).refusal is None


def test_what_we_cannot_do_is_refused_and_not_left_out() -> None:
    assert wish(NAMED, number(27, 60)).refusal is ErrorCause.UNSUPPORTED_ATTRIBUTE
    found = wish(NAMED, code=Code.COA_REQUEST)
    assert found.refusal is ErrorCause.UNSUPPORTED_SERVICE


def test_who_does_not_have_the_secret_is_dropped() -> None:
    false = replace(asked(NAMED), authenticator=bytes(range(16)))
    with pytest.raises(WrongSecret):
        answerer().receive(build_packet(false), SERVER, NOW, WALL)


def test_its_message_authenticator_is_looked_at() -> None:
    plain = Packet(Code.DISCONNECT_REQUEST, 1, NOBODY, (NAMED,))
    good = signed_request(with_message_authenticator(plain, NOBODY, SECRET), SECRET)
    assert isinstance(answerer().receive(build_packet(good), SERVER, NOW, WALL), Wish)
    bad = signed_request(with_message_authenticator(plain, NOBODY, b"another"), SECRET)
    with pytest.raises(WrongSecret):
        answerer().receive(build_packet(bad), SERVER, NOW, WALL)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", BadLength),
        (build_packet(asked(NAMED, code=Code.ACCOUNTING_REQUEST)), NotMeant),
    ],
)
def test_what_is_no_such_request_is_dropped(data: bytes, kind: type[RadiusError]) -> None:
    with pytest.raises(kind):
        answerer().receive(data, SERVER, NOW, WALL)


@pytest.mark.parametrize(
    ("code", "refusal", "answered"),
    [
        (Code.DISCONNECT_REQUEST, None, Code.DISCONNECT_ACK),
        (Code.DISCONNECT_REQUEST, ErrorCause.SESSION_NOT_FOUND, Code.DISCONNECT_NAK),
        (Code.COA_REQUEST, ErrorCause.UNSUPPORTED_SERVICE, Code.COA_NAK),
    ],
)
def test_the_answer_is_one_that_the_server_believes(
    code: Code, refusal: ErrorCause | None, answered: Code
) -> None:
    state = Attribute(Kind.PROXY_STATE, b"through")
    request = asked(NAMED, state, code=code)
    found = parse_packet(answerer().answer(Wish(SERVER, request), refusal, NOW))
    check_answer(found, request, SECRET)
    assert (found.code, found.identifier) == (answered, request.identifier)
    assert found.values(Kind.PROXY_STATE) == [b"through"]
    assert len(found.values(Kind.MESSAGE_AUTHENTICATOR)) == 1
    causes = [int.from_bytes(one) for one in found.values(Kind.ERROR_CAUSE)]
    assert causes == ([] if refusal is None else [refusal])


def test_a_request_that_comes_again_has_the_same_answer_and_ends_nothing_more() -> None:
    desk, request = answerer(), build_packet(asked(NAMED))
    first = desk.receive(request, SERVER, NOW, WALL)
    assert isinstance(first, Wish)
    answer = desk.answer(first, None, NOW)
    assert desk.receive(request, SERVER, NOW + 1, WALL + 1) == answer
    later = desk.receive(request, SERVER, NOW + FRESH + 1, WALL + FRESH + 1)
    assert isinstance(later, Wish)


def test_so_many_a_second_are_looked_at_and_the_others_are_told_to_wait() -> None:
    desk = answerer()
    found = []
    for each in range(round(AT_ONCE) + 1):
        data = build_packet(asked(NAMED, number(Kind.NAS_PORT, each)))
        found.append(desk.receive(data, SERVER, NOW, WALL))
    refusals = [one.refusal for one in found if isinstance(one, Wish)]
    assert refusals == [None] * round(AT_ONCE) + [ErrorCause.RESOURCES_UNAVAILABLE]
    again = desk.receive(build_packet(asked(NAMED)), SERVER, NOW + 1.0, WALL + 1)
    assert isinstance(again, Wish)
    assert again.refusal is None


def test_only_so_many_answers_are_kept() -> None:
    desk = answerer()
    requests = [asked(NAMED, number(Kind.NAS_PORT, each)) for each in range(MOST_KEPT + 1)]
    for request in requests:
        desk.answer(Wish(SERVER, request), None, NOW)
    first = desk.receive(build_packet(requests[0]), SERVER, NOW, WALL)
    assert isinstance(first, Wish)
    assert isinstance(desk.receive(build_packet(requests[1]), SERVER, NOW, WALL), bytes)


def test_the_secret_is_in_no_repr() -> None:
    assert SECRET.decode() not in repr(answerer())
