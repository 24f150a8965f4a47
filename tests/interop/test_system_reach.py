"""The kernel's part of confinement: a call's interface leads to what its client may reach."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.control.values_reach import NONE, reach
from gateway.system.pppd_rules import removal_text, rules_text
from gateway.system.run import ToolFailed, run
from tests.interop.netns import Namespace, need_root

pytestmark = pytest.mark.root

CALL, FILES, OTHER, OUTSIDE = "10.10.0.150", "10.10.0.2", "10.10.0.3", "203.0.113.9"
PLACES = (reach(f"{FILES} udp/137-139"), reach("10.10.0.9"))
LARGE = 4000  # bytes: three fragments


class World:
    """A client at a call's interface, the gateway, and a machine that is inside and outside too."""

    def __init__(self) -> None:
        self.open = ExitStack()
        self.client, self.gateway, self.server = Namespace(), Namespace(), Namespace()
        for space in (self.client, self.gateway, self.server):
            self.open.callback(space.close)
        self._wire("postern0", "10.10.0.1/32", self.client, "ppp0", f"{CALL}/32")
        self._wire("eth1", "10.10.0.1/24", self.server, "eth0", f"{FILES}/24")
        self._wire("eth0", "203.0.113.1/24", self.server, "eth1", f"{OUTSIDE}/24")
        with self.gateway:
            run(["ip", "route", "add", CALL, "dev", "postern0"])
            for name in ("postern0", "eth1"):
                Path(f"/proc/sys/net/ipv4/conf/{name}/forwarding").write_text("1")
        with self.client:
            run(["ip", "route", "add", "10.10.0.1", "dev", "ppp0"])
            run(["ip", "route", "add", "default", "via", "10.10.0.1"])
        with self.server:
            run(["ip", "address", "add", f"{OTHER}/24", "dev", "eth0"])
            run(["ip", "route", "add", CALL, "via", "10.10.0.1"])

    def _wire(self, ours: str, own: str, there: Namespace, its: str, other: str) -> None:
        with self.gateway:
            run(["ip", "link", "add", ours, "type", "veth",
                 "peer", "name", its, "netns", there.path])  # fmt: skip
        for space, name, address in ((self.gateway, ours, own), (there, its, other)):
            with space:
                run(["ip", "address", "add", address, "dev", name])
                run(["ip", "link", "set", name, "up"])

    def set_rules(self, text: str) -> None:
        with self.gateway:
            run(["nft", "-f", "-"], text)

    def arrives(self, host: str, port: int, size: int = 4) -> bool:
        """Whether a datagram of the client gets there."""
        with self.server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
            there.bind((host, port))
            there.settimeout(0.3)
            with self.client, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
                for _ in range(3):
                    here.sendto(bytes(size), (host, port))
            try:
                return len(there.recv(65535)) == size
            except TimeoutError:
                return False


@pytest.fixture
def world() -> Iterator[World]:
    need_root()
    try:
        made = World()
        made.set_rules(removal_text())
    except (ToolFailed, OSError) as failure:
        pytest.skip(f"needs nftables and network namespaces: {failure}")
    with made.open:
        yield made


def test_what_the_client_may_reach_is_reached_whole_or_in_fragments(world: World) -> None:
    assert world.arrives(OTHER, 139)
    world.set_rules(rules_text({"postern0": PLACES}, "eth1", closed=True))
    assert world.arrives(FILES, 137)
    assert world.arrives(FILES, 139, LARGE)


def test_other_ports_hosts_and_interfaces_are_not(world: World) -> None:
    world.set_rules(rules_text({"postern0": PLACES}, "eth1", closed=True))
    assert not world.arrives(FILES, 140)
    assert not world.arrives(FILES, 140, LARGE)
    assert not world.arrives(OTHER, 139)
    assert not world.arrives(OUTSIDE, 139)


def test_an_interface_of_no_call_and_one_with_nothing_lead_nowhere(world: World) -> None:
    for calls in ({"postern1": PLACES}, {"postern0": (NONE,)}):
        world.set_rules(rules_text(calls, "eth1", closed=True))
        assert not world.arrives(FILES, 139)


def test_without_the_table_all_is_as_it_was(world: World) -> None:
    world.set_rules(rules_text({}, "eth1", closed=True))
    world.set_rules(removal_text())
    assert world.arrives(OTHER, 139)
