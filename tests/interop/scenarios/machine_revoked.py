"""Two machines behind one NAT, each with a key of its own; then one of them is revoked."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

LATHE = "the-key-of-the-lathe-alone"
SUITE = "3des-sha1-modp1024"


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway(f'[[client]]\nname = "lathe"\npsk = "{LATHE}"\nroute = "old-nt4"\n')
    nat = lab.nat()
    press = lab.libreswan(Profile(nat_t="drafts"), behind=nat)
    lathe = lab.strongswan(Profile(SUITE, psk=LATHE), behind=nat, user="second")
    first, second = press.dial(), lathe.dial()
    names = {session["client_ip"]: session["client"] for session in gateway.sessions()}
    both = [Pinging(lab.server, dial.address, count=20) for dial in (first, second)]
    received = [pinging.finish().received for pinging in both]
    lab.step("revoking one while the other one pings")
    across = Pinging(lab.server, first.address, count=50)
    gateway.clients("revoke", "lathe")
    gateway.reload()
    out = until(lambda: lathe.link() is None, 10)
    esp = lathe.encapsulation()
    lab.step("the revoked one dials again")
    lathe.start_over()
    late = lathe.refused_dial()
    return {
        "names": [names[dial.address] for dial in (first, second)],
        "received": received,
        "out": out,
        "esp": esp,
        "late": late.step,
        "told": gateway.refusals(),
        "neighbour": across.finish().received,
        "left": [session["client"] for session in gateway.sessions()],
        "journal": gateway.log(),
    }
