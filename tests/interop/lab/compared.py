"""Postern and, at the same address in turn, strongSwan + xl2tpd + pppd: dials by the same clients.

Theirs ends PPP itself; ours carries it to pptpd and pppd inside, or ends it as well. Theirs cannot
tell two clients at one address apart, so at its turn the NAT gives each an address of its own.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.interop.lab import lan, pppd, stand_in, strongswan
from tests.interop.lab.client import OldClient
from tests.interop.lab.cpu import Account
from tests.interop.lab.crowd import dial_at_once, hang_up_at_once
from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import Nat
from tests.interop.lab.world import Node

PROFILE = Profile("3des-sha1-modp1024")
OURS, THEIRS = "ours", "theirs"
REST = 6.0  # seconds after a hang-up: xl2tpd buries a tunnel for five, and a dial waits for it


@dataclass(frozen=True, slots=True)
class Round:
    """All clients have dialled once. Times are seconds, CPU time is over all of them."""

    up: int
    last: float  # from the first packet of the first until the last has PPP
    middle: float
    gateway_cpu: float
    server_cpu: float  # pptpd and pppd inside; nothing of theirs


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
    """Both gateways, and clients behind one NAT."""

    def __init__(self, lab: Lab, clients: int, ours: Callable[[Lab], Gateway] = carrying) -> None:
        self.lab = lab
        self.ours = ours(lab)
        self.rival: Node = lab.world.rival()
        lab.step("starting strongSwan and xl2tpd beside it")
        stand_in.serve(self.rival, PROFILE)
        self.nat: Nat = lab.nat()
        self.clients: Sequence[OldClient] = lab.crowd(clients, PROFILE, self.nat)
        self._turn = OURS
        self._cpu = {
            OURS: (Account(lab.world.gateway), Account(lab.server)),
            THEIRS: (Account(self.rival),),
        }

    def by_turns(self, rounds: int) -> dict[str, list[dict[str, Any]]]:
        """Ours and theirs one after the other; there is no rest behind the last."""
        found: dict[str, list[dict[str, Any]]] = {OURS: [], THEIRS: []}
        for whose in (OURS, THEIRS) * rounds:
            if found[OURS]:
                time.sleep(REST)
            found[whose].append(self.round(whose))
        return found

    def round(self, whose: str, patience: int = 40) -> dict[str, Any]:
        """One dial of each client, and everything hung up again."""
        self._turn_to(whose)
        marks = [len(client.node.log("charon")) for client in self.clients]
        before = [account.seconds() for account in self._cpu[whose]]
        began = time.time()
        arrivals = dial_at_once(self.clients, patience)
        now = [account.seconds() for account in self._cpu[whose]]
        spent = [after - was for after, was in zip(now, before, strict=True)]
        first = min(
            strongswan.first_packet(client.node, mark, began)
            for client, mark in zip(self.clients, marks, strict=True)
        )
        took = sorted(each.milliseconds / 1000 - first for each in arrivals if each)
        found = Round(len(took), took[-1], took[len(took) // 2], spent[0], sum(spent[1:]))
        self.lab.step(f"{whose}: {found}")
        hang_up_at_once([client for client, up in zip(self.clients, arrivals, strict=True) if up])
        if whose == OURS:
            self.ours.wait_for_sessions(0)
        return asdict(found)

    def _turn_to(self, whose: str) -> None:
        if whose == self._turn:
            return
        self._turn = whose
        here, there = self.lab.world.gateway, self.rival
        if whose == THEIRS:
            self.lab.world.at_the_door(there, here)
            self.nat.spread()
        else:
            self.lab.world.at_the_door(here, there)
            self.nat.gather()
