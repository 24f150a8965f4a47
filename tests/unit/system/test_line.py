"""A terminal as a line: what is written at one end, and what comes out at the other."""

import os
import select
import socket
from collections.abc import Iterator

import pytest

from gateway.system import line as room
from gateway.system.line import CHANNEL, UNIT, Line, give, interface_of, make_line, take

ALL = bytes(range(256))  # among them what a terminal takes for an interrupt, an end, a new line
PATIENCE = (
    10.0  # seconds; what is written to a terminal is carried over by a thread of the kernel's
)


@pytest.fixture
def ends() -> Iterator[tuple[Line, int]]:
    outer, inner = make_line()
    line = Line(outer)
    with open(inner, "rb", buffering=0) as file:
        yield line, file.fileno()
    line.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def arrives(descriptor: int) -> bool:
    return select.select([descriptor], [], [], PATIENCE)[0] == [descriptor]


def read(descriptor: int, length: int) -> bytes:
    """So many bytes, in as many pieces as they come in."""
    found = b""
    while len(found) < length and arrives(descriptor):
        found += os.read(descriptor, length - len(found))
    return found


def replace(descriptor: int) -> None:
    """Close it, and give its number to something that may be closed once more."""
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), descriptor)


def test_all_bytes_pass_both_ways_and_none_comes_back(ends: tuple[Line, int]) -> None:
    line, inner = ends
    assert line.send(ALL) == len(ALL)
    assert read(inner, len(ALL)) == ALL
    os.write(inner, ALL)
    assert read(line.fileno(), len(ALL)) == ALL
    with pytest.raises(BlockingIOError):
        line.recv(1)


def test_what_pppd_has_said_is_heard_before_its_end(ends: tuple[Line, int]) -> None:
    line, inner = ends
    os.write(inner, b"last words")
    replace(inner)
    assert arrives(line.fileno())
    assert line.recv(100) == b"last words"
    assert line.recv(100) == b""
    assert line.recv(100) == b""


def test_a_line_that_is_hung_up_ends_for_pppd() -> None:
    outer, inner = make_line()
    Line(outer).close()
    assert arrives(inner)
    assert os.read(inner, 100) == b""
    os.close(inner)


def test_what_there_is_no_room_for_is_not_taken_and_the_rest_arrives(
    ends: tuple[Line, int],
) -> None:
    line, inner = ends
    taken = line.send(b"x" * (1 << 20))
    assert 1400 < taken < 1 << 20
    assert read(inner, taken) == b"x" * taken
    assert line.send(b"~") == 1


def test_a_line_of_which_nobody_has_made_ppp_has_no_interface(ends: tuple[Line, int]) -> None:
    assert interface_of(ends[1]) is None


@pytest.mark.parametrize(("unit", "found"), [(3, (3, 17)), (0, (0, 17)), (-1, None)])
def test_its_interface_is_that_of_whoever_has(
    monkeypatch: pytest.MonkeyPatch, unit: int, found: tuple[int, int] | None
) -> None:
    numbers = {UNIT: unit, CHANNEL: 17}
    monkeypatch.setattr(room, "number_of", lambda inner, what: numbers[what])
    assert interface_of(5) == found


def test_any_other_error_is_one() -> None:
    read_end, write_end = os.pipe()
    line = Line(write_end)
    with pytest.raises(OSError, match="Bad file descriptor"):
        line.recv(1)
    line.close()
    os.close(read_end)


def test_a_line_comes_with_its_answer_and_no_other_program_inherits_it(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    outer, inner = make_line()
    give(theirs, b"started\n", outer)
    os.close(outer)
    answer, line = take(ours, 100)
    assert answer == b"started\n"
    assert line is not None
    assert not os.get_inheritable(line.fileno())
    line.send(b"frame")
    assert read(inner, 5) == b"frame"
    line.close()
    os.close(inner)


def test_an_answer_may_come_without(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    with pytest.raises(BlockingIOError):
        take(ours, 100)
    theirs.send(b"no\n")
    assert take(ours, 100) == (b"no\n", None)
    theirs.close()
    assert take(ours, 100) == (b"", None)


def test_more_than_one_is_closed_again(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    read_end, write_end = os.pipe()
    outer, inner = make_line()
    socket.send_fds(theirs, [b"x"], [outer, write_end])
    os.close(write_end)
    _, line = take(ours, 100)
    assert line is not None
    assert os.read(read_end, 1) == b""  # nobody has its other end any more
    line.close()
    for each in (outer, inner, read_end):
        os.close(each)


def test_nobody_there_to_take_it_is_an_error(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    ours.close()
    outer, inner = make_line()
    with pytest.raises(BrokenPipeError):
        give(theirs, b"started\n", outer)
    os.close(outer)
    os.close(inner)
