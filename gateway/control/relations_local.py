"""What is wrong with a route into the LAN, where PPP ends at the gateway."""

from gateway.control.findings import Document, Entry, Findings
from gateway.control.problems import shown
from gateway.wire.ipv4 import host_text

MOST_TOLD_OF = 2  # servers of a kind that PPP has room to tell (RFC 1877)


def check_local(route: Entry, document: Document, findings: Findings) -> None:
    _check_addresses(route, document, findings)
    for key in ("dns", "wins"):
        if len(route.values.get(key, ())) > MOST_TOLD_OF:
            what = f"holds more than {MOST_TOLD_OF}, and PPP can tell of no more"
            findings.add(route, key, what, "Leave the others out")
    for number, one in enumerate(auths := route.values.get("auth", ()), start=1):
        if one in auths[: number - 1]:
            findings.add(route, "auth", "is there twice", "Leave one out", item=number)
    for key, other in (("radius", "radius_secret"), ("radius_secret", "radius")):
        if key in route.given and other not in route.given:
            found = route.table.key(other)
            what = f"is missing, and {key} is there"
            findings.add(route, other, what, found.hint() if found else "")


def _check_addresses(route: Entry, document: Document, findings: Findings) -> None:
    if not {"pool", "radius"} & route.given:
        hint = 'Write for example pool = "10.10.0.150-10.10.0.199", free addresses inside'
        findings.add(route, "pool", "is missing, and clients need addresses", hint)
    for inside in document["inside"]:
        for key in ("interface", "address"):
            if key not in inside.given:
                what = f"is missing, and the route {shown(route.values.get('name', '?'))} needs it"
                hint = "It is the gateway's own end of every PPP link, and where the LAN is"
                findings.add(inside, key, what, hint)
        pool: tuple[bytes, ...] = route.values.get("pool", ())
        own = inside.values.get("address")
        if own in pool:
            what = f"holds {host_text(own)}, which is the gateway's own address inside"
            findings.add(route, "pool", what, "Choose addresses that nobody else has")
