"""Runs inside the new root: keep the kernel modules that a small x86 router can use."""

import fnmatch
from pathlib import Path


def trim(kernel: Path, patterns: str) -> tuple[int, int]:
    """Remove the rest from /usr/lib/modules/VERSION. How many stayed, how many went."""
    needs = read_needs((kernel / "modules.dep").read_text())
    keep = chosen(needs, patterns)
    for module in needs.keys() - keep:
        (kernel / module).unlink()
    for folder in sorted((kernel / "kernel").rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return len(keep), len(needs) - len(keep)


def read_needs(text: str) -> dict[str, list[str]]:
    """modules.dep(5): each module's path and the paths of what it needs."""
    rows = (line.split(":") for line in text.splitlines())
    return {row[0]: row[1].split() for row in rows}


def chosen(needs: dict[str, list[str]], patterns: str) -> set[str]:
    """What `patterns` take (see modules.txt), and all that these need."""
    wanted: set[str] = set()
    lines = [line for line in patterns.splitlines() if line and not line.startswith("#")]
    for line in sorted(lines, key=lambda line: line.startswith("-")):
        found = fnmatch.filter(needs, f"kernel/{line.removeprefix('-')}")
        wanted = wanted - set(found) if line.startswith("-") else wanted | set(found)
    return with_needed(wanted, needs)


def with_needed(wanted: set[str], needs: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(wanted)
    while todo:
        module = todo.pop()
        if module not in found:
            found.add(module)
            todo += needs[module]
    return found
