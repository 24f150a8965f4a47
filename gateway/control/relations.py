"""What is wrong between entries that are each right: names, routes, addresses, keys."""

from collections.abc import Iterator, Sequence

from gateway.control.findings import Document, Entry, Findings
from gateway.control.limits import MOST_CANDIDATES
from gateway.control.problems import did_you_mean, shown
from gateway.control.psk import KEYS
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
    _check_suites(clients, findings)
    _check_mppe(routes, findings)
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


def _check_suites(clients: Sequence[Entry], findings: Findings) -> None:
    for client, key, number, suite in _listed(clients, ("ike", "esp"), findings):
        if (reason := weakness(suite)) and (missing := _unasked(client)):
            what = f"is weak ({reason}), so it takes a reason and a last day"
            hint = f"Write {missing}, or leave the suite out"
            findings.add(client, key, what, hint, item=number)


def _unasked(client: Entry) -> str:
    """What a client lacks that is to use weak suites, as TOML."""
    keys = [client.table.key(name) for name in ("weak_reason", "weak_until")]
    lacking = [key for key in keys if key is not None and key.name not in client.given]
    return " and ".join(f"{key.name} = {key.example}" for key in lacking)


def _check_mppe(routes: Sequence[Entry], findings: Findings) -> None:
    for route, key, number, terms in _listed(routes, ("mppe",), findings):
        if reason := weakness(terms):
            what = f"is {terms}, and {reason}"
            hint = "Leave it out as soon as this server can do better"
            findings.add(route, key, what, hint, warning=True, item=number)


def _listed(
    entries: Sequence[Entry], keys: Sequence[str], findings: Findings
) -> Iterator[tuple[Entry, str, int, str]]:
    """Every name in lists of what may be agreed on, with its place; no name twice."""
    for entry in entries:
        for key in keys:
            names: tuple[str, ...] = entry.values.get(key, ())
            for number, name in enumerate(names, start=1):
                if name in names[: number - 1]:
                    findings.add(entry, key, "is there twice", "Leave one out", item=number)
                else:
                    yield entry, key, number, name


def _check_who_is_who(clients: Sequence[Entry], findings: Findings) -> None:
    """Two clients that may come from one address are told apart by their keys alone.

    Keys are looked up as in any dictionary: they are the owner's own, and nobody measures this.
    """
    by_key: dict[bytes, list[Entry]] = {}
    for client in _placed(clients):
        for psk in dict.fromkeys(client.values[key] for key in KEYS if key in client.values):
            by_key.setdefault(psk, []).append(client)
    for psk, group in by_key.items():
        widest, *others = sorted(group, key=_network)
        for client in others:
            if _network(client).first <= _network(widest).last:
                earlier, later = sorted((client, widest), key=lambda entry: entry.number)
                what = f"is that of {earlier.place} too, and both may come from one address"
                hint = "Give each a key of its own, or addresses that do not overlap"
                key = next(key for key in KEYS if later.values.get(key) == psk)
                findings.add(later, key, what, hint)
            widest = max(widest, client, key=lambda entry: _network(entry).last)


def _check_crowd(clients: Sequence[Entry], findings: Findings) -> None:
    """As many keys may be good at one address as a dial can try."""
    placed = [(_network(client), 1 + _has_old_key(client)) for client in _placed(clients)]
    starts = [(network.first, keys) for network, keys in placed]
    ends = [(network.last + 1, -keys) for network, keys in placed]
    here = most = 0
    for _, step in sorted(starts + ends):
        here += step
        most = max(most, here)
    if most > MOST_CANDIDATES:
        what = f"{most} keys may be used from one address, and {MOST_CANDIDATES} are the most"
        findings.add_of_file(what, "Give clients the address or network they come from")


def _has_old_key(client: Entry) -> bool:
    return bool({"psk_old", "psk_old_file"} & client.given)


def _placed(clients: Sequence[Entry]) -> list[Entry]:
    """Those of which it is known where they come from: not those whose address is unreadable."""
    return [one for one in clients if "address" in one.values or "address" not in one.given]


def _network(client: Entry) -> Network:
    found: Network = client.values.get("address", ANYWHERE)
    return found


def _with(entries: Sequence[Entry], key: str) -> Iterator[Entry]:
    return (entry for entry in entries if key in entry.values)
