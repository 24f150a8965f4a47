"""A line between two processes that never wait for each other."""

import os
import select
from collections.abc import Iterator

import pytest

from gateway.system import worker_line
from gateway.system.worker_line import LIMIT, Line, Lost, adopt_line, line_pair


@pytest.fixture
def ends() -> Iterator[tuple[Line, Line]]:
    one, two = map(Line, line_pair())
    yield one, two
    one.close()
    two.close()


def test_messages_come_whole_and_in_order(ends: tuple[Line, Line]) -> None:
    one, two = ends
    sent = [b"%d" % number * 100 for number in range(LIMIT + 1)]
    for message in sent:
        one.send(message)
    assert two.take() == sent[:-1]
    assert two.take() == sent[-1:]
    assert two.take() == []


def test_what_the_other_does_not_take_waits_and_is_sent_later(ends: tuple[Line, Line]) -> None:
    one, two = ends
    sent: list[bytes] = []
    while not one.full:
        sent.append(b"%06d" % len(sent) + bytes(8000))
        one.send(sent[-1])
    assert one.events() & select.EPOLLOUT
    one.send(b"last")
    found: list[bytes] = []
    while one.full:
        found += two.take()
        one.flush()
    while more := two.take():
        found += more
    assert found == [*sent, b"last"]
    assert one.events() == select.EPOLLIN


def test_who_takes_nothing_is_given_up(
    ends: tuple[Line, Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_line, "MOST", 3)
    one, _ = ends
    while not one.full:
        one.send(bytes(8000))
    one.send(b"2")
    one.send(b"3")
    with pytest.raises(Lost):
        one.send(b"4")


def test_what_was_said_before_the_end_is_heard_before_it(ends: tuple[Line, Line]) -> None:
    one, two = ends
    one.send(b"last words")
    one.close()
    assert two.take() == [b"last words"]
    with pytest.raises(Lost):
        two.take()
    with pytest.raises(Lost):
        two.send(b"nobody hears")


def test_an_end_is_adopted_by_its_number() -> None:
    ours, theirs = line_pair()
    other = Line(adopt_line(os.dup(theirs.fileno())))
    mine = Line(ours)
    mine.send(b"hello")
    assert other.take() == [b"hello"]
    for each in (mine, other, theirs):
        each.close()
