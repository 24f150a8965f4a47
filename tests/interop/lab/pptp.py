"""pptp-linux under pppd: a second opinion on pptpd, dialled without our gateway."""

from tests.interop.lab import pppd
from tests.interop.lab.world import Node, until

OPTIONS = "/etc/ppp/options.pptp"


def dial(node: Node, server: str, user: str, password: str) -> pppd.Link:
    """Call the server directly; the link stays until the host ends."""
    pppd.write_client(node, user, password, OPTIONS)
    program = f"pptp {server} --nolaunchpppd"
    node.spawn(["pppd", "pty", program, "nodetach", "file", OPTIONS], "pptp")
    until(lambda: pppd.link(node) is not None, 20, f"{node.name}: PPTP to {server}")
    link = pppd.link(node)
    if link is None:
        raise ConnectionError("the PPTP link fell as it came up")
    return link
