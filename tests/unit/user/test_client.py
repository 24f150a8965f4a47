import socket
from pathlib import Path

import pytest

from gateway.control.accounting import Told as Account
from gateway.control.diagnosis import diagnosis_to_json
from gateway.control.explain import Told
from gateway.control.metrics import Sample
from gateway.control.sessions import SessionView, StatusView
from gateway.control.trace import Kind, Report, Wanted, build_end, build_frame
from gateway.user import client
from gateway.user.client import (
    Absence,
    BadAnswer,
    Daemon,
    DaemonError,
    NotAllowed,
    NotRunning,
    Refused,
    socket_path,
)
from tests.unit.user.console.agents import WRONG_KEY
from tests.unit.user.daemon import answering, answering_bytes, refusing


class Clock:
    """Goes on by every rest, and by nothing else."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def rest(self, seconds: float) -> None:
        self.now += seconds


def tries(absence: Absence) -> int:
    return next(count for count in range(1, 1000) if not absence.worth_another_try())


def test_who_is_not_there_is_asked_again_for_so_long_and_then_no_more() -> None:
    clock = Clock()
    absence = Absence(5.0, clock, clock.rest)
    assert (tries(absence), clock.now) == (21, 105.0)
    assert tries(absence) == 1
    absence.over()
    assert tries(absence) == 21


def test_who_may_not_ask_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, path: str) -> None:
        raise PermissionError

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(NotAllowed, match="you may not talk to the daemon"):
        Daemon(str(tmp_path / "s")).status()


def test_the_status_is_asked_for_and_understood(tmp_path: Path) -> None:
    with answering(tmp_path, {"version": "0.1.0", "sessions": 2, "rules_ok": True}) as daemon:
        found = Daemon(daemon.path).status()
    assert found == StatusView(version="0.1.0", sessions=2, rules_ok=True)
    assert daemon.asked == [{"verb": "status"}]


def test_sessions_are_a_list_of_views(tmp_path: Path) -> None:
    with answering(tmp_path, [{"id": 7, "client": "press-3"}]) as daemon:
        assert Daemon(daemon.path).sessions() == [SessionView(id=7, client="press-3")]
    assert daemon.asked == [{"verb": "sessions"}]


def test_one_session_comes_with_the_account_of_its_dial(tmp_path: Path) -> None:
    answer = {"session": {"id": 7}, "account": [{"ms": 0, "text": "It began."}]}
    with answering(tmp_path, answer) as daemon:
        assert Daemon(daemon.path).session(7) == (SessionView(id=7), [Told(0, "It began.")])
    assert daemon.asked == [{"verb": "session", "id": 7}]


def test_a_dial_that_failed_has_an_account_alone(tmp_path: Path) -> None:
    with answering(tmp_path, {"session": None, "account": []}) as daemon:
        assert Daemon(daemon.path).session(7) == (None, [])


def test_a_session_is_ended_by_its_number(tmp_path: Path) -> None:
    with answering(tmp_path, {"closed": [7]}) as daemon:
        assert Daemon(daemon.path).disconnect(number=7) == [7]
    assert daemon.asked == [{"verb": "disconnect", "id": 7}]


def test_all_sessions_of_a_client_are_ended_by_its_name(tmp_path: Path) -> None:
    with answering(tmp_path, {"closed": [7, 9]}) as daemon:
        assert Daemon(daemon.path).disconnect(client="press-3") == [7, 9]
    assert daemon.asked == [{"verb": "disconnect", "client": "press-3"}]


def test_accounts_are_asked_for_and_understood(tmp_path: Path) -> None:
    with answering(tmp_path, {"started": 5.0, "last": 3, "lost": 0, "news": []}) as daemon:
        assert Daemon(daemon.path).accounting(2, living=False) == Account(5.0, 3)
    assert daemon.asked == [{"verb": "accounting", "behind": 2, "living": False}]


def test_figures_are_asked_for_and_understood(tmp_path: Path) -> None:
    with answering(tmp_path, {"samples": [["postern_ike_sas", 2, {}]]}) as daemon:
        assert Daemon(daemon.path).figures() == [Sample("postern_ike_sas", 2.0)]
    assert daemon.asked == [{"verb": "metrics", "sessions": False}]


def test_figures_that_are_none_are_told_as_that(tmp_path: Path) -> None:
    with answering(tmp_path, {"samples": 7}) as daemon, pytest.raises(BadAnswer, match="figures"):
        Daemon(daemon.path).figures()


def test_a_refusal_has_the_daemons_own_words(tmp_path: Path) -> None:
    with (
        refusing(tmp_path, "there is no session 7", "Look at `postern sessions`") as daemon,
        pytest.raises(Refused, match="there is no session 7") as refused,
    ):
        Daemon(daemon.path).disconnect(number=7)
    assert refused.value.hint == "Look at `postern sessions`"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b'{"ok": true',
        b"nonsense\n",
        b"[" * 100_000 + b"\n",
        b"[]\n",
        b'{"ok": 1}\n',
        b'{"ok": true, "result": 3}\n',
        b'{"ok": true, "result": [3]}\n',
        b'{"ok": true, "result": [{"id": "x"}]}\n',
        b"\xff\n",
    ],
)
def test_what_is_no_answer_is_told_as_that(tmp_path: Path, answer: bytes) -> None:
    with answering_bytes(tmp_path, answer) as daemon, pytest.raises(BadAnswer) as bad:
        Daemon(daemon.path).sessions()
    assert "postern version" in bad.value.hint


@pytest.mark.parametrize(
    "result", [None, {}, {"account": [3]}, {"account": [{"ms": "0", "text": "x"}]}]
)
def test_an_account_that_is_none_is_told_as_that(tmp_path: Path, result: object) -> None:
    with answering(tmp_path, result) as daemon, pytest.raises(BadAnswer):
        Daemon(daemon.path).session(7)


def test_an_answer_without_end_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LONGEST_ANSWER", 1000)
    with (
        answering_bytes(tmp_path, bytes(2000)) as daemon,
        pytest.raises(BadAnswer, match="does not end"),
    ):
        Daemon(daemon.path).status()


def test_a_daemon_that_is_silent_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE", 1 / 64)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen(1)
        with pytest.raises(BadAnswer, match="silent"):
            Daemon(str(tmp_path / "s")).status()


def test_without_a_daemon_the_hint_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="nobody answers at") as absent:
        Daemon(str(tmp_path / "s")).status()
    assert "postern run" in absent.value.hint


def test_a_socket_that_nobody_listens_at_is_no_daemon(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "s"))
    with pytest.raises(NotRunning):
        Daemon(str(tmp_path / "s")).status()


def test_a_name_that_no_socket_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(DaemonError, match="could not be asked"):
        Daemon(str(tmp_path / ("s" * 200))).status()


def test_the_socket_is_the_option_then_the_environment_then_the_usual(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("POSTERN_SOCKET", raising=False)
    assert socket_path(None) == "/run/postern/control.sock"
    monkeypatch.setenv("POSTERN_SOCKET", "/a")
    assert socket_path(None) == "/a"
    assert socket_path("/b") == "/b"


def test_diagnoses_are_a_list_that_is_never_empty(tmp_path: Path) -> None:
    with answering(tmp_path, {"diagnoses": [diagnosis_to_json(WRONG_KEY)]}) as daemon:
        assert Daemon(daemon.path).explain("press-3") == [WRONG_KEY]
    assert daemon.asked == [{"verb": "explain", "word": "press-3"}]


def test_machines_come_with_their_names(tmp_path: Path) -> None:
    one = {"machine": "press-3", "diagnosis": diagnosis_to_json(WRONG_KEY)}
    with answering(tmp_path, {"machines": [one]}) as daemon:
        assert Daemon(daemon.path).machines() == [("press-3", WRONG_KEY)]


@pytest.mark.parametrize("result", [None, {}, {"diagnoses": []}, {"diagnoses": [{"cause": 1}]}])
def test_a_diagnosis_that_is_none_is_told_as_that(tmp_path: Path, result: object) -> None:
    with answering(tmp_path, result) as daemon, pytest.raises(BadAnswer):
        Daemon(daemon.path).explain("press-3")


@pytest.mark.parametrize("result", [None, {"machines": [{"machine": 1}]}, {"machines": [3]}])
def test_a_machine_that_is_none_is_told_as_that(tmp_path: Path, result: object) -> None:
    with answering(tmp_path, result) as daemon, pytest.raises(BadAnswer):
        Daemon(daemon.path).machines()


ANSWER = b'{"ok": true, "result": {"seconds": 60}}\n'
END = build_end(Report(1, 0, "the time is over"))


def test_a_trace_is_frames_behind_the_answer(tmp_path: Path) -> None:
    sent = ANSWER + build_frame(Kind.PACKETS, b"packet") + END
    with answering_bytes(tmp_path, sent) as daemon:
        frames = list(Daemon(daemon.path).trace(Wanted("press-3", 5, 9), "ada"))
    assert [kind for kind, _ in frames] == [Kind.PACKETS, Kind.END]
    assert frames[0][1] == b"packet"
    bounds = {"seconds": 5, "packets": 9, "passwords": False, "keys": False}
    assert daemon.asked == [{"verb": "trace", "target": "press-3", "for": "ada"} | bounds]


def test_a_trace_that_is_refused_is_told_in_the_daemons_words(tmp_path: Path) -> None:
    with (
        refusing(tmp_path, "'x' is nobody", "Name a client") as daemon,
        pytest.raises(Refused, match="is nobody"),
    ):
        list(Daemon(daemon.path).trace(Wanted("x")))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "not JSON"),
        (ANSWER + b"\x09\0\0\0\0", "is no trace"),
        (ANSWER + b"\x01\0", "is no trace"),
        (ANSWER + b"\x01\xff\xff\xff\xff", "is no trace"),
        (ANSWER + END[:-3], "middle of a packet"),
    ],
)
def test_what_is_no_trace_is_told_as_that(tmp_path: Path, sent: bytes, words: str) -> None:
    with answering_bytes(tmp_path, sent) as daemon, pytest.raises(BadAnswer, match=words):
        list(Daemon(daemon.path).trace(Wanted("x")))


def test_a_trace_of_a_daemon_that_is_not_there_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(NotRunning):
        next(Daemon(str(tmp_path / "s")).trace(Wanted("x")))
