"""What the kernel lets the interfaces of local calls do, as text for nft. Pure.

The gateway has judged each frame before pppd gets it. This is the same once more, by somebody else:
rules for each call of what its client may reach, against a fault in the first judge. They are none
against a gateway that was taken over, whose powers suffice to remove them. And a machine that
forwards for these interfaces forwards for no other.
"""

from collections.abc import Mapping
from typing import Final

from gateway.control.values_reach import ALL, Reach
from gateway.system.pppd_call import INTERFACE
from gateway.wire.ipv4 import host_text

TABLE: Final = "postern_local"
PORTED: Final = (6, 17)


def rules_text(calls: Mapping[str, tuple[Reach, ...]], inside: str, closed: bool) -> str:
    """For `nft -f`: one transaction. `calls`: by interface, what may be reached through it.

    `closed`: nothing was forwarded for the inside interface before us, and nothing else is now.
    """
    sets = "".join(_sets(name, reach) for name, reach in calls.items())
    jumps = "".join(f'    iifname "{name}" jump {name}\n' for name in calls)
    other = f'    iifname "{inside}" oifname != "{INTERFACE}*" drop\n' if closed else ""
    return f"""\
table ip {TABLE}
delete table ip {TABLE}
table ip {TABLE} {{
{sets}  chain from_calls {{
{jumps}    counter drop
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
"""


def removal_text() -> str:
    """Right whether or not the table is there."""
    return f"table ip {TABLE}\ndelete table ip {TABLE}\n"


def _sets(name: str, reach: tuple[Reach, ...]) -> str:
    """The sets of one call, one for the hosts of each protocol and its ports, and its chain."""
    if ALL in reach:
        return f"  chain {name} {{\n    accept\n  }}\n"
    hosts: dict[tuple[int, int, int], list[str]] = {}
    for one in reach:
        for protocol in one.protocols:
            hosts.setdefault((protocol, one.low, one.high), []).append(_hosts(one))
    sets = rules = ""
    for (protocol, low, high), members in hosts.items():
        kind = f"{name}_{protocol}_{low}_{high}"
        listed = ", ".join(dict.fromkeys(members))
        sets += f"  set {kind} {{ type ipv4_addr; flags interval; auto-merge; "
        sets += f"elements = {{ {listed} }}; }}\n"
        to = f"ip protocol {protocol} ip daddr @{kind}"
        if protocol in PORTED:
            rules += f"    ip frag-off & 0x1fff != 0 {to} accept\n"
            to += f" th dport {low}-{high}"
        rules += f"    {to} accept\n"
    return f"{sets}  chain {name} {{\n{rules}  }}\n"


def _hosts(one: Reach) -> str:
    first, last = (host_text(number.to_bytes(4, "big")) for number in (one.first, one.last))
    return first if first == last else f"{first}-{last}"
