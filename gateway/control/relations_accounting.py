"""What is wrong with telling a RADIUS server of sessions, beside its single values."""

from gateway.control.findings import Document, Findings
from gateway.control.values_accounting import RANDOM


def check_accounting(document: Document, findings: Findings) -> None:
    """Whoever writes `[accounting]` needs a server, its secret and an address of this machine."""
    outside = {
        host for one in document.get("outside", ()) for host in one.values.get("addresses", ())
    }
    inside = [one.values["address"] for one in document.get("inside", ()) if "address" in one.given]
    for accounting in document["accounting"]:
        if not accounting.given:
            continue
        if "server" not in accounting.given:
            hint = "Write the RADIUS server's address, or leave [accounting] out"
            findings.add(accounting, "server", "is missing", hint)
        if "secret" not in accounting.given:
            what = "is missing, and without it the server believes nothing"
            findings.add(accounting, "secret", what, RANDOM)
        if "address" not in accounting.given and not inside:
            what = "is missing, and [inside] has no address either"
            hint = "Write the address of this machine that the RADIUS server knows it by"
            findings.add(accounting, "address", what, hint)
        if accounting.values.get("address", b"") in outside:
            what = "is one that strangers reach, and whoever takes part there can be heard"
            findings.add(accounting, "address", what, "Take an address inside", warning=True)
