"""The door: what finds its way in, and what does not (RFC 2408, 2409)."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.ike.events import (
    Authenticated,
    Chosen,
    Floated,
    NatFound,
    Offered,
    PairClosed,
    PeerMoved,
    Phase1Closed,
    Reason,
    Refused,
    Send,
    Shape,
    Started,
)
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.nat import VARIANTS, Answer
from gateway.ike.numbers import FLAG_ENCRYPTION, NO_COOKIE, Exchange, Kind, Notify
from gateway.ike.payloads import Payload, one_of, parse_chain, parse_notification
from gateway.ike.trials import GUESSES
from gateway.ike.vendors import DPD, WINDOWS
from gateway.wire.cursor import Reader
from gateway.wire.udp import Endpoint
from tests.unit.ike.asker import (
    GATEWAY,
    GATEWAY_4500,
    IKE_OLD,
    PEER,
    PEER_4500,
    PRIVATE,
    SUITE,
    Asker,
    Meeting,
    credential,
    ike_offer,
    meet,
    policy,
    sent,
)

DRAFT = VARIANTS[2]
XP = (WINDOWS + b"\0\0\0\4", DRAFT.vendor_id)


def refused(meeting: Meeting) -> Refused:
    (event,) = meeting.of(Refused)
    assert isinstance(event, Refused)
    return event


def test_a_dial_tells_its_steps_in_order() -> None:
    meeting = meet(asker=Asker(vendors=XP))
    meeting.main_mode(DRAFT.nat_d)
    assert [event for event in meeting.events if not isinstance(event, Send)] == [
        Started(1, PEER, GATEWAY),
        Offered(
            1,
            ("Windows XP SP2 or Server 2003", "draft-02n"),
            ("draft-02n",),
            (SUITE,),
            Shape(XP, (1, 13, 13), tuple(IKE_OLD), long_life=False),
        ),
        Chosen(1, SUITE, "draft-02n"),
        NatFound(1, client=True, gateway=False),
        Floated(1, GATEWAY_4500, PEER_4500),
        Authenticated(1, "old-pc", "192.168.1.2"),
    ]
    assert meeting.ike.counters == {}
    assert meeting.ike.half_open == 0


def test_answers_go_where_the_message_came_from() -> None:
    meeting = meet(asker=Asker(vendors=XP))
    meeting.main_mode(DRAFT.nat_d)
    ways = [(event.source, event.target) for event in meeting.events if isinstance(event, Send)]
    assert ways == [(GATEWAY, PEER), (GATEWAY, PEER), (GATEWAY_4500, PEER_4500)]


def test_every_message_of_main_mode_is_answered_again_by_the_same_bytes() -> None:
    meeting = meet()
    asker = meeting.asker
    for build, take in (
        (asker.first, asker.take_second),
        (asker.third, asker.take_fourth),
        (asker.fifth, asker.take_sixth),
    ):
        message = build()
        answer = meeting.give_for(message)
        take(answer)
        assert meeting.give(message, 1.0) == [Send(GATEWAY, PEER, answer)]
    assert meeting.ike.counters == {"retransmission": 3}
    assert len(meeting.of(Started)) == 1


def test_the_first_answer_is_never_larger_than_the_question() -> None:
    vendors = (*(variant.vendor_id for variant in VARIANTS), DPD)
    for chosen in ((), (DPD,), vendors):
        asker = Asker(vendors=chosen)
        assert len(meet(asker=asker).give_for(asker.first())) <= len(asker.first())
    weak = Asker(sai_b=ike_offer({1: 1}))
    assert len(meet(asker=weak).give_for(weak.first())) <= len(weak.first())


def test_an_offer_nobody_wants_is_refused_in_the_clear_and_told_once() -> None:
    meeting = meet(asker=Asker(sai_b=ike_offer({**IKE_OLD, 1: 1})))
    answer = meeting.give_for(meeting.asker.first())
    header, body = parse_header(answer)
    assert (header.exchange, header.encrypted) == (Exchange.INFORMATIONAL, False)
    notice = parse_notification(parse_chain(Reader(body), header.first)[0].body)
    assert notice.kind == Notify.NO_PROPOSAL_CHOSEN
    assert meeting.give_for(meeting.asker.first()) == answer
    assert refused(meeting) == Refused(1, PEER, Reason.NO_COMMON_SUITE, "offered des-sha1-modp1024")
    assert meeting.ike.half_open == 0


def test_a_wrong_key_ends_the_dial_without_an_answer() -> None:
    meeting = meet(asker=Asker(psk=b"wrong"))
    asker = meeting.asker
    asker.take_second(meeting.give_for(asker.first()))
    asker.take_fourth(meeting.give_for(asker.third()))
    assert sent(meeting.give(asker.fifth())) == []
    detail = f"none of 1 keys fits; {SUITE} was agreed on"
    assert refused(meeting) == Refused(1, PEER, Reason.WRONG_KEY, detail)
    assert meeting.ike.half_open == 0
    assert meeting.ike.deadline() is None


def test_who_is_known_but_may_not_use_the_suite_hears_why() -> None:
    strict = policy(credential(ike=[]), credential("new", b"another", [SUITE]))
    meeting = meet(strict)
    asker = meeting.asker
    asker.take_second(meeting.give_for(asker.first()))
    asker.take_fourth(meeting.give_for(asker.third()))
    message = meeting.give_for(asker.fifth())
    notice = parse_notification(one_of(asker.read(message), Kind.NOTIFICATION, "notify"))
    assert notice.kind == Notify.NO_PROPOSAL_CHOSEN
    assert refused(meeting).reason is Reason.SUITE_NOT_ALLOWED
    assert meeting.ike.half_open == 0


def test_a_public_value_nobody_should_accept_ends_the_dial() -> None:
    meeting = meet()
    meeting.asker.take_second(meeting.give_for(meeting.asker.first()))
    one = Payload(Kind.KE, b"\0" * 127 + b"\1")
    assert sent(meeting.give(meeting.asker.clear([one, Payload(Kind.NONCE, bytes(16))]))) == []
    assert refused(meeting).reason is Reason.BAD_PUBLIC_VALUE


@pytest.mark.parametrize("steps", [1, 2])
def test_who_stops_half_way_is_forgotten_with_a_reason(steps: int) -> None:
    meeting = meet(half_open_seconds=30.0)
    meeting.asker.take_second(meeting.give_for(meeting.asker.first()))
    for _ in range(steps - 1):
        meeting.give(meeting.asker.third())
    assert meeting.ike.handle_timeout(29.0) == []
    assert meeting.ike.deadline() == 30.0
    (event,) = meeting.ike.handle_timeout(30.0)
    assert isinstance(event, Refused)
    assert event.reason is Reason.TIMED_OUT
    assert f"our {('second', 'fourth')[steps - 1]} message" in event.detail


def test_a_phase_1_lives_as_long_as_was_agreed() -> None:
    meeting = meet()
    meeting.main_mode(now=100.0)
    assert meeting.ike.deadline() == 28900.0
    assert meeting.ike.handle_timeout(28900.0) == [Phase1Closed(1, "expired")]


def test_windows_finds_its_phase_1_for_as_long_as_it_has_pairs() -> None:
    """It keeps an overdue main mode while quick modes live (MS-IKEE 3ca5ed53), and uses it."""
    meeting = meet()
    meeting.main_mode()
    meeting.quick_mode(7, now=28000.0)
    assert meeting.ike.handle_timeout(28800.0) == []
    meeting.quick_mode(8, now=30000.0)
    assert [type(e) for e in meeting.ike.handle_timeout(31600.0)] == [PairClosed]
    assert [type(e) for e in meeting.ike.handle_timeout(33600.0)] == [PairClosed, Phase1Closed]
    assert meeting.ike.deadline() is None


def test_a_renewed_phase_1_and_one_that_can_be_asked_end_with_their_life() -> None:
    renewed = meet()
    renewed.main_mode()
    renewed.asker = Asker(cookie_i=b"another1")
    renewed.main_mode(now=28000.0)
    renewed.quick_mode(7, now=28000.0)
    assert renewed.ike.handle_timeout(28800.0) == [Phase1Closed(1, "expired")]
    asked = meet(asker=Asker(vendors=(DPD,)), dpd_idle=1e6)
    asked.main_mode()
    asked.quick_mode(7, now=28000.0)
    assert asked.ike.handle_timeout(28800.0) == [Phase1Closed(1, "expired")]


def test_what_became_due_while_nobody_looked_is_ended_once() -> None:
    """Halted and woken late: the client is given up in the moment its pair is over, too."""
    meeting = meet(asker=Asker(vendors=(DPD,)), dpd_idle=10.0, dpd_wait=5.0, dpd_tries=1)
    meeting.main_mode()
    meeting.quick_mode(7)
    meeting.ike.handle_timeout(10.0)
    events = meeting.ike.handle_timeout(1e6)
    assert [type(event) for event in events] == [PairClosed, Phase1Closed]
    assert len(meeting.ike.sas.timers) == 0


def test_a_flood_of_first_messages_is_bounded_in_all_and_by_address() -> None:
    meeting = meet(half_open=8, half_open_per_source=3)
    for number in range(50):
        meeting.asker = Asker(
            cookie_i=number.to_bytes(8, "little").replace(b"\0", b"\1"),
            peer=Endpoint(bytes((10, 0, 0, number % 5)), 500),
        )
        meeting.give(meeting.asker.first())
        assert meeting.ike.half_open <= 8
    assert {event.reason for event in meeting.events if isinstance(event, Refused)} == {
        Reason.TOO_MANY_HALF_OPEN
    }
    assert meeting.ike.counters["half-open dropped"] == 42


def test_aggressive_mode_is_refused_once_for_each_message_and_never_answered() -> None:
    meeting = meet()
    aggressive = meeting.asker.clear([Payload(Kind.SA, ike_offer())], Exchange.AGGRESSIVE)
    for _ in range(3):
        assert sent(meeting.give(aggressive)) == []
    meeting.asker.cookie_r = b"cookie_r"
    meeting.give(meeting.asker.clear([Payload(Kind.HASH, b"")], Exchange.AGGRESSIVE))
    assert refused(meeting) == Refused(0, PEER, Reason.AGGRESSIVE_MODE, "main mode is needed")
    assert meeting.ike.counters == {"aggressive mode": 4}


def header_only(version: int = 0x10, exchange: int = Exchange.MAIN, **changes: Any) -> bytes:
    header = Header(b"cookie_i", NO_COOKIE, 0, exchange, version=version)
    return build_message(replace(header, **changes), b"")


@pytest.mark.parametrize(
    ("message", "counter"),
    [
        (b"", "bad header"),
        (header_only(cookie_i=NO_COOKIE), "bad header"),
        (header_only(version=0x20), "other version"),
        (header_only(exchange=243), "authip"),
        (header_only(exchange=6), "other exchange"),
        (header_only(exchange=Exchange.INFORMATIONAL), "unauthenticated"),
        (header_only(exchange=Exchange.QUICK), "unauthenticated"),
        (header_only(flags=FLAG_ENCRYPTION), "unauthenticated"),
        (header_only(cookie_r=b"cookie_r"), "unknown cookies"),
        (header_only(), "bad payload"),
        (header_only(first=Kind.SA), "bad payload"),
    ],
)
def test_what_is_not_for_us_is_counted_and_dropped(message: bytes, counter: str) -> None:
    meeting = meet()
    assert meeting.give(message) == []
    assert meeting.ike.counters == {counter: 1}
    assert meeting.ike.deadline() is None


def test_a_message_out_of_step_is_counted_and_the_exchange_goes_on() -> None:
    meeting = meet()
    asker = meeting.asker
    asker.take_second(meeting.give_for(asker.first()))
    early = asker.clear([Payload(Kind.HASH, b"")], Exchange.QUICK, 7)
    assert meeting.give(early) == []
    other = Asker(nonce=b"something else", vendors=(b"changed",))
    assert meeting.give(other.first()) == []
    assert meeting.ike.counters == {"out of step": 2}
    asker.take_fourth(meeting.give_for(asker.third()))
    asker.take_sixth(meeting.give_for(asker.fifth()))
    assert len(meeting.of(Authenticated)) == 1


def test_a_new_policy_is_for_those_who_come() -> None:
    meeting = meet()
    meeting.main_mode()
    meeting.ike.set_policy(policy(credential(psk=b"changed")))
    assert meeting.quick_mode(7).sa == 1
    meeting.asker = Asker(cookie_i=b"another1")
    asker = meeting.asker
    asker.take_second(meeting.give_for(asker.first()))
    asker.take_fourth(meeting.give_for(asker.third()))
    assert sent(meeting.give(asker.fifth())) == []
    assert refused(meeting).reason is Reason.WRONG_KEY


def test_a_half_open_phase_1_can_be_closed() -> None:
    meeting = meet()
    meeting.give(meeting.asker.first())
    assert meeting.ike.close(1, 0.0) == [Phase1Closed(1, "closed by the gateway")]
    assert meeting.ike.deadline() is None


def test_no_secret_shows_in_any_event_or_in_the_machine() -> None:
    meeting = meet()
    meeting.main_mode()
    meeting.quick_mode(7)
    keys = meeting.asker.keys
    assert keys is not None
    shown = repr([event for event in meeting.events if not isinstance(event, Send)])
    shown += repr(list(meeting.ike.sas.phases.values())) + repr(meeting.ike.sas.pairs)
    for secret in (keys.skeyid, keys.skeyid_a, keys.skeyid_d, keys.cipher_key, b"a shared secret"):
        assert repr(secret) not in shown


def test_the_keys_of_a_phase_1_are_there_for_a_recording_once_it_is_authenticated() -> None:
    meeting = meet()
    asker = meeting.asker
    asker.take_second(meeting.give_for(asker.first()))
    assert meeting.ike.keys_of(1) is None
    meeting = meet()
    meeting.main_mode()
    found = meeting.ike.keys_of(1)
    assert found == (meeting.asker.cookie_i, meeting.asker.keys)
    assert meeting.ike.keys_of(2) is None
    meeting.ike.close(1, 0.0)
    assert meeting.ike.keys_of(1) is None


def test_who_floats_with_the_third_message_is_told_once() -> None:
    meeting = meet(asker=Asker(vendors=XP))
    asker = meeting.asker
    asker.take_second(meeting.give_for(asker.first()))
    asker.float()
    asker.take_fourth(meeting.give_for(asker.third(DRAFT.nat_d, Endpoint(PRIVATE, 4500))))
    asker.take_sixth(meeting.give_for(asker.fifth()))
    assert meeting.of(Floated) == [Floated(1, GATEWAY_4500, PEER_4500)]
    assert meeting.of(NatFound) == [NatFound(1, client=True, gateway=False)]


@pytest.mark.parametrize("place", [3, 5])
def test_a_nat_may_give_another_port_in_the_middle_of_main_mode(place: int) -> None:
    meeting = meet()
    asker, elsewhere = meeting.asker, Endpoint(PEER.host, 62001)
    asker.take_second(meeting.give_for(asker.first()))
    asker.peer = {3: elsewhere, 5: PEER}[place]
    asker.take_fourth(meeting.give_for(asker.third()))
    asker.peer = elsewhere
    asker.take_sixth(meeting.give_for(asker.fifth()))
    assert meeting.of(PeerMoved) == [PeerMoved(1, elsewhere)]


@pytest.mark.parametrize(
    ("vendors", "told", "answer"),
    [
        (XP, None, Answer.PARROT),
        (XP[1:], None, Answer.HONEST),
        (XP, Answer.HONEST, Answer.HONEST),
        ((), Answer.PARROT, Answer.PARROT),
    ],
)
def test_what_is_told_of_our_own_end_depends_on_the_client_and_the_owner(
    vendors: tuple[bytes, ...], told: Answer | None, answer: Answer
) -> None:
    meeting = meet(asker=Asker(vendors=vendors), nat_d=told)
    meeting.give(meeting.asker.first())
    [phase] = meeting.ike.sas.phases.values()
    assert phase.answer is answer


def guessed(meeting: Meeting, times: int, now: float = 0.0) -> None:
    """So many dials that come to their fifth message with a wrong key."""
    for number in range(times):
        meeting.asker = Asker(cookie_i=b"guess" + number.to_bytes(3, "big"), psk=b"a guess")
        meeting.asker.take_second(meeting.give_for(meeting.asker.first(), now))
        meeting.asker.take_fourth(meeting.give_for(meeting.asker.third(), now))
        meeting.give(meeting.asker.fifth(), now)


def test_a_fifth_message_that_is_held_is_looked_at_when_it_comes_again() -> None:
    meeting = meet()
    guessed(meeting, int(GUESSES))
    meeting.asker = Asker()
    meeting.asker.take_second(meeting.give_for(meeting.asker.first()))
    meeting.asker.take_fourth(meeting.give_for(meeting.asker.third()))
    fifth = meeting.asker.fifth()
    assert meeting.give(fifth) == []
    assert meeting.ike.counters["held for wrong keys"] == 1
    meeting.asker.take_sixth(meeting.give_for(fifth, 2.0))
    assert len(meeting.of(Authenticated)) == 1


def test_who_is_held_to_the_end_is_told_why() -> None:
    meeting = meet()
    guessed(meeting, int(GUESSES) + 1)
    (event,) = meeting.ike.handle_timeout(30.0)
    assert isinstance(event, Refused)
    assert event.reason is Reason.TOO_MANY_GUESSES
    assert meeting.ike.counters["key tried in vain"] == GUESSES


def test_clients_are_counted_once_and_can_be_renamed() -> None:
    meeting = meet()
    meeting.main_mode()
    meeting.quick_mode(7)
    (peer,) = meeting.ike.peers()
    assert peer.credential == "old-pc"
    meeting.ike.rename({"old-pc": "new-name", "nobody": "else"})
    (phase,) = peer.phases
    assert (peer.credential, phase.secured().credential) == ("new-name", "new-name")
    meeting.quick_mode(8)
    assert meeting.ike.peers() == [peer]


def test_an_old_key_is_told_as_such() -> None:
    known = (credential(psk=b"the new one"), replace(credential(), old=True))
    meeting = meet(policy(*known))
    meeting.main_mode()
    assert meeting.of(Authenticated) == [Authenticated(1, "old-pc", "192.168.1.2", True)]
