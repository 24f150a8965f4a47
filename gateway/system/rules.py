"""The rules Postern wants in netfilter, as one value, and as text for the tools that set them.

Pure: `firewall.py` carries the text to the kernel. What the rules say:

* clear L2TP (UDP 1701) that comes in from outside is dropped before anything looks at it, whether
  it is for us or for a host behind us, without state;
* UDP 500, UDP 4500 and ESP that come in from outside to our outside addresses go to the queue.
  The hook is INPUT: there the IP stack has reassembled fragments itself, conntrack or not.
  Without `bypass`: when nobody reads the queue the kernel drops, and answers nothing;
* of these, ESP goes to queues of its own, by the low bits of its SPI (rules_esp.py);
* what the kernel is to decrypt has a virtual address by then (virtual.py), and is let past;
* clear L2TP of native servers is dropped, too: their first answer can be so, before their own
  policy is in force, and must not be met with an ICMP error;
* IKE and ESP that come in from inside, from servers that speak IPsec themselves, go to a queue of
  their own; only by the inside interface, only from those servers, only to addresses of ours there;
* IKE that this machine sends to itself by 127.0.0.1 goes to the first queue: that is how `postern
  health` dials;
* where the gateway stands in front of a server, IKE, ESP and AH on their way to that go to a third
  queue, at FORWARD. Nothing reassembles there but connection tracking, so the rules ask for it;
  and what we answer in the server's name is not tracked, or a masquerading router would change
  whom it comes from. These alone may have `bypass`: with no daemon the kernel then lets them go on.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from gateway.system.rules_esp import PORTS, SPI_AT, esp_rules, nft_by_spi, nft_esp, spi_rules
from gateway.wire.ipv4 import host_text

CLEAR_L2TP = 1701
LARGEST_QUEUE = 65535
LOOPBACK = "127.0.0.1"
TABLE = "postern"  # nftables: everything of ours is in this one table
PROBE = "POSTERN-PROBE"
# iptables: the table, the hook our chain is called from (if not from our own), and our chain
CHAINS: Final = (
    ("raw", "PREROUTING", "POSTERN-CLEAR"),
    ("raw", "OUTPUT", "POSTERN-OUT"),
    *(("mangle", "", chain) for chain in SPI_AT),
    ("mangle", "INPUT", "POSTERN-IN"),
    ("mangle", "FORWARD", "POSTERN-FRONT"),
)
# Any state at all: that it is asked for makes the kernel track, and so reassemble.
STATES: Final = ("invalid", "established", "related", "new", "untracked")
OURS: Final = frozenset({PROBE, *(chain for _, _, chain in CHAINS)})
# What came out of IPsec goes the same way as what came in the clear, where the kernel decrypts.
_NFT_CLEAR, _IPTABLES_CLEAR = "meta ipsec missing ", " -m policy --dir in --pol none"
_INTERFACE = re.compile(r"[A-Za-z0-9_.@:-]{1,15}")


@dataclass(frozen=True, slots=True)
class InsideRules:
    """What is to come from native servers: nothing in here is ever empty."""

    interface: str
    servers: tuple[bytes, ...]
    addresses: tuple[bytes, ...]
    queue: int

    def __post_init__(self) -> None:
        if not _INTERFACE.fullmatch(self.interface):
            raise ValueError(f"{self.interface!r} is not the name of an interface")
        if not self.servers or not self.addresses:
            raise ValueError("neither servers nor addresses inside may be left open")
        if any(len(host) != 4 for host in (*self.servers, *self.addresses)):
            raise ValueError("a host inside is not four bytes")
        if not 0 <= self.queue <= LARGEST_QUEUE:
            raise ValueError(f"there is no queue {self.queue}")


@dataclass(frozen=True, slots=True)
class FrontRules:
    """What is to come on its way to servers behind `interface`. `bypass`: it goes on there while
    nobody reads the queue."""

    interface: str
    servers: tuple[bytes, ...]
    queue: int
    bypass: bool = False

    def __post_init__(self) -> None:
        if not _INTERFACE.fullmatch(self.interface):
            raise ValueError(f"{self.interface!r} is not the name of an interface")
        if not self.servers:
            raise ValueError("in front of no server there is nothing to pick up")
        if any(len(host) != 4 for host in self.servers):
            raise ValueError("a server to stand in front of is not four bytes")
        if not 0 <= self.queue <= LARGEST_QUEUE:
            raise ValueError(f"there is no queue {self.queue}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What is to come to the daemon. Empty `interfaces` or `addresses` mean any, but not both."""

    interfaces: tuple[str, ...]
    addresses: tuple[bytes, ...]
    queue: int
    inside: InsideRules | None = None
    front: FrontRules | None = None
    virtual: str = ""  # the network of virtual addresses, where the kernel carries anything
    esp: tuple[int, ...] = ()  # queues of ESP, by the low bits of the SPI; none: as all else

    def __post_init__(self) -> None:
        if not self.interfaces and not self.addresses:
            raise ValueError("neither an outside interface nor an outside address is named")
        for name in self.interfaces:
            if not _INTERFACE.fullmatch(name):
                raise ValueError(f"{name!r} is not the name of an interface")
        if any(len(address) != 4 for address in self.addresses):
            raise ValueError("an outside address is not four bytes")
        if not 0 <= self.queue <= LARGEST_QUEUE:
            raise ValueError(f"there is no queue {self.queue}")
        others = [part for part in (self.inside, self.front) if part is not None]
        if any(not 0 <= queue <= LARGEST_QUEUE for queue in self.esp):
            raise ValueError(f"not all of {self.esp} are queues")
        if len(self.esp) & (len(self.esp) - 1):
            raise ValueError(f"{len(self.esp)} queues cannot be told by some bits alone")
        queues = [self.queue, *self.esp, *(part.queue for part in others)]
        if len(set(queues)) < len(queues) or any(
            part.interface in (self.interfaces or (part.interface,)) for part in others
        ):
            raise ValueError("outside and inside must not share an interface or a queue")


