"""What pppd is told of one call: its arguments, and the files of its RADIUS client. Pure.

What can be asked for is a call of a client that may dial, by a route that its calls can take, and
nothing else: options are made here, of root's own reading of the file. Whether that client has
dialled is not known here. So a gateway that was taken over has no options of its own making and no
root by this; it could call in any client's name.
"""

import json
from collections.abc import Collection, Mapping
from pkgutil import get_data
from typing import Final, NamedTuple

from gateway.control.config import Config, Route
from gateway.control.policy import client_named
from gateway.control.schema_routes import LOCAL
from gateway.control.ways import routes_for
from gateway.wire.ipv4 import host_bytes, host_text

PPPD: Final = "/usr/sbin/pppd"
INTERFACE: Final = "postern"  # how the interface of every call begins
SMALLEST_MRU, LARGEST_MRU = 576, 1500  # bytes
AUTHS: Final = {
    "mschap-v2": "require-mschap-v2",
    "mschap": "require-mschap",
    "chap": "require-chap",
    "pap": "require-pap",
}
# No header or data compression: what the gateway has to judge it must be able to read. No echoes:
# whether the client is there the gateway knows, and ends the line.
USUAL: Final = (
    *("local", "nodetach", "logfd", "2", "auth", "noccp", "novj", "noipv6", "nodefaultroute"),
    *("proxyarp", "connect-delay", "1", "lcp-restart", "1", "lcp-echo-interval", "0", "nopersist"),
)
PORT_AUTH, PORT_ACCOUNTING = 1812, 1813  # RFC 2865, 3 and RFC 2866, 3


class BadRequest(Exception):
    """Why no pppd is started; the gateway is told so."""


class Call(NamedTuple):
    """What the gateway says of one; `caller` is the client's outside address as text."""

    route: str
    client: str
    caller: str
    mru: int


class Sink(NamedTuple):
    """Who answers the accounts of pppd's RADIUS client where Postern keeps accounts itself."""

    host: str
    port: int
    secret: str


def parse_request(line: bytes) -> Call:
    """One line of JSON; BadRequest if it is another."""
    try:
        raw = json.loads(line)
        names = [raw[key] for key in ("route", "client", "from", "mru")]
        if not all(isinstance(name, str) for name in names):
            raise BadRequest("the request has something that is no text")
        route, client, caller, mru = names
        call = Call(route, client, host_text(host_bytes(caller)), int(mru))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadRequest("the request is none of the gateway's") from error
    if not SMALLEST_MRU <= call.mru <= LARGEST_MRU:
        raise BadRequest(f"no frame has {call.mru} bytes")
    return call


def route_of(config: Config, call: Call) -> Route:
    """The route into the LAN of that name, if a call of that client can take it; else BadRequest.

    By whose keys somebody has dialled only the gateway knows: it says which client it is.
    """
    client = client_named(config, call.client)
    if client is None:
        raise BadRequest("the configuration has no such client")
    if client.revoked:
        raise BadRequest("that client is revoked")
    routes = [one for one in config.routes if (one.name, one.kind) == (call.route, LOCAL)]
    if not routes:
        raise BadRequest("the configuration has no such route into the LAN")
    if routes[0] not in routes_for(config, client):
        raise BadRequest(f"neither {client.name} nor a choice has the route {call.route}")
    return routes[0]


def choose_address(route: Route, taken: Collection[bytes]) -> bytes | None:
    """The first of the pool that nobody has; None where RADIUS gives them."""
    free = next((host for host in route.pool if host not in taken), None)
    if free is None and route.pool:
        raise BadRequest(f"no address of the pool of {route.name} is free")
    return free


def arguments(
    route: Route, inside: bytes, call: Call, address: bytes | None, interface: str, folder: str
) -> list[str]:
    """For pppd on the terminal that is its standard input, which has no modem; `folder` has the
    files of its RADIUS client."""
    remote = "" if address is None else host_text(address)
    found = [PPPD, *USUAL, f"{host_text(inside)}:{remote}"]
    found += ["name", route.name, "ifname", interface, "ipparam", call.client]
    found += ["remotenumber", call.caller, "mru", str(call.mru), "mtu", str(call.mru)]
    found += [AUTHS[one] for one in route.auth]
    for option, hosts in (("ms-dns", route.dns), ("ms-wins", route.wins)):
        for host in hosts:
            found += [option, host_text(host)]
    if route.radius is not None:
        found += ["plugin", "radius.so", "radius-config-file", f"{folder}/{route.name}.conf"]
    return found


def radius_files(
    route: Route, inside: bytes, folder: str, sink: Sink | None = None
) -> Mapping[str, str]:
    """By name; for nobody but root. None where the users are pppd's own. Who asks, and from where,
    is said, for else the plugin looks its own address up by the machine's name."""
    if route.radius is None:
        return {}
    server, base = host_text(route.radius), f"{folder}/{route.name}"
    accounts, secrets = f"{server}:{PORT_ACCOUNTING}", f"{server} {route.radius_secret.decode()}\n"
    if sink is not None:
        accounts, secrets = f"{sink.host}:{sink.port}", f"{secrets}{sink.host} {sink.secret}\n"
    lines = {
        "auth_order": "radius",
        "login_tries": "1",
        "login_timeout": "10",
        "nologin": "/etc/nologin",
        "issue": "/dev/null",
        "authserver": f"{server}:{PORT_AUTH}",
        "acctserver": accounts,
        "servers": f"{base}.servers",
        "dictionary": f"{base}.dictionary",
        "mapfile": f"{base}.map",
        "seqfile": f"{base}.seq",
        "login_radius": "/bin/false",
        "login_local": "/bin/false",
        "default_realm": "",
        "bindaddr": host_text(inside),
        "nas_identifier": route.name,
        "radius_timeout": "3",
        "radius_retries": "2",
    }
    return {
        f"{route.name}.conf": "".join(
            f"{key} {value}".rstrip() + "\n" for key, value in lines.items()
        ),
        f"{route.name}.servers": secrets,
        f"{route.name}.dictionary": (get_data(__name__, "radius.dictionary") or b"").decode(),
        f"{route.name}.map": "",
    }
