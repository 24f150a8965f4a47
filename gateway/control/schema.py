"""Every key of `postern.toml`, once: place, meaning, reader, default.

The check, the CLI's help and whatever writes the file later all read this table.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.control import values
from gateway.control.defaults import DEFAULTS
from gateway.control.limits import MOST_CLIENTS, MOST_ROUTES
from gateway.control.suites import ESP_SUITES, IKE_SUITES
from gateway.control.values import Read

ROUTE_KINDS = ("pptp",)


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `example` is what stands behind the equals sign, as TOML."""

    name: str
    read: Read
    doc: str
    example: str
    required: bool = False
    listed: bool = False  # the value is a list, and `read` is for one of its members
    secret: bool = False

    def hint(self) -> str:
        """What to write, for a message."""
        return f"Write for example {self.name} = {self.example}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table, or with `most` above one an array of tables."""

    name: str
    doc: str
    keys: tuple[Key, ...]
    required: bool = False
    most: int = 1

    @property
    def heading(self) -> str:
        return f"[[{self.name}]]" if self.most > 1 else f"[{self.name}]"

    def key(self, name: str) -> Key | None:
        return next((key for key in self.keys if key.name == name), None)

    def default(self, name: str) -> object:
        """What TOML would have there, or None where nothing holds instead."""
        return DEFAULTS.get(self.name, {}).get(name)


OUTSIDE = Table(
    "outside",
    "Where the clients are.",
    (
        Key(
            "interface",
            values.interface,
            "The interface towards the clients.",
            '"eth0"',
            required=True,
        ),
        Key(
            "addresses",
            values.address,
            "The addresses at which clients find Postern.",
            '["203.0.113.1"]',
            required=True,
            listed=True,
        ),
        Key("mtu", values.whole(576, 9000), "Longest packet outside, in bytes.", "1500"),
    ),
    required=True,
)

INSIDE = Table(
    "inside",
    "Where the old servers are.",
    (
        Key("interface", values.interface, "The interface towards the servers.", '"eth1"'),
        Key("address", values.address, "Calls to servers come from here.", '"10.10.0.1"'),
    ),
)

LIMITS = Table(
    "limits",
    "What strangers and clients may use up.",
    (
        Key("half_open", values.whole(1, 100_000), "IKE exchanges under way, in all.", "256"),
        Key(
            "half_open_per_source",
            values.whole(1, 100_000),
            "IKE exchanges under way from one outside address.",
            "32",
        ),
        Key("half_open_seconds", values.whole(1, 600), "How long one may be under way.", "30"),
        Key("sessions", values.whole(1, 100_000), "Sessions at a time.", "1000"),
        Key(
            "dpd_seconds",
            values.whole(1, 86_400),
            "Silence before a client is asked by IKE whether it lives.",
            "30",
        ),
        Key("dpd_tries", values.whole(1, 100), "Unanswered questions before it is given up.", "5"),
        Key("hello_seconds", values.whole(1, 86_400), "Silence before an L2TP Hello.", "60"),
    ),
)

CLIENT = Table(
    "client",
    "One old machine that may dial.",
    (
        Key("name", values.name, "What you call it; each only once.", '"press-3"', required=True),
        Key("psk", values.psk, "Its pre-shared key.", '"a long random text"', secret=True),
        Key("psk_file", values.text, "The file with its pre-shared key instead.", '"press-3.psk"'),
        Key(
            "ike",
            values.one_of("IKE suite", IKE_SUITES),
            "What it may use in IKE; the order is Postern's own.",
            '["3des-sha1-modp1024"]',
            listed=True,
        ),
        Key(
            "esp",
            values.one_of("ESP suite", ESP_SUITES),
            "What it may use in ESP; the order is Postern's own.",
            '["3des-sha1"]',
            listed=True,
        ),
        Key(
            "address",
            values.network,
            "The outside address or network it must come from.",
            '"203.0.113.10"',
        ),
        Key("route", values.name, "The route it takes.", '"old-nt4"', required=True),
    ),
    most=MOST_CLIENTS,
)

ROUTE = Table(
    "route",
    "A way to one old server.",
    (
        Key("name", values.name, "What you call it; each only once.", '"old-nt4"', required=True),
        Key("kind", values.one_of("kind of route", ROUTE_KINDS), "How.", '"pptp"', required=True),
        Key(
            "server",
            values.endpoint,
            "The server's address, with a port if it is not 1723.",
            '"10.10.0.2"',
            required=True,
        ),
    ),
    most=MOST_ROUTES,
)

SCHEMA = (OUTSIDE, INSIDE, LIMITS, CLIENT, ROUTE)


def table_named(name: str) -> Table | None:
    return next((table for table in SCHEMA if table.name == name), None)


def example() -> Iterator[str]:
    """The lines of a configuration with every key in it, each with its sentence."""
    for table in SCHEMA:
        yield from (f"# {table.doc}", table.heading)
        for key in table.keys:
            if key.name != "psk_file":
                yield f"{key.name} = {key.example}  # {key.doc}"
        yield ""
