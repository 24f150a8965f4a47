"""What is wrong with where a client may go inside."""

from gateway.control.findings import Document, Findings
from gateway.control.limits import MOST_REACH
from gateway.control.values_reach import ALL, NONE


def check_reach(document: Document, findings: Findings) -> None:
    for client in document["client"]:
        places = client.values.get("reach", ())
        if len(places) > MOST_REACH:
            what = f"names {len(places)} places, and {MOST_REACH} are the most"
            findings.add(client, "reach", what, "Write networks in place of single hosts")
        if len(places) > 1 and (ALL in places or NONE in places):
            what = "says everything or nothing, and something else beside it"
            findings.add(client, "reach", what, "Leave the one or the other out")
