"""A NAT that gives its client another port three times, under traffic; what is lost of it."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging, ping
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

COUNT, INTERVAL = 300, 0.03


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    nat = lab.nat()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat)
    dial = client.dial()
    before = gateway.session()
    peers = [before["peer"]]
    pings = [
        Pinging(client.node, dial.server, COUNT, INTERVAL),
        Pinging(lab.server, dial.address, COUNT, INTERVAL),
    ]
    for _ in range(3):
        nat.forget()
        until(lambda: gateway.session()["peer"] != peers[-1], 20, "another port of the client")
        peers.append(gateway.session()["peer"])
    up, down = (pinging.finish() for pinging in pings)
    lab.step(
        f"lost under three new ports: {up.sent - up.received} of {up.sent} pings from the client, "
        f"{down.sent - down.received} of {down.sent} from the server"
    )
    return {
        "peers": peers,
        "same_session": before["id"] == gateway.session()["id"],
        "sent": [up.sent, down.sent],
        "lost": [up.sent - up.received, down.sent - down.received],
        "still_answers": ping(lab.server, dial.address).received,
    }
