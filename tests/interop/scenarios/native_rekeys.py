"""libreswan as the server renews both phases while client and server ping each other."""

from typing import Any

from tests.interop.lab import native
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

IKE_LIFE, ESP_LIFE = 40, 30  # seconds; it renews ten seconds before their end


def run(lab: Lab) -> dict[str, Any]:
    server = lab.native(Profile(psk=native.PROFILE.psk, ike_life=IKE_LIFE, esp_life=ESP_LIFE))
    gateway = lab.gateway(route="old-w2k", routes=native.routes())
    client = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat())
    dial = client.dial()
    pings = [
        Pinging(client.node, dial.server, count=1500, interval=0.03),
        Pinging(lab.server, dial.address, count=1500, interval=0.03),
    ]
    lab.step("both ping; the server renews its keys")
    keyed = "The encryption towards the server"
    until(lambda: gateway.log().count(keyed) >= 3, 60, "two new pairs")
    finished = [pinging.finish() for pinging in pings]
    return {
        "sent": [ping.sent for ping in finished],
        "received": [ping.received for ping in finished],
        "keyed": gateway.log().count(keyed),
        "phase1": server.node.log("pluto").count("IKE SA established"),
        "sessions": len(gateway.sessions()),
        "carrier": gateway.session()["carrier"],
        "drops": gateway.session()["drops"],
    }
