"""What bounds a session's throughput: ESP in UDP alone, and plain routing, between the same hosts.

Associations are put in by hand, in tunnel mode, so there is no IKE, no L2TP, no PPP and no GRE. The
router is that of strongSwan + xl2tpd; packets are as long as PPP's.
"""

import socket
from collections.abc import Sequence

from tests.interop.lab.client import OldClient
from tests.interop.lab.offload import offload
from tests.interop.lab.pppd import MTU
from tests.interop.lab.topology import OUTSIDE, SPREAD, Nat
from tests.interop.lab.world import Node

PORT = 4501  # 4500 is charon's
UDP_ENCAP, ESP_IN_UDP = 100, 2  # linux/udp.h
ALGORITHMS = {
    "3des-sha1": ("cbc(des3_ede)", "0123456789abcdef23456789abcdef01456789abcdef0123"),
    "aes128-sha1": ("cbc(aes)", "0123456789abcdeffedcba9876543210"),
}
HASH = f"auth hmac(sha1) 0x{bytes(range(20)).hex()}"


class Plain:
    """Nothing but addresses. Packets are packets, as on a real cable, and no pieces of 64 kB."""

    def __init__(self, router: Node, nat: Nat, inside: Node, target: str) -> None:
        """`inside` is the host at the address `target`, by its interface eth9."""
        self.router, self.nat, self.inside, self.target = router, nat, inside, target

    def up(self, clients: Sequence[OldClient], suite: str) -> list[str]:
        """What each of them calls the host inside."""
        self.nat.node.ip(f"route replace {self.target} via {OUTSIDE}")
        for client in clients:
            client.node.ip(f"route replace {self.target} via 192.168.1.1 mtu {MTU}")
            offload(client.node, "eth0", on=False)
        offload(self.inside, "eth9", on=False)
        return [self.target] * len(clients)

    def down(self, clients: Sequence[OldClient]) -> None:
        for client in clients:
            client.node.ip(f"route del {self.target}")
            offload(client.node, "eth0", on=True)
        offload(self.inside, "eth9", on=True)
        self.nat.node.ip(f"route del {self.target}")


class EspAlone:
    """Both kernels' ESP in UDP, from a client through the NAT to the router."""

    def __init__(self, router: Node, nat: Nat, target: str) -> None:
        self.router, self.nat, self.target = router, nat, target
        self._sockets = {router.name: _decapsulating(router)}

    def up(self, clients: Sequence[OldClient], suite: str) -> list[str]:
        for client in clients:
            node = client.node
            if node.name not in self._sockets:
                self._sockets[node.name] = _decapsulating(node)
            number = int(node.address.rpartition(".")[2])
            seen = SPREAD.format(120 + number)  # its address outside, by Nat.spread
            inner = (f"{node.address}/32", f"{self.target}/32")
            node.ip(f"route replace {self.target} via 192.168.1.1 mtu {MTU}")
            _carry(node, (node.address, OUTSIDE), inner, number, suite)
            _carry(self.router, (seen, OUTSIDE), inner, number, suite, far=True)
        return [self.target] * len(clients)

    def down(self, clients: Sequence[OldClient]) -> None:
        for client in clients:
            assert client.esp_packets() > 0
            client.node.ip(f"route del {self.target}")
            client.node.sh(FORGET)
        self.router.sh(FORGET)


FORGET = "ip xfrm policy flush; ip xfrm state flush"


def _carry(
    node: Node,
    outer: tuple[str, str],
    inner: tuple[str, str],
    number: int,
    suite: str,
    far: bool = False,
) -> None:
    """One end of a client's tunnel: `outer` and `inner` are the client's address and the other;
    `far` is the other end, which forwards."""
    cipher, key = ALGORITHMS[suite]
    lines = []
    ways = (("fwd" if far else "out", 0), ("out" if far else "in", 1))
    for direction, back in ways:
        (source, target), (here, there) = (
            tuple(reversed(ends)) if back else ends for ends in (outer, inner)
        )
        between = f"src {source} dst {target}"
        lines.append(
            f"xfrm state add {between} proto esp spi {1000 + 2 * number + back} reqid {number}"
            f" mode tunnel enc {cipher} 0x{key} {HASH} encap espinudp {PORT} {PORT} 0.0.0.0"
        )
        lines.append(
            f"xfrm policy add src {here} dst {there} dir {direction}"
            f" tmpl {between} proto esp reqid {number} mode tunnel"
        )
    node.ip(*lines)


def _decapsulating(node: Node) -> socket.socket:
    """As long as it is open the kernel takes ESP in UDP from this port."""
    with node.spaces:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("", PORT))
        made.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, ESP_IN_UDP)
    return made
