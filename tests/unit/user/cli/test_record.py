"""`postern record`: what it asks, what it writes, what it says."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gateway.control.recorded import Case, Line, case_to_data, parse_case
from gateway.user.cli import exits
from gateway.user.cli.main import main
from gateway.user.cli.record import told

CASE = Case(
    made_by="postern 0.1.0",
    system="msl2tp",
    ike=("3des-sha1-modp1024",),
    esp=("3des-sha1",),
    natt=("rfc3947", "draft-02n"),
    nat_d="auto",
    came=("offered", "sa-ready"),
    found={},
    lines=(Line(0, True, "ike", "main 1 clear", 500, 500, ("10 nonce 20",)),),
)
PATIENCE = 5.0  # seconds


@contextmanager
def daemon(folder: Path, *results: Any) -> Iterator[tuple[str, list[Any]]]:
    """One that gives these results in turn; (its socket, what it was asked)."""
    path, asked = str(folder / "s"), list[Any]()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.settimeout(PATIENCE)
    listener.bind(path)
    listener.listen(4)

    def serve() -> None:
        for result in results:
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as lines:
                asked.append(json.loads(lines.readline()))
                connection.sendall(json.dumps({"ok": True, "result": result}).encode() + b"\n")

    thread = Thread(target=serve)
    thread.start()
    try:
        yield path, asked
    finally:
        thread.join(PATIENCE)
        listener.close()


DONE = {"state": "done", "case": case_to_data(CASE)}


def test_what_was_heard_is_written_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "press-3.toml"
    with daemon(tmp_path, {"state": "waiting"}, DONE) as (path, asked):
        code = main(["record", "--client", "press-3", str(file), "--socket", path])
    assert code == exits.OK
    assert parse_case(file.read_text()) == CASE
    printed = capsys.readouterr()
    assert "waiting for press-3 to dial, 300 s at most" in printed.err
    assert printed.out == (
        f"{file}: 1 message, of Microsoft L2TP/IPsec VPN Client (Windows 98, ME or NT 4); "
        "it came as far as: sa ready\n"
    )
    assert asked == [
        {"verb": "record", "seconds": 300, "client": "press-3"},
        {"verb": "recorded"},
    ]


def test_an_address_may_be_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "unknown.toml"
    with daemon(tmp_path, {"state": "waiting"}, DONE) as (path, asked):
        options = ["--peer", "203.0.113.7", "--seconds", "60"]
        assert main(["record", *options, str(file), "--socket", path]) == exits.OK
    assert asked[0] == {"verb": "record", "seconds": 60, "peer": "203.0.113.7"}


def test_nobody_who_dials_leaves_no_file_and_ends_the_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "press-3.toml"
    over = {"state": "over"}
    with daemon(tmp_path, {"state": "waiting"}, over, over) as (path, asked):
        assert main(["record", "--client", "press-3", str(file), "--socket", path]) == exits.PROBLEM
    assert not file.exists()
    assert asked[-1] == {"verb": "record-stop"}
    assert "press-3 has not dialled within 300 s, or not with its key" in capsys.readouterr().err


def test_a_file_that_is_there_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "press-3.toml"
    file.write_text("mine")
    assert main(["record", "--client", "press-3", str(file), "--socket", "/nowhere"]) == 1
    assert file.read_text() == "mine"
    assert "is there already" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "nowhere" / "press-3.toml"
    with daemon(tmp_path, {"state": "waiting"}, DONE) as (path, _):
        assert main(["record", "--client", "press-3", str(file), "--socket", path]) == exits.PROBLEM
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("answer", [{"state": "done", "case": {}}, {"state": "hearing"}, ["done"]])
def test_an_answer_that_is_none_is_told(
    tmp_path: Path, answer: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "press-3.toml"
    with daemon(tmp_path, {"state": "waiting"}, answer, None) as (path, _):
        assert main(["record", "--client", "press-3", str(file), "--socket", path]) == exits.PROBLEM
    assert "daemon's answer" in capsys.readouterr().err


@pytest.mark.parametrize("which", [[], ["--client", "a", "--peer", "203.0.113.7"]])
def test_it_must_be_said_who_and_only_once(which: list[str]) -> None:
    assert main(["record", *which, "file.toml"]) == exits.USAGE


def test_of_nobody_known_no_kind_is_told() -> None:
    nobody = Case("", "unknown", (), (), (), "auto", (), {}, ())
    assert told(nobody) == "0 messages; it came as far as: nothing"


def test_a_recording_is_kept_on_the_box(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agent = tmp_path / "agent"
    agent.mkdir()
    with (
        daemon(tmp_path, {"state": "waiting"}, DONE) as (path, _),
        daemon(agent, {}) as (box, kept),
    ):
        where = ["--socket", path, "--box-socket", box]
        assert main(["record", "--client", "press-3", "--keep", *where]) == exits.OK
    assert [(one["verb"], one["name"]) for one in kept] == [("recordings.keep", "press-3")]
    assert parse_case(kept[0]["text"]) == CASE
    assert "each update is tried with it before it stays" in capsys.readouterr().out


def test_what_is_kept_is_told_and_taken_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with daemon(tmp_path, {"names": ["press-3", "till"]}, {"names": []}, {}) as (box, asked):
        assert main(["record", "--kept", "--box-socket", box]) == exits.OK
        assert main(["record", "--kept", "--box-socket", box]) == exits.OK
        assert main(["record", "--forget", "till", "--box-socket", box]) == exits.OK
    assert capsys.readouterr().out.splitlines() == [
        "press-3",
        "till",
        "no recording is kept",
        "no update is tried with till any more",
    ]
    assert asked[-1] == {"verb": "recordings.forget", "name": "till"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--peer", "203.0.113.7", "--keep"], "what is kept is a machine's"),
        (["--client", "press-3"], "there is no file to write to"),
    ],
)
def test_what_makes_no_sense_is_told(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", *words]) == exits.PROBLEM
    assert says in capsys.readouterr().err
