"""An old client: an IKE daemon, xl2tpd and pppd, in the order in which Windows uses them."""

import re
import time
from dataclasses import dataclass

from tests.interop.lab import iperf, pppd, pptpd
from tests.interop.lab.ike import Ike, IkeFailed
from tests.interop.lab.ping import Ping, ping
from tests.interop.lab.world import Node, until
from tests.interop.lab.xl2tpd import Xl2tpd


class DialFailed(Exception):
    """`step` is the part of the dial that did not succeed: ike, or l2tp and ppp."""

    def __init__(self, step: str, why: str) -> None:
        super().__init__(f"the dial failed at {step}: {why}")
        self.step = step


@dataclass(frozen=True, slots=True)
class Dial:
    """A dial that succeeded. `address` is what PPP gave the client, `server` the far end."""

    milliseconds: int
    ike_milliseconds: int
    address: str
    server: str


class OldClient:
    """Verbs a scenario uses; each raises when it does not do what it says."""

    def __init__(self, node: Node, ike: Ike, l2tp: Xl2tpd) -> None:
        self.node = node
        self.ike = ike
        self.l2tp = l2tp

    def dial(self, patience: float = 20) -> Dial:
        started = time.time()
        try:
            self.ike.up()
        except IkeFailed as refused:
            raise DialFailed("ike", str(refused)) from None
        ike_up = time.time()
        mark = len(self.node.log("xl2tpd"))
        self.l2tp.call()
        until(lambda: self.link() is not None or self.l2tp.ended(mark), patience)
        link = self.link()
        if link is None:
            raise DialFailed("l2tp and ppp", "\n".join(self._last_words(mark)))
        return Dial(
            milliseconds=round(1000 * (link.since - started)),
            ike_milliseconds=round(1000 * (ike_up - started)),
            address=link.local,
            server=link.remote,
        )

    def refused_dial(self, patience: float = 20) -> DialFailed:
        """A dial that must not succeed: where it ended."""
        try:
            dial = self.dial(patience)
        except DialFailed as failure:
            return failure
        raise AssertionError(f"the dial came up as {dial.address}, and should not have")

    def hang_up(self) -> None:
        """As Windows: PPP and L2TP first, IKE a moment later."""
        self.l2tp.hang_up()
        until(lambda: self.link() is None, 10, f"{self.node.name}: end of the PPP link")
        self.ike.down()

    def vanish(self) -> None:
        """Power cut: the cable is dead and no program says good-bye."""
        self.node.ip("link set eth0 down")
        self.ike.kill()
        for command in ("pppd", "xl2tpd"):
            self.node.kill(command)
        pppd.forget(self.node)

    def restart_l2tp(self) -> None:
        """Forget every call, as a client does that gave the link up; IKE stays as it is."""
        for command in ("pppd", "xl2tpd"):
            self.node.kill(command)
        self.l2tp.start()

    def start_over(self) -> None:
        """As after a reboot: no association, no call."""
        self.restart_l2tp()
        self.ike.down()
        self.node.sh("ip xfrm state flush; ip xfrm policy flush")

    def link(self) -> pppd.Link | None:
        return pppd.link(self.node)

    def ping(self, count: int = 5, interval: float = 0.05, size: int = 56) -> Ping:
        """The inside server, through the tunnel and nothing else."""
        return ping(self.node, pptpd.ADDRESS, count, interval, size)

    def tcp_mbit(self, server: Node, seconds: float = 4, down: bool = False) -> float:
        return iperf.tcp_mbit(self.node, server, pptpd.ADDRESS, seconds, down)

    def encapsulation(self) -> str:
        """What the kernel's security associations use: "udp" or "esp"; "none" without any."""
        text = self.node.sh("ip xfrm state")
        if "proto esp" not in text:
            return "none"
        return "udp" if "encap type espinudp" in text else "esp"

    def esp_sources(self) -> list[str]:
        """Whom the kernel's associations towards this client are with."""
        text = self.node.sh("ip xfrm state")
        return sorted(set(re.findall(rf"^src (\S+) dst {self.node.address}$", text, re.M)))

    def esp_packets(self) -> int:
        """Packets that went through this client's security associations, both ways."""
        text = self.node.sh("ip -s xfrm state")
        return sum(int(count) for count in re.findall(r"(\d+)\(packets\)\n\s+add", text))

    def _last_words(self, mark: int) -> list[str]:
        return [
            *self.node.log("xl2tpd")[mark:].splitlines()[-8:],
            *self.node.log("pppd").splitlines()[-8:],
        ]