def nft_text(rules: Rules) -> str:
    """For `nft -f`: one transaction that replaces whatever table of ours there was."""
    comes_in = _nft_match("iifname", [f'"{name}"' for name in rules.interfaces])
    to_us = _nft_match("ip daddr", [host_text(address) for address in rules.addresses])
    ports = ", ".join(map(str, PORTS))
    clear = f"{_NFT_CLEAR if rules.virtual else ''}udp dport {CLEAR_L2TP} drop"
    carried = f"    ip saddr {rules.virtual} accept\n" if rules.virtual else ""
    return f"""\
table ip {TABLE}
delete table ip {TABLE}
table ip {TABLE} {{
{nft_by_spi(rules.esp)}  chain drop_clear {{
    type filter hook prerouting priority raw; policy accept;
    {comes_in}{"" if comes_in else to_us}{clear}
{_nft_clear_inside(rules.inside)}  }}
  chain to_queue {{
    type filter hook input priority mangle; policy accept;
{carried}{nft_esp(rules.esp, comes_in + to_us)}\
    {comes_in}{to_us}udp dport {{ {ports} }} queue num {rules.queue}
    {comes_in}{to_us}meta l4proto esp queue num {rules.queue}
    iifname "lo" ip daddr {LOOPBACK} udp dport {PORTS[0]} queue num {rules.queue}
{_nft_inside(rules.inside)}  }}
{_nft_front(rules.front, comes_in)}}}
"""


def nft_probe() -> str:
    """For `nft --check -f`, which asks the kernel and leaves nothing behind."""
    return nft_text(Rules(("lo",), (), 0, esp=(1, 2)))


def nft_removal() -> str:
    """Right whether or not the table is there."""
    return f"table ip {TABLE}\ndelete table ip {TABLE}\n"


def nft_present(listed: str) -> bool:
    """Whether `nft list tables` shows ours."""
    return f"table ip {TABLE}" in listed.splitlines()


