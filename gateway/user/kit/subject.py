"""What one kit is about: the machine, as the configuration and whoever asks describe it."""

from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv4Address
from typing import Final

from gateway.control.changes_outputs import Refused
from gateway.control.config import Client, Config
from gateway.control.kits import MOST_DIALLED, Order
from gateway.control.schema_routes import LOCAL
from gateway.user.kit.kinds import Kind, kind_of

LARGEST_P12: Final = 64 << 10  # bytes
_DER_SEQUENCE: Final = 0x30


@dataclass(frozen=True, slots=True)
class Subject:
    """It has a key or a certificate: what is empty is not in the kit."""

    machine: str
    kind: Kind
    system: str  # of control/systems.py, if that is known
    dialled: tuple[str, ...]
    route: str
    nat_d: str
    day: date
    psk: str = field(default="", repr=False)
    p12: bytes = field(default=b"", repr=False)
    contact: str = ""
    local: bool = False  # its route goes into the LAN, where the gateway itself knows the users


def subject_of(config: Config, order: Order, p12: bytes, day: date) -> Subject:
    """`Refused` where no kit can be made that would let the machine dial."""
    client = _client(config, order.machine)
    kind, system = kind_of(client.name, order.windows, client.system, order.recognised)
    return Subject(
        machine=client.name,
        kind=kind,
        system=system,
        dialled=order.dialled or _dialled(config, client),
        route=client.route,
        nat_d=config.outside.nat_d,
        day=day,
        psk="" if p12 else _key(client),
        p12=_checked(p12, client),
        contact=config.box.contact,
        local=any(one.name == client.route and one.kind == LOCAL for one in config.routes),
    )


def _client(config: Config, name: str) -> Client:
    client = next((one for one in config.clients if one.name == name), None)
    if client is None:
        what = f"{name} is no client of the configuration in force"
        raise Refused(what, "See `postern clients`; what was edited has to be applied first")
    if client.revoked:
        hint = f"Let it dial again first: postern clients readmit {name}"
        raise Refused(f"{name} is revoked, so its kit would not let it dial", hint)
    return client


def _dialled(config: Config, client: Client) -> tuple[str, ...]:
    """In front of its server a machine dials that; elsewhere our own addresses."""
    servers = {
        server.host for route in config.routes if route.name == client.route
        for server in route.servers
    }  # fmt: skip
    hosts = [host for host in config.front.servers if host in servers] or config.dialled
    if not hosts:
        what = "the address that clients dial is not in the configuration"
        raise Refused(what, "Name it: --dialled ADDRESS")
    return tuple(str(IPv4Address(host)) for host in hosts[:MOST_DIALLED])


def _key(client: Client) -> str:
    if not client.psk:
        hint = f"Make it one (postern ca issue {client.name}), and name the file with --p12"
        raise Refused(f"{client.name} has no key, and its kit needs a certificate", hint)
    key = client.psk.decode()
    if not key.isascii():
        what = f"the key of {client.name} has letters that each Windows writes in its own way"
        raise Refused(what, f"Give it a plain one: postern clients rotate {client.name}")
    return key


def _checked(p12: bytes, client: Client) -> bytes:
    if not p12:
        return b""
    if p12[0] != _DER_SEQUENCE or len(p12) > LARGEST_P12:
        raise Refused("that is no .p12 file", f"Make one: postern ca issue {client.name}")
    if client.certificate is None:
        what = f"{client.name} may not dial with a certificate yet"
        raise Refused(what, "Its entry wants `certificate`: `postern ca issue` tells the line")
    return p12


def is_address(dialled: str) -> bool:
    """Not a name."""
    return dialled.replace(".", "").isdigit()
