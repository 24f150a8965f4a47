"""The recorded messages of tests/vectors/netlink, by name."""

import tomllib

from gateway.wire.netlink import Message, parse_messages
from tests.captures import vectors


def recorded(file: str, name: str) -> bytes:
    """All bytes of one recording."""
    entries = tomllib.loads((vectors("netlink") / file).read_text())
    return bytes.fromhex(entries[name]["hex"])


def message(name: str, file: str = "linux-6.1.toml") -> Message:
    """The one message of a recording."""
    (only,) = parse_messages(recorded(file, name))
    return only
