"""pptpd 1.4: the plain PPTP server inside, with users of its own that the gateway never learns."""

from tests.interop.lab import pppd
from tests.interop.lab.world import Node, until

ADDRESS = "10.30.0.1"  # the server's end of every PPP link
OPTIONS = "/etc/ppp/options.pptpd"
USERS = {"operator": "type-metal", "second": "hot-lead", "third": "galley-proof"}


class Pptpd:
    """The server; `start` after `stop` is a server that was restarted."""

    def __init__(
        self, node: Node, connections: int = 20, chap: str = "mschap-v2", ccp: str = pppd.NO_CCP
    ) -> None:
        """`chap` and `ccp` are pppd's words for whom it lets in, and how it encrypts."""
        self.node = node
        pppd.write_server(node, USERS, OPTIONS, "pptpd", chap, ccp)
        node.write(
            "/etc/pptpd.conf",
            f"option {OPTIONS}\nlocalip {ADDRESS}\nremoteip 10.30.0.10-{9 + connections}\n"
            f"connections {connections}\nnologwtmp\npidfile /run/pptpd.pid\ndebug\n",
        )
        self.start()

    def start(self) -> None:
        # It speaks to syslog alone.
        self.node.spawn(["busybox", "syslogd", "-n", "-O", "/run/log/syslog.log"], "syslogd")
        self.node.spawn(["pptpd", "-f", "-c", "/etc/pptpd.conf"], "pptpd")
        until(lambda: self.node.listens(1723), 10, "pptpd listening on TCP 1723")

    def stop(self) -> None:
        for command in ("pptpd", "pptpctrl", "pppd"):
            self.node.kill(command)
