"""The interfaces as the configuration wants them: files for systemd-networkd, what nftables lets
through between them, and whether the kernel passes anything on.

The text is pure; `Network.apply` puts it in its place and tells networkd. What is in force is
replaced as a whole, and doing it twice does no harm.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from gateway.control.config import Config, Inside, Outside
from gateway.control.ports import Port, Unsettled, interface_of
from gateway.control.schema_routes import LOCAL
from gateway.system.box.disk import write_file
from gateway.system.box.places import Places
from gateway.system.forwarding import forward_from
from gateway.system.pppd_call import INTERFACE
from gateway.system.run import Run, ToolFailed, run
from gateway.wire.ipv4 import host_text

FOLDER: Final = "run/systemd/network"
PREFIX: Final = "60-postern-"
ROLES: Final = ("outside", "inside")
_METRICS: Final = {"outside": 100, "inside": 200}
_MADE: Final = "# Made by Postern from the configuration.\n"


def interface_for(role: str, wanted: str | None, ports: Sequence[Port]) -> str:
    """The kernel's name of what the configuration calls `wanted`; nothing if it is left out.

    `Unsettled` if that is a port's role and the port is not certain.
    """
    if wanted in ROLES:
        return interface_of(wanted, ports)
    return wanted or ""


def network_text(side: Outside | Inside, role: str, interface: str) -> str:
    """One .network file (systemd.network(5)); empty where the interface is to be left alone."""
    if side.network is None or not interface:
        return ""
    lines = ["[Match]", f"Name={interface}", "", "[Network]", "LinkLocalAddressing=no"]
    lines += ["IPv6AcceptRA=no", f"DHCP={'ipv4' if side.network == 'dhcp' else 'no'}"]
    lines += [f"DNS={host_text(server)}" for server in side.dns]
    if side.network == "static":
        lines += [f"Address={host_text(host)}/{side.prefix}" for host in _addresses(side)]
    lines += _link(side)
    if side.network == "dhcp":
        lines += ["", "[DHCPv4]", f"RouteMetric={_METRICS[role]}", "UseHostname=no"]
        lines += ["UseDNS=no"] if side.dns else []
        lines += ["UseGateway=no"] if role == "inside" else []
    return _MADE + "\n".join(lines) + "\n"


def routes_text(config: Config, interface: str) -> str:
    """Ways to servers behind the router inside: one for each, for outside has the default."""
    inside = config.inside
    if inside.network != "static" or inside.gateway is None or not interface:
        return ""
    hosts = sorted(
        {server.host for route in config.routes if route.kind != LOCAL for server in route.servers}
    )
    return "".join(
        f"\n[Route]\nGateway={host_text(inside.gateway)}\nDestination={host_text(host)}/32\n"
        for host in hosts
    )


def nft_sets(names: Mapping[str, str], config: Config) -> str:
    """For `nft -f`, in one transaction: which interfaces are outside and inside, to which one calls
    of routes into the LAN lead, which servers the box stands in front of, and which box it shares
    an address with."""
    sets = {f"{role}_ports": [f'"{names[role]}"'] if names.get(role) else [] for role in ROLES}
    sets["call_ports"] = sets["inside_ports"] if has_calls(config) else []
    sets["front_servers"] = [host_text(host) for host in config.front.servers]
    sets["pair_peers"] = [host_text(host) for host in (config.pair.peer,) if host is not None]
    text = ""
    for name, members in sets.items():
        text += f"flush set inet box {name}\n"
        if members:
            text += f"add element inet box {name} {{ {', '.join(members)} }}\n"
    return text


def has_calls(config: Config) -> bool:
    """Whether PPP may end on this box: then somebody has to start pppd."""
    return any(route.kind == LOCAL for route in config.routes)


def forwarded(names: Mapping[str, str], config: Config) -> frozenset[str]:
    """The interfaces from which packets are passed on. Where they may go is nftables' business."""
    roles = ROLES if config.front.servers else ("inside",) if has_calls(config) else ()
    return frozenset(names[role] for role in roles if names.get(role))


def _addresses(side: Outside | Inside) -> tuple[bytes, ...]:
    if isinstance(side, Outside):
        return side.addresses
    return () if side.address is None else (side.address,)


def _link(side: Outside | Inside) -> Iterator[str]:
    if isinstance(side, Outside):
        if side.network == "static" and side.gateway is not None:
            yield from (f"Gateway={host_text(side.gateway)}",)
        yield from ("", "[Link]", f"MTUBytes={side.mtu}")


class Network:
    """`problems` says of the last `apply` which port is not certain: nothing was guessed."""

    def __init__(self, places: Places, tool: Run = run) -> None:
        self.problems: tuple[str, ...] = ()
        self.names: dict[str, str] = {}  # by role
        self._folder = places.root / FOLDER
        self._root = places.root
        self._run = tool

    def settle(self, config: Config, ports: Sequence[Port]) -> dict[str, str]:
        """The kernel's name for each side, without one where it is not certain."""
        problems, names = [], {}
        wanted = {"outside": config.outside.interface, "inside": config.inside.interface}
        for role in ROLES:
            try:
                names[role] = interface_for(role, wanted[role], ports)
            except Unsettled as error:
                problems.append(str(error))
        self.problems, self.names = tuple(dict.fromkeys(problems)), names
        return names

    def apply(self, config: Config, ports: Sequence[Port]) -> None:
        """Make it so; `ToolFailed` or OSError if that cannot be."""
        names = self.settle(config, ports)
        files = {}
        outside = replace(config.outside, addresses=config.own_addresses)
        sides: dict[str, Outside | Inside] = {"outside": outside, "inside": config.inside}
        for role, side in sides.items():
            text = network_text(side, role, names.get(role, ""))
            if role == "inside" and text:
                text += routes_text(config, names[role])
            if text:
                files[f"{PREFIX}{role}.network"] = text
        changed = self._replace(files)
        self._run(["nft", "-f", "-"], nft_sets(names, config))
        self.forward(config)
        if changed:
            self._run(["networkctl", "reload"], "")
            for name in sorted({name for name in names.values() if name}):
                self._run(["networkctl", "reconfigure", name], "")

    def forward(self, config: Config) -> None:
        """Make the box a router as far as the configuration wants one, and no further."""
        forward_from(forwarded(self.names, config), INTERFACE, self._root)

    def _replace(self, files: Mapping[str, str]) -> bool:
        """Whether any of the files is another now."""
        there = {path.name: path for path in self._folder.glob(f"{PREFIX}*.network")}
        changed = False
        for name, path in there.items():
            if name not in files:
                path.unlink()
                changed = True
        for name, text in files.items():
            if name not in there or there[name].read_text() != text:
                write_file(self._folder / name, text.encode(), 0o644)
                changed = True
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o755)  # networkd reads there as a user of its own
        return changed


def addresses(tool: Run = run) -> dict[str, list[str]]:
    """What each interface has now, loopback left out; nothing where it cannot be told."""
    try:
        found: list[dict[str, Any]] = json.loads(tool(["ip", "-j", "addr", "show"], "").stdout)
        return {
            one["ifname"]: [f"{info['local']}/{info['prefixlen']}" for info in one["addr_info"]]
            for one in found
            if one.get("addr_info") and one["ifname"] != "lo"
        }
    except (ToolFailed, ValueError, KeyError, TypeError, AttributeError):
        return {}