def iptables_text(rules: Rules, saved: str) -> str:
    """For `iptables-restore --noflush`; `saved` is what `iptables-save` says now.

    One transaction a table, the drop of clear L2TP first. Our chain is called first of all, so
    that nobody's rule before it lets a packet past the queue.
    """
    wanted = {
        **{chain: spi_rules(rules.esp, at) for chain, at in SPI_AT.items()},
        "POSTERN-CLEAR": _clear_rules(rules),
        "POSTERN-OUT": _answer_rules(rules.front),
        "POSTERN-IN": _queue_rules(rules),
        "POSTERN-FRONT": _front_rules(rules),
    }
    text = ""
    for table in dict.fromkeys(table for table, _, _ in CHAINS):
        lines: list[str] = []
        unwanted: set[str] = set()
        for hook, chain in [(hook, chain) for of, hook, chain in CHAINS if of == table]:
            if found := list(wanted[chain]):
                lines += _chain(saved, table, hook, chain, found)
            else:
                unwanted.add(chain)
        text += _transaction(table, lines + _removed(saved, table, unwanted))
    return text


def iptables_probe(by_spi: bool = True) -> str:
    """A chain that nobody calls, with all we need in it; `by_spi`: xt_u32, too."""
    wanted = {
        "raw": ["-p udp -m udp --dport 1701 -j DROP"],
        "mangle": ["-p esp -j NFQUEUE", *(list(spi_rules((0, 1), 0)) if by_spi else [])],
    }
    return "".join(
        _transaction(table, [f":{PROBE} - [0:0]", *(f"-A {PROBE} {rule}" for rule in found)])
        for table, found in wanted.items()
    )


def iptables_removal(saved: str, chains: Collection[str] = OURS) -> str:
    """What takes these chains of ours, and the calls to them, out of `saved`; empty if none is."""
    text = ""
    for table in dict.fromkeys(table for table, _, _ in CHAINS):
        lines = _removed(saved, table, chains)
        text += _transaction(table, lines) if lines else ""
    return text


def _nft_clear_inside(inside: InsideRules | None) -> str:
    if inside is None:
        return ""
    source = _nft_match("ip saddr", [host_text(host) for host in inside.servers])
    return f'    iifname "{inside.interface}" {source}udp dport {CLEAR_L2TP} drop\n'


def _nft_inside(inside: InsideRules | None) -> str:
    if inside is None:
        return ""
    source = _nft_match("ip saddr", [host_text(host) for host in inside.servers])
    target = _nft_match("ip daddr", [host_text(host) for host in inside.addresses])
    place = f'    iifname "{inside.interface}" {source}{target}'
    queue = f"queue num {inside.queue}"
    return f"{place}udp dport {PORTS[0]} {queue}\n{place}meta l4proto esp {queue}\n"


def _nft_front(front: FrontRules | None, comes_in: str) -> str:
    if front is None:
        return ""
    servers = ", ".join(map(host_text, front.servers))
    place = f'    {comes_in}oifname "{front.interface}" ip daddr {{ {servers} }} '
    place += f"ct state {{ {', '.join(STATES)} }} "
    queue = f"queue num {front.queue}{' bypass' if front.bypass else ''}"
    ports = ", ".join(map(str, PORTS))
    return f"""\
  chain in_front {{
    type filter hook forward priority mangle; policy accept;
{place}udp dport {{ {ports} }} {queue}
{place}meta l4proto {{ esp, ah }} {queue}
  }}
  chain answers {{
    type filter hook output priority raw; policy accept;
    ip saddr {{ {servers} }} udp sport {{ {ports} }} notrack
    ip saddr {{ {servers} }} meta l4proto esp notrack
  }}
"""


def _nft_match(what: str, values: list[str]) -> str:
    return f"{what} {{ {', '.join(values)} }} " if values else ""


def _clear_rules(rules: Rules) -> Iterator[str]:
    clear = f"--dport {CLEAR_L2TP}{_IPTABLES_CLEAR if rules.virtual else ''} -j DROP"
    for place in [f"-i {name}" for name in rules.interfaces] or _iptables_targets(rules):
        yield f"{place} -p udp -m udp {clear}"
    if rules.inside is not None:
        for server in map(host_text, rules.inside.servers):
            place = f"-i {rules.inside.interface} -s {server}"
            yield f"{place} -p udp -m udp --dport {CLEAR_L2TP} -j DROP"


