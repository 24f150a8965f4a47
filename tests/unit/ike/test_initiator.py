"""The asking end's door: what it lets in, and that what it keeps is bounded."""

from dataclasses import replace

import pytest

from gateway.ike.events import Send
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.initiator import FIRST_WAIT, TRIES, Initiator
from gateway.ike.initiator_events import Failed, Why
from gateway.ike.numbers import Exchange, Kind, Notify, Protocol
from gateway.ike.payloads import Notification, Payload, build_chain, build_notification
from gateway.wire.udp import Datagram
from tests.pair.initiator_world import ASK, THEM, US, meet
from tests.pair.net import seeded


def asking() -> tuple[Initiator, Header]:
    """Just begun, with the header of its first message."""
    core = Initiator(ASK, US, THEM, seeded(1))
    (sent,) = core.start(0.0)
    assert isinstance(sent, Send)
    assert (sent.source, sent.target) == (US, THEM)
    return core, parse_header(sent.message)[0]


def notice(header: Header, kind: int, cookie_r: bytes = b"theirs!!") -> Datagram:
    body = build_notification(Notification(kind, Protocol.ISAKMP))
    head = replace(
        header, cookie_r=cookie_r, first=Kind.NOTIFICATION, exchange=Exchange.INFORMATIONAL
    )
    message = build_message(head, build_chain([Payload(Kind.NOTIFICATION, body)]))
    return Datagram(THEM, US, message)


def test_what_is_under_way_is_not_begun_twice() -> None:
    core, _ = asking()
    assert core.busy
    assert core.start(0.0) == []


def test_a_first_message_is_sent_four_times_in_seven_and_a_half_seconds() -> None:
    core, _ = asking()
    seen = []
    while (due := core.deadline()) is not None:
        seen += [(due, event) for event in core.handle_timeout(due)]
    assert [when for when, _ in seen] == [0.5, 1.5, 3.5, 7.5]
    assert seen[-1][1] == Failed(Why.SILENT, "nothing came after our first message")
    assert FIRST_WAIT * (2 ** (TRIES + 1) - 1) == 7.5
    assert not core.busy


def test_a_refusal_in_the_clear_is_believed_only_with_our_cookie() -> None:
    core, header = asking()
    strange = replace(header, cookie_i=b"another!")
    assert core.receive(notice(strange, Notify.NO_PROPOSAL_CHOSEN), 0.0) == []
    assert core.receive(notice(header, Notify.NO_PROPOSAL_CHOSEN), 0.0) == [
        Failed(Why.NO_SUITE, "it says NO-PROPOSAL-CHOSEN")
    ]


def test_a_notice_that_is_no_error_ends_nothing() -> None:
    core, header = asking()
    assert core.receive(notice(header, Notify.INITIAL_CONTACT), 0.0) == []
    assert core.busy


def test_another_error_than_that_of_the_suites_is_told_as_it_is() -> None:
    core, header = asking()
    assert core.receive(notice(header, 29), 0.0) == [Failed(Why.REFUSED, "it says 29")]


def test_another_version_of_ike_or_of_the_cookies_changes_nothing() -> None:
    world = meet()
    world.start(5 / 64)  # beyond the second message
    core = world.gateway.core
    sent = world.net.carried[1].datagram.payload
    other = sent[:8] + b"notknown" + sent[16:]
    assert core.receive(Datagram(THEM, US, other), world.net.now) == []
    assert core.answering.counters["unknown cookies"] == 1
    newer = sent[:17] + b"\x20" + sent[18:]
    assert core.receive(Datagram(THEM, US, newer), world.net.now) == []
    world.net.run_for(5.0)
    assert len(world.pairs) == 1


def test_a_message_out_of_step_is_counted() -> None:
    world = meet()
    world.start(1.0)
    world.net.run_for(5.0)
    core, header = asking()
    early = build_message(
        replace(header, cookie_r=b"theirs!!", first=Kind.KE), build_chain([Payload(Kind.KE, b"1")])
    )
    assert core.receive(Datagram(THEM, US, early), 0.0) == []
    assert core.answering.counters["out of step"] == 1


@pytest.mark.parametrize("data", [b"", b"\0" * 27, b"\xff" * 600])
def test_junk_is_counted(data: bytes) -> None:
    core, _ = asking()
    assert core.receive(Datagram(THEM, US, data), 0.0) == []
    assert sum(core.answering.counters.values()) == 1
    assert core.busy


def test_a_server_that_begins_phase_1_without_end_keeps_little_of_ours() -> None:
    world = meet()
    world.start()
    core = world.gateway.core
    first = world.net.carried[0].datagram.payload
    for number in range(100):
        mine = number.to_bytes(8, "big", signed=False)[::-1] + first[8:]
        core.receive(Datagram(THEM, US, mine), world.net.now)
    assert core.answering.half_open <= 8


def test_the_policy_shows_no_key() -> None:
    assert "between" not in repr(ASK)


def test_what_was_closed_is_not_waited_for_any_more() -> None:
    core, _ = asking()
    assert core.close(0.0) == []
    assert not core.busy
    assert core.deadline() is None
