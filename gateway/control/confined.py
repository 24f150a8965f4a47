"""Where clients may go inside, in words: for who has said nothing, and for one session."""

from collections.abc import Sequence
from typing import Final

from gateway.control.config import Client, Config
from gateway.control.schema_routes import LOCAL
from gateway.control.values_reach import ALL, NONE, Reach
from gateway.control.ways import routes_for
from gateway.wire.ipv4 import host_text

MOST_NAMED: Final = 3  # clients, or places, in one sentence
EVERYWHERE, NOWHERE = "everything", "nothing"
_NAMES: Final = {1: "icmp", 6: "tcp", 17: "udp"}


def silent_about(config: Config) -> list[str]:
    """A sentence for the clients of whom nobody has said what they may reach."""
    silent = [client for client in config.clients if client.reach is None]
    kinds = {
        client.name: {route.kind == LOCAL for route in routes_for(config, client)}
        for client in silent
    }
    into_lan = [client for client in silent if True in kinds[client.name]]
    others = [client for client in silent if False in kinds[client.name]]
    found = []
    if others:
        found.append(
            f"{_named(others)} may reach every host and port behind the server, as no `reach` "
            'says otherwise: give each reach = ["10.10.0.2 tcp/139", ...], or ["everything"]'
        )
    if into_lan:
        names = dict.fromkeys(
            route.name
            for client in into_lan
            for route in routes_for(config, client)
            if route.kind == LOCAL
        )
        found.append(
            f"{_named(into_lan)} may reach nothing by {_listed(list(names))}, for that leads into "
            'the LAN and no `reach` names a place: give each reach = ["10.10.0.2 tcp/139", ...], '
            'or ["nothing"]'
        )
    return found


def reach_words(reach: tuple[Reach, ...] | None, kind: str) -> str:
    """As a session's view has it; `kind` is that of its route."""
    if reach is None:
        return f"{NOWHERE} (no reach is given)" if kind == LOCAL else EVERYWHERE
    if ALL in reach:
        return EVERYWHERE
    if NONE in reach:
        return NOWHERE
    words = [_place(one) for one in reach[:MOST_NAMED]]
    more = len(reach) - MOST_NAMED
    return ", ".join(words) + (f" and {more} more" if more > 0 else "")


def _place(one: Reach) -> str:
    first, last = (host_text(number.to_bytes(4, "big")) for number in (one.first, one.last))
    host = first if first == last else f"{first}-{last}"
    if len(one.protocols) > 1:
        return host
    (protocol,) = one.protocols
    name = _NAMES.get(protocol, f"ip/{protocol}")
    if (one.low, one.high) == (0, 0xFFFF):
        return f"{host} {name}"
    return f"{host} {name}/{one.low}" + (f"-{one.high}" if one.high != one.low else "")


def _named(clients: Sequence[Client]) -> str:
    return _listed([client.name for client in clients])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
