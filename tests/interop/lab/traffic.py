"""What goes through sessions: Postern with the kernel carrying, and others by turns at its address.

The far end is the same host inside for all. Towards ours it is a PPTP server with the kernel's own
data path, or a host of the LAN where PPP ends at ours as well; towards strongSwan + xl2tpd and
SoftEther, which end PPP themselves, a host behind them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Protocol

from tests.interop.lab import lan, pppd, softether, stand_in
from tests.interop.lab.ceilings import EspAlone, Plain
from tests.interop.lab.client import DialFailed, OldClient
from tests.interop.lab.compared import OURS, SOFTETHER, THEIRS
from tests.interop.lab.gateway import PPTP, Gateway, carried_by
from tests.interop.lab.ike import Profile
from tests.interop.lab.iperf import together_mbit
from tests.interop.lab.kernel_pptp import KernelPptp
from tests.interop.lab.ping import ping
from tests.interop.lab.pptpd import ADDRESS, USERS
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import SERVER
from tests.interop.lab.world import Node, until, wire

SUITES = ("3des-sha1", "aes128-sha1")
IKE = "3des-sha1-modp1024"
ESP, PLAIN = "esp", "plain"
KERNEL = "kernel"
INTO_THE_LAN = lan.routes(f'pool = "{lan.POOL}"\ncarrier = "{KERNEL}"\nshield = false\n')
BESIDE, BEHIND = "10.11.0.1", "10.11.0.2"  # their router inside, and the host there
MANY = 4  # clients at once
SECONDS = 3.0  # of each throughput
PINGS = 100
PATIENCE = 40.0  # seconds for a dial to others' gateways


@dataclass(frozen=True, slots=True)
class Passed:
    """Mbit/s of TCP, of one client and of `MANY` in all; `ms` is the median round trip of one.

    The last two are None where not all of them came up.
    """

    up: float
    down: float
    ms: float
    up_many: float | None
    down_many: float | None


class Way(Protocol):
    """How clients reach the host inside."""

    def up(self, clients: Sequence[OldClient], suite: str) -> list[str]:
        """Bring them up, one after the other; what each calls the host inside."""
        ...

    def down(self, clients: Sequence[OldClient]) -> None: ...


class Ended:
    """Through a gateway, to a host behind it."""

    def __init__(self, target: str) -> None:
        self.target = target

    def up(self, clients: Sequence[OldClient], suite: str) -> list[str]:
        for client in clients:
            client.dial(PATIENCE)
            link = client.link()
            assert link is not None
            client.node.ip(f"route replace {self.target} dev {link.interface}")
        return [self.target] * len(clients)

    def down(self, clients: Sequence[OldClient]) -> None:
        for client in clients:
            if client.link() is None:  # it did not come up
                client.start_over()
            else:
                client.hang_up()


class Ours(Ended):
    """Through Postern; only what the kernel carries counts."""

    def __init__(self, gateway: Gateway, target: str) -> None:
        super().__init__(target)
        self.gateway = gateway

    def up(self, clients: Sequence[OldClient], suite: str) -> list[str]:
        targets = super().up(clients, suite)
        until(self._carried, 20, "the kernel carrying all sessions")
        return targets

    def down(self, clients: Sequence[OldClient]) -> None:
        super().down(clients)
        self.gateway.wait_for_sessions(0)

    def _carried(self) -> bool:
        return all(each["carrier"] == KERNEL for each in self.gateway.sessions())


def to_pptp(lab: Lab) -> Ours:
    """On to a PPTP server: a second leg, which others have not."""
    KernelPptp(lab.server)
    return Ours(lab.gateway(routes=carried_by(PPTP, KERNEL)), ADDRESS)


def into_the_lan(lab: Lab) -> Ours:
    """PPP ends at the gateway, by pppd, as theirs does."""
    inside = lab.lan()
    pppd.write_scripts(lab.world.gateway)
    everywhere = 'reach = ["everything"]'
    gateway = lab.gateway(client=everywhere, route=lan.NAME, routes=INTO_THE_LAN)
    inside.start_pppds()
    return Ours(gateway, SERVER)


class Traffic:
    """All gateways, and `MANY` clients behind one NAT for each suite."""

    def __init__(
        self, lab: Lab, begin: Callable[[Lab], Ours] = to_pptp, *, softethers: bool = True
    ) -> None:
        self.lab = lab
        lab.step("starting the gateway, and others beside it")
        ours = begin(lab)
        nat = self.nat = lab.nat()
        rival = _beside(lab)
        stand_in.serve(rival, Profile(IKE, esp=",".join(SUITES)))
        self.ways: dict[str, tuple[Way, Node, bool]] = {  # the last: each by its own address
            OURS: (ours, lab.world.gateway, False),
            THEIRS: (Ended(BEHIND), rival, True),
            ESP: (EspAlone(rival, nat, BEHIND), rival, True),
            PLAIN: (Plain(rival, nat, lab.server, BEHIND), rival, True),
        }
        self.told_of = Ended(softether.TARGET)
        if softethers and softether.is_there():
            other = lab.world.rival(SOFTETHER)
            softether.serve(other, lab.server, Profile().psk, "operator", USERS["operator"])
            self.ways[SOFTETHER] = (self.told_of, other, False)
        self.clients = {
            suite: lab.crowd(MANY, Profile(IKE, esp=suite), self.nat) for suite in SUITES
        }

    def by_turns(self, rounds: int) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """By way and suite. Plain routing has no suite, and stands under the first."""
        found: dict[str, dict[str, list[dict[str, Any]]]] = {way: {} for way in self.ways}
        for way in tuple(self.ways) * rounds:
            self._turn_to(way)
            for suite in SUITES[:1] if way == PLAIN else SUITES:
                passed = self.turn(self.ways[way][0], suite)
                self.lab.step(f"{way}, {suite}: {passed}")
                found[way].setdefault(suite, []).append(asdict(passed))
        return found

    def turn(self, way: Way, suite: str) -> Passed:
        """What goes through for one client, then for all of them, and everything hung up again."""
        clients = self.clients[suite]
        first, server = clients[0].node, self.lab.server
        targets = way.up(clients[:1], suite)
        ping(first, targets[0], count=3)
        round_trip = _round_trip(first, targets[0])
        up, down = _both_ways([first], server, targets)
        many: tuple[float | None, float | None] = None, None
        try:
            targets += way.up(clients[1:], suite)
            many = _both_ways([client.node for client in clients], server, targets)
        except DialFailed as failure:
            if way is not self.told_of:
                raise
            self.lab.step(f"not all came up: {failure}")
        way.down(clients)
        return Passed(up, down, round_trip, *many)

    def _turn_to(self, way: str) -> None:
        _, node, spread = self.ways[way]
        self.lab.world.at_the_door(node)
        if SOFTETHER in self.ways:
            softether.pause(self.ways[SOFTETHER][1], paused=way != SOFTETHER)
        self.nat.spread(spread)


def _both_ways(nodes: Sequence[Node], server: Node, targets: Sequence[str]) -> tuple[float, float]:
    up, down = (together_mbit(nodes, server, targets, SECONDS, down=each) for each in (False, True))
    return up, down


def _round_trip(node: Node, target: str) -> float:
    """Milliseconds; a median, for one processor plays everybody and now and then does not."""
    text = node.sh(f"ping -n -c {PINGS} -i 0.01 {target}")
    return median(float(took) for took in re.findall(r"time=([\d.]+) ms", text))


def _beside(lab: Lab) -> Node:
    """Their gateway, a router to the server as ours is."""
    rival = lab.world.rival()
    wire(rival, "eth1", lab.server, "eth9")
    rival.ip(f"addr add {BESIDE}/24 dev eth1", "route add 192.168.1.0/24 dev eth0")
    rival.sh("echo 1 >/proc/sys/net/ipv4/ip_forward")
    behind = ("10.30.0.0/24", "192.168.1.0/24", "203.0.113.0/24")  # PPP, tunnels, plain
    ways = (f"route add {net} via {BESIDE}" for net in behind)
    lab.server.ip(f"addr add {BEHIND}/24 dev eth9", *ways)
    return rival
