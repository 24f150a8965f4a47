"""What may be tried twice, and how often in a run: tests/conftest.py, by pytest itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from image.places import PROJECT

pytestmark = [pytest.mark.slow, pytest.mark.long]  # each starts a program
LATE = """
import pytest

tries = []

@pytest.mark.{mark}
@pytest.mark.parametrize("number", range({many}))
def test_late(number):
    tries.append(number)
    assert tries.count(number) > {late}, "not yet"
"""


def run_late(place: Path, mark: str, many: int, late: int) -> subprocess.CompletedProcess[str]:
    """So many tests, each failing at its first `late` tries."""
    (place / "test_late.py").write_text(LATE.format(mark=mark, many=many, late=late))
    options = ["-q", "-p", "no:cacheprovider", "-p", "tests.conftest", "-c", "/dev/null"]
    command = [sys.executable, "-m", "pytest", *options, f"--rootdir={place}", str(place)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("mark", ["interop", "image", "root"])
def test_what_runs_on_the_real_clock_has_a_second_try_that_is_told(
    tmp_path: Path, mark: str
) -> None:
    done = run_late(tmp_path, mark, many=1, late=1)
    assert done.returncode == 0
    assert "1 passed, " in done.stdout
    assert "1 rerun" in done.stdout
    assert "at first: test_late.py::test_late[0]" in done.stdout
    assert "not yet" in done.stdout


def test_nothing_has_a_third_try(tmp_path: Path) -> None:
    assert run_late(tmp_path, "interop", many=1, late=2).returncode == 1


@pytest.mark.parametrize("mark", ["filterwarnings('default')", "slow"])
def test_what_is_computed_has_one_try(tmp_path: Path, mark: str) -> None:
    done = run_late(tmp_path, mark, many=1, late=1)
    assert done.returncode == 1
    assert "rerun" not in done.stdout


def test_a_habit_of_second_tries_is_a_failure(tmp_path: Path) -> None:
    assert run_late(tmp_path, "interop", many=2, late=1).returncode == 0
    done = run_late(tmp_path, "interop", many=3, late=1)
    assert done.returncode == 1
    assert "3 second tries are a failure; 2 may be." in done.stdout
