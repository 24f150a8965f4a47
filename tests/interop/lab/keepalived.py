"""keepalived 2.2: who of several hosts has an address; on directors IPVS, too."""

import subprocess

from tests.interop.lab.world import Node, until

PLACE = "/etc/keepalived/keepalived.conf"
RUN = ["keepalived", "--dont-fork", "--log-console", "--log-detail", "--use-file", PLACE]


class Keepalived:
    """One host's, with the configuration that an appliance or a director gets."""

    def __init__(self, node: Node, text: str, address: str) -> None:
        """`address` is the one it may have to have."""
        self.node = node
        self.address = address
        node.write(PLACE, text, 0o600)
        self.start()

    def start(self) -> None:
        self.process: subprocess.Popen[bytes] = self.node.spawn(RUN, "keepalived")

    def kill(self) -> None:
        """As a power cut: it says good-bye to nobody."""
        self.node.kill("keepalived")
        self.process.wait(timeout=60)

    @property
    def has_it(self) -> bool:
        """Whether this host has the address on its card now."""
        return f"inet {self.address}/32" in self.node.sh("ip -4 address show dev eth0")

    def wait_until_it_has_it(self, seconds: float = 60) -> None:
        until(lambda: self.has_it, seconds, f"{self.node.name} to have {self.address}")
