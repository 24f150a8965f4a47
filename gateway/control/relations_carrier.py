"""What is wrong with a route that wants the kernel and nobody else to carry its sessions."""

from gateway.control.defaults import DEFAULTS
from gateway.control.findings import Document, Entry, Findings
from gateway.control.problems import shown
from gateway.control.schema_routes import KERNEL, LOCAL
from gateway.control.values_reach import ALL, NONE

OR_AUTO = 'or carrier = "auto"'


def check_carrier(route: Entry, document: Document, findings: Findings) -> None:
    """The kernel alone carries nothing that the daemon has to do with, frame by frame."""
    if route.values.get("carrier") != KERNEL:
        return
    found = _whole_route(route) or _confined(route, document)
    if found is not None:
        what, hint = found
        findings.add(route, "carrier", f"is the kernel alone, {what}", hint)


def _whole_route(route: Entry) -> tuple[str, str] | None:
    if route.values.get("encryption") == "mppe":
        what = 'and with encryption = "mppe" the daemon encrypts every frame'
        return what, f"Leave the encryption out, {OR_AUTO}"
    if route.values.get("shield", DEFAULTS["route"]["shield"]):
        what = "and the shield, which is the daemon, reads every frame"
        return what, f"Write shield = false, {OR_AUTO}"
    return None


def _confined(route: Entry, document: Document) -> tuple[str, str] | None:
    unsaid = NONE if route.values.get("kind") == LOCAL else ALL
    for client in document["client"]:
        places = client.values.get("reach", (unsaid,))
        if client.values.get("route") == route.values.get("name") and ALL not in places:
            what = f"and what {shown(client.values.get('name', '?'))} sends is held against its"
            return f"{what} reach by the daemon", 'Write "auto"'
    return None
