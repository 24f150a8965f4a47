"""Every target in a process of its own, one after the other: `make fuzz`.

python -m tests.fuzz SECONDS [NAME ...]     without names all of them
python -m tests.fuzz again NAME FILE        one input once more, without atheris
"""

import re
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.targets import TARGETS, everything

_STATS = re.compile(r"^stat::(\w+):\s+(\d+)$", re.MULTILINE)
_COVERED = re.compile(r"cov: (\d+)")


def fuzz(name: str, seconds: int) -> bool:
    """Whether nothing was found; a line about it, and after a find all that was said."""
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz.run", name, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    stats = dict(_STATS.findall(done.stderr))
    covered = _COVERED.findall(done.stderr)[-1:] or ["?"]
    runs, took = stats.get("number_of_executed_units", "?"), time.monotonic() - began
    print(f"{name:28} {runs:>9} inputs {covered[0]:>6} places {took:6.0f} s", flush=True)
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-4000:], sep="\n")
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["again"]:
        name, file = arguments[1:]
        target = everything if name == "all" else TARGETS[name]
        target(Path(file).read_bytes())
        return 0
    names = arguments[1:] or list(TARGETS)
    good = [fuzz(name, int(arguments[0])) for name in names]
    print(f"{len(names)} targets, {good.count(False)} with a find")
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
