"""Three clients behind one NAT reach a native server at once, each by a tunnel of its own."""

from typing import Any

from tests.interop.lab import native
from tests.interop.lab.report import three_behind_one_nat
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    server = lab.native()
    gateway = lab.gateway(route="old-w2k", routes=native.routes("each"))
    facts = three_behind_one_nat(lab, gateway)
    return facts | {"tunnels": server.tunnels(), "server": server.ike.trafficstatus()}
