"""Which line of postern.toml refuses a proposal, and what to write there."""

import re
from collections.abc import Sequence
from typing import Final

from gateway.control.config import Client
from gateway.control.hints import hint
from gateway.control.suites import ESP_SUITES, IKE_SUITES, weakness

_WORD: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_KNOWN: Final = {"ike": IKE_SUITES, "esp": ESP_SUITES}
# By words of the reason for which a client was put out (`bridge/watch.py`).
_AFTER: Final = {
    "taken out": "Put it back into postern.toml if it is to dial",
    "revoked": "Take `revoked` out of its entry in postern.toml if it may dial again",
    "key": "Enter its new key at the machine",
    "uses": (
        "Set the client to a better suite, or give it a later `weak_until` in postern.toml if it "
        "knows none"
    ),
}
MOST_NAMES: Final = 3  # clients named; of more it is said that there are more


def offered_suites(text: str, key: str) -> tuple[str, ...]:
    """The suites of our own that stand in what a client offered, in our order.

    `key` is `ike` or `esp`.
    """
    words = set(_WORD.findall(text))
    return tuple(suite for suite in _KNOWN[key] if suite in words)


def remedy(text: str, key: str, clients: Sequence[Client]) -> str:
    """What to add to which list of whom; a sentence's half, without a full stop."""
    suites = offered_suites(text, key)
    if not suites:
        return (
            "Set the client to 3DES, SHA1 and group 2 (MODP1024): Postern knows nothing of what "
            "it offers"
        )
    best = suites[0]
    weak = "; it is weak, so that wants `weak_reason` and `weak_until`" if weakness(best) else ""
    return f'Add "{best}" to `{key}` of {_whom(clients)} in postern.toml{weak}'


def after_expulsion(reason: str) -> str:
    """What to do where a client was put out for this reason."""
    if "certificate" in reason:
        return hint("certificate not accepted", reason)
    found = (step for words, step in _AFTER.items() if words in reason)
    return next(found, "Look at its entry in postern.toml")


def _whom(clients: Sequence[Client]) -> str:
    names = [f"[[client]] {client.name}" for client in clients[:MOST_NAMES]]
    more = len(clients) - len(names)
    if not names:
        return "that client"
    if more > 0:
        return f"the one that dials: {', '.join(names)} or one of {more} more"
    return names[0] if len(names) == 1 else f"the one that dials: {' or '.join(names)}"
