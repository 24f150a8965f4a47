"""What the daemon tells of itself and its sessions, and how that goes through the control socket.

Everything here is what a person may see: no key, no password.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

STATES = ("dialling", "up", "idle", "closing")


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session. Ids are ours, those with `peer` in their name are the other end's.

    `in` is from the client, `out` to it; what is counted are PPP frames. What is not known yet is
    empty or 0.
    """

    id: int = 0
    client: str = ""  # its name in the configuration
    peer: str = ""  # its outside address and port
    identity: str = ""  # what it names itself in IKE
    system: str = ""  # who it seems to be: a name of `systems.py`
    confidence: str = ""  # how sure that is: "guess", "likely", "certain", or "told" by the owner
    why: tuple[str, ...] = ()  # clauses: what was seen of it
    quirks: tuple[str, ...] = ()  # what it took to have it, against the book
    rotation: str = ""  # "old" if it came in by what it had before, and has to be changed there
    since: float = 0.0  # seconds ago
    state: str = STATES[0]
    natt: str = ""  # the form of NAT traversal
    ike_suite: str = ""
    esp_suite: str = ""
    spi_in: str = ""  # eight hexadecimal digits
    spi_out: str = ""
    l2tp_tunnel: int = 0
    l2tp_peer_tunnel: int = 0
    l2tp_call: int = 0
    l2tp_peer_call: int = 0
    inside_kind: str = ""  # what the server speaks: "PPTP", "L2TP/IPsec"
    inside_call: int = 0
    inside_peer_call: int = 0
    route: str = ""
    server: str = ""
    user: str = ""  # the name given in PPP
    client_ip: str = ""
    server_ip: str = ""
    frames_in: int = 0
    frames_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    drops: Mapping[str, int] = field(default_factory=dict)  # by reason
    carrier: str = "user"  # who carries its frames: "kernel" or "user"
    carrier_why: str = ""  # why not the kernel
    encryption: str = "clear"  # of the inside leg
    reach: str = ""  # what it may reach inside, in words
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class StatusView:
    """The daemon as a whole."""

    version: str = ""
    uptime_s: float = 0.0
    sessions: int = 0
    half_open: int = 0
    queue_drops: int = 0  # packets the kernel lost since the queue was full
    counters: Mapping[str, int] = field(default_factory=dict)
    config_file: str = ""
    config_loaded_s: float = 0.0  # seconds ago
    config_problems: tuple[str, ...] = ()  # of the last reload, if it was refused
    carrier: str = ""  # why the kernel carries nothing at all
    workers: int = 0  # that carry in its place
    virtual: str = ""  # by which way it tells clients apart; empty if it carries nothing
    firewall: str = ""  # "nftables" or "iptables"
    rules_ok: bool = False
    rss_kb: int = 0
    refusals: tuple[str, ...] = ()  # the newest, a sentence each
    servers_down: tuple[str, ...] = ()  # of routes with several, a sentence each
    today: str = ""  # the day it goes by, for what has a last day
    warnings: tuple[str, ...] = ()  # of what has one: time to do something
    notices: tuple[str, ...] = ()  # of what has one: nothing to do as yet


View = TypeVar("View", SessionView, StatusView)


def to_json(view: SessionView | StatusView) -> dict[str, object]:
    """The view as values that JSON has."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(view).items()
    }


def session_from_json(data: Mapping[str, object]) -> SessionView:
    """A view as another version of the daemon may have sent it; ValueError if it is none."""
    return _view(SessionView, data)


def status_from_json(data: Mapping[str, object]) -> StatusView:
    """A view as another version of the daemon may have sent it; ValueError if it is none."""
    return _view(StatusView, data)


def _view(kind: type[View], data: Mapping[str, object]) -> View:
    """Unknown keys are left out and missing ones empty, so that versions may differ."""
    empty = kind()
    known = [one.name for one in fields(kind) if one.name in data]
    return kind(**{name: _fitting(data[name], getattr(empty, name), name) for name in known})


def _fitting(value: object, like: object, name: str) -> Any:
    """The value as the field has it, which the field's own default shows by its type."""
    match like, value:
        case (float(), int() | float()) if not isinstance(value, bool):
            return float(value)
        case (tuple(), list()) if all(isinstance(one, str) for one in value):
            return tuple(value)
        case (dict(), dict()) if all(type(one) is int for one in value.values()):
            return value
        case _ if type(value) is type(like) and not isinstance(value, (dict, tuple)):
            return value
    raise ValueError(f"{name} is not what this version of postern knows")
