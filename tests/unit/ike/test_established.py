"""What an established phase 1 takes: quick mode, deletes, notices, questions."""

from typing import Any

import pytest

from gateway.crypto.modp import GROUPS, public_value
from gateway.ike.effort import QUICK, SOURCE, USUAL, exponentiations
from gateway.ike.events import (
    Floated,
    InitialContact,
    PairClosed,
    PairConfirmed,
    PairReady,
    PeerMoved,
    Phase1Closed,
    Send,
)
from gateway.ike.inform import delete_pairs, delete_phase1, notifications, refusal
from gateway.ike.numbers import Kind, Notify, Protocol
from gateway.ike.payloads import Delete, Notification, Payload, build_notification
from gateway.ike.vendors import DPD
from gateway.wire.udp import Endpoint
from tests.unit.ike.asker import (
    ESP_OLD,
    GATEWAY_4500,
    L2TP,
    PEER,
    PEER_4500,
    Asker,
    Meeting,
    deletes,
    esp_offer,
    meet,
    sent,
)

CONTACT = refusal(Protocol.ISAKMP, Notify.INITIAL_CONTACT)
SPI1 = int.from_bytes(b"SPI1", "big")


def established(**changes: Any) -> Meeting:
    meeting = meet(asker=Asker(vendors=(DPD,)), **changes)
    meeting.main_mode()
    return meeting


def dpd(asker: Asker, kind: Notify, sequence: int) -> Payload:
    cookies = asker.cookie_i + asker.cookie_r
    notice = Notification(kind, Protocol.ISAKMP, cookies, sequence.to_bytes(4, "big"))
    return Payload(Kind.NOTIFICATION, build_notification(notice))


def counted(meeting: Meeting, name: str) -> int:
    return meeting.ike.counters[name]


def test_quick_mode_is_ready_at_the_second_message_and_confirmed_by_the_third() -> None:
    meeting = established()
    ready = meeting.quick_mode(7)
    kinds = [type(event) for event in meeting.events[-3:]]
    assert kinds == [PairReady, Send, PairConfirmed]
    assert meeting.events[-1] == PairConfirmed(1, ready.spi_in)


def test_the_same_first_message_gets_the_same_second_and_makes_no_second_pair() -> None:
    meeting = established()
    first = meeting.asker.quick(7)
    second = meeting.give_for(first)
    assert meeting.give(first) == [Send(meeting.asker.target, meeting.asker.peer, second)]
    assert len(meeting.ike.sas.pairs) == 1


def test_the_same_third_message_again_is_passed_over() -> None:
    meeting = established()
    meeting.quick_mode(7)
    assert meeting.give(meeting.asker.confirm(7)) == []
    assert counted(meeting, "retransmission") == 1


def test_a_wrong_third_message_is_counted_and_the_right_one_still_taken() -> None:
    meeting = established()
    meeting.asker.take_quick(meeting.give_for(meeting.asker.quick(7)))
    right = meeting.asker.confirm(7)
    meeting.asker.nonces[7] = b"another"
    assert meeting.give(meeting.asker.confirm(7)) == []
    assert counted(meeting, "bad hash") == 1
    assert [type(event) for event in meeting.give(right)] == [PairConfirmed]


def test_a_message_id_is_good_for_one_quick_mode() -> None:
    meeting = established()
    meeting.quick_mode(7)
    meeting.asker.nonce = b"another nonce"
    assert meeting.give(meeting.asker.quick(7)) == []
    assert counted(meeting, "replayed") == 1


def test_no_message_id_is_no_quick_mode() -> None:
    meeting = established()
    assert meeting.give(meeting.asker.quick(0)) == []
    assert counted(meeting, "out of step") == 1


def test_our_second_message_is_sent_again_until_the_pair_is_given_up() -> None:
    meeting = established(quick_wait=1.0, quick_tries=2)
    second = meeting.give_for(meeting.asker.quick(7), 100.0)
    again = Send(meeting.asker.target, meeting.asker.peer, second)
    assert meeting.ike.handle_timeout(100.5) == []
    assert meeting.ike.handle_timeout(101.0) == [again]
    assert meeting.ike.handle_timeout(103.0) == [again]
    told, closed = meeting.ike.handle_timeout(107.0)
    assert isinstance(told, Send)
    (ready,) = [event for event in meeting.events if isinstance(event, PairReady)]
    assert meeting.asker.read(told.message) == (delete_pairs([ready.spi_in]),)
    assert closed == PairClosed(1, ready.spi_in, SPI1, "the client did not confirm it")


