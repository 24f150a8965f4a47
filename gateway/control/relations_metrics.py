"""What is wrong with giving out figures, beside its single values."""

from gateway.control.findings import Document, Findings
from gateway.control.values_metrics import RANDOM


def check_metrics(document: Document, findings: Findings) -> None:
    """Whoever writes `[metrics]` needs an address and a token: without them nothing is told."""
    outside = {
        host for one in document.get("outside", ()) for host in one.values.get("addresses", ())
    }
    for metrics in document["metrics"]:
        if not metrics.given:
            continue
        if "address" not in metrics.given:
            hint = "Write the address that Prometheus comes to, or leave [metrics] out"
            findings.add(metrics, "address", "is missing", hint)
        if "token" not in metrics.given:
            findings.add(metrics, "token", "is missing, and without it nothing is told", RANDOM)
        if metrics.values.get("address") in outside:
            what = "is one that strangers reach, and the token goes there in the clear"
            findings.add(metrics, "address", what, "Take an address inside", warning=True)
