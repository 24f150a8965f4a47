"""build/image.json, and for people image.txt: what the image costs, each beside its goal."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Figure:
    """`met` is None where there is no goal."""

    figure: str
    value: float
    unit: str
    goal: float | None = None
    met: bool | None = None


class Figures:
    """Every goal is an upper bound."""

    def __init__(self) -> None:
        self.all: list[Figure] = []

    def add(self, figure: str, value: float, unit: str, goal: float | None = None) -> None:
        met = None if goal is None else value <= goal
        self.all.append(Figure(figure, round(value, 2), unit, goal, met))

    def size(self, image: Path) -> None:
        """Of the compressed image and the bundle beside it."""
        packed, bundle = Path(f"{image}.zst"), image.with_suffix(".raucb")
        for name, path in (("compressed image", packed), ("update bundle", bundle)):
            if path.exists():
                self.add(name, path.stat().st_size / MIB, "MiB", 120)

    def write(self, path: Path) -> None:
        """What an earlier run found out and this one did not is kept."""
        new = [asdict(one) for one in self.all]
        names = {one["figure"] for one in new}
        try:
            old = [one for one in json.loads(path.read_text()) if one["figure"] not in names]
        except (OSError, ValueError):
            old = []
        path.write_text(json.dumps(old + new, indent=1) + "\n")
        path.with_suffix(".txt").write_text(table([Figure(**one) for one in old + new]) + "\n")


def table(figures: list[Figure]) -> str:
    rows = [
        f"{one.figure:<44}{one.value:>9g} {one.unit:<5}"
        + ("" if one.goal is None else f"goal {one.goal:g}: {'met' if one.met else 'MISSED'}")
        for one in figures
    ]
    return "\n".join(row.rstrip() for row in rows)
