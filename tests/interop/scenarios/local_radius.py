"""Users, addresses and accounting by FreeRADIUS, with each kind of authentication that it takes."""

from functools import partial
from typing import Any

from tests.interop.lab import lan
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

AUTHS = ("mschap-v2", "chap", "pap")


def run(lab: Lab) -> dict[str, Any]:
    inside = lab.lan()
    inside.start_radius()
    gateway = lab.gateway(client=lan.REACH, route=lan.NAME, routes=route(AUTHS[0]))
    inside.start_pppds()
    client = lan.routed(lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat()))
    found = []
    for auth in AUTHS:
        lab.step(f"dialling with {auth}")
        gateway.reload(lab.configuration(client=lan.REACH, route=lan.NAME, routes=route(auth)))
        allow_all(client.node)
        client.start_over()
        dial = client.dial()
        session = gateway.session()
        found.append([dial.address, client.ping().received, session["user"]])
        client.hang_up()
        gateway.wait_for_sessions(0)
    lab.step("waiting for the accounts")
    detail = partial(inside.server.log, "detail")
    until(lambda: len(told(detail(), "Stop")) == len(AUTHS), 10, "three accounts")
    return {
        "dials": found,
        "began": sorted(told(detail(), "Start")),
        "ended": sorted(told(detail(), "Stop")),
        "detail": detail(),
        "accepted": [
            line for line in gateway.log().splitlines() if "has accepted the user" in line
        ],
    }


def told(detail: str, what: str) -> set[str]:
    """Sessions of which that is told; once, also where an answer was late and it was told again."""
    records = (each for each in detail.split("\n\n") if f"Acct-Status-Type = {what}" in each)
    return {line for each in records for line in each.splitlines() if "Acct-Session-Id" in line}


def route(auth: str) -> str:
    return lan.routes(f'{lan.RADIUS}auth = ["{auth}"]\n')


def allow_all(node: Any) -> None:
    """The client's pppd takes whatever it is asked for."""
    options = node.read("/etc/ppp/options.xl2tpd")
    for word in ("refuse-pap\n", "refuse-chap\n"):
        options = options.replace(word, "")
    node.write("/etc/ppp/options.xl2tpd", options)
    node.write("/etc/ppp/pap-secrets", node.read("/etc/ppp/chap-secrets"), 0o600)
