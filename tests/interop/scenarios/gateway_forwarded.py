"""The gateway behind a router that forwards UDP 500 and 4500: told the truth, and told nothing."""

from typing import Any

from tests.interop.lab.client import OldClient
from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import ping
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    lab.forward()
    gateway = lab.gateway(outside='nat_d = "honest"')
    profile = Profile("3des-sha1-modp1024")
    natted = lab.strongswan(profile, behind=lab.nat())
    direct = lab.strongswan(profile, user="second")
    honest = [_road(lab, gateway, client) for client in (natted, direct)]
    lab.step("from now on clients do not see the router")
    gateway.reload(lab.configuration(outside='nat_d = "parrot"'))
    gateway.wait_for_log("loaded again")
    parrot = [_road(lab, gateway, client) for client in (natted, direct)]
    return {"honest": honest, "parrot": parrot, "sees": [_sees(natted), _sees(direct)]}


def _road(lab: Lab, gateway: Gateway, client: OldClient) -> dict[str, Any]:
    dial = client.dial()
    lab.step(f"up after {dial.milliseconds} ms as {dial.address}")
    received = [client.ping().received, ping(lab.server, dial.address).received]
    account = gateway.account(gateway.session()["id"])
    told = [line["text"] for line in account if "behind a NAT" in line["text"]]
    encapsulation = client.encapsulation()
    client.hang_up()
    gateway.wait_for_sessions(0)
    return {"received": received, "encapsulation": encapsulation, "told": told[-1]}


def _sees(client: OldClient) -> list[str]:
    """What charon made of the two NAT-D payloads, dial by dial."""
    words = ("local host is behind NAT", "remote host is behind NAT")
    lines = client.node.log("charon").splitlines()
    return [word for line in lines for word in words if word in line]
