"""The command, with boxes that answer in place of the network; real ones are in tests/interop."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway.user.cli import exits, remote
from gateway.user.cli.main import main
from gateway.user.remote import keys_file
from gateway.user.remote.boxes import Where
from gateway.user.remote.outcomes import NotTrusted, Unreachable
from gateway.user.remote.words import Said
from tests.unit.user.remote.lines import Line, says

BOXES = """
[gw-1]
address = "192.0.2.1"
user = "ada"
[gw-2]
address = "192.0.2.2"
[gw-3]
address = "192.0.2.3"
"""
SLOTS = [{"name": "A", "state": "good", "version": "0.1.0"}]
BOX = {"version": "0.1.0", "uptime_s": 7200, "booted": "a", "slots": SLOTS, "clock_ok": True}
DAEMON = {"rules_ok": True, "sessions": 2}
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIPdcGl8aoC9N8lzlxECEyfS8SBO+aVyIl7+Idc2wZDf/"
PRINT = "SHA256:qlW8ueVienAJFcPBt5hq3cSc53bMDHVtFhD3MHTjd1U"
OTHER = "SHA256:" + "A" * 43

Answers = dict[str, Callable[[Sequence[str]], Said]]
Out = pytest.CaptureFixture[str]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The owner's folder, with the file of boxes in it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "postern").mkdir()
    (tmp_path / "postern/boxes.toml").write_text(BOXES)
    return tmp_path / "postern"


def well(words: Sequence[str]) -> Said:
    return {"box": says(BOX), "status": says(DAEMON), "sessions": says([])}[words[0]]


@pytest.fixture
def site(home: Path, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What each box answers; one that is not in here cannot be reached."""
    answers: Answers = {"gw-1": well, "gw-2": well, "gw-3": well}

    def open_line(where: Where, known: str) -> Line:
        if where.name not in answers:
            raise Unreachable("it cannot be reached: timed out", "See whether it is on")
        return Line(answers[where.name])

    monkeypatch.setattr(remote, "open_line", open_line)
    return answers


@pytest.mark.parametrize("verb", remote.VERBS)
def test_every_verb_has_help_with_the_exit_statuses(verb: str, capsys: Out) -> None:
    assert main(["remote", verb, "--help"]) == exits.OK
    text = capsys.readouterr().out
    assert "4  some box could not be reached" in text
    assert "BOXES" in text


def test_the_status_of_all_is_a_line_each(site: Answers, capsys: Out) -> None:
    assert main(["remote", "status"]) == exits.OK
    line = "Postern 0.1.0 in slot A (good), up for 2h00, 2 sessions, clock ok"
    found = sorted(capsys.readouterr().out.splitlines())
    assert found == [f"gw-{number}: {line}" for number in (1, 2, 3)]


def test_a_box_that_cannot_be_reached_is_said_and_the_others_are_told(
    site: Answers, capsys: Out
) -> None:
    del site["gw-2"]
    assert main(["remote", "status", "gw-1,gw-2"]) == 4
    seen = capsys.readouterr()
    assert seen.out.startswith("gw-1: Postern 0.1.0")
    assert seen.err == ("gw-2: it cannot be reached: timed out\ngw-2:   See whether it is on\n")


def test_json_has_all_boxes_in_the_order_that_was_asked_for(site: Answers, capsys: Out) -> None:
    del site["gw-1"]
    assert main(["remote", "status", "--json", "gw-3,gw-1"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found["boxes"]] == ["gw-3", "gw-1"]
    assert found["boxes"][0]["result"] == {"box": BOX, "daemon": DAEMON}
    assert found["boxes"][1]["outcome"] == "unreachable"
    assert found["status"] == 4


def test_what_a_box_says_cannot_steer_the_terminal(site: Answers, capsys: Out) -> None:
    site["gw-1"] = lambda words: Said(0, "\x1b[2Jclear\n", "")
    assert main(["remote", "run", "gw-1", "explain"]) == exits.OK
    assert capsys.readouterr().out == "gw-1: \\x1b[2Jclear\n"


def test_a_verb_is_run_with_its_own_options(site: Answers, capsys: Out) -> None:
    site["gw-1"] = lambda words: Said(0, json.dumps(words) + "\n", "")
    words = ["explain", "a b", "--error", "789", "--json", "--", "-x"]
    assert main(["remote", "run", "gw-1", *words]) == exits.OK
    assert json.loads(capsys.readouterr().out.removeprefix("gw-1: ")) == words


def test_a_verb_that_fails_speaks_for_itself(site: Answers, capsys: Out) -> None:
    site["gw-1"] = lambda words: Said(3, "", "postern: the daemon is not running\n  Start it\n")
    assert main(["remote", "run", "gw-1", "status"]) == 3
    assert capsys.readouterr().err == (
        "gw-1: postern: the daemon is not running\ngw-1:   Start it\n"
    )


@pytest.mark.parametrize("words", [["run", "gw-1"], ["run", "gw-1", "--json", "box"]])
def test_without_a_verb_there_is_nothing_to_run(
    site: Answers, capsys: Out, words: list[str]
) -> None:
    assert main(["remote", *words]) == exits.PROBLEM
    assert "stand before the boxes" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["run", "upgrade", "claim", "flash"])
