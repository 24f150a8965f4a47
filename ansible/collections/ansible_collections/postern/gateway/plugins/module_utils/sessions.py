"""Which sessions are meant."""

from __future__ import annotations


def meant(sessions, client=None, number=None):
    """Of this machine, or this one; all if nothing is said."""
    return [
        one
        for one in sessions
        if (client is None or one["client"] == client) and (number is None or one["id"] == number)
    ]
