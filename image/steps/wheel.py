"""The gateway and its commands as a wheel, built from a copy so that the tree stays clean."""

import shutil
import sys
from pathlib import Path
from typing import Final

from image.programs import Failed, run
from image.release import Release

PARTS: Final = ("pyproject.toml", "README.md", "LICENSE")


def make_wheel(project: Path, place: Path, release: Release) -> Path:
    """`place` is made anew. Needs no network: setuptools is in requirements/image.txt."""
    shutil.rmtree(place, ignore_errors=True)
    copy = place / "source"
    copy.mkdir(parents=True)
    for part in PARTS:
        shutil.copy2(project / part, copy)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(project / "gateway", copy / "gateway", ignore=ignored)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    run([*command, "--no-build-isolation", "--wheel-dir", place, copy], env=release.environment)
    found = list(place.glob("*.whl"))
    if len(found) != 1:
        raise Failed(f"one wheel was expected in {place}, there are {len(found)}")
    return found[0]
