"""Lines for people."""

import io
import os

import pytest

from gateway.outputs import Fact, What
from gateway.system.journal import (
    BURST,
    ERROR,
    PERIOD,
    Journal,
    fact_text,
    printable,
    read_by_systemd,
)


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def test_a_fact_is_a_line() -> None:
    fact = Fact(What.SA_READY, 3, "203.0.113.7:4500", {"suite": "3des-sha1", "spi": "c0ffee"})
    assert fact_text(fact) == "dial 3, 203.0.113.7:4500: sa-ready (suite 3des-sha1, spi c0ffee)"


def test_a_fact_about_nobody_is_a_short_line() -> None:
    assert fact_text(Fact(What.RELOADED)) == "reloaded"


def test_a_trace_comes_below_its_line() -> None:
    fact = Fact(What.TROUBLE, details={"where": "here", "trace": "Traceback:\n  line 1"})
    assert fact_text(fact) == "trouble (where here)\nTraceback:\n  line 1"


def test_the_journal_writes_facts() -> None:
    stream = io.StringIO()
    Journal(stream, Clock())(Fact(What.PPP_UP, 1))
    assert stream.getvalue() == "dial 1: ppp-up\n"


def test_for_systemd_every_line_has_its_level() -> None:
    stream = io.StringIO()
    journal = Journal(stream, Clock(), levels=True)
    journal(Fact(What.TROUBLE, details={"trace": "one\ntwo"}))
    journal(Fact(What.REFUSED))
    journal.line("three")
    assert stream.getvalue() == "<4>trouble\n<4>one\n<4>two\n<5>refused\n<6>three\n".replace(
        "<4>", f"<{ERROR}>"
    )


def test_a_flood_of_one_kind_is_cut_and_counted_and_hides_no_other() -> None:
    stream, clock = io.StringIO(), Clock()
    journal = Journal(stream, clock)
    for _ in range(BURST + 25):
        journal(Fact(What.REFUSED))
    journal(Fact(What.PPP_UP))
    clock.time += PERIOD
    journal(Fact(What.REFUSED))
    lines = stream.getvalue().splitlines()
    assert lines.count("refused") == BURST + 1
    assert lines[BURST:] == ["ppp-up", "(25 more of 'refused' were left out)", "refused"]


def test_what_a_peer_chose_can_neither_end_a_line_nor_move_a_cursor() -> None:
    fact = Fact(What.TUNNEL_OPENED, details={"host name": "evil\n<0>\x1b[2Jx"})
    assert fact_text(fact) == "tunnel-opened (host name evil <0>\\x1b[2Jx)"
    assert printable("caf\N{LATIN SMALL LETTER E WITH ACUTE}") == "caf\xe9"


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
