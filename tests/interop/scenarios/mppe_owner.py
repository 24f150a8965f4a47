"""A server demands encryption: the owner reads why nobody gets in, and puts it right."""

from typing import Any

from tests.interop.lab.client import OldClient
from tests.interop.lab.encrypted import route
from tests.interop.lab.gateway import PPTP, Gateway, configuration
from tests.interop.lab.ike import Profile
from tests.interop.lab.pptpd import USERS
from tests.interop.lab.stage import PSK, Lab

MPPE = route("128")


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd(ccp="require-mppe-128\n")
    gateway = lab.gateway()
    client = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat())
    lab.step("dialling by a clear route")
    clear = refused(gateway, client)
    reload(gateway, 'encryption = "refuse"')
    lab.step("dialling by a route that refuses encryption")
    refusing = refused(gateway, client)
    reload(gateway, MPPE)
    lab.step("dialling with a password that is not stored")
    unknown = refused(gateway, client)
    gateway.store("operator", "another")
    reload(gateway, MPPE)
    lab.step("dialling with another stored than the server knows")
    wrong = refused(gateway, client)
    said = gateway.store("operator", USERS["operator"])
    reload(gateway, MPPE)
    lab.step("dialling with the right one")
    client.restart_l2tp()
    client.dial()
    return {
        "clear": clear,
        "refusing": refusing,
        "unknown": unknown,
        "wrong": wrong,
        "said": said,
        "received": client.ping().received,
        "encryption": gateway.session()["encryption"],
        "table": gateway.command("sessions"),
        "journal": gateway.log(),
    }


def refused(gateway: Gateway, client: OldClient) -> str:
    """The newest of the gateway's sentences after a dial that must fail."""
    client.restart_l2tp()
    client.refused_dial()
    gateway.wait_for_sessions(0)
    return gateway.refusals()[0]


def reload(gateway: Gateway, lines: str) -> None:
    count = gateway.log().count("loaded again")
    gateway.reload(configuration(PSK, routes=PPTP + lines))
    gateway.wait_for_more("loaded again", count)
