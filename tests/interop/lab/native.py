"""The native server inside: libreswan without NAT traversal, xl2tpd and pppd, as RRAS would be."""

from tests.interop.lab import xl2tpd
from tests.interop.lab.ike import Profile
from tests.interop.lab.libreswan import Answering
from tests.interop.lab.pptpd import ADDRESS, USERS
from tests.interop.lab.topology import SERVER
from tests.interop.lab.world import Node

PROFILE = Profile(psk="between-gateway-and-server", nat_t="none")
POOL = "10.10.0.100-10.10.0.109"  # the gateway's, for tunnels of their own


def routes(
    tunnels: str = "one", psk: str = PROFILE.psk, more: str = "", server: str = SERVER
) -> str:
    """The gateway's route to it; `more` are lines more."""
    pool = f'pool = "{POOL}"\n' if tunnels == "each" else ""
    return (
        f'[[route]]\nname = "old-w2k"\nkind = "l2tp-ipsec"\nserver = "{server}"\n'
        f'psk = "{psk}"\nike = ["3des-sha1-modp2048"]\nesp = ["3des-sha1"]\n'
        f'tunnels = "{tunnels}"\n{pool}{more}'
    )


class Native:
    """The server; `start` after `kill` is a server whose power was cut."""

    def __init__(self, node: Node, profile: Profile = PROFILE, first: int = 10) -> None:
        """`first`: of the addresses it gives, where pptpd runs beside it."""
        self.node = node
        self.ike = Answering(node, profile)
        pool = f"10.30.0.{first}-10.30.0.{first + 19}"
        xl2tpd.serve(node, USERS, local=ADDRESS, pool=pool)

    def kill(self) -> None:
        for command in ("xl2tpd", "pppd"):
            self.node.kill(command)
        self.ike.kill()

    def start(self) -> None:
        self.ike.start()
        xl2tpd.start(self.node)

    def tunnels(self) -> int:
        """L2TP tunnels it has opened since it was started first."""
        return self.node.log("xl2tpd").count("Connection established to")
