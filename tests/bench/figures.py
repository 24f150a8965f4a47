"""What a bench hands on: figures, some of which have a goal."""

from typing import NamedTuple


class Figure(NamedTuple):
    """`goal` is in `unit`, too; `met` is None where there is no goal."""

    figure: str
    value: float
    unit: str
    goal: float | None = None
    met: bool | None = None
    sign: str = ""

    def as_json(self) -> dict[str, object]:
        """What is set in on the screen stands under its own full name here."""
        found = {name: getattr(self, name) for name in ("value", "unit", "goal", "met")}
        return {"figure": self.figure.strip(), **found}

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"{self.sign} {self.goal:g}"
        verdict = {None: "", True: "met", False: "NOT MET"}[self.met]
        return f"{self.figure:72}{self.value:>10g} {self.unit:10}{goal:>10}  {verdict}".rstrip()


def told(figure: str, value: float, unit: str) -> Figure:
    """No goal: for comparison."""
    return Figure(figure, round(value, 3), unit)


def at_most(figure: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(figure, round(value, 3), unit, goal, value <= goal, "<=")


def at_least(figure: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(figure, round(value, 3), unit, goal, value >= goal, ">=")
