import fcntl
import os
import struct
import termios
from collections.abc import Iterator
from signal import SIG_IGN, SIGINT, getsignal
from threading import Thread

import pytest

from gateway.user.console import terminal


@pytest.fixture
def line() -> Iterator[tuple[int, int]]:
    """The two ends of a pseudo-terminal that knows no size: a person's, and ours."""
    person, ours = os.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, bytes(8))
    yield person, ours
    os.close(person)
    os.close(ours)


@pytest.mark.parametrize(
    ("environment", "is_tty", "plain"),
    [
        ({"TERM": "vt220"}, True, False),
        ({"TERM": "linux", "POSTERN_PLAIN": "0"}, True, False),
        ({"TERM": "vt220", "POSTERN_PLAIN": "1"}, True, True),
        ({"TERM": "vt220"}, False, True),
        ({"TERM": "dumb"}, True, True),
        ({}, True, True),
    ],
)
def test_plain_text_is_for_who_cannot_do_more(
    environment: dict[str, str], is_tty: bool, plain: bool
) -> None:
    assert terminal.wants_plain(environment, is_tty=is_tty) is plain


@pytest.mark.parametrize(
    ("environment", "name", "ascii_only"),
    [
        ({"LC_ALL": "C"}, "/dev/pts/1", True),
        ({}, "/dev/pts/1", True),
        ({"LANG": "de_DE.UTF-8"}, "/dev/pts/1", False),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "/dev/pts/1", True),
        ({"LC_ALL": "C.utf8"}, "/dev/tty1", False),
        ({"LANG": "C.UTF-8"}, "/dev/ttyS0", True),
        ({"LANG": "C.UTF-8"}, "/dev/ttyUSB0", True),
        ({"LANG": "C.UTF-8"}, "/dev/hvc0", True),
    ],
)
def test_serial_lines_and_the_c_locale_get_ascii(
    environment: dict[str, str], name: str, ascii_only: bool
) -> None:
    assert terminal.ascii_only(environment, name) is ascii_only


def test_other_letters_are_written_as_python_writes_them() -> None:
    assert terminal.fit_letters("zoë ☃ ok") == "zo\\xeb \\u2603 ok"


def test_a_size_that_is_known_is_not_asked_for(line: tuple[int, int]) -> None:
    person, ours = line
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 132, 0, 0))
    assert terminal.settle_size(ours) == (132, 25)


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (b"\x1b[50;132R", (132, 50)),
        (b"noise\x1b[43;90Rmore", (90, 43)),
        (b"\x1b[1;1R", terminal.USUAL),
        (b"\x1b[9999;9999R", terminal.USUAL),
    ],
)
def test_an_unknown_size_is_asked_for_and_then_told(
    line: tuple[int, int], answer: bytes, size: tuple[int, int]
) -> None:
    person, ours = line

    def reply() -> None:
        os.read(person, 64)
        os.write(person, answer)

    thread = Thread(target=reply)
    thread.start()
    assert terminal.settle_size(ours) == size
    thread.join(60)
    assert struct.unpack("HHHH", fcntl.ioctl(ours, termios.TIOCGWINSZ, bytes(8)))[:2] == size[::-1]


@pytest.mark.long
@pytest.mark.slow
def test_who_does_not_answer_in_time_has_the_usual_size(line: tuple[int, int]) -> None:
    assert terminal.settle_size(line[1]) == terminal.USUAL


def test_the_keys_that_stop_programs_do_nothing_in_here_alone() -> None:
    before = getsignal(SIGINT)
    with terminal.undisturbed():
        assert getsignal(SIGINT) == SIG_IGN
    assert getsignal(SIGINT) == before


def test_the_line_is_afterwards_as_it_was(line: tuple[int, int]) -> None:
    before = termios.tcgetattr(line[1])
    with terminal.as_it_was(line[1]):
        changed = termios.tcgetattr(line[1])
        changed[3] &= ~termios.ECHO
        termios.tcsetattr(line[1], termios.TCSANOW, changed)
    assert termios.tcgetattr(line[1]) == before


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (("true",), ""),
        (("false",), "false ended with 1"),
        (("/no/such/shell", "-l"), "/no/such/shell cannot be started: No such file or directory"),
    ],
)
def test_a_program_is_lent_the_terminal(argv: tuple[str, ...], told: str) -> None:
    assert terminal.lend(argv) == told
