"""What the gateway tells whoever keeps accounts of sessions, and how it goes through the control
socket.

It tells of beginnings and ends as they come, numbered, so that nobody misses one by asking seldom;
and of all that are up, where it is asked for that.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session in which PPP is up, or was until `over`.

    `number` and `began` (seconds since the machine was started) stay with it, also when another
    process takes it up. What is counted are PPP frames; `in` is from the client.
    """

    number: int = 0
    began: float = 0.0
    client: str = ""  # its name in the configuration
    peer: str = ""  # its outside address and port
    user: str = ""  # the name given in PPP
    client_ip: str = ""
    route: str = ""
    server: str = ""
    kind: str = ""  # what the server speaks; "PPP" where it ends here
    natt: str = ""
    suite: str = ""  # of ESP
    tunnel: int = 0
    call: int = 0
    frames_in: int = 0
    frames_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    seconds: float = 0.0  # for how long, as yet
    over: bool = False
    by: str = ""  # who has ended it
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer. `news` are the beginnings and ends that came behind the number asked for."""

    started: float = 0.0  # of this process: the numbers are its own
    last: int = 0  # the newest number: to be asked for next
    lost: int = 0  # how many of what should be in `news` are forgotten
    news: tuple[Sitting, ...] = ()
    living: tuple[Sitting, ...] | None = None  # None: it was not asked for


def told_to_json(told: Told) -> dict[str, object]:
    living = None if told.living is None else [asdict(one) for one in told.living]
    return {
        "started": told.started,
        "last": told.last,
        "lost": told.lost,
        "news": [asdict(one) for one in told.news],
        "living": living,
    }


def told_from_json(data: Mapping[str, object]) -> Told:
    """As another version of the daemon may have sent it; ValueError if it is none."""
    match data:
        case {"started": int() | float() as started, "last": int(last), "lost": int(lost)}:
            living = data.get("living")
            return Told(
                float(started),
                last,
                lost,
                _sittings(data.get("news")),
                None if living is None else _sittings(living),
            )
    raise ValueError("there is no account of sessions")


def sitting_from_json(data: object) -> Sitting:
    """Unknown keys are left out and missing ones empty, so that versions may differ."""
    if not isinstance(data, dict):
        raise ValueError("a session is none")
    found: dict[str, Any] = {}
    for one in fields(Sitting):
        if one.name in data:
            found[one.name] = _fitting(data[one.name], type(one.default), one.name)
    return Sitting(**found)


def _sittings(data: object) -> tuple[Sitting, ...]:
    if not isinstance(data, list):
        raise ValueError("there is no list of sessions")
    return tuple(map(sitting_from_json, data))


def _fitting(value: object, kind: type[object], name: str) -> object:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind or (kind in (int, float) and not 0 <= value < 1 << 63):  # type: ignore[operator]  # a number
        raise ValueError(f"{name} of a session is not what this version of postern knows")
    return value
