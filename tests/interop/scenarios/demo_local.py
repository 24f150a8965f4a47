"""What `make demo ROUTE=local` shows: the same two clients reach the LAN, PPP ends here."""

from typing import Any

from tests.interop.lab import lan
from tests.interop.lab.stage import Lab
from tests.interop.scenarios.demo import two_clients


def run(lab: Lab) -> dict[str, Any]:
    inside = lab.lan()
    gateway = lab.gateway(client=lan.REACH, route=lan.NAME, routes=lan.routes())
    inside.start_pppds()
    return two_clients(lab, gateway, lan.routed)