def test_esp_on_the_new_pair_confirms_it_too() -> None:
    meeting = established()
    meeting.give(meeting.asker.quick(7))
    (spi_in,) = meeting.ike.sas.pairs
    assert meeting.ike.confirm(spi_in, 1.0) == [PairConfirmed(1, spi_in)]
    assert meeting.ike.confirm(spi_in, 1.0) == []


def test_a_delete_of_the_old_pair_leaves_the_new_one() -> None:
    meeting = established()
    old = meeting.quick_mode(7)
    meeting.give(meeting.asker.inform(8, delete_pairs([SPI1])))
    new = meeting.quick_mode(9)
    assert meeting.of(PairClosed) == [PairClosed(1, old.spi_in, SPI1, "deleted by the client")]
    assert set(meeting.ike.sas.pairs) == {new.spi_in}


def test_a_deleted_phase_1_leaves_its_pairs() -> None:
    meeting = established()
    meeting.quick_mode(7)
    (phase,) = meeting.ike.sas.phases.values()
    events = meeting.give(meeting.asker.inform(8, delete_phase1(phase)))
    assert events == [Phase1Closed(1, "deleted by the client")]
    assert len(meeting.ike.sas.pairs) == 1
    assert meeting.ike.sas.phases == {}


def test_a_delete_on_a_newer_phase_1_closes_the_older_ones_pair() -> None:
    meeting = established()
    old = meeting.quick_mode(7)
    meeting.asker = Asker(cookie_i=b"a newer1")
    meeting.main_mode()
    events = meeting.give(meeting.asker.inform(8, delete_pairs([SPI1])))
    assert events == [PairClosed(1, old.spi_in, SPI1, "deleted by the client")]


def test_another_client_cannot_delete_a_pair() -> None:
    meeting = established()
    meeting.quick_mode(7)
    meeting.asker = Asker(cookie_i=b"another1", peer=Endpoint(PEER.host, 501))
    meeting.main_mode()
    assert meeting.give(meeting.asker.inform(8, delete_pairs([SPI1]))) == []
    assert counted(meeting, "delete of nothing") == 1


def test_a_delete_with_a_wrong_hash_or_in_the_clear_does_nothing() -> None:
    meeting = established()
    meeting.quick_mode(7)
    clear = meeting.asker.clear([delete_pairs([SPI1])], 5, 8)
    wrong = bytearray(meeting.asker.inform(9, delete_pairs([SPI1])))
    wrong[-1] ^= 1
    assert meeting.give(clear) == meeting.give(bytes(wrong)) == []
    assert len(meeting.ike.sas.pairs) == 1
    assert counted(meeting, "out of step") == 1


def test_what_makes_no_sense_hides_neither_the_move_nor_the_delete_beside_it() -> None:
    meeting = established()
    ready = meeting.quick_mode(7)
    meeting.asker.peer = Endpoint(PEER.host, 62001)
    spoiled = Payload(Kind.NOTIFICATION, b"?")
    unknown = Payload(200, b"?")
    message = meeting.asker.inform(8, spoiled, delete_pairs([SPI1]), unknown)
    assert meeting.give(message) == [
        PeerMoved(1, meeting.asker.peer),
        PairClosed(1, ready.spi_in, SPI1, "deleted by the client"),
    ]
    assert counted(meeting, "bad payload") == 1


def test_a_question_is_answered_with_its_number_and_a_repeated_one_from_memory() -> None:
    meeting = established()
    question = meeting.asker.inform(8, dpd(meeting.asker, Notify.R_U_THERE, 77))
    answer = meeting.give_for(question)
    (notice,) = notifications(meeting.asker.read(answer))
    assert (notice.kind, notice.data) == (Notify.R_U_THERE_ACK, b"\0\0\0\x4d")
    assert meeting.give_for(question) == answer


def test_an_older_question_is_counted() -> None:
    meeting = established()
    meeting.give(meeting.asker.inform(8, dpd(meeting.asker, Notify.R_U_THERE, 77)))
    assert meeting.give(meeting.asker.inform(9, dpd(meeting.asker, Notify.R_U_THERE, 76))) == []
    assert counted(meeting, "replayed") == 1


def test_who_did_not_announce_it_is_answered_all_the_same() -> None:
    meeting = meet()
    meeting.main_mode()
    assert meeting.give_for(meeting.asker.inform(8, dpd(meeting.asker, Notify.R_U_THERE, 1)))


