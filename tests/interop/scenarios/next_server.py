"""The first of two PPTP servers is not there: the call goes to the next in the same dial."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import SERVER

NOBODY = "10.10.0.9"
ROUTE = (
    '[[route]]\nname = "old-nt4"\nkind = "pptp"\ncheck_seconds = 10\n'
    f'servers = ["{NOBODY}", "{SERVER}"]\n'
)


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway(routes=ROUTE)
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    lab.step("dialling")
    client.dial()
    received = client.ping().received
    gateway.wait_for_log("is down", 20)
    return {
        "received": received,
        "server": gateway.session()["server"],
        "status": gateway.command("status"),
        "journal": gateway.log(),
    }
