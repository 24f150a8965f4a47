"""In front of a PPTP server: its own clients pass, L2TP/IPsec to its address is taken up.

The kernel is ready to carry; what it does not see at INPUT the daemon carries.
"""

from typing import Any

from tests.interop.lab import pptp
from tests.interop.lab.front import lines
from tests.interop.lab.gateway import PPTP, carried_by
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import ping
from tests.interop.lab.pptpd import ADDRESS, USERS
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import SERVER


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    lab.stand_in_front()
    routes = carried_by(PPTP, "kernel").replace('"kernel"', '"auto"')
    gateway = lab.gateway(routes=routes + lines("closed"))
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    lab.step("an L2TP/IPsec client dials the server's address")
    dial = client.dial()
    caller = lab.world.direct_client()
    lab.step("a PPTP client calls the server itself")
    link = pptp.dial(caller, SERVER, "second", USERS["second"])
    return {
        "address": dial.address,
        "received": [client.ping().received, ping(lab.server, dial.address).received],
        "session": gateway.session(),
        "pptp": link.local,
        "pptp_received": ping(caller, ADDRESS).received,
        "sessions": len(gateway.sessions()),
    }