def test_an_acknowledgement_nobody_asked_for_is_passed_over_without_dpd() -> None:
    meeting = meet()
    meeting.main_mode()
    assert meeting.give(meeting.asker.inform(8, dpd(meeting.asker, Notify.R_U_THERE_ACK, 1))) == []
    assert counted(meeting, "notify") == 1


def asked(meeting: Meeting, now: float) -> int:
    """The number we ask with at that time."""
    (message,) = sent(meeting.ike.handle_timeout(now))
    (notice,) = notifications(meeting.asker.read(message))
    assert notice.kind == Notify.R_U_THERE
    return int.from_bytes(notice.data, "big")


def test_a_silent_client_is_asked_and_an_answer_puts_the_next_question_off() -> None:
    meeting = established(dpd_idle=30.0, dpd_wait=5.0)
    first = asked(meeting, 30.0)
    assert asked(meeting, 35.0) == first + 1
    answer = dpd(meeting.asker, Notify.R_U_THERE_ACK, first + 1)
    meeting.give(meeting.asker.inform(8, answer), 36.0)
    assert meeting.ike.deadline() == 66.0
    assert asked(meeting, 66.0) == first + 2


def test_esp_puts_the_question_off() -> None:
    meeting = established(dpd_idle=30.0)
    meeting.ike.note_alive(1, 29.0)
    meeting.ike.note_alive(99, 29.0)  # long gone
    assert meeting.ike.handle_timeout(30.0) == []
    assert meeting.ike.deadline() == 59.0


def test_who_never_answers_is_closed_with_all_it_has() -> None:
    meeting = established(dpd_idle=30.0, dpd_wait=5.0, dpd_tries=3)
    ready = meeting.quick_mode(7)
    numbers = {asked(meeting, when) for when in (30.0, 35.0, 40.0)}
    assert len(numbers) == 2
    reason = "the client no longer answers"
    assert meeting.ike.handle_timeout(45.0) == [
        PairClosed(1, ready.spi_in, SPI1, reason),
        Phase1Closed(1, reason),
    ]
    assert meeting.ike.deadline() is None


def test_who_does_not_answer_at_its_place_is_asked_where_its_esp_comes_from_too() -> None:
    meeting = established(dpd_idle=30.0, dpd_wait=5.0, dpd_tries=3)
    elsewhere = Endpoint(PEER.host, 62001)
    meeting.ike.move(1, PEER, elsewhere)
    asked = [meeting.ike.handle_timeout(when) for when in (30.0, 35.0)]
    targets = [[event.target for event in events if isinstance(event, Send)] for events in asked]
    assert targets == [[PEER], [PEER, elsewhere]]
    assert len(set(sent(asked[1]))) == 1
    meeting.ike.move(1, PEER)
    assert len(sent(meeting.ike.handle_timeout(40.0))) == 1


def test_in_doubt_a_client_is_asked_at_once() -> None:
    meeting = established(dpd_idle=30.0)
    meeting.ike.ask(1, 1.0)
    meeting.ike.ask(99, 1.0)  # long gone
    assert meeting.ike.deadline() == 1.0
    assert asked(meeting, 1.0)


def test_initial_contact_closes_nothing_until_the_client_is_seen_to_have_forgotten() -> None:
    meeting = established()
    old = meeting.quick_mode(7)
    meeting.asker = Asker(cookie_i=b"a newer1")
    meeting.main_mode(None, CONTACT)
    assert meeting.events[-1] == InitialContact(2)
    new = meeting.quick_mode(7)
    assert meeting.ike.forget_older(2) == [
        PairClosed(1, old.spi_in, SPI1, "the client began anew"),
        Phase1Closed(1, "the client began anew"),
    ]
    assert set(meeting.ike.sas.pairs) == {new.spi_in}
    assert meeting.ike.forget_older(99) == []


def test_what_is_newer_than_an_initial_contact_stays() -> None:
    meeting = established()
    meeting.asker = Asker(cookie_i=b"a newer1")
    meeting.main_mode(None, CONTACT)
    meeting.asker = Asker(cookie_i=b"a newer2")
    meeting.main_mode()
    ready = meeting.quick_mode(7)
    assert meeting.ike.forget_older(2) == [Phase1Closed(1, "the client began anew")]
    assert [phase.sa for phase in meeting.ike.sas.phases.values()] == [2, 3]
    assert set(meeting.ike.sas.pairs) == {ready.spi_in}


