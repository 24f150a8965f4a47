"""How Sphinx is told to make the manual, and that it can."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from docs.conf import HERE, ORDER, OUTSIDE, contents

ROOT = Path(__file__).parents[3]


def test_every_page_is_in_the_contents_once() -> None:
    assert sorted(contents()) == sorted({page.stem for page in HERE.glob("*.md")} - {"index"})
    assert contents()[: len(ORDER)] == list(ORDER)


def test_a_readme_outside_goes_along_as_a_file() -> None:
    line = "[a](../image/README.md) [b](options.md#route) [c](../image/README.md#the-disk)"
    assert OUTSIDE.findall(line) == ["../image/README.md"]


@pytest.mark.long
@pytest.mark.skipif(find_spec("sphinx") is None, reason="Sphinx is not there: make docs brings it")
def test_the_manual_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-E", "-W", "--keep-going", "-b", "html"]
    place = ["-d", str(tmp_path / "read"), "docs", str(tmp_path / "html")]
    done = subprocess.run(
        [*command, *place], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "html/explain.html").read_text()
    assert 'id="wrong-key"' in page
    assert 'href="#wrong-key"' in page
