"""Postern and, at the same address in turn, others: dials by the same clients.

strongSwan + xl2tpd + pppd ends PPP itself, and so does SoftEther; ours carries it to pptpd and pppd
inside, or ends it as well. strongSwan + xl2tpd cannot tell two clients at one address apart, so at
its turn the NAT gives each an address of its own.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.interop.lab import lan, pppd, softether, stand_in, strongswan
from tests.interop.lab.client import OldClient
from tests.interop.lab.cpu import Account
from tests.interop.lab.crowd import dial_at_once, hang_up_at_once
from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.memory import pss_kb
from tests.interop.lab.pptpd import USERS
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import Nat
from tests.interop.lab.world import Node

PROFILE = Profile("3des-sha1-modp1024")
OURS, THEIRS, SOFTETHER = "ours", "theirs", "softether"
REST = 6.0  # seconds after a hang-up: xl2tpd buries a tunnel for five, and a dial waits for it


@dataclass(frozen=True, slots=True)
class Round:
    """All who were asked have dialled once. Times are seconds, CPU time is over all of them."""

    up: int
    last: float  # from the first packet of the first until the last has PPP
    middle: float
    gateway_cpu: float
    server_cpu: float  # pptpd and pppd inside; nothing of others
    memory: int  # kB that the gateway's processes have more than before the first dial ever


def carrying(lab: Lab) -> Gateway:
    """PPP ends at pptpd and pppd inside."""
    lab.pptpd()
    return lab.gateway()


def ending(lab: Lab) -> Gateway:
    """PPP ends at the gateway, by pppd, as theirs does, and with the same scripts."""
    inside = lab.lan()
    pppd.write_scripts(lab.world.gateway)
    gateway = lab.gateway(client=lan.REACH, route=lan.NAME, routes=lan.routes())
    inside.start_pppds()
    return gateway


class Compared:
    """The gateways, and clients behind one NAT."""

    def __init__(
        self,
        lab: Lab,
        clients: int,
        ours: Callable[[Lab], Gateway] = carrying,
        others: Sequence[str] = (THEIRS,),
    ) -> None:
        self.lab = lab
        self.ours = ours(lab)
        self.hosts: dict[str, Node] = {OURS: lab.world.gateway}
        lab.step("starting others beside it")
        for other in others:
            self.hosts[other] = lab.world.rival(other)
            OTHERS[other](lab, self.hosts[other])
        self.nat: Nat = lab.nat()
        self.clients: Sequence[OldClient] = lab.crowd(clients, PROFILE, self.nat)
        self._cpu = {whose: [Account(node)] for whose, node in self.hosts.items()}
        self._cpu[OURS].append(Account(lab.server))
        self._empty = {whose: pss_kb(node) for whose, node in self.hosts.items()}

    def by_turns(self, blocks: int, rounds: int) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """By whose: `single`, each client once with nobody beside it, and `crowd`, all at once.

        Who dials alone does so in so many blocks, each of other clients.
        """
        found: dict[str, dict[str, list[dict[str, Any]]]] = {
            whose: {"single": [], "crowd": []} for whose in self.hosts
        }
        for block in range(blocks):
            for whose in self.hosts:
                for client in self.clients[block::blocks]:
                    found[whose]["single"].append(self.round(whose, [client]))
        for whose in tuple(self.hosts) * rounds:
            time.sleep(REST)
            found[whose]["crowd"].append(self.round(whose, self.clients))
        return found

    def round(self, whose: str, clients: Sequence[OldClient], patience: int = 60) -> dict[str, Any]:
        """One dial of each of these clients, and everything hung up again."""
        self._turn_to(whose)
        marks = [len(client.node.log("charon")) for client in clients]
        before = [account.seconds() for account in self._cpu[whose]]
        began = time.time()
        arrivals = dial_at_once(clients, patience)
        now = [account.seconds() for account in self._cpu[whose]]
        spent = [after - was for after, was in zip(now, before, strict=True)]
        memory = pss_kb(self.hosts[whose]) - self._empty[whose]
        first = min(
            strongswan.first_packet(client.node, mark, began)
            for client, mark in zip(clients, marks, strict=True)
        )
        took = sorted(each.milliseconds / 1000 - first for each in arrivals if each)
        last, middle = (took[-1], took[len(took) // 2]) if took else (0.0, 0.0)
        found = Round(len(took), last, middle, spent[0], sum(spent[1:]), memory)
        self.lab.step(f"{whose}: {found}")
        hang_up_at_once([client for client, up in zip(clients, arrivals, strict=True) if up])
        for client, up in zip(clients, arrivals, strict=True):
            if not up:
                client.start_over()
        if whose == OURS:
            self.ours.wait_for_sessions(0)
        return asdict(found)

    def _turn_to(self, whose: str) -> None:
        self.lab.world.at_the_door(self.hosts[whose])
        if SOFTETHER in self.hosts:
            softether.pause(self.hosts[SOFTETHER], paused=whose != SOFTETHER)
        self.nat.spread(whose == THEIRS)


def _strongswan(lab: Lab, node: Node) -> None:
    stand_in.serve(node, PROFILE)


def _softether(lab: Lab, node: Node) -> None:
    softether.serve(node, lab.server, PROFILE.psk, "operator", USERS["operator"])


OTHERS: dict[str, Callable[[Lab, Node], None]] = {THEIRS: _strongswan, SOFTETHER: _softether}
