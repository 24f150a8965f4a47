"""What a diagnosis is, and how it goes through the control socket.

Everything here is what a person may see: no key, no password.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gateway.control.causes import Shown


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that can be the matter; a list of them is ranked, the likeliest first.

    `sentence` has the next step in it, which stands alone in `step` too. `evidence` are sentences
    of the dial's account. `dial` is 0 where there was none, and then `ago` (seconds) says nothing.
    """

    cause: str
    sentence: str
    step: str
    evidence: tuple[str, ...] = ()
    shown: Shown = Shown()
    sure: bool = True  # that this machine is meant
    weight: int = 0  # how likely, of 100
    dial: int = 0
    peer: str = ""
    ago: float = 0.0


def diagnosis_to_json(one: Diagnosis) -> dict[str, object]:
    shown = {name: list(numbers) for name, numbers in asdict(one.shown).items()}
    return {**asdict(one), "evidence": list(one.evidence), "shown": shown}


def diagnosis_from_json(data: Mapping[str, Any]) -> Diagnosis:
    """ValueError if it is none."""
    try:
        shown = Shown(**{name: _numbers(data["shown"][name]) for name in ("old", "nt5", "later")})
        return Diagnosis(
            cause=_text(data["cause"]),
            sentence=_text(data["sentence"]),
            step=_text(data["step"]),
            evidence=tuple(_text(line) for line in data["evidence"]),
            shown=shown,
            sure=bool(data["sure"]),
            weight=int(data["weight"]),
            dial=int(data["dial"]),
            peer=_text(data["peer"]),
            ago=float(data["ago"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"a diagnosis lacks {error}") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a text of the diagnosis is none")
    return value


def _numbers(value: object) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or not all(type(one) is int for one in value):
        raise ValueError("the numbers of the diagnosis are none")
    return tuple(value)
