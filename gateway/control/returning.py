"""Which machines an update is waited for by: those that had a session when the box left for it.

A machine that was off at that time is none of them, and so is one that has left the configuration.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.control.problems import printable
from gateway.control.sessions import SessionView

LIVING: Final = ("up", "idle")  # states of a session that is somebody's
MOST_KEPT: Final = 1000
MOST_NAMED: Final = 3  # in a sentence


@dataclass(frozen=True, slots=True)
class Leaving:
    """Written down when an update is installed, and again at the restart that starts it.

    `system` and `boot` are those that left: where they are found again, the update did not stay.
    """

    system: str
    boot: str
    version: str  # of the update
    machines: tuple[str, ...] = ()


def leaving_to_data(leaving: Leaving) -> dict[str, Any]:
    return {
        "system": leaving.system,
        "boot": leaving.boot,
        "version": leaving.version,
        "machines": list(leaving.machines),
    }


def leaving_from_data(data: Mapping[str, Any]) -> Leaving | None:
    """None where nothing was written, or something else."""
    system, boot, version = (data.get(name) for name in ("system", "boot", "version"))
    machines = data.get("machines")
    if not isinstance(system, str) or not isinstance(boot, str) or not isinstance(version, str):
        return None
    names = machines if isinstance(machines, list) else []
    kept = tuple(name for name in names if isinstance(name, str))[:MOST_KEPT]
    return Leaving(system, boot, version, kept)


def in_session(sessions: Iterable[SessionView]) -> tuple[str, ...]:
    """The machines, by their names."""
    return tuple(sorted({one.client for one in sessions if one.state in LIVING}))[:MOST_KEPT]


def missing(leaving: Leaving, known: Collection[str], back: Collection[str]) -> tuple[str, ...]:
    """Of those that are waited for; `known` are in the configuration."""
    return tuple(name for name in leaving.machines if name in known and name not in back)


def waiting(leaving: Leaving, names: Collection[str], minutes: float) -> str:
    """What everybody who looks is told meanwhile."""
    what = f"{named(names)} had a session before the update to {leaving.version} and none since"
    hint = "set upgrade.redial_minutes to 0 to keep it whatever becomes of them"
    return f"{what}: in {max(minutes, 0):.0f} min the box goes back by itself; {hint}"


def gone_back(leaving: Leaving, names: Collection[str], minutes: int, why: str) -> str:
    """Why it does. `why` is what is known of the first one's dials."""
    what = f"{named(names)} had a session before the update to {leaving.version}"
    known = f" ({printable(why.rstrip('.'))})" if why else ""
    return f"{what} and none within {minutes} min of its start{known}"


def named(names: Collection[str]) -> str:
    first = [printable(name) for name in sorted(names)[:MOST_NAMED]]
    more = len(names) - len(first)
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")
