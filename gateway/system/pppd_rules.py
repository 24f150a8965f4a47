"""What the kernel lets the interfaces of local calls do, as text for nft. Pure.

The gateway has judged each frame before pppd gets it. This is the same once more, by somebody else:
rules for each call of what its client may reach and who it may say it is, against a fault in the
first judge. They are none against a gateway that was taken over, whose powers suffice to remove
them. And a machine that forwards for these interfaces forwards for no other.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from gateway.control.values_reach import ALL, Reach
from gateway.system.pppd_call import INTERFACE
from gateway.wire.ipv4 import host_text

TABLE: Final = "postern_local"  # of family ip, and one of ip6
PORTED: Final = (6, 17)
RANGE: Final = "-"  # between two hosts


class Allowed(NamedTuple):
    """Of one call: where it may send, and as whom. None: not known yet, and nothing passes."""

    reach: tuple[Reach, ...]
    address: bytes | None


def whole_text(calls: Mapping[str, Allowed], inside: str, closed: Collection[str]) -> str:
    """For `nft -f`, one transaction: whatever there was is replaced. `calls`: by interface.

    `closed`: interfaces from which nothing was passed on before us, and nothing else is now. A
    call's network is IPv4 alone, and pppd agrees on nothing else; but the kernel takes IPv6, too.
    """
    names = ", ".join(f'"{name}"' for name in closed)
    other = f'    iifname {{ {names} }} oifname != "{INTERFACE}*" drop\n' if closed else ""
    begun = "".join(begin_text(name, allowed) for name, allowed in calls.items())
    return f"""\
{removal_text()}table ip6 {TABLE} {{
  chain prerouting {{
    type filter hook prerouting priority -300; policy accept;
    iifname "{INTERFACE}*" counter drop
  }}
}}
table ip {TABLE} {{
  map calls {{ type ifname : verdict; }}
  set sources {{ type ifname . ipv4_addr; }}
  chain from_calls {{
    iifname . ip saddr != @sources counter drop
    iifname vmap @calls
    counter drop
  }}
  chain forward {{
    type filter hook forward priority -5; policy accept;
    iifname "{INTERFACE}*" oifname != "{inside}" counter drop
    iifname "{INTERFACE}*" jump from_calls
{other}  }}
  chain input {{
    type filter hook input priority -5; policy accept;
    iifname "{INTERFACE}*" jump from_calls
  }}
}}
{begun}"""


def begin_text(name: str, allowed: Allowed) -> str:
    """What a call adds to the table. A chain of its own, so that a thousand others cost nothing."""
    text = f"add chain ip {TABLE} {name}\n"
    text += "".join(f"add rule ip {TABLE} {name} {rule}\n" for rule in _rules(allowed.reach))
    text += f'add element ip {TABLE} calls {{ "{name}" : goto {name} }}\n'
    return text + _source("add", name, allowed)


def end_text(name: str, allowed: Allowed) -> str:
    """What takes all of that away."""
    text = _source("delete", name, allowed)
    text += f'delete element ip {TABLE} calls {{ "{name}" }}\n'
    return text + f"flush chain ip {TABLE} {name}\ndelete chain ip {TABLE} {name}\n"


def removal_text() -> str:
    """Right whether or not the tables are there."""
    families = ("ip", "ip6")
    return "".join(f"table {of} {TABLE}\ndelete table {of} {TABLE}\n" for of in families)


def _source(verb: str, name: str, allowed: Allowed) -> str:
    if allowed.address is None:
        return ""
    element = f'"{name}" . {host_text(allowed.address)}'
    return f"{verb} element ip {TABLE} sources {{ {element} }}\n"


def _rules(reach: tuple[Reach, ...]) -> list[str]:
    """The hosts of each protocol and its ports are one set, each range is a rule of its own: nft
    reads every set that has ranges, whoever's it is, at each step. The rest is dropped."""
    if ALL in reach:
        return ["accept"]
    hosts: dict[tuple[int, int, int], list[str]] = {}
    for one in reach:
        for protocol in one.protocols:
            hosts.setdefault((protocol, one.low, one.high), []).append(_hosts(one))
    rules = []
    for (protocol, low, high), members in hosts.items():
        for where in _places(members):
            to = f"ip protocol {protocol} ip daddr {where}"
            if protocol in PORTED:
                rules.append(f"ip frag-off & 0x1fff != 0 {to} accept")
                to += f" th dport {low}-{high}"
            rules.append(f"{to} accept")
    return [*rules, "counter drop"]


def _places(members: list[str]) -> list[str]:
    single = [one for one in dict.fromkeys(members) if RANGE not in one]
    ranges = [one for one in dict.fromkeys(members) if RANGE in one]
    return [*([f"{{ {', '.join(single)} }}"] if single else []), *ranges]


def _hosts(one: Reach) -> str:
    first, last = (host_text(number.to_bytes(4, "big")) for number in (one.first, one.last))
    return first if first == last else f"{first}{RANGE}{last}"
