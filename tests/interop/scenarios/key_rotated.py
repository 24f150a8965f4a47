"""A new key for one machine while it is connected; the old one holds for a while beside it."""

import json
from typing import Any

from tests.interop.lab.calendar import days_later, in_days
from tests.interop.lab.client import OldClient
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import PSK, Lab
from tests.interop.lab.world import until

SUITE = "3des-sha1-modp1024"


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    connected = lab.strongswan(Profile(SUITE), behind=lab.nat())
    connected.dial()
    number = gateway.session()["id"]
    lab.step("a new key for it")
    made = json.loads(gateway.clients("rotate", "press", "--grace", "5", "--json"))
    gateway.reload()
    still = connected.ping().received
    same = [session["id"] for session in gateway.sessions()] == [number]
    lab.step("dialling with the old key, then with the new one")
    old = lab.strongswan(Profile(SUITE, psk=PSK), behind=lab.nat(), user="second")
    old.dial()
    by_old = old.ping().received
    warnings = gateway.ask("status")["warnings"]
    new = lab.strongswan(Profile(SUITE, psk=made["psk"]), behind=lab.nat(), user="third")
    new.dial()
    lab.step("the day after the grace")
    with days_later(6):
        gateway.reload()
        out = [_is_out(client) for client in (connected, old)]
        old.start_over()
        late = old.refused_dial()
        told = gateway.refusals()
        left = [session["peer"] for session in gateway.sessions()]
    # What its kernel made of the leap is its own affair (an SA's lifetime is by the wall clock).
    new.start_over()
    new.dial()
    goes_on = new.ping().received
    return {
        "until": made["old_until"],
        "wanted": str(in_days(5)),
        "still": still,
        "same": same,
        "by_old": by_old,
        "warnings": warnings,
        "out": out,
        "late": late.step,
        "told": told,
        "goes_on": goes_on,
        "left": len(left),
        "journal": gateway.log(),
        "keys": [PSK, made["psk"]],
    }


def _is_out(client: OldClient) -> bool:
    return until(lambda: client.link() is None, 10)
