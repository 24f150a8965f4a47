"""A scripted client in a host of the lab: it sends whatever PPP frames it is told to.

The other clients have the kernel's PPP, which sends no nonsense. This one is that of tests/pair, on
real sockets and the real clock; a NAT in memory stands before it.
"""

from gateway.wire.ipv4 import host_bytes
from tests.bench.real_net import RealNet, now
from tests.interop.lab.topology import OUTSIDE
from tests.interop.lab.world import Node
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_secured import ChapClient

BEHIND = "192.168.1.2"


class HostileClient:
    """One client on one host without a NAT of its own. `nt_hash` is that of the user's password."""

    def __init__(self, node: Node, psk: str, user: str, nt_hash: bytes, seed: int = 1) -> None:
        self.net = RealNet(node.spaces, node.spaces)
        ppp = ChapClient(b"evil", user=user, nt_hash=nt_hash)
        chance = seeded(seed)
        here, gateway = host_bytes(BEHIND), host_bytes(OUTSIDE)
        self.client = L2tpIpsecClient(SAFENET_98, here, gateway, psk.encode(), chance, ppp=ppp)
        self.net.join(self.client, BEHIND, nat=Nat(node.address))

    def dial(self, patience: float = 30) -> bool:
        self.net.send(self.client.dial(now()))
        return self.net.run_until(lambda: self.client.up, patience)

    def say(self, frame: bytes, wait: float = 0.05) -> None:
        self.net.send(self.client.send_frame(frame))
        self.net.run_for(wait)

    def hang_up(self) -> None:
        self.net.send(self.client.hang_up(now()))
        self.net.run_for(2.0)
        self.net.close()
