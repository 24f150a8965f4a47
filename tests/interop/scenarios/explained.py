"""A wrong key, a server that is down, a wrong password: what `postern explain` says to each."""

import json
from typing import Any

from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab

SUITE = "3des-sha1-modp1024"


def run(lab: Lab) -> dict[str, Any]:
    server = lab.pptpd()
    gateway = lab.gateway()
    before = gateway.command("explain", "press")
    nat = lab.nat()
    lab.step("dialling with a wrong key")
    lab.strongswan(Profile(SUITE, psk="not-this-one-either"), behind=nat).refused_dial()
    wrong_key = _told(gateway)
    lab.step("dialling a server that does not run")
    server.stop()
    client = lab.strongswan(Profile(SUITE), behind=nat)
    client.refused_dial()
    down = _told(gateway)
    server.start()
    lab.step("dialling with a name that the server does not know")
    lab.strongswan(Profile(SUITE), behind=nat, user="stranger").refused_dial()
    refused = _told(gateway)
    lab.step("dialling as it should be")
    client.restart_l2tp()
    client.dial()
    client.ping()
    return {
        "before": before,
        "wrong_key": wrong_key,
        "down": down,
        "refused": refused,
        "up": _told(gateway),
        "machines": gateway.command("explain"),
        "number": gateway.command("explain", "press", "--error", "691"),
    }


def _told(gateway: Gateway) -> dict[str, Any]:
    """What the command prints, and the first cause as programs read it."""
    first = json.loads(gateway.command("explain", "press", "--json"))["diagnoses"][0]
    return {"text": gateway.command("explain", "press"), **first}
