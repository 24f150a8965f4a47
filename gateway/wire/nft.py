"""Elements of nftables maps, added and taken out in one transaction (linux/netfilter/nf_tables.h).

Tables, chains and the maps themselves are made from text by `nft`; only what changes with every
client goes this way, since starting a program costs more than the rest of a dial.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from gateway.wire.netlink import (
    ACK,
    CREATE,
    REQUEST,
    attribute,
    build_message,
    each_attribute,
    nested,
    parse_attributes,
)

SUBSYSTEM: Final = 10
BEGIN, END = 0x10, 0x11  # of a transaction
NEW_ELEMENTS, GET_ELEMENTS, DELETE_ELEMENTS = (SUBSYSTEM << 8 | each for each in (12, 13, 14))
IPV4: Final = 2
_TABLE, _SET, _ELEMENTS = 1, 2, 3
_ELEMENT, _KEY, _DATA, _VALUE = 1, 1, 2, 1


class Change(NamedTuple):
    """One element of a map that is to be there (`data`), or not to be there (None).

    The parts of a concatenated key are each filled up with zeros to four bytes: see `join_key`.
    """

    map: str
    key: bytes
    data: bytes | None


def join_key(*parts: bytes) -> bytes:
    return b"".join(part.ljust((len(part) + 3) & ~3, b"\0") for part in parts)


def build_changes(table: str, changes: Sequence[Change], sequence: int) -> bytes:
    """All of them in one transaction, in order; its first message has the number `sequence`.

    The kernel acknowledges each change by its own number, which goes up by one from there.
    """
    found = [build_message(BEGIN, REQUEST, sequence, _head(0, SUBSYSTEM))]
    for number, change in enumerate(changes, sequence + 1):
        adds = change.data is not None
        kind, flags = (NEW_ELEMENTS, CREATE) if adds else (DELETE_ELEMENTS, 0)
        parts = [nested(_KEY, attribute(_VALUE, change.key))]
        if change.data is not None:
            parts.append(nested(_DATA, attribute(_VALUE, change.data)))
        body = name_map(table, change.map) + nested(_ELEMENTS, nested(_ELEMENT, *parts))
        found.append(build_message(kind, REQUEST | ACK | flags, number, body))
    end = sequence + len(changes) + 1
    found.append(build_message(END, REQUEST, end, _head(0, SUBSYSTEM)))
    return b"".join(found)


def name_map(table: str, map_name: str) -> bytes:
    """The body of GET_ELEMENTS, and what every change begins with."""
    return _head(IPV4, 0) + _text(_TABLE, table) + _text(_SET, map_name)


def parse_elements(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys and data of the map that a NEW_ELEMENTS from the kernel tells of."""
    listed = parse_attributes(body[4:]).get(_ELEMENTS, b"")
    for _, element in each_attribute(listed):
        parts = parse_attributes(element)
        key = parse_attributes(parts.get(_KEY, b"")).get(_VALUE, b"")
        yield key, parse_attributes(parts.get(_DATA, b"")).get(_VALUE, b"")


def _head(family: int, resource: int) -> bytes:
    """A struct nfgenmsg."""
    return bytes((family, 0)) + resource.to_bytes(2, "big")


def _text(kind: int, text: str) -> bytes:
    return attribute(kind, text.encode() + b"\0")
