"""Twenty clients behind one NAT dial at once, all from UDP 1701; then all speak, both ways."""

from typing import Any

from tests.interop.lab.crowd import dial_at_once
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab

LONGEST = 300  # seconds, of which a busy machine takes most to start sixty programs
COUNT = 20
PINGS, INTERVAL = 10, 0.2


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd(COUNT)
    gateway = lab.gateway()
    nat = lab.nat()
    clients = [lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat) for _ in range(COUNT)]
    lab.step("all dial at once")
    arrivals = [each for each in dial_at_once(clients, patience=120) if each]
    sessions = gateway.sessions()
    last = max((each.milliseconds for each in arrivals), default=0)
    lab.step(f"{len(arrivals)} are up, the last after {last} ms; all speak at once, both ways")
    down = [Pinging(lab.server, each.address, PINGS, INTERVAL) for each in arrivals]
    up = [
        Pinging(client.node, each.server, PINGS, INTERVAL)
        for client, each in zip(clients, arrivals, strict=True)
    ]
    received = [[pinging.finish().received for pinging in both] for both in (up, down)]
    after = gateway.sessions()
    return {
        "received": received,
        "dial_ms": sorted(each.milliseconds for each in arrivals),
        "addresses": [each.address for each in arrivals],
        "told": [session["client_ip"] for session in sessions],
        "peers": [session["peer"] for session in sessions],
        "states": [session["state"] for session in sessions],
        "same": [session["id"] for session in sessions] == [session["id"] for session in after],
        "daemon_rss_kb": gateway.rss_kb(),
    }