def _queue_rules(rules: Rules) -> Iterator[str]:
    if rules.virtual:
        yield f"-m conntrack --ctrepldst {rules.virtual} -j RETURN"
    for name in rules.interfaces or ("",):
        for target in _iptables_targets(rules) or [""]:
            place = " ".join(filter(None, [f"-i {name}" if name else "", target]))
            if rules.esp:
                yield from esp_rules(place)
            for port in PORTS:
                yield f"{place} -p udp -m udp --dport {port} -j NFQUEUE --queue-num {rules.queue}"
            yield f"{place} -p esp -j NFQUEUE --queue-num {rules.queue}"
    queue = f"--dport {PORTS[0]} -j NFQUEUE --queue-num {rules.queue}"
    yield f"-i lo -d {LOOPBACK} -p udp -m udp {queue}"
    if rules.inside is not None:
        yield from _inside_rules(rules.inside)


def _inside_rules(inside: InsideRules) -> Iterator[str]:
    queue = f"-j NFQUEUE --queue-num {inside.queue}"
    for server in map(host_text, inside.servers):
        for address in map(host_text, inside.addresses):
            place = f"-i {inside.interface} -s {server} -d {address}"
            yield f"{place} -p udp -m udp --dport {PORTS[0]} {queue}"
            yield f"{place} -p esp {queue}"


def _front_rules(rules: Rules) -> Iterator[str]:
    front = rules.front
    if front is None:
        return
    state = f"-m conntrack --ctstate {','.join(STATES).upper()}"
    queue = f"-j NFQUEUE --queue-num {front.queue}{' --queue-bypass' if front.bypass else ''}"
    for name in rules.interfaces or ("",):
        comes_in = f"-i {name} " if name else ""
        for server in map(host_text, front.servers):
            place = f"{comes_in}-o {front.interface} -d {server}"
            for port in PORTS:
                yield f"{place} -p udp -m udp --dport {port} {state} {queue}"
            for protocol in ("esp", "ah"):
                yield f"{place} -p {protocol} {state} {queue}"


def _answer_rules(front: FrontRules | None) -> Iterator[str]:
    for server in () if front is None else map(host_text, front.servers):
        for port in PORTS:
            yield f"-s {server} -p udp -m udp --sport {port} -j CT --notrack"
        yield f"-s {server} -p esp -j CT --notrack"


def _iptables_targets(rules: Rules) -> list[str]:
    return [f"-d {host_text(address)}" for address in rules.addresses]


def _chain(saved: str, table: str, hook: str, chain: str, rules: list[str]) -> list[str]:
    """A chain with these rules, called first of all where it is called from a hook."""
    lines = [f":{chain} - [0:0]"]  # made, or emptied
    lines += [f"-A {chain} {rule}" for rule in rules]
    if not hook:
        return lines
    return [*lines, *_calls_removed(saved, table, chain), f"-I {hook} 1 -j {chain}"]


def _removed(saved: str, table: str, chains: Collection[str]) -> list[str]:
    """Calls of them go first, then what is in them, which may call others of them."""
    there = [chain for chain in _chains(saved, table) if chain in chains]
    calls = [call for chain in there for call in _calls_removed(saved, table, chain)]
    return [*calls, *(f"-F {chain}" for chain in there), *(f"-X {chain}" for chain in there)]


def _transaction(table: str, lines: list[str]) -> str:
    return "\n".join([f"*{table}", *lines, "COMMIT", ""])


def _section(saved: str, table: str) -> Iterator[str]:
    inside = ""
    for line in saved.splitlines():
        if line.startswith("*"):
            inside = line[1:]
        elif inside == table:
            yield line


def _chains(saved: str, table: str) -> Iterator[str]:
    for line in _section(saved, table):
        if line.startswith(":"):
            yield line[1:].split(" ")[0]


def _calls_removed(saved: str, table: str, chain: str) -> list[str]:
    """Calls by others: what is in chains of ours goes, or is written anew, with them."""
    calls = (line for line in _section(saved, table) if line.endswith(f" -j {chain}"))
    lines = [line.removeprefix("-A ") for line in calls]
    return ["-D " + line for line in lines if line.split(" ")[0] not in OURS]
