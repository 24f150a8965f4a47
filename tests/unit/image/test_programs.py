"""Programs of the build: nothing of this machine gets in, and every end is seen."""

from pathlib import Path

import pytest

from image.programs import Failed, run


def test_what_it_writes_is_the_answer() -> None:
    assert run(["sh", "-c", "cat; echo end"], data=b"begin\n") == "begin\nend\n"


def test_it_reads_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("from a file")
    with open(tmp_path / "in", "rb") as file:
        assert run(["cat"], data=file) == "from a file"


def test_language_and_time_zone_are_nobody_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("SOMETHING", "else")
    found = run(["sh", "-c", "echo $LC_ALL $TZ $SOMETHING $GIVEN"], env={"GIVEN": "here"})
    assert found == "C.UTF-8 UTC here\n"


def test_a_failure_says_the_last_it_said(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(Failed, match=r"(?s)status 3:.*line 40"):
        run(["sh", "-c", "seq -f 'line %g' 40; exit 3"], log=log)
    assert "line 1\n" in log.read_text()


def test_a_program_that_is_not_there_is_a_failure_too() -> None:
    with pytest.raises(Failed, match="cannot be run"):
        run(["/nowhere/at/all"])
