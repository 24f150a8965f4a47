"""What is wrong with sending logs, beside its single values."""

import re

from gateway.control.findings import Document, Findings

_ADDRESS = re.compile(r"[0-9.]+")


def check_syslog(document: Document, findings: Findings) -> None:
    """Nothing is sent to who cannot prove to be the collector."""
    for syslog in document["syslog"]:
        if not syslog.given:
            continue
        if "server" not in syslog.given:
            hint = "Write the collector's name, or leave [syslog] out"
            findings.add(syslog, "server", "is missing", hint)
        if "ca" not in syslog.given:
            what = "is missing, and without it anybody could be the collector"
            findings.add(syslog, "ca", what, "Paste the certificate of who issued its own, as PEM")
        server = syslog.values.get("server", "")
        if "name" not in syslog.given and _ADDRESS.fullmatch(server):
            what = "is missing, and a certificate is known by a name where server is an address"
            findings.add(syslog, "name", what, "Write the name that is in its certificate")
