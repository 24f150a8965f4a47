"""xl2tpd 1.3.18, with the kernel's L2TP: the client that dials, and a server for the stand-in."""

from tests.interop.lab import pppd
from tests.interop.lab.world import Node, until

CONTROL = "/run/xl2tpd/l2tp-control"
CALL = f"echo c gateway >{CONTROL}"  # the shell line that `Xl2tpd.call` is
OPTIONS = "/etc/ppp/options.xl2tpd"
RUN = ["xl2tpd", "-D", "-c", "/etc/xl2tpd/xl2tpd.conf", "-p", "/run/xl2tpd.pid", "-C", CONTROL]
# A message that nobody acknowledges is sent again after 1, 2, 4, 8, 8, 8 ... seconds, so often.
PATIENT = "max retries = 24\ncap backoff = 8\n"
# What the log says when a call that never came up is over.
ENDINGS = ("Connection closed", "Disconnecting from", "Unable to deliver", "Maximum retries")


class Xl2tpd:
    """The LAC of an old client: source port 1701, as Windows."""

    def __init__(self, node: Node, lns: str, user: str, password: str) -> None:
        self.node = node
        pppd.write_client(node, user, password, OPTIONS)
        self._rest = (
            f"[lac gateway]\nlns = {lns}\nname = {user}\npppoptfile = {OPTIONS}\n"
            "length bit = yes\nredial = no\n"
        )
        self._write()
        self.start()

    def start(self) -> None:
        pppd.forget(self.node)
        start(self.node)

    def be_patient(self) -> None:
        """Before any call: give the other end up after three minutes, not after half of one."""
        self._write(PATIENT)
        self.node.kill("xl2tpd")
        self.start()

    def call(self) -> None:
        """Ask for a call; `pppd.link` tells when it is up."""
        self._tell("c gateway")

    def hang_up(self) -> None:
        self._tell("d gateway")

    def ended(self, mark: int) -> bool:
        """Whether the log, from the character `mark` on, says that the call is over."""
        return any(word in self.node.log("xl2tpd")[mark:] for word in ENDINGS)

    def _write(self, more: str = "") -> None:
        """`more` are lines of its section for all."""
        usual = "port = 1701\ndebug avp = no\ndebug tunnel = yes\ndebug state = yes\n"
        self.node.write("/etc/xl2tpd/xl2tpd.conf", f"[global]\n{usual}{more}{self._rest}")

    def _tell(self, line: str) -> None:
        self.node.write(CONTROL, line + "\n", 0o600)


def serve(node: Node, users: dict[str, str], local: str, pool: str) -> None:
    """An LNS that ends PPP itself, and takes nothing that did not come through IPsec."""
    node.sh("iptables-legacy -A INPUT -p udp --dport 1701 -m policy --dir in --pol none -j DROP")
    pppd.write_server(node, users, OPTIONS, "lns")
    node.write(
        "/etc/xl2tpd/xl2tpd.conf",
        f"[global]\nport = 1701\n[lns default]\nip range = {pool}\nlocal ip = {local}\n"
        f"require authentication = yes\nname = lns\npppoptfile = {OPTIONS}\nlength bit = yes\n",
    )
    start(node)


def start(node: Node) -> None:
    mark = len(node.log("xl2tpd"))
    node.sh("mkdir -p /run/xl2tpd")
    node.spawn(RUN, "xl2tpd")
    until(lambda: "Listening on" in node.log("xl2tpd")[mark:], 10, f"{node.name}: xl2tpd listening")
