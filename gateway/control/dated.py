"""What of a client holds until a day: its weak suites, and the key it had before."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from gateway.control.config import Client
from gateway.control.days import WARN_DAYS, is_over, left_words
from gateway.control.suites import weakness


class Notice(NamedTuple):
    """One sentence to keep in mind; with `warning` it is time to do something."""

    text: str
    warning: bool


def weak_suites(client: Client) -> tuple[str, ...]:
    return tuple(suite for suite in (*client.ike, *client.esp) if weakness(suite))


def lapsed_suites(client: Client, today: date) -> frozenset[str]:
    """Those of its suites that it may use no more."""
    return frozenset(weak_suites(client)) if is_over(client.weak_until, today) else frozenset()


def old_key(client: Client, today: date) -> bytes | None:
    """The key it had before, while that holds."""
    return None if is_over(client.psk_old_until, today) else client.psk_old


def notices(
    clients: Iterable[Client], today: date, used: Mapping[str, str] | None = None
) -> list[Notice]:
    """What of this an owner should know, the most urgent first.

    `used` tells, by client, how long ago its old key was used; None if nobody can know.
    """
    found: list[tuple[date, Notice]] = []
    for client in clients:
        if client.revoked:
            continue
        if weak_suites(client) and client.weak_until is not None:
            found.append((client.weak_until, _of_weak(client, client.weak_until, today)))
        until = client.psk_old_until
        if until is not None and old_key(client, today) is not None:
            found.append((until, _of_old_key(client, until, today, used)))
    found.sort(key=lambda one: (not one[1].warning, one[0]))
    return [notice for _, notice in found]


def _of_weak(client: Client, until: date, today: date) -> Notice:
    suites = ", ".join(weak_suites(client))
    if is_over(until, today):
        return Notice(f"{client.name} may not use {suites} any more since {until} has passed", True)
    text = f"{client.name} may use {suites} {left_words(until, today)} ({client.weak_reason})"
    return Notice(text, (until - today).days <= WARN_DAYS)


def _of_old_key(client: Client, until: date, today: date, used: Mapping[str, str] | None) -> Notice:
    text = f"the old key of {client.name} holds {left_words(until, today)}"
    if used is None:
        return Notice(text, False)
    if client.name in used:
        ago = used[client.name]
        return Notice(f"{text}; it was used {ago} ago: type the new one in at the machine", True)
    return Notice(f"{text}; nobody has dialled with it since the gateway has run", False)
