"""Informational messages and dead peer detection (RFC 2408, 4.8; RFC 3706)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.ike.errors import BadHash, BadPayload, OutOfStep, Replayed
from gateway.ike.header import parse_header
from gateway.ike.inform import (
    ask,
    build_inform,
    delete_pairs,
    delete_phase1,
    dpd_notice,
    dpd_sequence,
    hear_dpd,
    notifications,
    open_inform,
    refusal,
    take_ack,
)
from gateway.ike.numbers import Notify, Protocol
from gateway.ike.payloads import Delete, Notification
from gateway.ike.phase1 import Dpd, Phase1
from tests.unit.ike.asker import Meeting, deletes, meet, seeded


def phase_of(meeting: Meeting) -> Phase1:
    (phase,) = meeting.ike.sas.phases.values()
    return phase


def established() -> tuple[Meeting, Phase1]:
    meeting = meet()
    meeting.main_mode()
    return meeting, phase_of(meeting)


def test_the_other_end_reads_what_we_build() -> None:
    meeting, phase = established()
    message = build_inform(phase, [delete_pairs([0x1234, 0x5678])], seeded())
    payloads = meeting.asker.read(message)
    assert deletes(payloads) == [Delete(Protocol.ESP, (b"\0\0\x12\x34", b"\0\0\x56\x78"))]
    assert notifications(payloads) == []


def test_we_read_what_the_other_end_builds_unless_its_hash_is_wrong() -> None:
    meeting, phase = established()
    header, body = parse_header(meeting.asker.inform(7, refusal(Protocol.ESP, 14, b"spi1")))
    (notice,) = notifications(open_inform(phase.secured(), header, body))
    assert notice == Notification(14, Protocol.ESP, b"spi1")
    assert meeting.asker.keys is not None
    meeting.asker.keys = replace(meeting.asker.keys, skeyid_a=bytes(20))
    header, body = parse_header(meeting.asker.inform(7, refusal(Protocol.ESP, 14, b"spi1")))
    with pytest.raises(BadHash):
        open_inform(phase.secured(), header, body)


def test_message_ids_are_never_nought_and_never_used_twice() -> None:
    _, phase = established()
    messages = [build_inform(phase, [delete_phase1(phase)], lambda n: bytes(n)) for _ in range(3)]
    ids = [parse_header(message)[0].message_id for message in messages]
    assert ids == [1, 2, 3]


def test_nothing_can_be_protected_before_somebody_is_authenticated() -> None:
    meeting = meet()
    meeting.give(meeting.asker.first())
    phase = phase_of(meeting)
    with pytest.raises(OutOfStep):
        build_inform(phase, [], seeded())


def test_deleting_a_phase_1_names_both_cookies() -> None:
    _, phase = established()
    assert deletes([delete_phase1(phase)]) == [Delete(Protocol.ISAKMP, (phase.cookies,))]


def test_a_question_names_both_cookies_and_a_number() -> None:
    _, phase = established()
    (notice,) = notifications([dpd_notice(phase, Notify.R_U_THERE, 7)])
    assert notice == Notification(36136, Protocol.ISAKMP, phase.cookies, b"\0\0\0\7")
    assert dpd_sequence(phase, notice) == 7


@pytest.mark.parametrize(
    ("spi", "data"),
    [(b"", b"\0\0\0\7"), (bytes(16), b"\0\0\0\7"), (b"cookies", b""), (b"cookies", bytes(5))],
)
def test_a_question_of_another_sa_or_without_a_number_is_refused(spi: bytes, data: bytes) -> None:
    _, phase = established()
    spi = spi.replace(b"cookies", phase.cookies)
    with pytest.raises(BadPayload):
        dpd_sequence(phase, Notification(Notify.R_U_THERE, Protocol.ISAKMP, spi, data))


def test_a_peers_numbers_may_stay_and_grow_but_not_fall() -> None:
    dpd = Dpd(ours=1)
    for sequence in (100, 100, 101, 300):
        hear_dpd(dpd, sequence)
    with pytest.raises(Replayed):
        hear_dpd(dpd, 299)


def test_a_peers_numbers_may_come_round() -> None:
    dpd = Dpd(ours=1)
    for sequence in (0xFFFFFFFE, 0xFFFFFFFF, 0, 1):
        hear_dpd(dpd, sequence)
    with pytest.raises(Replayed):
        hear_dpd(dpd, 0xFFFFFFFF)


def strict(last: int | None, sequence: int) -> bool:
    """strongSwan takes the number after the last it took, and no other."""
    return last is None or sequence == last + 1


def rising(last: int | None, sequence: int) -> bool:
    """libreswan takes any number above the last it took."""
    return last is None or sequence > last


class Asked:
    """A peer that takes some numbers, and a wire that loses a question or an answer."""

    def __init__(self, takes: Callable[[int | None, int], bool]) -> None:
        self.dpd, self.takes = Dpd(ours=5), takes
        self.last: int | None = None

    def silence(self, faults: str) -> bool:
        """Ask once for each letter (Q: question lost, A: answer lost): is any answer here?"""
        return any([self._ask(tries, fault) for tries, fault in enumerate(faults)])

    def _ask(self, tries: int, fault: str) -> bool:
        sequence = ask(self.dpd, tries)
        taken = fault != "Q" and self.takes(self.last, sequence)
        self.last = sequence if taken else self.last
        answered = taken and fault != "A"
        for _ in range(answered):
            take_ack(self.dpd, sequence)
        return answered


@pytest.mark.parametrize("takes", [strict, rising])
@pytest.mark.parametrize("faults", ["QQ...", "QA...", "AQ...", "AA..."])
def test_two_losses_in_a_row_leave_time_for_an_answer(
    takes: Callable[[int | None, int], bool], faults: str
) -> None:
    peer = Asked(takes)
    assert peer.silence(".")
    assert peer.silence(faults)
    assert peer.silence("...")


@pytest.mark.parametrize("takes", [strict, rising])
@pytest.mark.parametrize("faults", ["A", "Q", "AA", "QA", "AQ", "AAA"])
def test_losses_of_many_silences_do_not_add_up(
    takes: Callable[[int | None, int], bool], faults: str
) -> None:
    peer = Asked(takes)
    assert peer.silence(".")
    for _ in range(20):  # each time it is traffic that shows the peer to live
        peer.silence(faults)
    assert peer.silence(".....")


@pytest.mark.parametrize(("acked", "then"), [(0xFFFFFFFF, 0), (0, 1), (1, 2)])
def test_an_acknowledged_number_is_not_asked_again(acked: int, then: int) -> None:
    dpd = Dpd(ours=0xFFFFFFFF)
    assert [ask(dpd, tries) for tries in range(5)] == [0xFFFFFFFF, 0, 0xFFFFFFFF, 1, 0]
    take_ack(dpd, acked)
    assert ask(dpd, 0) == then


def test_an_acknowledgement_of_what_was_not_asked_is_refused() -> None:
    dpd = Dpd(ours=5)
    with pytest.raises(Replayed):
        take_ack(dpd, 5)
    ask(dpd, 0)
    take_ack(dpd, 5)
    for sequence in (5, 6):
        with pytest.raises(Replayed):
            take_ack(dpd, sequence)
