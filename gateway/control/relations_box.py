"""What is wrong between entries of a whole box: addresses and routers, administrators, ports."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from gateway.control.findings import Document, Entry, Findings
from gateway.control.problems import shown
from gateway.control.values_box import key_body


def check_box(document: Document, findings: Findings) -> None:
    """Everything that one entry alone cannot show. A plain gateway has none of these tables."""
    for outside in document["outside"]:
        _check_outside(outside, findings)
    for entry in (*document["outside"], *document["inside"]):
        _check_way(entry, findings)
    _check_apart(document, findings)
    _check_admins(document["admin"], findings)
    _check_ports(document, findings)


def _check_outside(outside: Entry, findings: Findings) -> None:
    """Only DHCP can find the addresses by itself."""
    if "addresses" not in outside.given and outside.values.get("network") != "dhcp":
        key = outside.table.key("addresses")
        findings.add(outside, "addresses", "is missing", key.hint() if key else "")


def _check_way(entry: Entry, findings: Findings) -> None:
    way = entry.values.get("network")
    if way == "static":
        _check_static(entry, findings)
    elif way == "dhcp":
        # the lease brings the router outside; inside it would be a second default route
        _warn_idle(entry, ("prefix", "gateway")[: 1 + (entry.table.name == "outside")], findings)
    elif "network" not in entry.given:  # else it is unreadable, and that has been said
        _warn_idle(entry, ("prefix", "gateway", "dns"), findings)


def _warn_idle(entry: Entry, keys: tuple[str, ...], findings: Findings) -> None:
    for key in keys:
        if key in entry.given:
            what = 'does nothing without network = "static"'
            findings.add(entry, key, what, "Add that, or leave this out", warning=True)


def _check_static(entry: Entry, findings: Findings) -> None:
    own = "addresses" if entry.table.name == "outside" else "address"
    needed = ("prefix",) if own == "addresses" else (own, "prefix")
    for name in needed:
        if name not in entry.given and (key := entry.table.key(name)):
            findings.add(entry, name, 'is missing, and network is "static"', key.hint())
    places = list(_interfaces(entry))
    for number, place in enumerate(places, start=1):
        net = place.network
        if net.prefixlen < 31 and place.ip in (net.network_address, net.broadcast_address):
            what = f"has {place.ip}, which stands for the network {net} and not for a machine"
            item = number if own == "addresses" else 0
            findings.add(entry, own, what, "Look at the prefix and at the address", item=item)
    _check_router(entry, places, findings)


def _check_router(entry: Entry, places: list[IPv4Interface], findings: Findings) -> None:
    if "gateway" not in entry.values or not places:
        return
    router = IPv4Address(entry.values["gateway"])
    if any(router == place.ip for place in places):
        findings.add(entry, "gateway", "is this machine itself", "Write the router's address")
    elif not any(router in place.network for place in places):
        nets = ", ".join(dict.fromkeys(str(place.network) for place in places))
        what = f"is {router}, which is not in {nets} and so out of reach"
        findings.add(entry, "gateway", what, "Look at the prefix and at the router's address")


def _interfaces(entry: Entry) -> Iterator[IPv4Interface]:
    """The addresses with their networks, as far as both could be read."""
    hosts = entry.values.get("addresses") or (entry.values.get("address"),)
    prefix = entry.values.get("prefix")
    if prefix is not None:
        yield from (IPv4Interface((host, prefix)) for host in hosts if host is not None)


def _check_apart(document: Document, findings: Findings) -> None:
    """Two interfaces that Postern sets up are two, with two networks."""
    managed = [
        entry
        for entry in (*document["outside"], *document["inside"])
        if entry.values.get("network")
    ]
    if len(managed) < 2:
        return
    outside, inside = managed
    interface = inside.values.get("interface")
    if interface is not None and interface == outside.values.get("interface"):
        what = f"is {shown(interface)}, as outside"
        findings.add(inside, "interface", what, "Use another port for the inside")
    nets: list[IPv4Network] = [place.network for place in _interfaces(outside)]
    for place in _interfaces(inside):
        if any(net.overlaps(place.network) for net in nets):
            what = f"is in {place.network}, which overlaps the network outside"
            findings.add(inside, "address", what, "Inside and outside need networks of their own")


def _check_admins(admins: list[Entry], findings: Findings) -> None:
    findings.add_repeated(admins, "name")
    owners: dict[str, Entry] = {}
    for admin in admins:
        given = {"ssh_key", "ssh_keys"} & admin.given
        if not given:
            hint = "Without a key nobody can log in: paste the line of the .pub file"
            findings.add(admin, "ssh_key", "is missing", hint)
        elif len(given) == 2:
            what = "stands beside ssh_key, and only one of the two can hold"
            findings.add(admin, "ssh_keys", what, "Put all keys into ssh_keys")
        else:
            _check_keys(admin, given.pop(), owners, findings)


def _check_keys(admin: Entry, name: str, owners: dict[str, Entry], findings: Findings) -> None:
    value: str | tuple[str, ...] = admin.values.get(name, ())
    keys = (value,) if isinstance(value, str) else value
    for number, key in enumerate(keys, start=1):
        item = number if name == "ssh_keys" else 0
        owner = owners.setdefault(key_body(key), admin)
        if owner is not admin:
            what = f"is that of {owner.place} too, so it cannot be told who is who"
            findings.add(admin, name, what, "Give each a key of their own", warning=True, item=item)
        elif key_body(key) in map(key_body, keys[: number - 1]):
            findings.add(admin, name, "is there twice", "Leave one out", item=item)


def _check_ports(document: Document, findings: Findings) -> None:
    ports = document["port"]
    findings.add_repeated(ports, "path")
    findings.add_repeated(ports, "mac")
    findings.add_repeated([one for one in ports if one.values.get("role") != "unused"], "role")
    roles = {one.values.get("role") for one in ports}
    for entry in (*document["outside"], *document["inside"]):
        interface = entry.values.get("interface")
        if ports and interface in ("outside", "inside") and interface not in roles:
            what = f"is {shown(interface)}, and no [[port]] has that role"
            findings.add(entry, "interface", what, "Give one port that role")
