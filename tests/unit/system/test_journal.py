"""Lines for people."""

import io
import os

import pytest

from gateway.control.explain import sentence
from gateway.outputs import Fact, What
from gateway.system.journal import (
    BURST,
    ERROR,
    INFO,
    NOTICE,
    PERIOD,
    Journal,
    fact_text,
    read_by_systemd,
)


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def test_a_fact_is_the_sentence_of_its_account() -> None:
    fact = Fact(What.FLOATED, 3, "203.0.113.7:4500", {"port": "4500"})
    assert fact_text(fact) == f"dial 3: {sentence(fact)}"


def test_a_fact_about_no_dial_is_the_sentence_alone() -> None:
    assert fact_text(Fact(What.RELOADED)) == sentence(Fact(What.RELOADED))


def test_a_trace_comes_below_its_line() -> None:
    fact = Fact(What.TROUBLE, details={"what": "this", "trace": "Traceback:\n  line 1"})
    assert fact_text(fact) == "Trouble: this.\nTraceback:\n  line 1"


def test_the_journal_writes_facts() -> None:
    stream = io.StringIO()
    Journal(stream, Clock())(Fact(What.PPP_UP, 1))
    assert stream.getvalue() == "dial 1: PPP is up.\n"


def test_for_systemd_every_line_has_its_level() -> None:
    stream = io.StringIO()
    journal = Journal(stream, Clock(), levels=True)
    journal(Fact(What.TROUBLE, details={"trace": "one\ntwo"}))
    journal.line("three", NOTICE)
    journal(Fact(What.PPP_UP))
    assert [line[:3] for line in stream.getvalue().splitlines()] == [
        *3 * [f"<{ERROR}>"],
        f"<{NOTICE}>",
        f"<{INFO}>",
    ]


def test_who_looked_at_whose_packets_is_a_notice() -> None:
    stream = io.StringIO()
    details = {"by": "ada", "target": "press-3", "opened": "passwords"}
    Journal(stream, Clock(), levels=True)(Fact(What.TRACED, details=details))
    told = "Audit: packets were recorded by ada, those of press-3, with passwords in it.\n"
    assert stream.getvalue() == f"<{NOTICE}>{told}"


def test_a_flood_of_one_kind_is_cut_and_counted_and_hides_no_other() -> None:
    stream, clock = io.StringIO(), Clock()
    journal = Journal(stream, clock)
    for _ in range(BURST + 25):
        journal(Fact(What.REFUSED))
    journal(Fact(What.PPP_UP))
    clock.time += PERIOD
    journal(Fact(What.REFUSED))
    refused = sentence(Fact(What.REFUSED))
    lines = stream.getvalue().splitlines()
    assert lines.count(refused) == BURST + 1
    assert lines[BURST:] == ["PPP is up.", "(25 more of 'refused' were left out)", refused]


def test_what_a_peer_chose_can_neither_end_a_line_nor_move_a_cursor() -> None:
    stream = io.StringIO()
    Journal(stream, Clock())(Fact(What.TUNNEL_OPENED, 1, "", {"host_name": "evil\n<0>\x1b[2Jx"}))
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()


def test_when_nobody_reads_life_goes_on() -> None:
    read, write = os.pipe()
    os.close(read)
    stream = os.fdopen(write, "w")
    Journal(stream, Clock()).line("to nobody")
    with pytest.raises(BrokenPipeError):
        stream.close()


def test_systemd_is_known_by_the_stream_it_names() -> None:
    read, write = os.pipe()
    status = os.fstat(write)
    named = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
    assert read_by_systemd(named, write)
    assert not read_by_systemd({}, write)
    os.close(read)
    os.close(write)
    assert not read_by_systemd(named, write)
