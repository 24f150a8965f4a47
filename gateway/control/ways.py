"""Which route a call takes: the first choice that fits, else the client's own."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from gateway.control.config import Choice, Client, Config, Route
from gateway.control.policy import client_named


@dataclass(frozen=True, slots=True)
class Dialled:
    """What is known of a call. `called` is four bytes; `user` is None until PPP has said it."""

    client: str
    identity: str
    called: bytes
    user: str | None = None


def route_of_call(config: Config, call: Dialled) -> Route | None:
    """None once the owner has taken the client out."""
    client = client_named(config, call.client)
    if client is None:
        return None
    names = (choice.route for choice in config.choices if _fits(choice, call))
    wanted = next(names, client.route)
    return next((route for route in config.routes if route.name == wanted), None)


def routes_for(config: Config, client: Client) -> list[Route]:
    """All that a call of the client can take, whatever else is known of it: its own route is among
    them unless a choice takes every call of it elsewhere."""
    names: list[str] = []
    for choice in config.choices:
        if choice.client in (None, client.name):
            names.append(choice.route)
            if (choice.identity, choice.called, choice.user) == (None, None, None):
                break
    else:
        names.append(client.route)
    return [route for route in config.routes if route.name in names]


def _fits(choice: Choice, call: Dialled) -> bool:
    """A choice by user fits nobody before the name is known."""
    return (
        choice.client in (None, call.client)
        and choice.called in (None, call.called)
        and _matches(choice.identity, call.identity)
        and (choice.user is None or (call.user is not None and _matches(choice.user, call.user)))
    )


def _matches(pattern: str | None, name: str) -> bool:
    return pattern is None or fnmatchcase(name.casefold(), pattern)
