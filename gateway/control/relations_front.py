"""What is wrong with standing in front of servers, beside the routes and the two sides."""

from gateway.control.findings import Document, Entry, Findings
from gateway.control.relations_routes import servers_of
from gateway.control.schema_routes import L2TP_IPSEC
from gateway.wire.ipv4 import host_text


def check_front(document: Document, findings: Findings) -> None:
    """Everything about `[front]` that one value alone cannot show."""
    for front in document["front"]:
        if "servers" in front.given:
            _check_sides(document, findings)
            _check_servers(front, document, findings)
        elif front.given:
            hint = "Name the servers whose own addresses clients dial, or leave [front] out"
            findings.add(front, "servers", "is missing", hint)


def _check_sides(document: Document, findings: Findings) -> None:
    """What goes on to a server is known by both its interfaces."""
    for inside in document["inside"]:
        if "interface" not in inside.given:
            hint = "Write the interface towards the servers"
            findings.add(inside, "interface", "is missing, and [front] needs it", hint)
        for outside in document["outside"]:
            shared = inside.values.get("interface")
            if shared is not None and shared == outside.values.get("interface"):
                what = "is that of outside too, so Postern stands in front of nothing"
                findings.add(inside, "interface", what, "[front] needs an interface on either side")


def _check_servers(front: Entry, document: Document, findings: Findings) -> None:
    hosts: tuple[bytes, ...] = front.values.get("servers", ())
    ours = _ours(document)
    routed = {server.host for route in document["route"] for server in servers_of(route)}
    for number, host in enumerate(hosts, start=1):
        what, hint = "", ""
        if host in hosts[: number - 1]:
            what, hint = "is there twice", "Leave one out"
        elif host in ours:
            what = "is an address of the gateway's own"
            hint = "Leave it out: what is sent to Postern itself is taken up anyway"
        elif host not in routed:
            what = f"is {host_text(host)}, and no route leads there"
            hint = "Add a [[route]] with it as server: that says what the server can take"
        if what:
            findings.add(front, "servers", what, hint, item=number)
    native = {
        server.host
        for route in document["route"]
        if route.values.get("kind") == L2TP_IPSEC
        for server in servers_of(route)
    }
    if "direct" in front.given and hosts and not native & set(hosts):
        what = "lets IPsec through to servers that have none"
        hint = f"Leave it out, or write kind = '{L2TP_IPSEC}' in the route of a server that has"
        findings.add(front, "direct", what, hint, warning=True)


def _ours(document: Document) -> set[bytes]:
    sides = [*document["outside"], *document["inside"], *document["route"]]
    lists = [one.values.get(key, ()) for one in sides for key in ("addresses", "pool")]
    single = [one.values["address"] for one in sides if "address" in one.values]
    return {host for hosts in [*lists, single] for host in hosts}
