"""Two gateways behind two directors: a director dies, a gateway is drained, a gateway dies."""

import time
from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging
from tests.interop.lab.shared import Fleet, redial
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

LONGEST = 500  # seconds: for a machine that is five times as slow
SUITE = "3des-sha1-modp1024"


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    fleet = Fleet(lab)
    nat = lab.nat()
    client = lab.strongswan(Profile(SUITE), behind=nat)
    client.dial()
    [first] = fleet.place_of(client)
    number = fleet.gateways[first].session()["id"]
    other = 1 - first
    before = client.ping().received

    lab.step("the director with the address dies")
    dead = fleet.holder
    assert dead is not None
    began = time.monotonic()
    fleet.directors[dead].node.ip("link set eth0 down")
    until(lambda: fleet.directors[1 - dead].has_it, 90, "the other director to have the address")
    director_moved = round(time.monotonic() - began, 1)
    until(lambda: client.ping(1).received == 1, 60, "the session to go on")
    after_director = client.ping().received
    same_session = fleet.gateways[first].session()["id"] == number
    fleet.directors[dead].node.ip("link set eth0 up")
    until(lambda: fleet.holder == 1 - dead, 90, "one director to have the address")

    lab.step("the gateway is drained; a second client behind the same NAT dials")
    fleet.tell("drain", first)
    second = lab.strongswan(Profile(SUITE), behind=nat, user="second")
    second.dial()
    drained = {
        "first_still": client.ping().received,
        "first_at": fleet.place_of(client) == [first],
        "second_at_the_other": fleet.place_of(second) == [other],
        "second": second.ping().received,
    }
    fleet.tell("return", first)

    lab.step("the gateway of the first client dies under load")
    load = Pinging(client.node, "10.30.0.1", count=3000, interval=0.05)
    began = time.monotonic()
    fleet.gateways[first].kill()
    until(lambda: all(one.count("  there") == 1 for one in fleet.weights()), 90, "it to be missed")
    missed = round(time.monotonic() - began, 1)
    load.stop()
    lab.step(f"it is missed after {missed} s; the client dials again")
    redialled = redial(client)
    return {
        "before": before,
        "after_director": after_director,
        "same_session": same_session,
        "drained": drained,
        "first_at_the_other": fleet.place_of(client) == [other],
        "after_gateway": client.ping().received,
        "second_still": second.ping().received,
        "seconds": {
            "director_dead_until_moved": director_moved,
            "gateway_dead_until_missed": missed,
            "dial": redialled,
        },
    }
