"""The terminal the menu stands on: its size, its letters, its signals, and a shell in between."""

import fcntl
import os
import re
import select
import signal
import stat
import struct
import sys
import termios
import time
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

USUAL: Final = (80, 24)  # columns, rows
PATIENCE: Final = 0.3  # seconds for a terminal to tell where its cursor is
WIPE: Final = "\x1b[H\x1b[2J"  # ED, from the top (ECMA-48, 8.3.39)
IGNORED: Final = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)
_ASK: Final = b"\x1b7\x1b[9999;9999H\x1b[6n\x1b8"
_TOLD: Final = re.compile(rb"\x1b\[(\d{1,4});(\d{1,4})R")
_SMALLEST, _LARGEST = 20, 1000  # columns or rows that a terminal may claim to have


def wants_plain(environment: Mapping[str, str], *, is_tty: bool) -> bool:
    """Numbered text: for dumb terminals, screen readers, scripts, and who asks for it."""
    if environment.get("POSTERN_PLAIN", "") not in ("", "0"):
        return True
    return not is_tty or environment.get("TERM", "") in ("", "dumb", "unknown")


def ascii_only(environment: Mapping[str, str], tty_name: str) -> bool:
    """Whether letters beyond ASCII may come out wrong: serial lines, locales without UTF-8.

    Python itself says UTF-8 in the C locale, so the environment is read.
    """
    if re.search(r"/tty(S|USB|AMA|hvc)|/hvc", tty_name):
        return True
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "")
    return "utf8" not in locale.lower().replace("-", "")


def fit_letters(text: str) -> str:
    """The text in ASCII, everything else as Python writes it in a string."""
    return text.encode("ascii", "backslashreplace").decode()


def settle_size(fd: int) -> tuple[int, int]:
    """The terminal's columns and rows; one that does not know is asked once, and then told.

    A serial line has 0x0 until somebody sets it, and never sends SIGWINCH.
    """
    rows, columns = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8)))[:2]
    if columns and rows:
        return columns, rows
    columns, rows = _asked_size(fd) or USUAL
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    return columns, rows


def _asked_size(fd: int) -> tuple[int, int] | None:
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd)
        os.write(fd, _ASK)
        found = _TOLD.search(_heard(fd))
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
    if found is None:
        return None
    rows, columns = int(found[1]), int(found[2])
    sane = _SMALLEST <= columns <= _LARGEST and 2 <= rows <= _LARGEST
    return (columns, rows) if sane else None


def _heard(fd: int) -> bytes:
    """What comes until the answer is whole or the patience ends."""
    heard, end = b"", time.monotonic() + PATIENCE
    while (left := end - time.monotonic()) > 0 and not _TOLD.search(heard):
        if not select.select([fd], [], [], left)[0]:
            break
        piece = os.read(fd, 64)
        if not piece:
            break
        heard += piece
    return heard


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C, Ctrl-Z and Ctrl-\\ do nothing here; a hang-up still ends the process."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in IGNORED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def alone_on(fd: int) -> Iterator[None]:
    """Nobody else writes here meanwhile (mesg(1)): messages to all would stand in the picture.

    Afterwards they come again, for a shell or the plain menu.
    """
    _let_write(fd, False)
    try:
        yield
    finally:
        hear_others(fd)


def hear_others(fd: int) -> None:
    """What is said to all may be written here: a console does not let it by itself."""
    _let_write(fd, True)


def _let_write(fd: int, wanted: bool) -> None:
    mode = stat.S_IMODE(os.fstat(fd).st_mode)
    with suppress(OSError):  # a terminal of somebody else's
        os.fchmod(fd, mode | stat.S_IWGRP if wanted else mode & ~stat.S_IWGRP)


@contextmanager
def as_it_was(fd: int) -> Iterator[None]:
    """Whatever is done to the terminal here is undone afterwards."""
    before = termios.tcgetattr(fd)
    try:
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def wipe() -> None:
    """Nothing of the picture stays where somebody else writes now: few serial terminals have two
    screens, to change back to the one of before."""
    sys.stdout.write(WIPE)
    sys.stdout.flush()


def lend(argv: tuple[str, ...]) -> str:
    """Run a program on this terminal until it ends; what there is to say of it."""
    sys.stdout.flush()
    try:
        pid = os.posix_spawnp(argv[0], argv, os.environ, setsigdef=IGNORED)
    except OSError as error:
        return f"{argv[0]} cannot be started: {error.strerror}"
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    take_back()
    return "" if code in (0, 130) else f"{os.path.basename(argv[0])} ended with {code}"


def take_back() -> None:
    """A shell that was killed leaves the terminal to its own process group."""
    if not sys.stdin.isatty():
        return
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        os.tcsetpgrp(sys.stdin.fileno(), os.getpgrp())
    except OSError:
        pass  # not our controlling terminal: nothing to take
    finally:
        signal.signal(signal.SIGTTOU, before)
