"""What an Accounting-Request says (RFC 2866; tunnels: RFC 2867 and 2868), as a value and as
attributes."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, NamedTuple

from gateway.radius.numbers import (
    FRAMED,
    IPV4,
    L2TP,
    LOCAL,
    LONGEST_VALUE,
    PPP,
    REMOTE,
    VIRTUAL,
    Cause,
    Kind,
    Status,
)
from gateway.radius.packet import Attribute, number, text
from gateway.wire.ipv4 import host_bytes

GIGAWORD: Final = 32  # bits that a counter has (RFC 2869, 5.1)
MOST: Final = (1 << 32) - 1
UNTAGGED: Final = b"\x00"  # in front of what belongs to a tunnel (RFC 2868, 3)


class Nas(NamedTuple):
    """Who tells: our address there, and what we call ourselves."""

    address: bytes
    identifier: str


@dataclass(frozen=True, slots=True)
class Account:
    """Of one session; with no `session` of all there are (On, Off). `at` is the world's time in
    seconds, `in` is from the user."""

    status: int
    at: float
    session: str = ""  # Acct-Session-Id: never two with one
    user: str = ""
    machine: str = ""  # whose IPsec keys it has
    caller: str = ""  # outside address
    called: str = ""
    framed: str = ""  # its address in PPP
    port: int = 0
    connection: str = ""  # of the L2TP tunnel and call
    info: str = ""
    local: bool = False  # the user is let in on this machine
    seconds: int = 0
    octets_in: int = 0
    octets_out: int = 0
    packets_in: int = 0
    packets_out: int = 0
    cause: int = 0


def account_from_json(data: Mapping[str, object]) -> Account:
    """What `asdict` has made of one; ValueError if it is none."""
    kinds = {"status": int, "at": float, **{one.name: type(one.default) for one in _WITH_DEFAULT}}
    found: dict[str, Any] = {name: data[name] for name in kinds if name in data}
    if not {"status", "at"} <= set(found):
        raise ValueError("this is no account")
    for name, value in found.items():
        if type(value) is not kinds[name]:
            raise ValueError(f"{name} of an account is {value!r}")
    return Account(**found)


_WITH_DEFAULT: Final = [one for one in fields(Account) if one.name not in ("status", "at")]


def account_to_json(account: Account) -> dict[str, object]:
    return asdict(account)


def attributes(account: Account, nas: Nas) -> tuple[Attribute, ...]:
    """All but what changes from one sending to the next."""
    return tuple(_attributes(account, nas))


def _attributes(account: Account, nas: Nas) -> Iterator[Attribute]:
    yield number(Kind.ACCT_STATUS_TYPE, account.status)
    yield Attribute(Kind.NAS_IP_ADDRESS, nas.address)
    yield text(Kind.NAS_IDENTIFIER, nas.identifier)
    yield number(Kind.EVENT_TIMESTAMP, int(account.at) & MOST)
    if not account.session:
        return
    yield text(Kind.ACCT_SESSION_ID, account.session)
    yield from _who(account)
    yield from _tunnel(account)
    if account.status != Status.START:
        yield from _counted(account)
    if account.status == Status.STOP:
        yield number(Kind.ACCT_TERMINATE_CAUSE, account.cause)


def _who(account: Account) -> Iterator[Attribute]:
    yield text(Kind.USER_NAME, account.user or account.machine)
    yield number(Kind.NAS_PORT, account.port & MOST)
    yield number(Kind.NAS_PORT_TYPE, VIRTUAL)
    yield number(Kind.SERVICE_TYPE, FRAMED)
    yield number(Kind.FRAMED_PROTOCOL, PPP)
    yield text(Kind.CALLING_STATION_ID, account.caller)
    yield text(Kind.CALLED_STATION_ID, account.called)
    yield number(Kind.ACCT_AUTHENTIC, LOCAL if account.local else REMOTE)
    if account.framed:
        yield Attribute(Kind.FRAMED_IP_ADDRESS, host_bytes(account.framed))
    if account.info:
        yield text(Kind.CONNECT_INFO, account.info)


def _tunnel(account: Account) -> Iterator[Attribute]:
    """In clear the first two have three bytes for a number, and a tag before them."""
    yield number(Kind.TUNNEL_TYPE, L2TP)
    yield number(Kind.TUNNEL_MEDIUM_TYPE, IPV4)
    yield _tagged(Kind.TUNNEL_CLIENT_ENDPOINT, account.caller)
    yield _tagged(Kind.TUNNEL_CLIENT_AUTH_ID, account.machine)
    yield text(Kind.ACCT_TUNNEL_CONNECTION, account.connection)


def _tagged(kind: int, value: str) -> Attribute:
    made = text(kind, value)
    return replace(made, value=(UNTAGGED + made.value)[:LONGEST_VALUE])


def _counted(account: Account) -> Iterator[Attribute]:
    yield number(Kind.ACCT_SESSION_TIME, account.seconds & MOST)
    for octets, low, high in (
        (account.octets_in, Kind.ACCT_INPUT_OCTETS, Kind.ACCT_INPUT_GIGAWORDS),
        (account.octets_out, Kind.ACCT_OUTPUT_OCTETS, Kind.ACCT_OUTPUT_GIGAWORDS),
    ):
        yield number(low, octets & MOST)
        yield number(high, octets >> GIGAWORD & MOST)
    yield number(Kind.ACCT_INPUT_PACKETS, account.packets_in & MOST)
    yield number(Kind.ACCT_OUTPUT_PACKETS, account.packets_out & MOST)


def ended(account: Account, cause: Cause, at: float) -> Account:
    """The last that is known of it, as its end."""
    return replace(account, status=Status.STOP, cause=cause, at=at)
