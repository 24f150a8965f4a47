"""What differs in meaning between two configurations: for a person, and for the machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.control.canonical import Section, Sections, Setting, Unreadable, sections
from gateway.control.parts import EVERY, Part, parts_of

Settings = Mapping[str, Setting]


@dataclass(frozen=True, slots=True)
class Diff:
    """`lines` begin with "+ ", "- " or, to say where, with two spaces; secrets are masked."""

    lines: tuple[str, ...] = ()
    changed: int = 0  # sections
    parts: frozenset[Part] = frozenset()


def diff(before: str, after: str) -> Diff:
    """From one text to another. One that cannot be read differs in everything."""
    try:
        old, new = sections(before), sections(after)
    except Unreadable:
        same = before == after
        return Diff() if same else Diff(("  one of the two is no TOML",), 1, EVERY)
    lines: list[str] = []
    parts: set[Part] = set()
    changed = 0
    for place in (*old, *(one for one in new if one not in old)):
        found, touched = _of_section(place, old, new)
        lines += found
        parts |= touched
        changed += bool(found)
    return Diff(tuple(lines), changed, frozenset(parts))


def _of_section(place: Section, old: Sections, new: Sections) -> tuple[list[str], set[Part]]:
    before, after = _said(old.get(place, {})), _said(new.get(place, {}))
    names = [*before, *(name for name in after if name not in before)]
    differing = [name for name in names if _value(before, name) != _value(after, name)]
    alone = place.name and (place not in old or place not in new)
    if not differing and not alone:
        return [], set()
    parts = {part for name in differing for part in parts_of(place.table, name)}
    if place.name and place not in new:
        return [f"- {place.heading}"], parts
    if place.name and place not in old:
        shown = [f"+ {name} = {one.shown}" for name, one in after.items()]
        return [f"+ {place.heading}", *shown], parts
    lines = [f"  {place.heading}"]
    for name in differing:
        lines += [f"- {name} = {before[name].shown}"] if name in before else []
        lines += [f"+ {name} = {_shown(before, after, name)}"] if name in after else []
    return lines, parts


def _said(settings: Settings) -> Settings:
    """Without what would hold anyway."""
    return {name: one for name, one in settings.items() if not one.usual}


def _value(settings: Settings, name: str) -> object:
    return settings[name].value if name in settings else None


def _shown(before: Settings, after: Settings, name: str) -> str:
    """A secret looks as before: say that it is another."""
    shown = after[name].shown
    same = name in before and before[name].shown == shown
    return f"{shown} (another)" if same else shown
