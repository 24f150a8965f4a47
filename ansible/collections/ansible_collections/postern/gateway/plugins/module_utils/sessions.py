"""Which sessions are meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def meant(
    sessions: Sequence[Mapping[str, Any]], client: str | None = None, number: int | None = None
) -> list[Mapping[str, Any]]:
    """Of this machine, or this one; all if nothing is said."""
    return [
        one
        for one in sessions
        if (client is None or one["client"] == client) and (number is None or one["id"] == number)
    ]
