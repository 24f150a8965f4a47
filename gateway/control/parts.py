"""Which parts of the machine a change touches, so that nothing else is disturbed by it."""

from collections.abc import Iterable
from enum import Enum
from typing import Final


class Part(Enum):
    """The value is the name that JSON and the disk have."""

    GATEWAY = "gateway"  # the daemon reads its file again; sessions live on
    RESTART = "restart"  # the daemon must be started anew; sessions end
    NETWORK = "network"  # addresses and routes of the interfaces
    PORTS = "ports"  # which port has which role
    USERS = "users"  # who may log in
    HOSTNAME = "hostname"  # the machine's name and time zone
    METRICS = "metrics"  # the program that gives out figures
    ACCOUNTING = "accounting"  # the program that tells a RADIUS server of sessions
    SYSLOG = "syslog"  # the program that sends the journal
    PAIR = "pair"  # the program by which two boxes share an address


EVERY: Final = frozenset(Part)
NONE: Final[frozenset[Part]] = frozenset()

_OF_TABLE: Final = {
    "outside": {Part.NETWORK},
    "inside": {Part.NETWORK},
    "front": {Part.GATEWAY, Part.NETWORK},  # the box forwards for these servers
    "pair": {Part.PAIR},
    "fleet": {Part.GATEWAY, Part.NETWORK},
    "limits": {Part.GATEWAY},
    "client": {Part.GATEWAY},
    "certificate": {Part.GATEWAY},
    "ca": {Part.GATEWAY},
    "route": {Part.GATEWAY, Part.NETWORK},  # servers behind inside.gateway have a route each
    "choice": {Part.GATEWAY},
    "metrics": {Part.METRICS},
    "accounting": {Part.ACCOUNTING},
    "syslog": {Part.SYSLOG},
    "upgrade": set[Part](),  # looked at when an update is on trial
    "box": {Part.HOSTNAME},
    "admin": {Part.USERS},
    "port": {Part.PORTS, Part.NETWORK},
}
# The daemon picks packets up at the first three; what it says of them is in daemon.py.
_OF_KEY: Final = {
    ("outside", "interface"): {Part.NETWORK, Part.RESTART},
    ("outside", "addresses"): {Part.NETWORK, Part.RESTART},
    ("inside", "address"): {Part.NETWORK, Part.RESTART, Part.ACCOUNTING},
    ("inside", "interface"): {Part.NETWORK, Part.GATEWAY},
    ("outside", "mtu"): {Part.NETWORK, Part.GATEWAY},
    ("outside", "nat_d"): {Part.GATEWAY},
    ("outside", "natt"): {Part.GATEWAY},
    ("client", "name"): {Part.GATEWAY},
    ("route", "encryption"): {Part.GATEWAY},
    ("route", "mppe"): {Part.GATEWAY},
    ("route", "shield"): {Part.GATEWAY},
    ("metrics", "sessions"): {Part.METRICS, Part.GATEWAY},  # the daemon tells them, or does not
    # The daemon remembers what has ended, or does not; who starts pppd keeps its own accounts.
    ("accounting", "server"): {Part.ACCOUNTING, Part.GATEWAY},
    ("pair", "address"): {Part.PAIR, Part.NETWORK},  # which must not have it as its own
    ("box", "contact"): set[Part](),
}


def parts_of(table: str, key: str) -> frozenset[Part]:
    """What a change of this key touches."""
    return frozenset(_OF_KEY.get((table, key), _OF_TABLE.get(table, ())))


def names_of(parts: Iterable[Part]) -> list[str]:
    return sorted(part.value for part in parts)


def parts_named(names: object) -> frozenset[Part]:
    """From what JSON has; a name of another version means everything, which is never too little."""
    try:
        return frozenset(Part(name) for name in names) if isinstance(names, list) else EVERY
    except ValueError:
        return EVERY
