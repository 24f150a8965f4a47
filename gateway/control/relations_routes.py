"""What is wrong with routes and choices beside each other, and with what a kind of route needs."""

from collections.abc import Iterator, Sequence

from gateway.control.findings import Document, Entry, Findings
from gateway.control.limits import MOST_SERVERS
from gateway.control.problems import did_you_mean, shown
from gateway.control.relations_carrier import check_carrier
from gateway.control.relations_local import check_local
from gateway.control.schema_routes import L2TP_IPSEC, LOCAL, ROUTE
from gateway.control.values import PORT_PPTP
from gateway.wire.ipv4 import host_text
from gateway.wire.udp import Endpoint

CONDITIONS = ("client", "identity", "called", "user")


def check_routes(document: Document, findings: Findings) -> None:
    """Everything about routes that one value alone cannot show."""
    routes = document["route"]
    for route in routes:
        _check_kind(route, findings)
        check_carrier(route, document, findings)
        if route.values.get("kind") == LOCAL:
            check_local(route, document, findings)
        else:
            _check_servers(route, findings)
    native = [route for route in routes if route.values.get("kind") == L2TP_IPSEC]
    for route in native:
        _check_native(route, document, findings)
    _check_shared(native, findings)
    _check_used(document, findings)
    for choice in document["choice"]:
        _check_choice(choice, document, findings)


def servers_of(route: Entry) -> list[Endpoint]:
    """Those that could be read, however they are written."""
    one: Endpoint | None = route.values.get("server")
    several: tuple[Endpoint, ...] = route.values.get("servers", ())
    return [*several, *([] if one is None else [one])]


def _check_kind(route: Entry, findings: Findings) -> None:
    """Keys of another kind of route."""
    kind = route.values.get("kind")
    for key in ROUTE.keys:
        if key.name in route.given and key.kinds and kind is not None and kind not in key.kinds:
            what = f"means nothing where kind is {shown(kind)}"
            hint = f"Leave it out, or write kind = {shown(key.kinds[0])}"
            findings.add(route, key.name, what, hint)


def _check_servers(route: Entry, findings: Findings) -> None:
    if {"server", "servers"} <= route.given:
        what = "stands beside server, and only one of the two can hold"
        findings.add(route, "servers", what, "Leave one of them out")
    elif not {"server", "servers"} & route.given:
        hint = "Write the server's address, or with servers = [...] several of them"
        findings.add(route, "server", "is missing", hint)
    servers = servers_of(route)
    if len(servers) > MOST_SERVERS:
        what = f"holds {len(servers)} servers, and {MOST_SERVERS} are the most"
        findings.add(route, "servers", what, "Leave out those that are of least use")
    for number, server in enumerate(servers, start=1):
        if server in servers[: number - 1]:
            findings.add(route, "servers", "is there twice", "Leave one out", item=number)


def _check_native(route: Entry, document: Document, findings: Findings) -> None:
    """A server that speaks IPsec must not be mistaken for somebody outside, nor the reverse."""
    for number, server in enumerate(servers_of(route), start=1):
        if server.port != PORT_PPTP:
            key, item = ("servers", number) if "servers" in route.given else ("server", 0)
            what = f"has the port {server.port}, and IKE and L2TP have fixed ones"
            findings.add(route, key, what, "Leave the colon and the port out", item=item)
    for inside in document["inside"]:
        for key in ("interface", "address"):
            if key not in inside.given:
                what = f"is missing, and the route {shown(route.values.get('name', '?'))} needs it"
                hint = "IPsec packets of the server are known by where they come in"
                findings.add(inside, key, what, hint)
        for outside in document["outside"]:
            if "interface" in inside.values and (
                inside.values["interface"] == outside.values.get("interface")
            ):
                what = "is that of outside too, so anybody could speak in the server's place"
                hint = f"A route of kind {L2TP_IPSEC} needs an interface of its own for the servers"
                findings.add(inside, "interface", what, hint)
    _check_pool(route, document, findings)


def _check_pool(route: Entry, document: Document, findings: Findings) -> None:
    each = route.values.get("tunnels") == "each"
    if each and "pool" not in route.given:
        hint = 'Write for example pool = "10.10.0.100-10.10.0.119", free addresses inside'
        findings.add(route, "pool", "is missing, and each tunnel needs an address", hint)
    if not each and "pool" in route.given:
        what = "is of no use where tunnels is not 'each'"
        findings.add(route, "pool", what, 'Write tunnels = "each", or leave the pool out')
    pool: tuple[bytes, ...] = route.values.get("pool", ())
    taken = {server.host: "one of the servers" for server in servers_of(route)}
    for inside in document["inside"]:
        if "address" in inside.values:
            taken[inside.values["address"]] = "the gateway's own address inside"
    for outside in document["outside"]:
        taken |= {host: "an outside address" for host in outside.values.get("addresses", ())}
    for host in pool:
        if host in taken:
            what = f"holds {host_text(host)}, which is {taken[host]}"
            findings.add(route, "pool", what, "Choose addresses that nobody else has")


def _check_shared(native: Sequence[Entry], findings: Findings) -> None:
    """One server, one key and one way of tunnels: two routes could not be told apart there."""
    first: dict[Endpoint, Entry] = {}
    for route in native:
        for server in servers_of(route):
            earlier = first.setdefault(server, route)
            if earlier is not route:
                key = "servers" if "servers" in route.given else "server"
                what = f"is {host_text(server.host)}, as in {earlier.place}"
                findings.add(route, key, what, "Let one route lead to it")


def _check_used(document: Document, findings: Findings) -> None:
    routes = document["route"]
    names = [route.values["name"] for route in _with(routes, "name")]
    takers = [*document["client"], *document["choice"]]
    for taker in _with(takers, "route"):
        wanted = taker.values["route"]
        if wanted not in names:
            hint = did_you_mean(wanted, names) if names else "Add a [[route]] of that name"
            findings.add(taker, "route", f"is {shown(wanted)}, and there is no such route", hint)
    used = {taker.values["route"] for taker in _with(takers, "route")}
    for route in _with(routes, "name"):
        if route.values["name"] not in used:
            hint = "Name it in a client's route, or leave it out"
            findings.add(route, "name", "is a route that no client takes", hint, warning=True)


def _check_choice(choice: Entry, document: Document, findings: Findings) -> None:
    if not set(CONDITIONS) & choice.given:
        what = "says of no call that it fits"
        hint = "Give it a client, an identity, a called address or a user"
        findings.add(choice, "", what, hint)
    client = choice.values.get("client")
    names = [one.values["name"] for one in _with(document["client"], "name")]
    if client is not None and client not in names:
        hint = did_you_mean(client, names) if names else "Add a [[client]] of that name"
        findings.add(choice, "client", f"is {shown(client)}, and there is no such client", hint)
    called = choice.values.get("called")
    fronts = {host for one in _with(document["front"], "servers") for host in one.values["servers"]}
    for outside in _with(document["outside"], "addresses"):
        if called is not None and called not in {*outside.values["addresses"], *fronts}:
            what = f"is {host_text(called)}, and clients do not find Postern there"
            hint = "Write one of the addresses of [outside], or a server of [front]"
            findings.add(choice, "called", what, hint)


def _with(entries: Sequence[Entry], key: str) -> Iterator[Entry]:
    return (entry for entry in entries if key in entry.values)
