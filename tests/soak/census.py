"""How much the gateway holds: every container of every core, by class and field, and every object.

Found by walking from the gateway through all that is its own, so a table that somebody adds
tomorrow is counted, too. What an owner has configured is left out.
"""

import gc
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

from gateway.control.causes import Cause
from gateway.esp.errors import Drop
from gateway.outputs import What

CONTAINERS = (dict, list, set, frozenset, deque, tuple, bytearray)
CONFIGURED = ("gateway.control.config", "gateway.ike.policy", "gateway.control.users")

# What these hold is named by them, since it is remembered longer than the same thing elsewhere.
APART = frozenset({"TurnedAway"})

# What is remembered on purpose after everybody has gone, with its bound (the tests of the files
# hold these): accounts of dials, places where clients were seen, habits, budgets, who knocked, and
# sums by kind: of facts, causes, directions and reasons for a drop there are so many.
REMEMBERED: dict[str, int] = {
    "Accounts._proved": 256,
    "Accounts._strangers": 64,
    "Places._places": 4096,
    "Pacer._habits": 4096,
    "Pacer._next": 256,
    "Effort._sources": 4096,
    "Effort._firsts_of": 4096,
    "Trials._sources": 4096,
    "TurnedAway.Memory.answers": 64,
    "Visitors._by_host": 256,
    "Fact.details": (256 + 64) * 64 * 12,
    "Keyring.ports": 1,
    "Counters.by_reason": 100,
    "Ike.counters": 100,
    "Established._counters": 100,
    "Tally.facts": len(What),
    "Tally.failures": len(Cause),
    "Traffic.packets": 2,
    "Traffic.payload": 2,
    "Traffic.drops": len(Drop),
}


def census(*roots: object) -> dict[str, int]:
    """Entries by "Class.field"; of several objects of a class, together."""
    found: Counter[str] = Counter()
    seen: set[int] = set()
    waiting: deque[tuple[str, object]] = deque(("", root) for root in roots)
    while waiting:
        owner, one = waiting.popleft()
        if id(one) in seen or not _is_ours(one):
            continue
        seen.add(id(one))
        kind = type(one).__name__
        below = f"{kind}." if kind in APART else owner
        for name, value in _fields(one):
            if isinstance(value, CONTAINERS):
                found[f"{owner}{kind}.{name}"] += len(value)
                waiting += [(below, each) for each in _members(value, seen)]
            else:
                waiting.append((below, value))
    return dict(found)


def objects() -> Counter[str]:
    """The living objects of the gateway's classes, whoever holds them."""
    gc.collect()
    return Counter(
        type(one).__name__
        for one in gc.get_objects()
        if type(one).__module__.startswith("gateway.") and not isinstance(one, Enum)
    )


def grown(
    before: dict[str, int], after: dict[str, int], slack: int, share: float = 0.0
) -> dict[str, tuple[int, int]]:
    """What has become more by more than `slack` and this share, and is not remembered on purpose:
    before and after."""
    return {
        name: (before.get(name, 0), count)
        for name, count in sorted(after.items())
        if count > (1.0 + share) * before.get(name, 0) + slack and name not in REMEMBERED
    }


def over(after: dict[str, int]) -> dict[str, tuple[int, int]]:
    """What is remembered on purpose, and is more than it may be: bound and count."""
    return {
        name: (bound, after[name])
        for name, bound in REMEMBERED.items()
        if after.get(name, 0) > bound
    }


def _is_ours(one: object) -> bool:
    module = type(one).__module__
    return (
        module.startswith("gateway.")
        and module not in CONFIGURED
        and not isinstance(one, Enum | type)
    )


def _fields(one: object) -> Iterator[tuple[str, Any]]:
    yield from getattr(one, "__dict__", {}).items()
    for kind in type(one).__mro__:
        slots = getattr(kind, "__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(one, name):
                yield name, getattr(one, name)


def _members(value: Iterable[Any], seen: set[int]) -> Iterator[object]:
    """What a container holds, and what containers in it hold."""
    held: list[Any] = [*value.keys(), *value.values()] if isinstance(value, dict) else [*value]
    for each in held:
        if isinstance(each, CONTAINERS) and not isinstance(each, bytearray):
            if id(each) not in seen:
                yield from _members(each, seen)
        else:
            yield each