def test_what_changes_something_wants_its_boxes_named(verb: str, capsys: Out) -> None:
    assert main(["remote", verb]) == exits.USAGE
    assert "BOXES" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "-1", "33", "many", "1.5"])
def test_how_many_at_once_is_a_small_number(number: str, capsys: Out) -> None:
    assert main(["remote", "status", "--at-once", number]) == exits.USAGE
    assert "a number from 1 to 32" in capsys.readouterr().err


def test_a_file_of_boxes_that_was_named_must_be_there(home: Path, capsys: Out) -> None:
    assert main(["remote", "status", "--boxes", str(home / "none.toml")]) == exits.PROBLEM
    assert "cannot be read" in capsys.readouterr().err


def test_without_a_file_boxes_are_named_by_address(site: Answers, home: Path, capsys: Out) -> None:
    (home / "boxes.toml").unlink()
    site["ada@192.0.2.9"] = well
    assert main(["remote", "status", "ada@192.0.2.9"]) == exits.OK
    assert capsys.readouterr().out.startswith("ada@192.0.2.9: Postern 0.1.0")


def test_sessions_are_a_table_for_each(site: Answers, capsys: Out) -> None:
    assert main(["remote", "sessions", "gw-1"]) == exits.OK
    assert capsys.readouterr().out == "gw-1: no sessions\n"


def test_bundles_go_into_a_folder_that_is_there(site: Answers, capsys: Out) -> None:
    assert main(["remote", "support", "gw-1", "--into", "/nowhere/at/all"]) == exits.PROBLEM
    assert "is no folder" in capsys.readouterr().err


def test_an_update_ends_with_the_first_box_that_fails(
    site: Answers, tmp_path: Path, capsys: Out
) -> None:
    file = tmp_path / "postern-0.2.0-amd64.raucb"
    file.write_bytes(b"update")
    site["gw-2"] = lambda words: Said(1, "", "postern: no\n  Look\n")
    assert main(["remote", "upgrade", "all", str(file), "--version", "0.1.0"]) == exits.PROBLEM
    seen = capsys.readouterr()
    assert seen.out == "gw-1: 0.1.0 runs already\n"
    assert seen.err.splitlines()[::2] == [
        "gw-2: no",
        "gw-3: was left alone, for another box failed before it",
    ]


def test_an_update_is_a_bundle(site: Answers, tmp_path: Path, capsys: Out) -> None:
    (tmp_path / "postern.img").write_bytes(b"")
    for name in ("postern.img", "none.raucb"):
        assert main(["remote", "upgrade", "gw-1", str(tmp_path / name)]) == exits.PROBLEM
        assert "is no update" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("words", [["status", "gw-1"], ["claim", "gw-1"]], ids=" ".join)
def test_where_fabric_is_missing_that_is_said(
    capsys: Out, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, "paramiko", None)
    monkeypatch.setitem(sys.modules, "paramiko.ssh_exception", None)
    assert main(["remote", *words]) == exits.PROBLEM
    seen = capsys.readouterr().err.splitlines()
    assert seen == [
        "gw-1: fabric, which talks to other machines, is not installed here",
        "gw-1:   make setup, or: pip install 'postern[remote]'",
    ]


# --- claiming


