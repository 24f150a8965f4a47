"""Every key of `postern.toml`, once: place, meaning, reader, default.

The check, the CLI's help and whatever writes the file later all read this table.
"""

from collections.abc import Iterator

from gateway.control import values, values_box, values_client, values_reach, values_x509
from gateway.control.defaults import DEFAULTS
from gateway.control.limits import (
    MOST_ADMINS,
    MOST_AUTHORITIES,
    MOST_CLIENTS,
    MOST_OWN_CERTIFICATES,
    MOST_PORTS,
    MOST_WORKERS,
)
from gateway.control.schema_accounting import ACCOUNTING
from gateway.control.schema_front import FRONT
from gateway.control.schema_metrics import METRICS
from gateway.control.schema_routes import CHOICE, ROUTE
from gateway.control.schema_shared import FLEET, PAIR
from gateway.control.schema_syslog import SYSLOG
from gateway.control.schema_upgrade import UPGRADE
from gateway.control.suites import ESP_SUITES, IKE_SUITES
from gateway.control.systems import AUTO, SYSTEMS
from gateway.control.tables import Key, Table
from gateway.x509.algorithms import WEAK

SCHEMA_VERSION = 1  # goes up when an old file would be read in another way: see migrate.py
VERSION_KEY = "schema_version"  # at the top of the file; missing means 1, as hand-written files do
WAYS = ("dhcp", "static")  # how an interface comes by its address
NATT = tuple(DEFAULTS["outside"]["natt"])
NAT_D = ("auto", "honest", "parrot")
WORKERS = ("auto", *map(str, range(MOST_WORKERS + 1)))
PORT_ROLES = ("outside", "inside", "unused")

BOX = Table(
    "box",
    "The machine Postern runs on, where Postern manages it.",
    (
        Key("hostname", values_box.hostname, "What the machine is called.", '"postern"'),
        Key("timezone", values_box.timezone, "For the times people read.", '"Europe/Berlin"'),
        Key("contact", values_box.contact, "Whom to ask about it.", '"Ada, extension 12"'),
    ),
)


def _way(doc_of_router: str, router: str, dns: str) -> tuple[Key, ...]:
    """How an interface is set up, where Postern manages the machine."""
    return (
        Key(
            "network",
            values.one_of("way to an address", WAYS),
            "How the interface is set up; left out, it is left alone.",
            '"static"',
        ),
        Key("prefix", values.whole(1, 31), "Length of the network's prefix, in bits.", "24"),
        Key("gateway", values.address, doc_of_router, router),
        Key("dns", values.address, "Servers for names.", dns, listed=True),
    )


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
            "The addresses at which clients find Postern; with DHCP they may be left out.",
            '["203.0.113.1", "203.0.113.2", "203.0.113.6"]',
            listed=True,
        ),
        Key("mtu", values.whole(576, 9000), "Longest packet outside, in bytes.", "1500"),
        Key(
            "nat_d",
            values.one_of("answer", NAT_D),
            "What a client hears of us where a router forwards its packets to us: the truth "
            "(honest), what it believes (parrot), or what suits it (auto).",
            '"auto"',
        ),
        Key(
            "natt",
            values.one_of("way of NAT traversal", NATT),
            "Ways of NAT traversal that may be agreed on; the order is Postern's own.",
            '["rfc3947", "draft-02n"]',
            listed=True,
        ),
        Key(
            "virtual",
            values.network,
            "Addresses nobody here uses; by these the kernel tells its peers apart.",
            '"100.127.0.0/16"',
        ),
        *_way("The router to everybody else.", '"203.0.113.254"', '["203.0.113.53"]'),
    ),
    required=True,
)

INSIDE = Table(
    "inside",
    "Where the old servers are.",
    (
        Key("interface", values.interface, "The interface towards the servers.", '"eth1"'),
        Key("address", values.address, "Calls to servers come from here.", '"10.10.0.1"'),
        *_way("The router to servers further inside.", '"10.10.0.254"', '["10.10.0.53"]'),
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
        Key(
            "workers",
            values.one_of("number of workers", WORKERS),
            "Processes that carry sessions beside the daemon; auto is one for each further core.",
            '"auto"',
        ),
    ),
)

