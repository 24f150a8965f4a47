"""What goes through a session: Postern with the kernel carrying, and strongSwan + xl2tpd by turns.

The far end is the same host inside for both. Towards ours it is a PPTP server with the kernel's own
data path, towards theirs a host behind their router, which ends PPP itself. One client a suite.
"""

import re
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from tests.interop.lab import stand_in
from tests.interop.lab.client import Dial, OldClient
from tests.interop.lab.compared import OURS, THEIRS
from tests.interop.lab.gateway import PPTP, Gateway, carried_by
from tests.interop.lab.ike import Profile
from tests.interop.lab.iperf import tcp_mbit
from tests.interop.lab.kernel_pptp import KernelPptp
from tests.interop.lab.ping import ping
from tests.interop.lab.pptpd import ADDRESS
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import Node, until, wire

SUITES = ("3des-sha1", "aes128-sha1")
KERNEL = "kernel"
BESIDE, BEHIND = "10.11.0.1", "10.11.0.2"  # their router inside, and the host there
SECONDS = 4.0  # of each throughput
PINGS = 100


@dataclass(frozen=True, slots=True)
class Passed:
    """One session. `up` and `down` are Mbit/s of TCP, `ms` is the round trip's median."""

    up: float
    down: float
    ms: float
    carrier: str


class Traffic:
    """Both gateways, and one client behind one NAT for each suite."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        KernelPptp(lab.server)
        lab.step("starting the gateway, and strongSwan and xl2tpd beside it")
        self.ours: Gateway = lab.gateway(routes=carried_by(PPTP, KERNEL))
        self.rival: Node = _beside(lab)
        self.nat = lab.nat()
        profiles = [Profile("3des-sha1-modp1024", esp=suite) for suite in SUITES]
        stand_in.serve(self.rival, Profile("3des-sha1-modp1024", esp=",".join(SUITES)))
        self.clients = [lab.strongswan(profile, behind=self.nat) for profile in profiles]
        self._turn = OURS

    def by_turns(self, rounds: int) -> dict[str, dict[str, list[dict[str, Any]]]]:
        found: dict[str, dict[str, list[dict[str, Any]]]] = {
            whose: {suite: [] for suite in SUITES} for whose in (OURS, THEIRS)
        }
        for whose in (OURS, THEIRS) * rounds:
            self._turn_to(whose)
            for suite, client in zip(SUITES, self.clients, strict=True):
                found[whose][suite].append(asdict(passed := self.session(whose, client)))
                self.lab.step(f"{whose}, {suite}: {passed}")
        return found

    def session(self, whose: str, client: OldClient) -> Passed:
        """One dial of this client, what goes through, and everything hung up again."""
        dial = client.dial()
        target = self._far_end(whose, client, dial)
        carrier = self._settled() if whose == OURS else KERNEL
        ping(client.node, target, count=3)
        round_trip = _round_trip(client.node, target)
        up = tcp_mbit(client.node, self.lab.server, target, SECONDS)
        down = tcp_mbit(client.node, self.lab.server, target, SECONDS, down=True)
        found = Passed(up, down, round_trip, carrier)
        client.hang_up()
        if whose == OURS:
            self.ours.wait_for_sessions(0)
        return found

    def _settled(self) -> str:
        """Who carries, once that is decided."""
        until(lambda: self.ours.session()["carrier"] == KERNEL, 5)
        carrier: str = self.ours.session()["carrier"]
        return carrier

    def _far_end(self, whose: str, client: OldClient, dial: Dial) -> str:
        if whose == OURS:
            return ADDRESS
        link = client.link()
        assert link is not None
        client.node.ip(f"route replace {BEHIND} dev {link.interface}")
        assert dial.server == ADDRESS
        return BEHIND

    def _turn_to(self, whose: str) -> None:
        if whose == self._turn:
            return
        self._turn = whose
        here, there = self.lab.world.gateway, self.rival
        pair = (there, here) if whose == THEIRS else (here, there)
        self.lab.world.at_the_door(*pair)


def _round_trip(node: Node, target: str) -> float:
    """Milliseconds; a median, for one processor plays everybody and now and then does not."""
    text = node.sh(f"ping -n -c {PINGS} -i 0.01 {target}")
    return median(float(took) for took in re.findall(r"time=([\d.]+) ms", text))


def _beside(lab: Lab) -> Node:
    """Their gateway, a router to the server as ours is."""
    rival = lab.world.rival()
    wire(rival, "eth1", lab.server, "eth9")
    rival.ip(f"addr add {BESIDE}/24 dev eth1")
    rival.sh("echo 1 >/proc/sys/net/ipv4/ip_forward")
    lab.server.ip(f"addr add {BEHIND}/24 dev eth9", f"route add 10.30.0.0/24 via {BESIDE}")
    return rival
