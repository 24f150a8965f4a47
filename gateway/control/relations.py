"""What is wrong between entries that are each right: names, routes, addresses, keys."""

from collections.abc import Iterator, Sequence

from gateway.control.findings import Document, Entry, Findings
from gateway.control.limits import MOST_CANDIDATES
from gateway.control.problems import did_you_mean, shown
from gateway.control.relations_box import check_box
from gateway.control.suites import weakness
from gateway.control.values import ANYWHERE, Network
from gateway.wire.udp import Endpoint


def check_relations(document: Document, findings: Findings) -> None:
    """Everything that one entry alone cannot show."""
    clients, routes = document["client"], document["route"]
    findings.add_repeated(clients, "name")
    findings.add_repeated(routes, "name")
    _check_outside(document, findings)
    _check_routes(clients, routes, findings)
    _check_weakness(clients, ("ike", "esp"), "this client", findings)
    _check_weakness(routes, ("mppe",), "this server", findings)
    _check_who_is_who(clients, findings)
    _check_crowd(clients, findings)
    check_box(document, findings)
    if not clients:
        findings.add_of_file("there is no [[client]]: nobody can dial", "Add one", warning=True)


def _check_outside(document: Document, findings: Findings) -> None:
    """No address twice, no server at the gateway's own outside address."""
    own: set[bytes] = set()
    for outside in _with(document["outside"], "addresses"):
        for number, host in enumerate(outside.values["addresses"], start=1):
            if host in own:
                findings.add(outside, "addresses", "is there twice", "Leave one out", item=number)
            own.add(host)
    for route in _with(document["route"], "server"):
        server: Endpoint = route.values["server"]
        if server.host in own:
            what = "is one of the gateway's own outside addresses"
            findings.add(route, "server", what, "Write the old server's address inside")


def _check_routes(clients: Sequence[Entry], routes: Sequence[Entry], findings: Findings) -> None:
    names = [route.values["name"] for route in _with(routes, "name")]
    for client in _with(clients, "route"):
        wanted = client.values["route"]
        if wanted not in names:
            hint = did_you_mean(wanted, names) if names else "Add a [[route]] of that name"
            findings.add(client, "route", f"is {shown(wanted)}, and there is no such route", hint)
    used = {client.values["route"] for client in _with(clients, "route")}
    for route in _with(routes, "name"):
        if route.values["name"] not in used:
            hint = "Name it in a client's route, or leave it out"
            findings.add(route, "name", "is a route that no client takes", hint, warning=True)


def _check_weakness(
    entries: Sequence[Entry], keys: Sequence[str], whose: str, findings: Findings
) -> None:
    for entry in entries:
        for key in keys:
            suites: tuple[str, ...] = entry.values.get(key, ())
            for number, suite in enumerate(suites, start=1):
                if suite in suites[: number - 1]:
                    findings.add(entry, key, "is there twice", "Leave one out", item=number)
                elif reason := weakness(suite):
                    what = f"is {suite}, and {reason}"
                    hint = f"Leave it out as soon as {whose} can do better"
                    findings.add(entry, key, what, hint, warning=True, item=number)


def _check_who_is_who(clients: Sequence[Entry], findings: Findings) -> None:
    """Two clients that may come from one address are told apart by their keys alone.

    Keys are looked up as in any dictionary: they are the owner's own, and nobody measures this.
    """
    by_key: dict[bytes, list[Entry]] = {}
    for client in _with(_placed(clients), "psk"):
        by_key.setdefault(client.values["psk"], []).append(client)
    for group in by_key.values():
        widest, *others = sorted(group, key=_network)
        for client in others:
            if _network(client).first <= _network(widest).last:
                earlier, later = sorted((client, widest), key=lambda entry: entry.number)
                what = f"is that of {earlier.place} too, and both may come from one address"
                hint = "Give each a key of its own, or addresses that do not overlap"
                findings.add(later, "psk", what, hint)
            widest = max(widest, client, key=lambda entry: _network(entry).last)


def _check_crowd(clients: Sequence[Entry], findings: Findings) -> None:
    """As many clients may share an address as a dial can try keys."""
    starts = [(_network(client).first, 1) for client in _placed(clients)]
    ends = [(_network(client).last + 1, -1) for client in _placed(clients)]
    here = most = 0
    for _, step in sorted(starts + ends):
        here += step
        most = max(most, here)
    if most > MOST_CANDIDATES:
        what = f"{most} clients may come from one address, and {MOST_CANDIDATES} are the most"
        findings.add_of_file(what, "Give clients the address or network they come from")


def _placed(clients: Sequence[Entry]) -> list[Entry]:
    """Those of which it is known where they come from: not those whose address is unreadable."""
    return [one for one in clients if "address" in one.values or "address" not in one.given]


def _network(client: Entry) -> Network:
    found: Network = client.values.get("address", ANYWHERE)
    return found


def _with(entries: Sequence[Entry], key: str) -> Iterator[Entry]:
    return (entry for entry in entries if key in entry.values)
