"""How far a dial came, and what was agreed on: by which a recording is held against its replay."""

from collections.abc import Iterable, Mapping
from typing import Final

from gateway.outputs import Fact, What

STEPS: Final = (
    What.OFFERED,
    What.CHOSEN,
    What.NAT_FOUND,
    What.FLOATED,
    What.AUTHENTICATED,
    What.SA_READY,
    What.TUNNEL_OPENED,
    What.CALL_REQUESTED,
    What.SESSION_OPENED,
)
DETAILS: Final[Mapping[What, tuple[str, ...]]] = {
    What.CHOSEN: ("suite", "natt"),
    What.NAT_FOUND: ("where", "hidden"),
    What.SA_READY: ("suite", "encapsulation", "life_seconds", "life_kilobytes"),
    What.RECOGNISED: ("system", "confidence"),
}


def steps_of(facts: Iterable[Fact]) -> tuple[tuple[str, ...], dict[str, str]]:
    """How far a dial came, and what was agreed on: from its account."""
    known = list(facts)
    came = [step.value for step in STEPS if any(fact.what is step for fact in known)]
    found: dict[str, str] = {}
    for fact in known:
        for name in DETAILS.get(fact.what, ()):
            if fact.details.get(name):
                found[f"{fact.what.value}-{name.replace('_', '-')}"] = fact.details[name]
    return tuple(came), found
