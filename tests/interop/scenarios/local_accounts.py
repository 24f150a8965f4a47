"""Accounts of a session into the LAN by Postern itself, and a RADIUS server that ends one."""

import re
from functools import partial
from typing import Any

from tests.interop.lab import lan
from tests.interop.lab.client import OldClient
from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until
from tests.interop.scenarios.local_radius import route, told

NAMED = re.compile(r'Acct-Session-Id = "([0-9a-f]+-[0-9a-f]+-[0-9a-f]+)"')
ROUTES = route("mschap-v2") + lan.ACCOUNTING


def run(lab: Lab) -> dict[str, Any]:
    inside = lab.lan()
    inside.start_radius()
    gateway = lab.gateway(client=lan.REACH, route=lan.NAME, routes=ROUTES)
    inside.start_pppds()
    client = lan.routed(lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat()))
    detail = partial(inside.server.log, "detail")
    kicked = kick(lab, inside, gateway, client)
    accounted = detail()
    lab.step("dialling once more, and stopping the gateway")
    client.dial()
    client.ping()
    gateway.stop()
    until(lambda: len(told(detail(), "Stop")) == 2, 20, "the end of the last session")
    return {
        "accounted": accounted,
        "stopped": detail().removeprefix(accounted),
        "kicked": kicked,
        "accountant": inside.gateway.log("accounting"),
    }


def kick(lab: Lab, inside: lan.Lan, gateway: Gateway, client: OldClient) -> str:
    """Postern keeps the accounts itself, and the RADIUS server ends the session."""
    lab.step("dialling with accounts by Postern")
    inside.start_accounting()
    client.dial()
    detail = partial(inside.server.log, "detail")
    until(lambda: bool(NAMED.search(detail())), 20, "the beginning of the session")
    named = NAMED.search(detail())
    said = inside.disconnect(named[1] if named else "")
    gateway.wait_for_sessions(0)
    until(lambda: "Acct-Terminate-Cause = Admin-Reset" in detail(), 20, "the end of the session")
    return said
