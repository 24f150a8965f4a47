"""The daemon is killed while a client is up at a native server; then it is stopped in order.

Somebody else has associations, a policy, a rule and a route of his own on the same machine.
"""

from typing import Any

from tests.interop.lab import native
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import INSIDE
from tests.interop.lab.world import Node, until

FOREIGN = (
    "ip xfrm state add src 10.99.0.1 dst 10.99.0.2 proto esp spi 0x99 reqid 7 mode tunnel"
    " enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff"
    " auth 'hmac(sha1)' 0x00112233445566778899aabbccddeeff00112233",
    "ip xfrm policy add src 10.98.0.0/24 dst 10.99.0.0/24 dir out"
    " tmpl src 10.99.0.1 dst 10.99.0.2 proto esp reqid 7 mode tunnel",
    "iptables-legacy -A INPUT -s 10.98.0.5 -j DROP",
    "ip route add 10.98.0.0/24 via 10.10.0.2 proto 77",
)
LEFT = (
    "ip xfrm state | grep ^src",
    "ip xfrm policy | grep ^src",
    'grep "^TUNNEL \'" /proc/net/pppol2tp',
    "iptables-legacy-save | grep -e PATHS -e 10.98",
    "ip route show table all | grep -e 'proto 171' -e 'proto 77'",
)
ENDED = "The session has ended"


def run(lab: Lab) -> dict[str, Any]:
    server = lab.native()
    for line in FOREIGN:
        lab.world.gateway.sh(line)
    gateway = lab.managed_gateway(route="old-w2k", routes=native.routes())
    client = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat())
    client.dial()
    carrier = lab.carrier or "user"
    until(lambda: gateway.session()["carrier"] == carrier, 20, f"{carrier} to carry it")
    before = left(gateway.node)
    answered = [client.ping().received]
    lab.step("the daemon is killed")
    gateway.crash()
    told = until(lambda: client.link() is None, 20)
    gateway.wait_for_sessions(0)
    between = left(gateway.node)
    client.start_over()
    # Nobody has told xl2tpd, which gives what comes from the same address to its old tunnel until
    # its own Hello has not been answered.
    server.kill()
    server.start()
    lab.step("dialling again")
    client.dial()
    until(lambda: gateway.session()["carrier"] == carrier, 20, f"{carrier} to carry it again")
    answered.append(client.ping().received)
    lab.step("the daemon is stopped")
    gateway.stop()
    return {
        "carrier": carrier,
        "told": told,
        "answered": answered,
        "ended": [line for line in gateway.log().splitlines() if ENDED in line][:1],
        "inside": INSIDE,
        "before": before,
        "between": between,
        "after": left(gateway.node),
    }


def left(node: Node) -> list[list[str]]:
    """What is in the kernel: associations, policies, calls of L2TP, rules, routes."""
    return [node.ask(line)[1].splitlines() for line in LEFT]
