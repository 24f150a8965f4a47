"""The harness itself, without a box."""

import json
import socket
from pathlib import Path

import pytest

from tests.image.console import Console, NotSeen, Terminal
from tests.image.figures import Figures
from tests.image.line import Line
from tests.image.probe import Probe, ProbeFailed


def test_a_soft_reset_that_comes_in_pieces_is_not_drawn() -> None:
    terminal = Terminal()
    for byte in b"\x1b[!pone\x1b[!ptwo":
        terminal.feed(bytes([byte]))
    assert terminal.text == "onetwo"


def test_the_lit_row_is_the_focus() -> None:
    terminal = Terminal()
    terminal.feed(b"first\r\n\x1b[7m 2  second \x1b[0m\r\nthird")
    assert terminal.focused == "2  second"


def test_what_scrolled_by_is_found_once() -> None:
    here, there = socket.socketpair()
    with there:
        console = Console(Line(here))
        there.sendall(b"booting slot A\r\n" + b"\r\n" * 30 + b"booting slot B\r\n")
        assert console.wait_said(r"slot (\w)", 5)[1] == "A"
        assert console.wait_said(r"slot (\w)", 5)[1] == "B"
        with pytest.raises(NotSeen, match="no 'more' on the screen"):
            console.wait("more", 0.1)


def test_a_line_is_read_while_nobody_asks() -> None:
    here, there = socket.socketpair()
    with there:
        line = Line(here)
        there.settimeout(60)
        for _ in range(5000):
            there.sendall(b"x")
    found = b""
    while not line.ended:
        found += line.take(5)
    assert len(found + line.take(0)) == 5000


def test_a_command_gives_its_status_and_what_it_printed() -> None:
    here, there = socket.socketpair()
    with there:
        probe = Probe(Line(here))
        there.sendall(b"noise\r\nbegin-00001\r\n\x1b[31mone\x1b[0m\r\ntwo\r\nend-00001-7\r\n")
        assert probe.ask("ls") == (7, "one\ntwo\n")
        there.sendall(b"begin-00002\r\nno\r\nend-00002-1\r\n")
        with pytest.raises(ProbeFailed, match="status 1"):
            probe("false")


def test_figures_of_an_earlier_run_are_kept(tmp_path: Path) -> None:
    first, second = Figures(), Figures()
    first.add("one", 1, "s", 2)
    first.add("two", 2.5, "s", 2)
    first.write(tmp_path / "image.json")
    second.add("two", 1.5, "s", 2)
    second.write(tmp_path / "image.json")
    found = json.loads((tmp_path / "image.json").read_text())
    assert [(one["figure"], one["value"], one["met"]) for one in found] == [
        ("one", 1, True),
        ("two", 1.5, True),
    ]
