"""Old clients reach the LAN by pppd's own secrets file, and nothing that is not theirs."""

from typing import Any

from tests.interop.lab import lan
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import ping
from tests.interop.lab.pptpd import USERS
from tests.interop.lab.report import whole_road
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import SERVER

SECRETS = "/etc/ppp/chap-secrets"


def run(lab: Lab) -> dict[str, Any]:
    inside = lab.lan()
    gateway = lab.gateway(client=lan.REACH, route=lan.NAME, routes=lan.routes())
    stored = store(lab, gateway)
    client = lan.routed(lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat()))
    lab.step("dialling while nobody starts pppd")
    client.refused_dial()
    absent = gateway.refusals()[0]
    inside.start_pppds()
    client.restart_l2tp()
    facts = whole_road(lab, gateway, client)
    client.restart_l2tp()
    dial = client.dial()
    lab.step("trying what is in reach, and what is not")
    reached = ping(client.node, SERVER).received
    strayed = ping(client.node, lan.OTHER, count=2).received
    view = gateway.command("sessions", str(gateway.session()["id"]))
    status = gateway.command("status")
    client.hang_up()
    gateway.wait_for_sessions(0)
    wrong = wrong_password(lab, gateway, client)
    return facts | {
        "absent": absent,
        "stored": stored,
        "second": dial.address,
        "reached": reached,
        "strayed": strayed,
        "view": view,
        "status": status,
        "wrong": wrong,
        "journal": gateway.log(),
        "pppds": inside.gateway.log("pppd"),
        "left": inside.gateway.sh("ip -br link"),
    }


def store(lab: Lab, gateway: Any) -> dict[str, str]:
    """The operator, by an owner's command, in a file that has an owner's own words in it."""
    own = f"# Ours.\n'ada' {lan.NAME} no\\ secret *   # the press\n"
    lab.world.gateway.write(SECRETS, own, 0o600)
    told = gateway.store("operator", USERS["operator"], f"--route {lan.NAME}")
    return {"own": own, "told": told, "file": lab.world.gateway.read(SECRETS)}


def wrong_password(lab: Lab, gateway: Any, client: Any) -> str:
    """The gateway's sentence for a user whose password pppd does not know."""
    lab.step("dialling with a password that pppd does not know")
    gateway.store("operator", "another # one", f"--route {lan.NAME}")
    client.start_over()
    client.refused_dial()
    return str(gateway.refusals()[0])
