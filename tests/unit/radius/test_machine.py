"""What waits goes out, comes again, and is forgotten when the server has it."""

from dataclasses import dataclass, field

import pytest

from gateway.radius import machine
from gateway.radius.errors import NotMeant, WrongSecret
from gateway.radius.events import Answering, Event, Send, Silent, Taken
from gateway.radius.machine import FIRST_WAIT, LONGEST_WAIT, SILENT_AFTER, WIDEST, Courier, Entry
from gateway.radius.numbers import Code, Kind, Status
from gateway.radius.packet import (
    Attribute,
    Packet,
    build_packet,
    check_request,
    number,
    parse_packet,
    signed_answer,
)
from tests.unit.radius_samples import SECRET


def entry(number: int, session: str, status: int = Status.START) -> Entry:
    return Entry(number, status, session, 1_000.0, (number_of(number),))


def number_of(value: int) -> Attribute:
    return number(Kind.NAS_PORT, value)


def whose(packet: Packet) -> int:
    [value] = packet.values(Kind.NAS_PORT)
    return int.from_bytes(value)


@dataclass
class Stage:
    """A courier and its server, on one clock."""

    courier: Courier = field(default_factory=lambda: Courier(SECRET, 254))
    now: float = 10.0
    heard: list[Packet] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)

    def put(self, *entries: Entry) -> list[int]:
        gone = [number for one in entries for number in self.courier.put(one)]
        self.go(0.0)
        return gone

    def go(self, seconds: float) -> None:
        self.now += seconds
        self._note(self.courier.handle_timeout(self.now))

    def _note(self, events: list[Event]) -> None:
        packets = [parse_packet(one.packet) for one in events if isinstance(one, Send)]
        for packet in packets:
            check_request(packet, SECRET)
        self.heard += packets
        self.told += [one for one in events if not isinstance(one, Send)]

    def answer(self, request: Packet, secret: bytes = SECRET) -> None:
        found = Packet(Code.ACCOUNTING_RESPONSE, request.identifier)
        data = build_packet(signed_answer(found, request, secret))
        self._note(self.courier.receive(data, self.now))

    def numbers(self) -> list[int]:
        return [whose(one) for one in self.heard]


def delay_of(packet: Packet) -> int:
    [value] = packet.values(Kind.ACCT_DELAY_TIME)
    return int.from_bytes(value)


def test_an_entry_goes_out_and_is_forgotten_when_it_is_answered() -> None:
    stage = Stage()
    stage.put(entry(1, "a"))
    assert stage.courier.deadline() == stage.now + FIRST_WAIT
    stage.answer(stage.heard[0])
    assert stage.told == [Taken(1)]
    assert (stage.courier.waiting, stage.courier.deadline()) == (0, None)


def test_what_is_not_answered_comes_again_ever_more_seldom_and_under_another_number() -> None:
    stage = Stage()
    stage.put(entry(1, "a"))
    waits = []
    for _ in range(8):
        due = stage.courier.deadline()
        assert due is not None
        waits.append(due - stage.now)
        stage.go(due - stage.now)
    assert waits == [FIRST_WAIT, 6.0, 12.0, 24.0, 48.0, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]
    assert len({one.identifier for one in stage.heard}) == 9
    assert stage.heard[1].identifier == 0  # behind 255
    assert stage.told == [Silent()]


def test_each_sending_says_how_long_it_has_waited() -> None:
    stage = Stage()
    stage.courier.ahead = 995.0  # the world's time is 1005
    stage.put(entry(1, "a"))
    stage.go(FIRST_WAIT)
    assert [delay_of(one) for one in stage.heard] == [5, 8]
    stage.courier.ahead = -100.0  # the world's clock was set back
    stage.go(6.0)
    assert delay_of(stage.heard[-1]) == 0


def test_an_end_waits_for_its_beginning_and_others_do_not() -> None:
    stage = Stage()
    stage.put(entry(1, "a"), entry(2, "a", Status.STOP), entry(3, "b"))
    assert stage.numbers() == [1, 3]
    stage.answer(stage.heard[0])
    assert stage.numbers() == [1, 3, 2]


