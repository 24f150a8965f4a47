"""The owner confines a client whose traffic the kernel carries, and sets it free again."""

from functools import partial
from typing import Any

from tests.interop.lab.gateway import PPTP, Gateway, carried_by
from tests.interop.lab.ike import Profile
from tests.interop.lab.pptpd import ADDRESS
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

ROUTES = carried_by(PPTP, "kernel").replace('"kernel"', '"auto"')


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway(routes=ROUTES)
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    client.dial()
    facts: dict[str, Any] = {}
    turns = (
        ("before", "", "kernel"),
        ("elsewhere", 'reach = ["10.30.0.99"]', "user"),
        ("here", f'reach = ["{ADDRESS}"]', "user"),
        ("after", 'reach = ["everything"]', "kernel"),
    )
    for name, reach, carrier in turns:
        lab.step(f"reach: {reach or 'not given'}")
        gateway.reload(lab.configuration(client=reach, routes=ROUTES))
        until(partial(_carries, gateway, carrier), 20)
        received = client.ping().received
        session = gateway.session()
        facts[name] = [session["carrier"], received]
    return facts | {"session": session, "told": [step["text"] for step in gateway.account(1)]}


def _carries(gateway: Gateway, carrier: str) -> bool:
    return bool(gateway.session()["carrier"] == carrier)
