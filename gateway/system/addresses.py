"""Addresses of the gateway besides those its interface has: the pools of tunnels.

Each is a route of type local on the inside interface, marked as ours: the kernel then takes packets
for it as for any address of its own and answers for it in ARP, and the interface's configuration,
whoever manages it, is left alone. What is wanted is made so as a whole, as often as you like.
`ip route show table local proto 171` shows them.
"""

import json
from collections.abc import Collection
from typing import Any, Final

from gateway.system.run import Run, run
from gateway.wire.ipv4 import host_text

PROTOCOL: Final = 171  # of routes; nobody's in iproute2's rt_protos
_OURS: Final = ("table", "local", "proto", str(PROTOCOL))


class Addresses:
    """`ToolFailed` if the kernel or the tool says no."""

    def __init__(self, tool: Run = run) -> None:
        self._run = tool

    def apply(self, interface: str, hosts: Collection[bytes]) -> None:
        """Have these on the interface, and no others of ours anywhere."""
        wanted = {(host_text(host), interface) for host in hosts}
        self._change(wanted)

    def remove(self) -> None:
        self._change(set())

    def _change(self, wanted: set[tuple[str, str]]) -> None:
        there = present(self._run(["ip", "-j", "-4", "route", "show", *_OURS], "").stdout)
        if lines := changes(there, wanted):
            self._run(["ip", "-4", "-batch", "-"], "".join(f"{line}\n" for line in lines))


def present(listed: str) -> set[tuple[str, str]]:
    """Address and interface of each, from what `ip -j route show` lists."""
    routes: list[dict[str, Any]] = json.loads(listed or "[]")
    return {(route["dst"], route["dev"]) for route in routes if route.get("type") == "local"}


def changes(there: set[tuple[str, str]], wanted: set[tuple[str, str]]) -> list[str]:
    """Lines for `ip -batch`: those that are too many go first."""
    mark = " ".join(_OURS)
    away = [f"route del local {host}/32 dev {name} {mark}" for host, name in there - wanted]
    come = [f"route replace local {host}/32 dev {name} {mark}" for host, name in wanted - there]
    return [*sorted(away), *sorted(come)]
