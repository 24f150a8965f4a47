"""In front of a native server: a client without a NAT, but with a suite that is too new for it."""

from typing import Any

from tests.interop.lab import native
from tests.interop.lab.front import lines, passed
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import ping
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.native()
    lab.stand_in_front()
    gateway = lab.gateway(route="old-w2k", routes=native.routes() + lines("closed"))
    client = lab.libreswan(Profile("aes256-sha1-modp2048", "aes128-sha1", nat_t="none"))
    dial = client.dial()
    return {
        "received": [client.ping().received, ping(lab.server, dial.address).received],
        "session": gateway.session(),
        "encapsulation": client.encapsulation(),
        "passed": passed(gateway),
    }
