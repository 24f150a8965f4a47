"""Virtual addresses by connections that the kernel tracks and translates: for older kernels.

For each peer one connection is entered, as if it had been there for ever; what comes by it has its
source translated at INPUT, and what goes back its target at OUTPUT. IKE, which has the same ports,
is not tracked.
"""

import errno
from collections.abc import Iterator
from typing import Final

from gateway.system.netlink.line import NETFILTER, KernelRefused, Line
from gateway.system.run import Run, run
from gateway.system.virtual import Place, Pool, note
from gateway.wire.conntrack import (
    DELETE,
    GET,
    NEW,
    Flow,
    build_translated,
    list_all,
    name_flow,
    parse_flows,
)
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, host_text
from gateway.wire.netlink import CREATE, EXCLUSIVE

PORT_NATT, PORT_L2TP = 4500, 1701
PROBE: Final = "POSTERN-PATHS-PROBE"
COME, GO, NAT = "POSTERN-PATHS-COME", "POSTERN-PATHS-GO", "POSTERN-PATHS-NAT"
LEAVE: Final = "POSTERN-PATHS-OUT"
OURS: Final = (COME, GO, NAT, LEAVE)
# Our chains: the table, the hook that calls it (none: it is only there so that the table is).
CHAINS: Final = (
    ("raw", "PREROUTING", COME),
    ("raw", "OUTPUT", GO),
    ("nat", "", NAT),
    ("filter", "OUTPUT", LEAVE),
)
TRIES: Final = 4  # to enter a connection that a packet on its way may enter before us
# Behind the UDP header four zero bytes: the non-ESP marker.
_IKE: Final = '-m u32 --u32 "0>>22&0x3C@8=0"'


class ConntrackTranslation:
    """`tool` is the iptables whose rules are in force: "iptables-legacy" or "iptables-nft"."""

    def __init__(self, pool: Pool, tool: str, run: Run = run) -> None:
        self.name = f"conntrack, {tool}"
        self._pool = pool
        self._tool = tool
        self._run = run
        self._line: Line | None = None
        self._places: dict[bytes, Place] = {}  # by virtual address
        self._deaf: set[Flow] = set()  # what comes by these is not translated
        self._stays = False  # until `settle`

    def check_works(self) -> None:
        try:
            self._restore(probe_text(self._pool))
        finally:
            self._restore(removal(self._saved(), (PROBE,)))
        with_line = Line(NETFILTER)
        try:
            with_line.dump(GET, list_all(), "to say what it tracks")
        finally:
            with_line.close()

    def start(self, stays: bool = False) -> None:
        self._stays = stays
        if not stays:
            self._restore(removal(self._saved(), OURS))
            self._restore(rules_text(self._pool))
        self._line = Line(NETFILTER)
        for flow, _ in () if stays else self._present():
            self._forget(flow)

    def settle(self) -> None:
        """The rules of each table are replaced in one go; a connection that is right stays."""
        if not self._stays:
            return
        self._stays = False
        self._restore(replacement(self._saved(), rules_text(self._pool)))
        wanted = {flow_of(place): place.virtual for place in self._by_doubt()}
        there = dict(self._present())
        for flow in there.keys() - wanted.keys():
            self._forget(flow)
        for flow, virtual in wanted.items():
            if there.get(flow) == virtual:
                self._hear(flow, not self._best(flow).mapped)
            else:
                self._settle(flow)

    def stop(self) -> None:
        if self._line is not None:
            for flow, _ in self._present():
                self._forget(flow)
            self._line.close()
            self._line = None
        self._places.clear()
        self._deaf.clear()
        self._restore(removal(self._saved(), OURS))

    def change(self, was: Place | None, place: Place | None) -> None:
        if self._stays:
            note(self._places, was, place)
            return
        if was is not None:
            self._places.pop(was.virtual, None)
            if place is None or flow_of(was) != flow_of(place):
                self._settle(flow_of(was))
        if place is not None:
            self._places[place.virtual] = place
            self._settle(flow_of(place))

    def mend(self) -> None:
        """Whoever empties the table of connections takes ours with them."""
        if self._line is None or not self._places:
            return
        there = dict(self._present()).keys()
        for flow in {flow_of(place) for place in self._places.values()} - there:
            self._settle(flow)

    def _settle(self, flow: Flow) -> None:
        """One connection serves both directions: it is the peer's that is surely there."""
        found = [place for place in self._by_doubt() if flow_of(place) == flow]
        self._hear(flow, bool(found) and not found[-1].mapped)
        self._forget(flow)
        if found:
            self._enter(flow, found[-1])

    def _by_doubt(self) -> list[Place]:
        """All places, those that are surely their peers' last."""
        return sorted(self._places.values(), key=lambda place: place.mapped)

    def _best(self, flow: Flow) -> Place:
        return [place for place in self._by_doubt() if flow_of(place) == flow][-1]

    def _enter(self, flow: Flow, place: Place) -> None:
        """In place of what the kernel has tracked there before, either way round."""
        away = Flow(flow.protocol, place.near, place.virtual, flow.target_port, flow.source_port)
        body = build_translated(flow, place.virtual)
        for left in reversed(range(TRIES)):
            for each in (flow, flow.reverse, away):
                self._forget(each)
            try:
                self._asked().do(NEW, body, "a virtual address", CREATE | EXCLUSIVE)
            except KernelRefused as refused:
                if refused.errno != errno.EEXIST or not left:
                    raise
            else:
                return

    def _hear(self, flow: Flow, deaf: bool) -> None:
        """What comes from a place in doubt is not tracked, and so not translated."""
        if deaf is (flow in self._deaf):
            return
        self._restore(deaf_text(flow, deaf))
        (self._deaf.add if deaf else self._deaf.discard)(flow)

    def _forget(self, flow: Flow) -> None:
        try:
            self._asked().do(DELETE, name_flow(flow), "to forget a connection")
        except KernelRefused as refused:
            if refused.errno != errno.ENOENT:
                raise

    def _present(self) -> Iterator[tuple[Flow, bytes]]:
        """The first direction of every connection with a virtual address, and that address."""
        size = 32 - self._pool.bits
        network = int.from_bytes(self._pool.first, "big") >> size
        for message in self._asked().dump(GET, list_all(), "to say what it tracks"):
            flow, back = parse_flows(message.body)
            if flow and back and int.from_bytes(back.target, "big") >> size == network:
                yield flow, back.target

    def _asked(self) -> Line:
        if self._line is None:
            raise ValueError("not started")
        return self._line

    def _saved(self) -> str:
        return self._run([f"{self._tool}-save"], "").stdout

    def _restore(self, text: str) -> None:
        if text:
            self._run([f"{self._tool}-restore", "-w", "5", "--noflush"], text)


