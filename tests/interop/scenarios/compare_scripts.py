"""Dials one by one at two gateways whose pppd runs Debian's scripts at each call, and at the same
without, as on the appliance."""

from typing import Any

from tests.interop.lab import pppd
from tests.interop.lab.compared import OURS, THEIRS, Compared, ending
from tests.interop.lab.stage import Lab

CLIENTS, BLOCKS = 8, 2
LONGEST = 400  # seconds


def run(lab: Lab) -> dict[str, Any]:
    """CPU seconds of each dial at its gateway, by whose it is: with scripts, and without."""
    compared = Compared(lab, CLIENTS, ending)
    found: dict[str, dict[str, list[float]]] = {"with": {}, "without": {}}
    for block in range(BLOCKS):
        clients = compared.clients[block::BLOCKS]
        for how, spent in found.items():
            for whose in (OURS, THEIRS):
                if how == "without":
                    pppd.put_scripts_away(compared.hosts[whose])
                rounds = [compared.round(whose, [client]) for client in clients]
                spent.setdefault(whose, []).extend(each["gateway_cpu"] for each in rounds)
                pppd.put_scripts_back(compared.hosts[whose])
    return found