@pytest.fixture
def answers_with(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is asked for their key has this one."""
    monkeypatch.setattr(keys_file, "seen_key", lambda where: (where.address, "ssh-ed25519", KEY))


@pytest.mark.usefixtures("answers_with")
def test_a_key_is_recorded_once_it_is_the_one_on_the_console(home: Path, capsys: Out) -> None:
    assert main(["remote", "claim", "gw-1", "--fingerprint", f"SSH {PRINT} ED25519"]) == exits.OK
    assert capsys.readouterr().out == f"gw-1: {PRINT}, as on its console: recorded\n"
    assert (home / "known_hosts").read_text() == f"192.0.2.1 ssh-ed25519 {KEY}\n"
    assert (home / "known_hosts").stat().st_mode & 0o777 == 0o600
    assert main(["remote", "claim", "gw-1", "--fingerprint", PRINT]) == exits.OK
    assert capsys.readouterr().out.endswith("known already\n")


@pytest.mark.usefixtures("answers_with")
def test_a_key_that_is_another_is_shown_and_not_recorded(home: Path, capsys: Out) -> None:
    assert main(["remote", "claim", "gw-1", "--fingerprint", OTHER]) == 5
    assert f"another key answers there, {PRINT}: nothing was recorded" in capsys.readouterr().err
    assert not (home / "known_hosts").exists()


@pytest.mark.usefixtures("answers_with")
def test_a_box_that_was_set_up_anew_has_its_old_key_replaced_and_others_keep_theirs(
    home: Path, capsys: Out
) -> None:
    (home / "known_hosts").write_text("192.0.2.1 ssh-ed25519 AAAA\n192.0.2.2 ssh-ed25519 BBBB\n")
    assert main(["remote", "claim", "gw-1", "--fingerprint", PRINT]) == exits.OK
    assert "recorded, in place of another" in capsys.readouterr().out
    assert (home / "known_hosts").read_text().splitlines() == [
        "192.0.2.2 ssh-ed25519 BBBB",
        f"192.0.2.1 ssh-ed25519 {KEY}",
    ]


@pytest.mark.usefixtures("answers_with")
def test_the_fingerprint_may_stand_in_the_file_of_boxes_or_in_one_from_a_stick(
    home: Path, tmp_path: Path, capsys: Out
) -> None:
    (home / "boxes.toml").write_text(BOXES.replace("[gw-2]", f'fingerprint = "{PRINT}"\n[gw-2]'))
    assert main(["remote", "claim", "gw-1"]) == exits.OK
    record = tmp_path / "record.txt"
    record.write_text(f"gw-2 is up\nSSH {PRINT} ED25519\n")
    assert main(["remote", "claim", "gw-2", "--fingerprint", str(record)]) == exits.OK
    assert len((home / "known_hosts").read_text().splitlines()) == 2
    record.write_text("nothing\n")
    assert main(["remote", "claim", "gw-2", "--fingerprint", str(record)]) == exits.PROBLEM
    assert "no file with one in it" in capsys.readouterr().err


@pytest.mark.usefixtures("answers_with")
def test_who_cannot_be_asked_has_recorded_nothing(home: Path, capsys: Out) -> None:
    """Not even by saying yes: standard input is no terminal here."""
    assert main(["remote", "claim", "gw-1"]) == exits.PROBLEM
    assert "that was no fingerprint" in capsys.readouterr().err
    assert not (home / "known_hosts").exists()


@pytest.mark.usefixtures("answers_with")
def test_a_person_types_what_the_console_shows_and_is_not_shown_what_was_found(
    home: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def type_in(prompt: str) -> str:
        shown.append(prompt + "".join(capsys.readouterr()))
        return f"{PRINT}\n"

    monkeypatch.setattr(remote, "_type_in", type_in)
    assert main(["remote", "claim", "gw-1,gw-2"]) == exits.OK
    assert shown[0] == "gw-1: SHA256:... on its console: "
    assert len((home / "known_hosts").read_text().splitlines()) == 2


@pytest.mark.usefixtures("home")
def test_one_fingerprint_is_one_boxs(capsys: Out) -> None:
    assert main(["remote", "claim", "all", "--fingerprint", PRINT]) == exits.PROBLEM
    assert "a fingerprint is one box's" in capsys.readouterr().err


def test_what_is_claimed_of_several_is_told_of_each(
    home: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen(where: Where) -> tuple[str, str, str]:
        raise NotTrusted("it is strange", "Look")

    monkeypatch.setattr(keys_file, "seen_key", seen)
    assert main(["remote", "claim", "gw-1,gw-2", "--json"]) == 5
    found = json.loads(capsys.readouterr().out)
    assert [one["outcome"] for one in found["boxes"]] == ["not trusted"] * 2


# --- flashing


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the command would have become."""
    pytest.importorskip("fabric", reason="needs requirements/remote.txt")
    found: list[Any] = []

    def execve(program: str, command: list[str], environment: dict[str, str]) -> None:
        found.extend([program, command, environment])
        raise OSError(2, "stopped here")

    monkeypatch.setattr(os, "execve", execve)
    return found


@pytest.mark.usefixtures("home")
def test_flashing_becomes_the_image_program_with_the_claimed_keys(
    home: Path, became: list[Any], capsys: Out
) -> None:
    (home / "known_hosts").write_text(f"192.0.2.1 ssh-ed25519 {KEY}\n")
    words = ["gw-1", "/dev/sda", "--provision", "gw-1.toml"]
    assert main(["remote", "flash", *words]) == exits.PROBLEM
    program, command, _ = became
    assert program == sys.executable
    assert command[1:] == ["-P", "-m", "image", "flash", "/dev/sda", "--ssh", "root@192.0.2.1:22",
        "--known-hosts", str(home / "known_hosts"), "--provision", "gw-1.toml"]  # fmt: skip


@pytest.mark.usefixtures("home")
def test_one_disk_is_flashed_at_a_time(became: list[Any], capsys: Out) -> None:
    assert main(["remote", "flash", "gw-1,gw-2", "/dev/sda"]) == exits.PROBLEM
    assert "one disk is written at a time" in capsys.readouterr().err
    assert became == []


@pytest.mark.usefixtures("home")
def test_nothing_is_flashed_where_no_key_was_claimed(became: list[Any], capsys: Out) -> None:
    assert main(["remote", "flash", "gw-1", "/dev/sda"]) == 5
    assert "postern remote claim gw-1" in capsys.readouterr().err
    assert became == []