def test_initial_contact_can_come_afterwards_and_does_not_touch_a_neighbour() -> None:
    meeting = established()
    meeting.quick_mode(7)
    meeting.asker = Asker(cookie_i=b"another1", peer=Endpoint(PEER.host, 501))
    meeting.main_mode()
    assert meeting.give(meeting.asker.inform(8, CONTACT)) == [InitialContact(2)]
    assert len(meeting.ike.sas.pairs) == 1


def test_rubbish_beside_the_fifth_messages_identity_does_no_harm() -> None:
    meeting = meet()
    meeting.main_mode(None, Payload(Kind.NOTIFICATION, b"cut"))
    assert len(meeting.ike.sas.phases) == 1


def test_other_notices_are_only_counted() -> None:
    meeting = established()
    for message_id, kind in enumerate((Notify.REPLAY_STATUS, Notify.RESPONDER_LIFETIME, 40000), 8):
        meeting.give(meeting.asker.inform(message_id, refusal(Protocol.ESP, kind)))
    assert counted(meeting, "notify") == 3


def test_a_fresh_message_from_elsewhere_moves_the_client() -> None:
    meeting = established()
    meeting.asker.peer = Endpoint(PEER.host, 62001)
    events = meeting.give(meeting.asker.inform(8, CONTACT))
    assert events[0] == PeerMoved(1, meeting.asker.peer)
    (told, *_) = meeting.ike.close(1, 0.0)
    assert isinstance(told, Send)
    assert told.target == meeting.asker.peer


def test_esp_from_elsewhere_moves_the_client_too() -> None:
    meeting = established()
    meeting.quick_mode(7)
    elsewhere = Endpoint(PEER.host, 62001)
    meeting.ike.move(1, elsewhere)
    meeting.ike.move(99, elsewhere)  # long gone
    told = [event for event in meeting.ike.close(1, 0.0) if isinstance(event, Send)]
    assert {event.target for event in told} == {elsewhere}


def test_a_repeated_message_from_elsewhere_moves_nobody() -> None:
    meeting = established()
    message = meeting.asker.inform(8, CONTACT)
    meeting.give(message)
    meeting.asker.peer = Endpoint(b"\xc0\0\2\7", 500)
    assert meeting.give(message) == []
    assert [phase.peer for phase in meeting.ike.sas.phases.values()] == [PEER]


def test_a_phase_1_whose_message_ids_are_used_up_takes_no_more() -> None:
    meeting = established(dpd_idle=1e6)
    (phase,) = meeting.ike.sas.phases.values()
    phase.used.most = 2
    for number in (1, 2, 3):
        meeting.give(meeting.asker.quick(number))
    assert len(meeting.ike.sas.pairs) == 2
    assert counted(meeting, "out of step") == 1


def test_the_float_can_come_as_late_as_quick_mode() -> None:
    meeting = established()
    meeting.asker.float()
    events = meeting.give(meeting.asker.quick(7))
    assert events[:2] == [Floated(1, GATEWAY_4500, PEER_4500), PeerMoved(1, PEER_4500)]


def test_who_has_floated_does_not_come_back_to_500() -> None:
    meeting = established()
    meeting.asker.float()
    meeting.give(meeting.asker.inform(8, CONTACT))
    meeting.asker.peer, meeting.asker.target = PEER, Asker().target
    assert meeting.give(meeting.asker.inform(9, CONTACT)) == [InitialContact(1)]
    assert [phase.local for phase in meeting.ike.sas.phases.values()] == [GATEWAY_4500]


def test_closing_a_phase_1_tells_of_its_pairs_and_then_of_itself() -> None:
    meeting = established()
    ready = meeting.quick_mode(7)
    first, closed, second, gone = meeting.ike.close(1, 0.0)
    assert isinstance(first, Send)
    assert isinstance(second, Send)
    assert deletes(meeting.asker.read(first.message)) == [
        Delete(Protocol.ESP, (ready.spi_in.to_bytes(4, "big"),))
    ]
    cookies = meeting.asker.cookie_i + meeting.asker.cookie_r
    assert deletes(meeting.asker.read(second.message)) == [Delete(Protocol.ISAKMP, (cookies,))]
    assert closed == PairClosed(1, ready.spi_in, SPI1, "closed by the gateway")
    assert gone == Phase1Closed(1, "closed by the gateway")


def test_closing_one_pair_leaves_the_phase_1() -> None:
    meeting = established()
    ready = meeting.quick_mode(7)
    told, closed = meeting.ike.close_pair(ready.spi_in, 0.0)
    assert isinstance(told, Send)
    assert closed == PairClosed(1, ready.spi_in, SPI1, "closed by the gateway")
    assert len(meeting.ike.sas.phases) == 1


