"""What is done on one box."""

from collections.abc import Sequence
from pathlib import Path
from stat import S_IMODE

import pytest

from gateway.user.client import DaemonError
from gateway.user.remote import tasks
from gateway.user.remote.boxes import Where
from gateway.user.remote.outcomes import Kind, RefusedThere
from gateway.user.remote.words import Said
from tests.unit.user.remote.lines import Line, says

GW = Where("gw-1", "192.0.2.1")
BOX = {"hostname": "gw-1", "version": "0.1.0"}
NOT_RUNNING = says({"error": "the daemon is not running", "hint": "Start it"}, 3)


def box_and(status: Said) -> Line:
    return Line(lambda words: says(BOX) if words[0] == "box" else status)


def test_the_status_is_that_of_box_and_gateway() -> None:
    one = tasks.status(GW, box_and(says({"rules_ok": True, "sessions": 2})))
    assert (one.kind, one.error) == (Kind.WELL, "")
    assert one.value == {"box": BOX, "daemon": {"rules_ok": True, "sessions": 2}}


def test_a_box_whose_gateway_is_not_running_is_told_all_the_same() -> None:
    one = tasks.status(GW, box_and(NOT_RUNNING))
    assert (one.kind, one.error) == (Kind.NOT_RUNNING, "the daemon is not running")
    assert one.value == {"box": BOX, "daemon": None}


@pytest.mark.parametrize(
    ("daemon", "said"),
    [
        ({"rules_ok": False}, "rules are not in place"),
        ({}, "rules are not in place"),
        ({"rules_ok": True, "config_problems": ["x"]}, "last reload was refused"),
    ],
)
def test_what_postern_status_would_return_one_for_is_a_problem_here(
    daemon: object, said: str
) -> None:
    one = tasks.status(GW, box_and(says(daemon, 1)))
    assert one.kind is Kind.REFUSED
    assert said in one.error
    assert "postern remote run gw-1 status" in one.hint


@pytest.mark.parametrize("rows", [7, {"a": 1}, [7], [{"id": "seven"}]])
def test_sessions_that_are_none_are_not_shown(rows: object) -> None:
    with pytest.raises(DaemonError, match="cannot be understood"):
        tasks.sessions(GW, Line(lambda words: says(rows)))


def test_no_sessions_are_no_problem() -> None:
    assert tasks.sessions(GW, Line(lambda words: says([]))).value == []


def test_a_bundle_is_fetched_and_its_name_here_is_ours(tmp_path: Path) -> None:
    there = "/run/postern-files/../../home/ada/.ssh/authorized_keys"
    line = Line(lambda words: says({"path": there, "contents": []}), {there: b"bundle"})
    where = Where("ada@[2001:db8::1]:22", "2001:db8::1")
    one = tasks.support(where, line, tmp_path, 1700000000.5)
    path = tmp_path / "ada__2001_db8__1__22-1700000000.tar.gz"
    assert one.value == {"file": str(path), "bytes": 6}
    assert (path.read_bytes(), S_IMODE(path.stat().st_mode)) == (b"bundle", 0o600)
    with pytest.raises(DaemonError, match="cannot be written"):  # nothing is written over
        tasks.support(where, line, tmp_path, 1700000000.5)


def test_a_box_that_does_not_say_where_the_bundle_is_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(RefusedThere, match="not said where"):
        tasks.support(GW, Line(lambda words: says({})), tmp_path, 0)


def test_a_verb_goes_there_with_its_words_as_they_are() -> None:
    heard: list[Sequence[str]] = []

    def answer(words: Sequence[str]) -> Said:
        heard.append(words)
        return Said(0, "done\n", "")

    one = tasks.verb(GW, Line(answer), ["explain", "a b'c\n"], b"", 60)
    assert heard == [["explain", "a b'c\n"]]
    assert (one.kind, one.error) == (Kind.WELL, "")
    assert one.value == {"status": 0, "out": "done\n", "err": ""}


def test_a_verb_that_says_no_is_told_with_its_status() -> None:
    one = tasks.verb(GW, Line(lambda words: Said(3, "", "x")), ["status"], b"", 60)
    assert one.kind is Kind.NOT_RUNNING
    assert one.error == "`postern status` has ended there with status 3"
