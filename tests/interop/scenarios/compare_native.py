"""TCP of one client to a native server by the kernel carrier and by the daemon, by turns; each call
has a tunnel of its own, so each turn has new keys of its suite.

One processor plays client, NAT, gateway and server: libreswan, and the kernel's ESP and L2TP.
"""

from statistics import median
from typing import Any

from tests.interop.lab import native
from tests.interop.lab.client import OldClient
from tests.interop.lab.gateway import Gateway, carried_by, configuration
from tests.interop.lab.ike import Profile
from tests.interop.lab.iperf import together_mbit
from tests.interop.lab.ping import ping
from tests.interop.lab.pptpd import ADDRESS
from tests.interop.lab.stage import PSK, Lab
from tests.interop.lab.traffic import IKE, PINGS, SECONDS, SUITES
from tests.interop.lab.world import until

ROUNDS = 3
CARRIERS = ("kernel", "user")
LONGEST = 400


def run(lab: Lab) -> dict[str, Any]:
    lab.native(Profile(psk=native.PROFILE.psk, nat_t="none", esp=",".join(SUITES)))
    nat = lab.nat()
    clients = {suite: lab.strongswan(Profile(IKE, esp=suite), behind=nat) for suite in SUITES}
    first = carried_by(native.routes("each"), CARRIERS[0])
    gateway = lab.gateway(route="old-w2k", routes=first)
    found: dict[str, list[dict[str, float]]] = {}
    for suite, carrier in [(suite, each) for suite in SUITES for each in CARRIERS] * ROUNDS:
        gateway.reload(_configuration(suite, carrier))
        passed = _turn(lab, gateway, clients[suite], carrier)
        lab.step(f"{carrier}, {suite}: {passed}")
        found.setdefault(f"{suite}, {carrier}", []).append(passed)
    return {
        name: {key: median(each[key] for each in turns) for key in turns[0]}
        for name, turns in found.items()
    }


def _configuration(suite: str, carrier: str) -> str:
    routes = native.routes("each").replace('esp = ["3des-sha1"]', f'esp = ["{suite}"]')
    return configuration(PSK, route="old-w2k", routes=carried_by(routes, carrier))


def _turn(lab: Lab, gateway: Gateway, client: OldClient, carrier: str) -> dict[str, float]:
    client.dial()
    until(lambda: gateway.session()["carrier"] == carrier, 20, f"{carrier} to carry it")
    ping(client.node, ADDRESS, count=3)
    text = client.node.sh(f"ping -n -q -c {PINGS} -i 0.01 {ADDRESS}")
    up, down = (
        together_mbit([client.node], lab.server, [ADDRESS], SECONDS, down=each)
        for each in (False, True)
    )
    client.hang_up()
    gateway.wait_for_sessions(0)
    mean = text.rpartition("= ")[2].split("/")[1]
    return {"up": up, "down": down, "ms": float(mean)}
