"""The kernel's part of confinement: a call's interface leads to what its client may reach."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.control.values_reach import ALL, NONE, Reach, reach
from gateway.daemon import OK, main
from gateway.system.pppd_links import Links
from gateway.system.pppd_rules import Allowed, removal_text, whole_text
from gateway.system.pppd_table import Table
from gateway.system.run import Result, ToolFailed, run
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import build_udp
from tests.interop.netns import Namespace, need_root

pytestmark = pytest.mark.root

CALL, FILES, OTHER, OUTSIDE = "10.10.0.150", "10.10.0.2", "10.10.0.3", "203.0.113.9"
PLACES = (reach(f"{FILES} udp/137-139"), reach("10.10.0.9"))
OWN = host_bytes(CALL)
CLOSED = ("eth1",)
PATIENCE = 30.0  # seconds for what comes, on a machine that is busy besides
SHORT = 0.3  # seconds in which nothing may come
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

    def arrives(self, host: str, port: int, size: int = 4, within: float = PATIENCE) -> bool:
        """Whether a datagram of the client gets there."""
        with self.server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
            there.bind((host, port))
            there.settimeout(within)
            with self.client, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
                for _ in range(3):
                    here.sendto(bytes(size), (host, port))
            try:
                return len(there.recv(65535)) == size
            except TimeoutError:
                return False

    def arrives_from(self, source: str, host: str, port: int, within: float = PATIENCE) -> bool:
        """The same, from whatever address the client says it has."""
        datagram = build_udp(5353, port, b"whose")
        packet = build_ipv4(host_bytes(source), host_bytes(host), PROTOCOL_UDP, datagram)
        with self.server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
            there.bind((host, port))
            there.settimeout(within)
            with self.client:
                raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            with raw:
                for _ in range(3):
                    raw.sendto(packet, (host, 0))
            try:
                return there.recv(100) == b"whose"
            except TimeoutError:
                return False

    def answers_by_ipv6(self, host: str, within: float = PATIENCE) -> bool:
        """Whether a datagram comes to this machine itself."""
        with self.gateway, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as there:
            there.bind((host, 137))
            there.settimeout(within)
            with self.client, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as here:
                for _ in range(3):
                    here.sendto(b"six", (host, 137))
            try:
                return there.recv(100) == b"six"
            except TimeoutError:
                return False


@pytest.fixture
def world() -> Iterator[World]:
    need_root()
    made = World()
    with made.open:
        try:
            made.set_rules(removal_text())
        except ToolFailed as failure:
            pytest.skip(
                f"no nftables here; the image has them, see tests/image/test_lan: {failure}"
            )
        yield made


def rules(places: tuple[Reach, ...], address: bytes | None = OWN, name: str = "postern0") -> str:
    return whole_text({name: Allowed(places, address)}, "eth1", CLOSED)


def test_what_the_client_may_reach_is_reached_whole_or_in_fragments(world: World) -> None:
    assert world.arrives(OTHER, 139)
    world.set_rules(rules(PLACES))
    assert world.arrives(FILES, 137)
    assert world.arrives(FILES, 139, LARGE)


def test_other_ports_hosts_and_interfaces_are_not(world: World) -> None:
    world.set_rules(rules(PLACES))
    assert not world.arrives(FILES, 140, within=SHORT)
    assert not world.arrives(FILES, 140, LARGE, within=SHORT)
    assert not world.arrives(OTHER, 139, within=SHORT)
    assert not world.arrives(OUTSIDE, 139, within=SHORT)


def test_an_interface_of_no_call_and_one_with_nothing_lead_nowhere(world: World) -> None:
    for text in (rules(PLACES, name="postern1"), rules((NONE,))):
        world.set_rules(text)
        assert not world.arrives(FILES, 139, within=SHORT)


@pytest.mark.parametrize("places", [PLACES, (ALL,)])
def test_a_client_sends_as_itself_whatever_it_may_reach(
    world: World, places: tuple[Reach, ...]
) -> None:
    for source in ("10.10.0.77", "203.0.113.77"):
        world.set_rules(removal_text())
        assert world.arrives_from(source, FILES, 137)
        world.set_rules(rules(places))
        assert not world.arrives_from(source, FILES, 137, within=SHORT)
        assert world.arrives_from(CALL, FILES, 137)


def test_before_its_address_is_known_nothing_passes(world: World) -> None:
    world.set_rules(rules((ALL,), address=None))
    assert not world.arrives(FILES, 139, within=SHORT)


def test_the_kernel_shows_which_address_a_call_has(world: World, tmp_path: Path) -> None:
    """As pppd makes it: the address of the interface has a peer, and that a route."""
    with world.gateway:
        run(["ip", "route", "del", CALL, "dev", "postern0"])
        assert Links(tmp_path / "note").addresses() == {}
        run(["ip", "address", "del", "10.10.0.1/32", "dev", "postern0"])
        run(["ip", "address", "add", "10.10.0.1", "peer", f"{CALL}/32", "dev", "postern0"])
        assert Links(tmp_path / "note").addresses() == {"postern0": OWN}
        assert Links(tmp_path / "note").there() == {"postern0"}


def test_calls_begin_change_and_end_by_steps_that_the_kernel_takes(world: World) -> None:
    steps: list[str] = []

    def nft(argv: object, text: str) -> Result:
        steps.append(text)
        world.set_rules(text)
        return Result("", "")

    table = Table(nft)
    table.begin("postern9", Allowed((NONE,), None), "eth1", CLOSED)
    table.begin("postern0", Allowed((reach(OTHER),), None), "eth1", CLOSED)
    assert not world.arrives(OTHER, 139, within=SHORT)
    table.change({"postern0": Allowed((reach(OTHER),), OWN)})
    assert world.arrives(OTHER, 139)
    table.change({"postern0": Allowed(PLACES, OWN), "postern9": None})
    assert not world.arrives(OTHER, 139, within=SHORT)
    assert world.arrives(FILES, 139)
    table.change({"postern0": None})
    assert not world.arrives(FILES, 139, within=SHORT)
    assert len(steps) == 5  # and nothing had to be set anew
    world.set_rules(removal_text())
    table.begin("postern0", Allowed((ALL,), OWN), "eth1", CLOSED)
    assert world.arrives(OTHER, 139)


def test_a_call_is_no_way_in_for_ipv6(world: World) -> None:
    with world.gateway:
        run(["ip", "-6", "address", "add", "2001:db8::1/64", "dev", "postern0", "nodad"])
    with world.client:
        run(["ip", "-6", "address", "add", "2001:db8::2/64", "dev", "ppp0", "nodad"])
    assert world.answers_by_ipv6("2001:db8::1")
    world.set_rules(rules((ALL,)))
    assert not world.answers_by_ipv6("2001:db8::1", within=SHORT)


def test_without_the_table_all_is_as_it_was(world: World) -> None:
    world.set_rules(whole_text({}, "eth1", CLOSED))
    world.set_rules(removal_text())
    assert world.arrives(OTHER, 139)


def test_the_daemons_command_takes_away_what_a_killed_program_has_left(world: World) -> None:
    world.set_rules(rules((NONE,)))
    assert not world.arrives(OTHER, 139, within=SHORT)
    with world.gateway:
        assert main(["--remove-rules"]) == OK
    assert world.arrives(OTHER, 139)