@pytest.mark.parametrize("handle", [0, 1, 99])
def test_closing_what_is_not_there_does_nothing(handle: int) -> None:
    ike = meet().ike
    assert ike.close(handle, 0.0) == ike.close_pair(handle, 0.0) == []


def test_pairs_of_a_dead_phase_1_are_deleted_through_its_twin() -> None:
    meeting = established()
    old = meeting.quick_mode(7)
    meeting.asker = Asker(cookie_i=b"a newer1")
    meeting.main_mode()
    first, *_ = meeting.ike.sas.phases.values()
    meeting.ike.sas.close_phase(first, "test")
    told, closed = meeting.ike.close(1, 0.0)
    assert isinstance(told, Send)
    assert deletes(meeting.asker.read(told.message))
    assert closed == PairClosed(1, old.spi_in, SPI1, "closed by the gateway")


def test_a_client_put_out_is_told_of_all_it_had_and_has_nothing_left() -> None:
    meeting = established()
    ready = meeting.quick_mode(7)
    (peer,) = meeting.ike.peers()
    first, second, *gone = meeting.ike.expel(peer, "it is revoked")
    assert isinstance(first, Send)
    assert isinstance(second, Send)
    assert deletes(meeting.asker.read(first.message)) == [
        Delete(Protocol.ESP, (ready.spi_in.to_bytes(4, "big"),))
    ]
    cookies = meeting.asker.cookie_i + meeting.asker.cookie_r
    assert deletes(meeting.asker.read(second.message)) == [Delete(Protocol.ISAKMP, (cookies,))]
    assert gone == [
        PairClosed(1, ready.spi_in, SPI1, "it is revoked"),
        Phase1Closed(1, "it is revoked"),
    ]
    assert meeting.ike.peers() == []
    assert meeting.ike.deadline() is None


def test_a_client_put_out_that_has_but_pairs_left_cannot_be_told() -> None:
    meeting = established()
    meeting.quick_mode(7)
    (phase,) = meeting.ike.sas.phases.values()
    meeting.ike.sas.close_phase(phase, "test")
    (peer,) = meeting.ike.peers()
    assert [type(event) for event in meeting.ike.expel(peer, "gone")] == [PairClosed]
    assert meeting.ike.peers() == []


def test_a_client_put_out_without_pairs_is_told_of_its_phase_1() -> None:
    meeting = established()
    (peer,) = meeting.ike.peers()
    assert [type(event) for event in meeting.ike.expel(peer, "gone")] == [Send, Phase1Closed]


def test_a_message_that_asks_many_times_gets_one_answer() -> None:
    """Sixty answers to one message would be a lever, by whatever address the question names."""
    meeting = established()
    asked = [dpd(meeting.asker, Notify.R_U_THERE, number) for number in range(60)]
    question = meeting.asker.inform(8, *asked)
    answer = meeting.give_for(question)
    assert len(answer) <= len(question)
    assert meeting.give_for(question) == answer
    assert meeting.ike.counters["asked twice in one message"] == 59


@pytest.mark.long
def test_perfect_forward_secrecy_is_charged_and_waits_when_too_much_was_asked_for() -> None:
    """Who has a key could else have exponentiations made without end, one in every quick mode."""
    meeting = established()
    offer = esp_offer({**ESP_OLD, 3: 2})
    more = Payload(Kind.KE, public_value(GROUPS[2], 77)), Payload(Kind.NONCE, meeting.asker.nonce)
    answered = 0
    for number in range(1, 1100):
        message = meeting.asker.quick(number, offer, *more, *L2TP)
        answered += len(sent(meeting.give(message)))
    assert answered == pytest.approx((SOURCE + USUAL) / (QUICK + exponentiations(128)), abs=3)
    assert counted(meeting, "held for too much work") == 1099 - answered
    assert sent(meeting.give(message, 1.0))


def test_quick_modes_without_end_wait_and_cost_only_their_own_address() -> None:
    """A client with a key, and a bug or a grudge: each one costs as much as a key exchange."""
    meeting = established()
    answered = sum(len(sent(meeting.give(meeting.asker.quick(n)))) for n in range(1, 800))
    assert answered == pytest.approx((SOURCE + USUAL) / QUICK, abs=3)
    elsewhere = Endpoint(b"\xcb\0\x71\x63", 500)
    other = Meeting(meeting.ike, Asker(cookie_i=b"another1", peer=elsewhere))
    other.main_mode()
    other.quick_mode(7)