def test_an_entry_of_all_sessions_goes_alone() -> None:
    stage = Stage()
    stage.put(entry(1, "a"), entry(2, "", Status.ON), entry(3, "b"))
    assert stage.numbers() == [1]
    stage.answer(stage.heard[0])
    assert stage.numbers() == [1, 2]
    stage.answer(stage.heard[1])
    assert stage.numbers() == [1, 2, 3]


def test_a_server_that_does_not_know_such_an_entry_gets_the_others_all_the_same() -> None:
    stage = Stage()
    stage.put(entry(1, "", Status.ON), entry(2, "a"))
    for wait in (FIRST_WAIT, 6.0, 12.0):
        stage.go(wait)
    assert stage.told == [Silent(), Taken(1)]
    assert stage.numbers() == [1, 1, 1, 2]


def test_so_many_are_under_way_and_after_a_silence_one() -> None:
    stage = Stage()
    stage.put(*(entry(each, str(each)) for each in range(40)))
    assert len(stage.heard) == WIDEST
    del stage.heard[:]
    stage.go(FIRST_WAIT)
    assert stage.numbers() == [0]
    stage.answer(stage.heard[0])
    assert stage.numbers() == [0, 1, 2]  # it answers, so two at a time


def test_it_is_told_once_that_the_server_is_silent_and_once_that_it_is_back() -> None:
    stage = Stage()
    stage.put(entry(1, "a"))
    for _ in range(SILENT_AFTER + 2):
        stage.go(LONGEST_WAIT)
    assert stage.told == [Silent()]
    stage.answer(stage.heard[-1])
    assert stage.told == [Silent(), Answering(), Taken(1)]


def test_a_newer_interim_takes_the_place_of_one_that_waits() -> None:
    stage = Stage()
    stage.put(entry(1, "a"))
    gone = stage.put(entry(2, "a", Status.INTERIM), entry(3, "a", Status.INTERIM))
    assert gone == [2]
    assert stage.put(entry(4, "a", Status.STOP)) == [3]
    stage.answer(stage.heard[0])
    stage.answer(stage.heard[1])
    assert stage.numbers() == [1, 4]


def test_one_that_is_under_way_stays() -> None:
    stage = Stage()
    stage.put(entry(1, "a", Status.INTERIM))
    assert stage.put(entry(2, "a", Status.INTERIM)) == []
    stage.answer(stage.heard[0])
    assert stage.put(entry(3, "b", Status.INTERIM)) == []
    stage.answer(stage.heard[1])
    assert stage.put(entry(4, "a", Status.STOP)) == []
    assert stage.numbers() == [1, 2, 3, 4]


def test_only_so_many_wait_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "MOST_WAITING", 3)
    stage = Stage()
    stage.put(entry(1, "a"))
    gone = stage.put(*(entry(each, "a", Status.STOP) for each in (2, 3, 4, 5)))
    assert gone == [2, 3]
    assert stage.courier.waiting == 3


def test_an_answer_with_another_secret_is_not_believed() -> None:
    stage = Stage()
    stage.put(entry(1, "a"))
    with pytest.raises(WrongSecret):
        stage.answer(stage.heard[0], b"another-secret-altogether")
    assert stage.courier.waiting == 1


def test_an_answer_to_nothing_is_none() -> None:
    stage = Stage()
    stage.put(entry(1, "a"))
    stage.answer(stage.heard[0])
    with pytest.raises(NotMeant):
        stage.answer(stage.heard[0])
    stage.put(entry(2, "b"))
    request = stage.heard[1]
    other = Packet(Code.DISCONNECT_ACK, request.identifier)
    with pytest.raises(NotMeant):
        stage.courier.receive(build_packet(signed_answer(other, request, SECRET)), stage.now)


def test_numbers_that_are_under_way_are_not_given_again() -> None:
    stage = Stage()
    stage.put(entry(1, "a"))
    first = stage.heard[0].identifier
    for each in range(2, 300):
        stage.put(entry(each, "b"))
        stage.answer(stage.heard[-1])
    others = [one.identifier for one in stage.heard[1:]]
    assert first not in others
    assert len(set(others)) == 255