def flow_of(place: Place) -> Flow:
    if place.peer.port:
        return Flow(PROTOCOL_UDP, place.peer.host, place.near, place.peer.port, PORT_NATT)
    return Flow(PROTOCOL_ESP, place.peer.host, place.near)


def rules_text(pool: Pool) -> str:
    """For `iptables-restore --noflush`, where none of our chains is there.

    Only what has come by IPsec may have a virtual source, and only ESP leaves for a virtual target.
    The chain in `nat` has no rules: the table's being there is what makes the kernel translate.
    """
    lines = {
        COME: [
            f"! -i lo -s {pool.text} -m policy --dir in --pol none -j DROP",
            f"-s {pool.text} -j CT --notrack",
            f"-p udp -m udp --dport {PORT_NATT} {_IKE} -j CT --notrack",
        ],
        GO: [
            f"-s {pool.text} -j CT --notrack",
            f"-d {pool.text} -p udp -m udp --sport {PORT_L2TP} -j CT --notrack",
            f"-p udp -m udp --sport {PORT_NATT} {_IKE} -j CT --notrack",
            f"-d {pool.text} -p udp -m multiport --sports {PORT_L2TP},{PORT_NATT} -j RETURN",
            f"-d {pool.text} ! -p esp -j DROP",
        ],
        NAT: [],
        # Behind the translation: what still has a virtual target has no peer.
        LEAVE: [
            f"-d {pool.text} -p udp -m udp --sport {PORT_NATT} -j DROP",
            f"-d {pool.text} -p esp -j DROP",
        ],
    }
    text = ""
    for table in ("raw", "nat", "filter"):
        chains = [(hook, chain) for name, hook, chain in CHAINS if name == table]
        text += f"*{table}\n" + "".join(f":{chain} - [0:0]\n" for _, chain in chains)
        for hook, chain in chains:
            text += "".join(f"-A {chain} {line}\n" for line in lines[chain])
            text += f"-I {hook} 1 -j {chain}\n" if hook else ""
        text += "COMMIT\n"
    return text


def deaf_text(flow: Flow, deaf: bool) -> str:
    """A rule for what comes by `flow`, put in or taken out."""
    match = f"-s {host_text(flow.source)} -d {host_text(flow.target)}"
    if flow.source_port:
        match += f" -p udp -m udp --sport {flow.source_port} --dport {flow.target_port}"
    else:
        match += " -p esp"
    verb = f"-I {COME} 1" if deaf else f"-D {COME}"
    return f"*raw\n{verb} {match} -j CT --notrack\nCOMMIT\n"


def probe_text(pool: Pool) -> str:
    """A chain that nobody calls, with all we need in it."""
    wanted = [line for line in rules_text(pool).splitlines() if line.startswith("-A")]
    lines = [f"-A {PROBE} {line.split(' ', 2)[2]}" for line in wanted]
    return "\n".join(["*raw", f":{PROBE} - [0:0]", *lines, "COMMIT", ""])


def replacement(saved: str, rules: str) -> str:
    """What takes our chains out and puts `rules` in, at once in each table."""
    lines: dict[str, list[str]] = {}
    for text in (removal(saved, OURS), rules):
        for line in text.splitlines():
            if line.startswith("*"):
                table = lines.setdefault(line, [])
            elif line != "COMMIT":
                table.append(line)
    return "".join("\n".join([name, *each, "COMMIT", ""]) for name, each in lines.items())


def removal(saved: str, chains: tuple[str, ...]) -> str:
    """What takes these chains, and the calls to them, out of what `iptables-save` says."""
    text = table = ""
    kept: dict[str, list[str]] = {}
    for line in saved.splitlines():
        if line.startswith("*"):
            table = line[1:]
        for chain in chains:
            if line.startswith(f":{chain} "):
                kept.setdefault(table, []).extend([f"-F {chain}", f"-X {chain}"])
            elif line.endswith(f" -j {chain}"):
                kept.setdefault(table, []).insert(0, "-D " + line.removeprefix("-A "))
    for name, lines in kept.items():
        text += "\n".join([f"*{name}", *lines, "COMMIT", ""])
    return text
