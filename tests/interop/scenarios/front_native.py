"""In front of a native server: who is behind a NAT is taken up, the server's own client passes."""

from typing import Any

from tests.interop.lab.front import passed, stand
from tests.interop.lab.ping import ping
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import INSIDE


def run(lab: Lab) -> dict[str, Any]:
    at = stand(lab)
    lab.step("a client behind a NAT dials the server's address")
    natted = at.natted.dial()
    before, session = passed(at.gateway), at.gateway.session()
    lab.step("one of the server's own dials it")
    own = at.own.dial()
    roads = [
        [client.ping().received, ping(lab.server, address).received]
        + [client.ping(count=3, size=1372).received]
        for client, address in ((at.natted, natted.address), (at.own, own.address))
    ]
    traffic = at.server.ike.trafficstatus()
    return {
        "natted": roads[0],
        "own": roads[1],
        "session": session,
        "sessions": len(at.gateway.sessions()),
        "encapsulation": at.natted.encapsulation(),
        "answers_from": at.natted.esp_sources(),
        "passed": [before, passed(at.gateway)],
        "server_sees": [host for host in (INSIDE, at.own.node.address) if host in traffic],
    }
