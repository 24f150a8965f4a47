"""Reading single values of the configuration.

Each reader takes what TOML made of a value and returns what the program works with, or raises
`Unfit`, whose text ends the sentence "client[2].address ...". Texts never repeat a secret.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from gateway.control.problems import did_you_mean, shown
from gateway.wire.udp import Endpoint

PORT_PPTP = 1723
LONGEST_PSK = 256  # bytes
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)
_INTERFACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}", re.ASCII)  # 15: IFNAMSIZ less one
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a table",
}

Read = Callable[[object], object]


class Unfit(ValueError):
    """The value cannot be used; `hint` is said instead of the key's own hint if there is one."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


class Network(NamedTuple):
    """Addresses as first and last, both inclusive, so that networks can be compared and sorted."""

    first: int
    last: int

    def holds(self, host: bytes) -> bool:
        return self.first <= int.from_bytes(host, "big") <= self.last

    def size(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        length = 33 - self.size().bit_length()
        return f"{IPv4Address(self.first)}" + (f"/{length}" if length < 32 else "")


ANYWHERE = Network(0, 0xFFFFFFFF)


def kind_of(value: object) -> str:
    """What TOML has there, in words: for messages that must not show the value."""
    return _KINDS.get(type(value), "a date or time")


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit(f"is {kind_of(value)}, and should be text in quotes")
    if not value:
        raise Unfit("is empty")
    return value


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit(f"is {kind_of(value)}, and should be true or false without quotes")
    return value


def whole(low: int, high: int) -> Read:
    """A reader of whole numbers from `low` to `high`, both allowed."""

    def read(value: object) -> int:
        if type(value) is not int:  # a bool is an int to isinstance
            raise Unfit(f"is {kind_of(value)}, and should be a whole number without quotes")
        if not low <= value <= high:
            raise Unfit(f"is {_number(value)}, and should be between {low} and {high}")
        return value

    return read


def _number(value: int) -> str:
    return str(value) if value.bit_length() <= 64 else "far too large"


def name(value: object) -> str:
    found = text(value)
    if not _NAME.fullmatch(found):
        raise Unfit(
            f"is {shown(found)}, which is no name",
            "Use up to 32 letters, digits, dots, dashes and underscores",
        )
    return found


def interface(value: object) -> str:
    found = text(value)
    if not _INTERFACE.fullmatch(found):
        raise Unfit(f"is {shown(found)}, which no Linux interface can be called")
    return found


def address(value: object) -> bytes:
    found = text(value)
    try:
        host = IPv4Address(found)
    except ValueError:
        raise Unfit(f"is {shown(found)}, which is no IPv4 address") from None
    if host.is_unspecified or host.is_multicast or host.is_reserved:
        raise Unfit(f"is {shown(found)}, which no single machine can have")
    return host.packed


def network(value: object) -> Network:
    found = text(value)
    try:
        net = IPv4Network(found, strict=False)
    except ValueError:
        raise Unfit(f"is {shown(found)}, which is neither an IPv4 address nor a network") from None
    if found.partition("/")[0] != str(net.network_address):
        hint = f'Write "{net}" for the network, or leave out the slash for the machine'
        raise Unfit(f"is {shown(found)}, which is one machine and a network at once", hint)
    return Network(int(net.network_address), int(net.broadcast_address))


def endpoint(value: object) -> Endpoint:
    """An address, with a port where it is not the usual one of PPTP."""
    host, colon, port = text(value).partition(":")
    if not colon:
        return Endpoint(address(host), PORT_PPTP)
    if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise Unfit(f"has the port {shown(port)}, and a port is a number from 1 to 65535")
    return Endpoint(address(host), int(port))


@dataclass(frozen=True, slots=True)
class OneOf:
    """A reader of one of these words; `what` says what they are."""

    what: str
    words: tuple[str, ...]

    def __call__(self, value: object) -> str:
        found = text(value)
        if found not in self.words:
            hint = did_you_mean(found, self.words)
            raise Unfit(f"is {shown(found)}, which is no {self.what}", hint)
        return found


def one_of(what: str, words: Iterable[str]) -> OneOf:
    return OneOf(what, tuple(words))


def psk(value: object) -> bytes:
    """The bytes of a pre-shared key as an old client sends them."""
    found = text(value)
    if not found.isprintable():
        raise Unfit("holds a line break or another control character")
    octets = found.encode()
    if len(octets) > LONGEST_PSK:
        raise Unfit(f"is longer than {LONGEST_PSK} bytes")
    return octets
