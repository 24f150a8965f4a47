"""Answers, errors as answers, and work that takes its time."""

import threading

import pytest

from gateway.control.changes_outputs import Refused
from gateway.system.box.answer import JOURNAL, Worker, done, guarded, refused
from gateway.system.run import ToolFailed


def fail(error: Exception) -> None:
    raise error


def test_a_result_is_an_answer() -> None:
    assert guarded(lambda: 7, print) == done(7) == {"ok": True, "result": 7}


@pytest.mark.parametrize(
    ("error", "says", "hint"),
    [
        (Refused("no", "because"), "no", "because"),
        (ToolFailed("rauc", 1, "first\nsecond"), "`rauc` failed with status 1: first", JOURNAL),
        (FileNotFoundError(2, "No such file", "x.toml"), "x.toml: No such file", JOURNAL),
        (OSError("odd"), "a file: odd", JOURNAL),
    ],
)
def test_what_can_go_wrong_is_one_sentence(error: Exception, says: str, hint: str) -> None:
    assert guarded(lambda: fail(error), print) == refused(says, hint)


def test_an_error_of_ours_costs_the_answer_and_leaves_a_trace() -> None:
    told: list[str] = []
    answer = guarded(lambda: fail(KeyError("x")), told.append)
    assert not answer["ok"]
    assert "KeyError" in told[0]


def test_work_is_answered_when_it_is_done_and_one_of_a_kind_at_a_time() -> None:
    go = threading.Event()
    worker = Worker(print)

    def work() -> int:
        go.wait(10)
        return 5

    later = worker.start("ping", work)
    assert later.ready() is None
    assert worker.busy("ping")
    assert not worker.busy("capture")
    with pytest.raises(Refused, match="another ping is under way"):
        worker.start("ping", lambda: 1)
    go.set()
    worker.join("ping")
    assert later.ready() == done(5)
