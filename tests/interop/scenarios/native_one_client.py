"""One old client behind a NAT reaches a native L2TP/IPsec server that knows no NAT traversal."""

from typing import Any

from tests.interop.lab import native
from tests.interop.lab.ike import Profile
from tests.interop.lab.report import whole_road
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    server = lab.native()
    gateway = lab.gateway(route="old-w2k", routes=native.routes())
    lab.capture(lab.server)
    client = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat())
    facts = whole_road(lab, gateway, client)
    return facts | {"tunnels": server.tunnels(), "server": server.ike.trafficstatus()}
