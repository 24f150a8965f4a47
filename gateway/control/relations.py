"""What is wrong between entries that are each right: names, routes, addresses, keys."""

from collections.abc import Iterator, Sequence

from gateway.control.findings import Document, Entry, Findings
from gateway.control.limits import FEWEST_VIRTUAL, MOST_CANDIDATES, MOST_VIRTUAL
from gateway.control.psk import KEYS
from gateway.control.relations_accounting import check_accounting
from gateway.control.relations_box import check_box
from gateway.control.relations_front import check_front
from gateway.control.relations_metrics import check_metrics
from gateway.control.relations_reach import check_reach
from gateway.control.relations_routes import check_routes, servers_of
from gateway.control.relations_shared import check_shared
from gateway.control.relations_syslog import check_syslog
from gateway.control.suites import weakness
from gateway.control.values import ANYWHERE, Network
from gateway.wire.ipv4 import host_text


def check_relations(document: Document, findings: Findings) -> None:
    """Everything that one entry alone cannot show."""
    clients, routes = document["client"], document["route"]
    findings.add_repeated(clients, "name")
    findings.add_repeated(routes, "name")
    findings.add_repeated(document["choice"], "name")
    _check_outside(document, findings)
    check_routes(document, findings)
    check_front(document, findings)
    check_shared(document, findings)
    check_metrics(document, findings)
    check_accounting(document, findings)
    check_syslog(document, findings)
    _check_weakness([*clients, *routes], findings)
    _check_who_is_who(clients, findings)
    _check_crowd(clients, findings)
    check_reach(document, findings)
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
        _check_virtual(outside, own, document["route"], findings)
    for route in document["route"]:
        if any(server.host in own for server in servers_of(route)):
            what = "is one of the gateway's own outside addresses"
            key = "servers" if "servers" in route.given else "server"
            findings.add(route, key, what, "Write the old server's address inside")


def _check_virtual(
    outside: Entry, own: set[bytes], routes: Sequence[Entry], findings: Findings
) -> None:
    """Virtual addresses are no real ones, and enough of them."""
    virtual: Network | None = outside.values.get("virtual")
    if virtual is None:
        return
    hint = "Write a network that nobody here uses, such as 198.18.0.0/16"
    servers = {server.host for route in routes for server in servers_of(route)}
    for host in sorted(own | servers):
        if virtual.holds(host):
            what = f"holds {host_text(host)}, which is a real address"
            findings.add(outside, "virtual", what, hint)
    if not FEWEST_VIRTUAL <= virtual.size() <= MOST_VIRTUAL:
        what = f"has {virtual.size()} addresses"
        hint = "Write a network of the size /24 to /10: each client takes one address"
        findings.add(outside, "virtual", what, hint)


def _check_weakness(entries: Sequence[Entry], findings: Findings) -> None:
    """Of clients and of servers; what stands in the defaults is not weak."""
    for entry in entries:
        for key in ("ike", "esp", "mppe"):
            suites: tuple[str, ...] = entry.values.get(key, ())
            for number, suite in enumerate(suites, start=1):
                if suite in suites[: number - 1]:
                    findings.add(entry, key, "is there twice", "Leave one out", item=number)
                elif reason := weakness(suite):
                    _say_weak(entry, key, number, reason, findings)


def _say_weak(entry: Entry, key: str, number: int, reason: str, findings: Findings) -> None:
    """A client needs leave for it; towards a server it is the owner's network, and a warning."""
    if entry.table.key("weak_until") is None:
        what = f"is weak ({reason})"
        hint = "Leave it out as soon as this server can do better"
        findings.add(entry, key, what, hint, warning=True, item=number)
    elif missing := _unasked(entry):
        what = f"is weak ({reason}), so it takes a reason and a last day"
        hint = f"Write {missing}, or leave the suite out"
        findings.add(entry, key, what, hint, item=number)


def _unasked(client: Entry) -> str:
    """What a client lacks that is to use weak suites, as TOML."""
    keys = [client.table.key(name) for name in ("weak_reason", "weak_until")]
    lacking = [key for key in keys if key is not None and key.name not in client.given]
    return " and ".join(f"{key.name} = {key.example}" for key in lacking)


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
