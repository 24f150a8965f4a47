"""The player of recordings: a line before each, a line after, whatever the file is."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from gateway import replays
from gateway.control.recorded import LARGEST, build_case, parse_case
from tests.captures import vectors

RECORDING = vectors("recorded") / "scripted-xp-sp2.toml"


def played(capsys: pytest.CaptureFixture[str], *files: Path) -> list[dict[str, object]]:
    assert replays.main([str(path) for path in files]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_recording_that_goes_as_it_went_has_no_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = Path(shutil.copy(RECORDING, tmp_path / "press-3.toml"))
    assert played(capsys, file) == [{"client": "press-3"}, {"client": "press-3", "problems": []}]


def test_one_that_does_not_is_told_with_its_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = parse_case(RECORDING.read_text())
    file = tmp_path / "press-3.toml"
    file.write_text(build_case(replace(case, found={**case.found, "chosen-suite": "rot13"})))
    [_, after] = played(capsys, file)
    assert "chosen-suite was rot13, and is " in str(after["problems"])


def test_files_that_are_none_are_told_and_the_next_has_its_turn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, binary, large = (tmp_path / f"{name}.toml" for name in ("broken", "binary", "large"))
    broken.write_text("no [ TOML")
    binary.write_bytes(b"\xff\xfe")
    large.write_text("#" * (LARGEST + 10))
    found = played(capsys, broken, binary, large, tmp_path / "gone.toml", RECORDING)
    told = [str(one["unplayable"]) for one in found if "unplayable" in one]
    assert [text[:14] for text in told] == [
        "no TOML: Expec",
        "it is no text",
        "larger than 26",
        "it cannot be r",
    ]
    assert found[-1]["problems"] == []
