"""What `make demo ROUTE=l2tp-ipsec` shows: the same two clients reach a native server."""

from typing import Any

from tests.interop.lab import native
from tests.interop.lab.stage import Lab
from tests.interop.scenarios.demo import two_clients


def run(lab: Lab) -> dict[str, Any]:
    lab.native()
    return two_clients(lab, lab.gateway(route="old-w2k", routes=native.routes()))
