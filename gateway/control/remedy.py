"""Which line of postern.toml refuses a proposal, and what to write there."""

import re
from collections.abc import Sequence
from typing import Final

from gateway.control.config import Client
from gateway.control.suites import ESP_SUITES, IKE_SUITES, weakness

_WORD: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_KNOWN: Final = {"ike": IKE_SUITES, "esp": ESP_SUITES}
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
    warning = ", which is weak; better update the client" if weakness(best) else ""
    return f'Add "{best}" to `{key}` of {_whom(clients)} in postern.toml{warning}'


def _whom(clients: Sequence[Client]) -> str:
    names = [f"[[client]] {client.name}" for client in clients[:MOST_NAMES]]
    more = len(clients) - len(names)
    if not names:
        return "that client"
    if more > 0:
        return f"the one that dials: {', '.join(names)} or one of {more} more"
    return names[0] if len(names) == 1 else f"the one that dials: {' or '.join(names)}"
