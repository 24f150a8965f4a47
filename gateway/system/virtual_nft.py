"""Virtual addresses by maps of nftables, without state: for kernels that rewrite packets so."""

from collections.abc import Collection

from gateway.system.netlink.line import NETFILTER, Line
from gateway.system.run import Run, run
from gateway.system.virtual import Place, Pool, note
from gateway.wire.ipv4 import host_text
from gateway.wire.nft import Change, build_changes, join_key

TABLE = "postern_paths"
PORT_NATT, PORT_L2TP = 4500, 1701
UDP_IN, ESP_IN, AWAY = "udp_in", "esp_in", "away"  # maps


class NftTranslation:
    name = "nft"

    def __init__(self, pool: Pool, run: Run = run) -> None:
        self._pool = pool
        self._run = run
        self._line: Line | None = None
        self._noted: dict[bytes, Place] | None = None  # by virtual address, until `settle`

    def check_works(self) -> None:
        self._run(["nft", "--check", "-f", "-"], nft_text(self._pool))

    def start(self, stays: bool = False) -> None:
        self._noted = {} if stays else None
        if not stays:
            self._run(["nft", "-f", "-"], nft_text(self._pool))
        self._line = Line(NETFILTER)

    def settle(self) -> None:
        """The whole table is replaced in one transaction, with all that is to be in it."""
        if self._noted is not None:
            self._run(["nft", "-f", "-"], nft_text(self._pool, self._noted.values()))
            self._noted = None

    def stop(self) -> None:
        self._run(["nft", "-f", "-"], nft_removal())
        if self._line is not None:
            self._line.close()
            self._line = None

    def change(self, was: Place | None, place: Place | None) -> None:
        if self._line is None:
            raise ValueError("not started")
        if self._noted is not None:
            note(self._noted, was, place)
            return
        changes = [Change(name, key, None) for name, key, _ in elements(was)]
        changes += [Change(name, key, data) for name, key, data in elements(place)]
        if changes:
            built = build_changes(TABLE, changes, self._line.next_number)
            self._line.transact(built, len(changes), "a virtual address")

    def mend(self) -> None:
        """Only root takes elements out of our table."""


def elements(place: Place | None) -> list[tuple[str, bytes, bytes]]:
    """Map, key and data of each element that a peer needs."""
    if place is None:
        return []
    virtual, near, peer, mapped = place
    found = [(AWAY, virtual, peer.host)]
    if mapped and peer.port:
        key = join_key(peer.host, peer.port.to_bytes(2, "big"), near)
        found.append((UDP_IN, key, virtual))
    elif mapped:
        found.append((ESP_IN, join_key(peer.host, near), virtual))
    return found


def nft_text(pool: Pool, places: Collection[Place] = ()) -> str:
    """For `nft -f`: one transaction that replaces whatever table of ours there was.

    Only what has come by IPsec may have a virtual source, and only ESP leaves for a virtual target:
    no clear L2TP, and no ICMP errors. `type route` looks for the way again once the target is real.
    """
    network = pool.text
    ours = ", ".join(map(host_text, pool.addresses))
    to_us = f"ip daddr {{ {ours} }}" if ours else "fib daddr type local"
    return f"""\
table ip {TABLE}
delete table ip {TABLE}
table ip {TABLE} {{
  map {UDP_IN} {{ type ipv4_addr . inet_service . ipv4_addr : ipv4_addr;{_listed(places, UDP_IN)} }}
  map {ESP_IN} {{ type ipv4_addr . ipv4_addr : ipv4_addr;{_listed(places, ESP_IN)} }}
  map {AWAY} {{ type ipv4_addr : ipv4_addr;{_listed(places, AWAY)} }}
  chain before {{
    type filter hook prerouting priority raw; policy accept;
    iifname != "lo" ip saddr {network} meta ipsec missing drop
    ip saddr {network} notrack
    iifname "{pool.interface}" {to_us} udp dport {PORT_NATT} notrack
  }}
  chain come {{
    type filter hook input priority -350; policy accept;
    udp dport {PORT_NATT} udp length > 11 @th,64,32 != 0 \
ip saddr set ip saddr . udp sport . ip daddr map @{UDP_IN}
    meta l4proto esp ip saddr set ip saddr . ip daddr map @{ESP_IN}
  }}
  chain go {{
    type route hook output priority -350; policy accept;
    ip saddr {network} notrack
    ip daddr != {network} return
    notrack
    udp sport {PORT_L2TP} return
    udp sport {PORT_NATT} ip daddr set ip daddr map @{AWAY} return
    meta l4proto esp ip daddr set ip daddr map @{AWAY} return
    drop
  }}
}}
"""


def _listed(places: Collection[Place], name: str) -> str:
    """The elements of one map, in the words of `nft`."""
    each = (_words(name, *found[1:]) for place in places for found in elements(place)
            if found[0] == name)  # fmt: skip
    words = ", ".join(each)
    return f" elements = {{ {words} }}" if words else ""


def _words(name: str, key: bytes, data: bytes) -> str:
    parts = [key[start : start + 4] for start in range(0, len(key), 4)]
    words = [host_text(part) for part in parts]
    if name == UDP_IN:
        words[1] = str(int.from_bytes(parts[1][:2], "big"))  # a port, filled up
    return f"{' . '.join(words)} : {host_text(data)}"


def nft_removal() -> str:
    """Right whether or not the table is there."""
    return f"table ip {TABLE}\ndelete table ip {TABLE}\n"
