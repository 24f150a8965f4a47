"""Two clients behind one NAT, both from UDP 1701: the server starts every packet, interleaved."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging, ping
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    nat = lab.nat()
    profile = Profile("3des-sha1-modp1024")
    one = lab.libreswan(Profile(nat_t="drafts"), behind=nat)
    other = lab.strongswan(profile, behind=nat, user="second")
    first, second = one.dial(), other.dial()
    lab.step("both are up")
    in_turn = [
        ping(lab.server, address, count=1).received
        for _ in range(5)
        for address in (first.address, second.address)
    ]
    at_once = [Pinging(lab.server, dial.address, count=50) for dial in (first, second)]
    sessions = gateway.sessions()
    facts = {
        "in_turn": in_turn,
        "at_once": [pinging.finish().received for pinging in at_once],
        "addresses": [first.address, second.address],
        "told": sorted(session["client_ip"] for session in sessions),
        "peers": sorted(session["peer"] for session in sessions),
    }
    lab.step("the first hangs up")
    one.hang_up()
    gateway.wait_for_sessions(1)
    return facts | {"other_still_answers": ping(lab.server, second.address).received}
