"""The curve as a picture: what a packet costs with 1 to 1,000 sessions, in SVG."""

import re
from collections.abc import Iterable
from math import log10
from typing import Final

from tests.bench.figures import Figure

NAME: Final = re.compile(r"curve, a packet (.+) with ([\d,]+) sessions?")
COLOURS: Final = ("#1f5f8b", "#b4552d")
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 610, 50, 300  # of the axes
TICK: Final = 5  # microseconds between two lines

Points = list[tuple[int, float]]  # sessions, microseconds


def curve(figures: Iterable[Figure]) -> str:
    """One line a direction; sessions go by tens, and nought is at the bottom."""
    lines: dict[str, Points] = {}
    for figure in figures:
        found = NAME.fullmatch(figure.figure)
        if found:
            lines.setdefault(found[1], []).append((int(found[2].replace(",", "")), figure.value))
    every = [point for points in lines.values() for point in points]
    most = max((sessions for sessions, _ in every), default=1)
    top = TICK * (1 + int(max((cost for _, cost in every), default=0) // TICK))
    parts = [_head(), *_grid(sorted({sessions for sessions, _ in every}), most, top)]
    for number, (way, points) in enumerate(lines.items()):
        parts += _line(way, sorted(points), most, top, number)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _head() -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" font-family="DejaVu Sans, Arial, sans-serif" font-size="12"'
        ' role="img" aria-labelledby="title">\n'
        '  <title id="title">Microseconds for a packet with 1 to 1,000 sessions</title>\n'
        f'  <rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
        f'  <text x="{LEFT}" y="24" font-size="14" font-weight="bold" fill="#222222">'
        "A packet through the gateway: microseconds of CPU</text>\n"
        + _text(RIGHT, 24, "AES128-SHA1, 1000 bytes", "end")
    )


def _grid(sessions: list[int], most: int, top: int) -> list[str]:
    found = []
    for cost in range(0, top + 1, TICK):
        y = _y(cost, top)
        found.append(f'  <path d="M{LEFT} {y} H{RIGHT}" stroke="#dddddd"/>')
        found.append(_text(LEFT - 8, y + 4, str(cost), "end"))
    found += [_text(_x(each, most), BOTTOM + 20, f"{each:,}", "middle") for each in sessions]
    middle = (LEFT + RIGHT) // 2
    return [*found, _text(middle, BOTTOM + 42, "sessions, each packet of another one", "middle")]


def _line(way: str, points: Points, most: int, top: int, number: int) -> list[str]:
    colour = COLOURS[number % len(COLOURS)]
    places = [(_x(sessions, most), _y(cost, top)) for sessions, cost in points]
    path = " ".join(f"{x},{y}" for x, y in places)
    found = [f'  <polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    below = 18 if number else -8  # the one line's figures stand above it, the other's below
    for (x, y), (_, cost) in zip(places, points, strict=True):
        found.append(f'  <circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>')
        found.append(_text(x, y + below, f"{cost:.1f}", "middle", colour))
    return [*found, _text(LEFT + 12, TOP + 20 + 18 * number, way, "start", colour)]


def _text(x: int, y: int, words: str, anchor: str, colour: str = "#444444") -> str:
    return f'  <text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def _x(sessions: int, most: int) -> int:
    width = RIGHT - LEFT - 60
    return LEFT + 30 + round(width * log10(sessions) / max(log10(most), 1))


def _y(cost: float, top: int) -> int:
    return round(BOTTOM - (BOTTOM - TOP) * cost / top)