CLIENT = Table(
    "client",
    "One old machine that may dial.",
    (
        Key("name", values.name, "What you call it; each only once.", '"press-3"', required=True),
        Key("psk", values.psk, "Its pre-shared key.", '"a long random text"', secret=True),
        Key(
            "psk_file",
            values.text,
            "The file with its pre-shared key instead.",
            '"press-3.psk"',
            instead=True,
        ),
        Key(
            "certificate",
            values_x509.rule,
            'Its certificate: a name, a fingerprint or "any"; with it a key may be left out.',
            '"CN=press-3"',
            instead=True,
        ),
        Key(
            "ca",
            values.name,
            "Who must have issued the certificate; left out, any [[ca]] may.",
            '["works"]',
            listed=True,
            instead=True,
        ),
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
        Key(
            "system",
            values.one_of("kind of client", (AUTO, *SYSTEMS)),
            "What it is, where its handshake does not tell.",
            '"msl2tp"',
        ),
        Key(
            "identity",
            values_client.identity,
            "What it must call itself in IKE; left out, anything.",
            '"192.168.1.20"',
        ),
        Key(
            "psk_old",
            values.psk,
            "The key it had before, which holds for a while beside the new one.",
            '"another long random text"',
            secret=True,
        ),
        Key(
            "psk_old_file",
            values.text,
            "The file with the key it had before instead.",
            '"press-3.old.psk"',
            instead=True,
        ),
        Key("psk_old_until", values_client.day, "The old key's last day.", "2030-01-31"),
        Key(
            "weak_reason",
            values.text,
            "Why it may use a weak suite of its lists; needed for that.",
            '"the controller knows no other"',
        ),
        Key("weak_until", values_client.day, "The last day for weak suites.", "2030-12-31"),
        Key("revoked", values.truth, "With true it is let in no more.", "false"),
        Key(
            "reach",
            values_reach.reach,
            "What it may reach inside: hosts or networks, each with a protocol and ports if not "
            "all; or the words nothing, everything.",
            '["10.10.0.2 tcp/139-445", "10.10.0.0/24 icmp"]',
            listed=True,
        ),
    ),
    most=MOST_CLIENTS,
    named="name",
)

_PEM = '"-----BEGIN ..."'

CERTIFICATE = Table(
    "certificate",
    "A certificate by which the gateway proves itself to clients that have one.",
    (
        Key("name", values.name, "What you call it; each only once.", '"own"', required=True),
        Key(
            "chain_file",
            values.text,
            "The file with it, and behind it those between it and its root.",
            '"ca/gateway.pem"',
        ),
        Key("chain", values.text, "The same as PEM.", _PEM, instead=True, pem=True),
        Key("key_file", values.text, "The file with its private key.", '"ca/gateway.key"'),
        Key("key", values.text, "The key as PEM.", _PEM, secret=True, instead=True, pem=True),
        Key(
            "send",
            values.one_of("time to send it", ("always", "asked")),
            "Whether clients must ask for it to get it.",
            '"always"',
        ),
    ),
    most=MOST_OWN_CERTIFICATES,
    named="name",
)

CA = Table(
    "ca",
    "An authority whose certificates are believed.",
    (
        Key("name", values.name, "What you call it; each only once.", '"works"', required=True),
        Key("certificate_file", values.text, "The file with its certificate.", '"ca/ca.pem"'),
        Key("certificate", values.text, "The same as PEM.", _PEM, instead=True, pem=True),
        Key("crl_file", values.text, "The file with whom it has revoked.", '"ca/ca.crl"'),
        Key("crl", values.text, "The same as PEM.", _PEM, instead=True, pem=True),
        Key(
            "allow",
            values.one_of("weak hash", WEAK),
            "Weak hashes that may be under its signatures all the same.",
            '["sha1"]',
            listed=True,
        ),
        Key(
            "identities",
            values.one_of("way to compare identities", ("loose", "strict")),
            "With strict, the address a client calls itself by must be in its certificate.",
            '"loose"',
        ),
    ),
    most=MOST_AUTHORITIES,
    named="name",
)

# A hash, not a point anybody made: there is no private half.
_KEY = '"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmsZQVHFCxFfOSiCDC048uH1f8XaDZzDpgFtvjED4tj ada"'

ADMIN = Table(
    "admin",
    "A person who may log in and change this configuration.",
    (
        Key("name", values_box.login, "The name to log in with.", '"ada"', required=True),
        Key("ssh_key", values_box.ssh_key, "The public key that opens the door.", _KEY),
        Key(
            "ssh_keys",
            values_box.ssh_key,
            "Several public keys instead.",
            f"[{_KEY}]",
            listed=True,
            instead=True,
        ),
    ),
    most=MOST_ADMINS,
    named="name",
)

PORT = Table(
    "port",
    "A network port of the board, pinned when it is first used.",
    (
        Key("role", values.one_of("role", PORT_ROLES), "For what.", '"outside"', required=True),
        Key(
            "path",
            values_box.device,
            "Where it sits on the board.",
            '"pci0000:00/0000:00:02.2/0000:01:00.0"',
            required=True,
        ),
        Key("mac", values_box.mac, "The card's own address.", '"00:0d:b9:00:00:01"'),
    ),
    most=MOST_PORTS,
    named="path",
)

SCHEMA = (
    OUTSIDE,
    INSIDE,
    FRONT,
    PAIR,
    FLEET,
    LIMITS,
    CLIENT,
    ROUTE,
    CHOICE,
    CERTIFICATE,
    CA,
    METRICS,
    ACCOUNTING,
    SYSLOG,
    UPGRADE,
    BOX,
    ADMIN,
    PORT,
)


def table_named(name: str) -> Table | None:
    return next((table for table in SCHEMA if table.name == name), None)


def example() -> Iterator[str]:
    """The lines of a configuration with every key in it, each with its sentence."""
    for table in SCHEMA:
        for entry in table.examples:
            kind = entry.get("kind", "").strip('"')
            yield from (f"# {table.doc}", table.heading)
            for key in table.keys:
                if not key.instead and (not key.kinds or kind in key.kinds):
                    yield f"{key.name} = {entry.get(key.name, key.example)}  # {key.doc}"
            yield ""
