"""Three clients behind one NAT to three servers at once: PPTP, L2TP/IPsec, PPTP with MPPE."""

from typing import Any

from tests.interop.lab import native
from tests.interop.lab.encrypted import route
from tests.interop.lab.gateway import PPTP
from tests.interop.lab.ike import Profile
from tests.interop.lab.native import Native
from tests.interop.lab.ping import Pinging
from tests.interop.lab.pptpd import ADDRESS, Pptpd
from tests.interop.lab.stage import Lab

USERS = ("operator", "second", "third")


def run(lab: Lab) -> dict[str, Any]:
    plain, other, strict = (
        lab.server,
        lab.world.one_more_server(),
        lab.world.one_more_server(),
    )
    lab.step("starting the three servers")
    Pptpd(plain)
    Native(other)
    Pptpd(strict, ccp="require-mppe-128\n")
    third = PPTP.replace("old-nt4", "strict").replace("10.10.0.2", strict.address) + route("128")
    choices = [_choice("192.168.1.11", "old-w2k"), _choice("192.168.1.12", "strict")]
    routes = "\n".join([PPTP, native.routes(server=other.address), third, *choices])
    gateway = lab.gateway(routes=routes, users=("third",))
    nat, profile = lab.nat(), Profile(nat_t="drafts")
    clients = [lab.libreswan(profile, behind=nat, user=user) for user in USERS]
    dials = [client.dial() for client in clients]
    lab.step("all three are up")
    at_once = [Pinging(client.node, ADDRESS, count=50) for client in clients]
    down = [
        Pinging(node, dial.address, count=50)
        for node, dial in zip((plain, other, strict), dials, strict=True)
    ]
    return {
        "up": [pinging.finish().received for pinging in at_once],
        "down": [pinging.finish().received for pinging in down],
        "addresses": [dial.address for dial in dials],
        "sessions": gateway.sessions(),
    }


def _choice(identity: str, taken: str) -> str:
    """Behind the NAT the machines still call themselves by their own addresses."""
    return f'[[choice]]\nname = "{taken}"\nidentity = "{identity}"\nroute = "{taken}"\n'
