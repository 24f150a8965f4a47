"""The kernel carries two clients behind one NAT into the LAN, where PPP ends by pppd.

Their pppds ask every second whether the other end is there (LCP Echo-Request), and would hang up
after ten seconds without an answer, which comes by the daemon: it stands still for half of that.
"""

import time
from functools import partial
from typing import Any

from gateway.system.pppd_call import INTERFACE
from tests.interop.lab import lan
from tests.interop.lab.client import OldClient
from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.iperf import tcp_mbit
from tests.interop.lab.ping import ping
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import SERVER
from tests.interop.lab.world import until
from tests.interop.lab.xl2tpd import OPTIONS

LONGEST = 240
ROUTES = lan.routes(f'pool = "{lan.POOL}"\ncarrier = "auto"\nshield = false\n')
EVERYWHERE, SOMEWHERE = 'reach = ["everything"]', f'reach = ["{lan.OTHER}"]'
ECHOES = "lcp-echo-interval 1\nlcp-echo-failure 10\n"
LISTENING = 15.0  # seconds: longer than one waits for an echo
COUNT = 20  # pings, of four kinds: some five seconds


def run(lab: Lab) -> dict[str, Any]:
    inside = lab.lan()
    gateway = lab.managed_gateway(client=EVERYWHERE, route=lan.NAME, routes=ROUTES)
    inside.start_pppds()
    nat = lab.nat()
    clients = [
        lan.routed(lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat)),
        lan.routed(lab.libreswan(Profile(nat_t="drafts"), behind=nat)),
    ]
    for client in clients:
        client.node.write(OPTIONS, client.node.read(OPTIONS) + ECHOES)
        client.dial()
    _until_carried(gateway, "kernel")
    facts: dict[str, Any] = {"before": both_ways(lab, clients)}
    lab.step("the daemon stands still")
    with gateway.standing_still():
        facts["stopped"] = both_ways(lab, clients)
    lab.step("listening for echoes")
    time.sleep(LISTENING)
    facts["echoed"] = [client.link() is not None for client in clients]
    first = clients[0].node
    facts["mbit"] = [tcp_mbit(first, lab.server, SERVER, 2, down) for down in (False, True)]
    facts["view"] = gateway.command("sessions", str(gateway.sessions()[0]["id"]))
    facts |= confined(lab, gateway, clients)
    lab.step("one hangs up")
    clients[0].hang_up()
    gateway.wait_for_sessions(1)
    facts["other"] = _reached(clients[1:])
    lab.step("the daemon is killed: who dials again is carried again")
    gateway.crash()
    until(lambda: clients[1].link() is None, 30, "the client to be hung up")
    for client in clients:
        client.dial()
    _until_carried(gateway, "kernel")
    facts["again"] = _reached(clients)
    lab.step("the gateway is stopped")
    gateway.stop()
    until(lambda: not any(client.link() for client in clients), 30, "both to be hung up")
    until(lambda: INTERFACE not in inside.gateway.sh("ip -br link"), 20, "no interface")
    return facts | {
        "journal": gateway.log(),
        "pppds": inside.gateway.log("pppd"),
        "left": inside.gateway.sh("ip xfrm state; ip xfrm policy"),
    }


def both_ways(lab: Lab, clients: list[OldClient]) -> list[int]:
    """Pings answered: of each client to a host inside, then of that to each client."""
    links = [client.link() for client in clients]
    down = [ping(lab.server, link.local, COUNT).received for link in links if link is not None]
    return _reached(clients, COUNT) + down


def confined(lab: Lab, gateway: Gateway, clients: list[OldClient]) -> dict[str, Any]:
    """The owner confines them, and sets them free again: who carries, and what they reach."""
    found: dict[str, Any] = {}
    turns = (("confined", SOMEWHERE, "user"), ("free", EVERYWHERE, "kernel"))
    for name, reach, carrier in turns:
        lab.step(reach)
        gateway.reload(lab.configuration(client=reach, route=lan.NAME, routes=ROUTES))
        _until_carried(gateway, carrier)
        found[name] = [_reached(clients), _reached(clients, where=lan.OTHER)]
    return found


def _reached(clients: list[OldClient], count: int = 5, where: str = SERVER) -> list[int]:
    return [ping(client.node, where, count).received for client in clients]


def _until_carried(gateway: Gateway, carrier: str) -> None:
    until(partial(_carries, gateway, carrier), 20, f"{carrier} to carry them")


def _carries(gateway: Gateway, carrier: str) -> bool:
    return [one["carrier"] for one in gateway.sessions()] == [carrier] * 2
