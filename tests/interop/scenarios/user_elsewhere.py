"""A user belongs to the native server and his client to the PPTP one: he comes up in one dial."""

from typing import Any

from tests.interop.lab import native
from tests.interop.lab.gateway import PPTP
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab

CHOICE = '[[choice]]\nname = "by-user"\nuser = "sec*"\nroute = "old-w2k"\n'


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    lab.native(first=50)
    gateway = lab.gateway(routes=PPTP + native.routes() + CHOICE)
    nat = lab.nat()
    profile = Profile("3des-sha1-modp1024")
    other = lab.strongswan(profile, behind=nat, user="second")
    lab.step("a user of the other server dials")
    dial = other.dial()
    up = other.ping().received
    moved = gateway.session()
    account = [line["text"] for line in gateway.account(moved["id"])]
    first = lab.libreswan(Profile(nat_t="drafts"), behind=nat)
    lab.step("a user who belongs to his client's server dials")
    first.dial()
    return {
        "address": dial.address,
        "received": [up, first.ping().received],
        "routes": [session["route"] for session in gateway.sessions()],
        "kinds": [session["inside_kind"] for session in gateway.sessions()],
        "users": [session["user"] for session in gateway.sessions()],
        "account": account,
    }
