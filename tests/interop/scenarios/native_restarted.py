"""A native server's power is cut under load; it comes back, and the client dials again."""

import time
from typing import Any

from tests.interop.lab import native
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until


def run(lab: Lab) -> dict[str, Any]:
    server = lab.native()
    gateway = lab.gateway(limits="hello_seconds = 2", route="old-w2k", routes=native.routes())
    client = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat())
    dial = client.dial()
    load = Pinging(client.node, dial.server, count=2000, interval=0.03)
    lab.step("cutting the server's power")
    server.kill()
    cut = time.monotonic()
    server.start()
    gateway.wait_for_sessions(0, 70)
    noticed = time.monotonic() - cut
    lab.step(f"noticed after {noticed:.0f} s")
    client_told = until(lambda: client.link() is None, 10)
    load.stop()
    client.start_over()
    lab.step("dialling again")
    client.dial()
    return {
        "noticed_s": round(noticed, 1),
        "client_told": client_told,
        "received": client.ping().received,
        "account": [line["text"] for line in gateway.account(1)],
    }
