"""Rules, queue and raw sender against the kernel of this machine, between two namespaces."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from select import poll
from threading import Event

import pytest

from gateway.system.addresses import Addresses
from gateway.system.clock import now
from gateway.system.firewall import Tool, apply_rules, choose_tool, every_tool, remove_rules
from gateway.system.nfqueue import Queue, QueueUnavailable
from gateway.system.raw import GreReceiver, Sender
from gateway.system.rules import InsideRules, Rules, nft_text
from gateway.system.run import ToolFailed, run
from gateway.wire.ipv4 import (
    PROTOCOL_ESP,
    PROTOCOL_GRE,
    PROTOCOL_UDP,
    build_ipv4,
    host_bytes,
    parse_ipv4,
)
from gateway.wire.udp import build_udp, parse_udp
from tests.interop.netns import Namespace, join, need_root

pytestmark = pytest.mark.root

CLIENT, GATEWAY = "192.0.2.2", "192.0.2.1"
NUMBER = 7
RULES = Rules(("wan0",), (host_bytes(GATEWAY),), NUMBER)
SHARING = replace(RULES, esp=(NUMBER + 1, NUMBER + 2))
PATIENCE = 30_000  # milliseconds, on a machine that is busy besides


class World:
    """A client and a gateway on one cable."""

    def __init__(self) -> None:
        self.open = ExitStack()  # all that is to be closed
        self.client, self.gateway = Namespace(), Namespace()
        self.open.callback(self.client.close)
        self.open.callback(self.gateway.close)
        join(self.client, f"{CLIENT}/24", self.gateway, f"{GATEWAY}/24")
        with self.gateway:
            self.tool: Tool = choose_tool(every_tool())

    def datagram_socket(self, space: Namespace, host: str, port: int) -> socket.socket:
        with space:
            made = self.open.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        made.bind((host, port))
        made.settimeout(PATIENCE / 1000)
        return made

    def sender(self, space: Namespace) -> Sender:
        with space:
            made = Sender()
        self.open.callback(made.close)
        return made

    def apply(self, rules: Rules = RULES) -> None:
        with self.gateway:
            apply_rules(rules, every_tool())

    def add_rules_of_others(self) -> None:
        """By every tool that this kernel knows."""
        legacy, new = ["iptables-legacy", "-t"], ["iptables-nft", "-t"]
        for command in (
            [*legacy, "mangle", "-A", "INPUT", "-s", "198.51.100.7", "-j", "DROP"],
            [*legacy, "raw", "-A", "PREROUTING", "-s", "198.51.100.7"],
            [*new, "mangle", "-A", "INPUT", "-s", "198.51.100.8", "-j", "DROP"],
            [*new, "raw", "-A", "PREROUTING", "-s", "198.51.100.8"],
            ["nft", "add", "table", "ip", "theirs"],
        ):
            with self.gateway, suppress(ToolFailed):
                run(command)

    def ruleset(self) -> str:
        """Everything netfilter holds in the gateway, without counters and dates."""
        with self.gateway:
            texts = [run(["nft", "-s", "list", "ruleset"]), run(["iptables-legacy-save"])]
        lines = "".join(text.stdout for text in texts).splitlines()
        return "\n".join(line for line in lines if not line.startswith("#"))


@pytest.fixture
def world() -> Iterator[World]:
    need_root()
    made = World()
    with made.open:
        yield made


@pytest.fixture
def queue(world: World) -> Iterator[Queue]:
    world.apply()
    made = Queue()
    with world.gateway:
        made.bind(NUMBER)
    yield made
    made.close()


def take(source: Queue | GreReceiver, limit: int = 64) -> list[bytes]:
    """What comes, as soon as something has come."""
    waiting = poll()
    waiting.register(source.fileno(), 1)
    waiting.poll(PATIENCE)
    return source.take(limit)


def comes_to(count: Callable[[], int], wanted: int) -> bool:
    """Whether it is so once the kernel has got round to all that was sent."""
    end = now() + PATIENCE / 1000
    while count() < wanted and now() < end:
        Event().wait(0.01)
    return count() == wanted


@pytest.mark.parametrize("data", [b"a datagram", bytes(8) + b"ESP of drafts 00 and 01", b"\xff"])
@pytest.mark.parametrize("port", [500, 4500])
def test_udp_to_our_ports_comes_to_the_queue_and_not_to_a_socket(
    world: World, queue: Queue, port: int, data: bytes
) -> None:
    kernels = world.datagram_socket(world.gateway, GATEWAY, port)
    client = world.datagram_socket(world.client, CLIENT, port)
    client.sendto(data, (GATEWAY, port))
    [packet] = take(queue)
    header = parse_ipv4(packet)
    assert (header.source, header.target) == (host_bytes(CLIENT), host_bytes(GATEWAY))
    assert parse_udp(packet[header.start : header.end]) == (port, port, data)
    kernels.settimeout(0.05)
    with pytest.raises(TimeoutError):
        kernels.recv(100)


def test_esp_comes_to_the_queue_and_the_client_hears_no_icmp(world: World, queue: Queue) -> None:
    sender = world.sender(world.client)
    with world.client:
        icmp = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    world.open.enter_context(icmp)
    esp = build_ipv4(host_bytes(CLIENT), host_bytes(GATEWAY), PROTOCOL_ESP, b"\0\0\1\0" * 6)
    sender.send(esp)
    [packet] = take(queue)
    assert packet[20:] == b"\0\0\1\0" * 6
    icmp.settimeout(0.05)
    with pytest.raises(TimeoutError):
        icmp.recv(100)


def test_a_fragmented_datagram_arrives_whole(world: World, queue: Queue) -> None:
    client = world.datagram_socket(world.client, CLIENT, 500)
    client.sendto(bytes(range(250)) * 12, (GATEWAY, 500))
    [packet] = take(queue)
    header = parse_ipv4(packet)
    assert parse_udp(packet[header.start : header.end])[2] == bytes(range(250)) * 12


def test_a_packet_too_long_to_be_copied_is_counted_and_leaves_the_queue(
    world: World, queue: Queue
) -> None:
    client = world.datagram_socket(world.client, CLIENT, 500)
    client.sendto(b"x" * 8000, (GATEWAY, 500))
    assert take(queue) == []
    assert queue.truncated == 1
    with world.gateway:
        assert waiting_in_kernel() == 0


def test_esp_is_told_from_ike_and_its_queue_by_its_spi(world: World, queue: Queue) -> None:
    world.apply(SHARING)
    even, odd = Queue(), Queue()
    with world.gateway:
        even.bind(NUMBER + 1)
        odd.bind(NUMBER + 2)
    sent = send_ike_and_esp(world)
    with world.gateway:
        for one, count in zip((queue, even, odd), sent.values(), strict=True):
            assert comes_to(one.waiting, count)
    even.close()
    odd.close()
    world.apply()
    world.apply(SHARING)
    with world.gateway:
        remove_rules(every_tool())
    assert "POSTERN" not in world.ruleset().upper()


def test_nftables_tell_esp_and_its_spi_as_iptables_do(world: World) -> None:
    """With counters for queues: not every kernel on which tests run has nftables' queues."""
    counted = re.sub(r"queue num (\d+)", r'counter accept comment "\1"', nft_text(SHARING))
    with world.gateway:
        run(["nft", "-f", "-"], counted)
    sent = send_ike_and_esp(world)
    whole = bytes([1, 0, 0, 3]) + bytes(4000)  # comes in fragments
    world.datagram_socket(world.client, CLIENT, 4501).sendto(whole, (GATEWAY, 4500))
    sent[NUMBER + 2] += 1
    for number, count in sent.items():
        assert comes_to(partial(counted_for, world, number), count)


def counted_for(world: World, queue: int) -> int:
    with world.gateway:
        text = run(["nft", "list", "ruleset"]).stdout
    return sum(map(int, re.findall(rf'packets (\d+) bytes \d+ accept comment "{queue}"', text)))


def send_ike_and_esp(world: World) -> dict[int, int]:
    """How many go to which queue of `SHARING`."""
    at_500 = world.datagram_socket(world.client, CLIENT, 500)
    at_4500 = world.datagram_socket(world.client, CLIENT, 4500)
    sender = world.sender(world.client)
    ike = [(at_500, b"cookie of ours.."), (at_4500, bytes(4) + b"ike"), (at_4500, b"\xff")]
    for sock, message in ike:
        sock.sendto(message, (GATEWAY, sock.getsockname()[1]))
    for low in (2, 3, 2):
        esp = bytes([1, 0, 0, low]) + bytes([0, 0, 0, 1]) + b"sealed"
        at_4500.sendto(esp, (GATEWAY, 4500))
        at_500.sendto(bytes(8) + esp, (GATEWAY, 500))
        sender.send(build_ipv4(host_bytes(CLIENT), host_bytes(GATEWAY), PROTOCOL_ESP, esp))
    return {NUMBER: len(ike), NUMBER + 1: 6, NUMBER + 2: 3}


def test_every_packet_has_its_verdict_and_a_batch_has_its_limit(world: World, queue: Queue) -> None:
    client = world.datagram_socket(world.client, CLIENT, 500)
    for number in range(100):
        client.sendto(bytes([number]), (GATEWAY, 500))
    with world.gateway:
        assert comes_to(waiting_in_kernel, 100)
        assert len(take(queue, 64)) == 64
        assert waiting_in_kernel() == 36
        assert len(take(queue, 64)) == 36
        assert waiting_in_kernel() == 0
    assert queue.take() == []
    assert queue.received == 100


def test_what_does_not_fit_in_the_queue_is_counted_by_the_kernel(world: World) -> None:
    world.apply()
    queue = Queue()
    client = world.datagram_socket(world.client, CLIENT, 500)
    with world.gateway:
        queue.bind(NUMBER, length=10)
        for _ in range(25):
            client.sendto(b"x", (GATEWAY, 500))
        assert comes_to(queue.kernel_drops, 15)
    assert len(queue.take()) == 10
    queue.close()


def test_a_second_reader_of_the_queue_is_told_so(world: World, queue: Queue) -> None:
    with world.gateway, pytest.raises(QueueUnavailable, match="nobody else may read it"):
        Queue().bind(NUMBER)


def test_without_a_reader_packets_are_dropped_and_not_answered(world: World) -> None:
    world.apply()
    client = world.datagram_socket(world.client, CLIENT, 500)
    client.connect((GATEWAY, 500))
    client.send(b"is anybody there")
    client.settimeout(0.05)
    with pytest.raises(TimeoutError):  # an ICMP answer would be ConnectionRefusedError
        client.recv(100)


def test_other_traffic_is_none_of_our_business(world: World, queue: Queue) -> None:
    kernels = world.datagram_socket(world.gateway, GATEWAY, 501)
    world.datagram_socket(world.client, CLIENT, 501).sendto(b"past us", (GATEWAY, 501))
    assert kernels.recv(100) == b"past us"
    assert queue.take() == []


@pytest.mark.parametrize("size", [5, 3000])
def test_clear_l2tp_from_outside_is_dropped_whole_or_in_fragments(world: World, size: int) -> None:
    kernels = world.datagram_socket(world.gateway, GATEWAY, 1701)
    client = world.datagram_socket(world.client, CLIENT, 1701)
    client.sendto(b"x" * size, (GATEWAY, 1701))
    assert len(kernels.recv(4000)) == size
    world.apply()
    client.sendto(b"x" * size, (GATEWAY, 1701))
    kernels.settimeout(0.05)
    with pytest.raises(TimeoutError):
        kernels.recv(4000)


def test_rules_applied_twice_are_the_same_rules(world: World) -> None:
    world.apply()
    once = world.ruleset()
    world.apply()
    assert world.ruleset() == once
    assert "192.0.2.1" in once


def test_new_rules_replace_the_old_ones_as_a_whole(world: World) -> None:
    world.apply()
    world.apply(Rules(("wan0",), (host_bytes("192.0.2.77"),), NUMBER))
    assert "192.0.2.77" in world.ruleset()
    assert "192.0.2.1 " not in world.ruleset().replace("/", " ").replace("}", " ")


def test_removal_leaves_the_rules_of_others(world: World) -> None:
    world.add_rules_of_others()
    before = world.ruleset()
    world.apply()
    assert "198.51.100.7" in before
    assert world.ruleset() != before
    with world.gateway:
        assert remove_rules(every_tool()) == [world.tool.name]
        assert world.ruleset() == before
        assert remove_rules(every_tool()) == []


def test_what_a_crashed_daemon_set_by_another_tool_goes(world: World) -> None:
    with world.gateway:
        legacy = every_tool()[-1]
        legacy.apply(RULES)
    world.apply()
    with world.gateway:
        assert [tool.name for tool in every_tool() if tool.present()] == [world.tool.name]


def test_a_sender_fragments_what_the_route_cannot_carry(world: World) -> None:
    kernels = world.datagram_socket(world.client, CLIENT, 4500)
    sender = world.sender(world.gateway)
    segment = build_udp(4500, 4500, bytes(range(250)) * 12)
    sender.send(build_ipv4(host_bytes(GATEWAY), host_bytes(CLIENT), PROTOCOL_UDP, segment))
    assert kernels.recv(4000) == bytes(range(250)) * 12
    assert (sender.sent, sender.fragmented, sender.failed) == (1, 1, {})


def test_a_sender_counts_what_cannot_be_sent(world: World) -> None:
    sender = world.sender(world.gateway)
    sender.send(build_ipv4(host_bytes(GATEWAY), host_bytes("203.0.113.9"), 50, b"nowhere"))
    assert (sender.sent, sender.failed) == (0, {"ENETUNREACH": 1})


def test_gre_is_received_as_whole_packets(world: World) -> None:
    sender = world.sender(world.client)
    with world.gateway:
        receiver = GreReceiver(host_bytes(GATEWAY))
    world.open.callback(receiver.close)
    gre = build_ipv4(host_bytes(CLIENT), host_bytes(GATEWAY), PROTOCOL_GRE, b"\x30\x01\x88\x0b")
    sender.send(gre)
    [packet] = take(receiver)
    assert packet[20:] == b"\x30\x01\x88\x0b"
    assert receiver.take() == []


def waiting_in_kernel() -> int:
    """Packets without a verdict, from the third column."""
    table = Path("/proc/net/netfilter/nfnetlink_queue").read_text()
    return int(table.split()[2])


SERVERS_NUMBER = 8


def test_a_native_servers_packets_come_by_their_own_queue_and_interface_alone(
    world: World,
) -> None:
    """The cable here is the inside one: what is not from a server, or not for us, is not taken."""
    pool = "192.0.2.101"
    inside = InsideRules(
        "wan0", (host_bytes(CLIENT),), (host_bytes(GATEWAY), host_bytes(pool)), SERVERS_NUMBER
    )
    world.apply(Rules(("elsewhere0",), (host_bytes(GATEWAY),), NUMBER, inside))
    outside, servers = Queue(), Queue()
    with world.gateway:
        outside.bind(NUMBER)
        servers.bind(SERVERS_NUMBER)
        Addresses().apply("wan0", [host_bytes(pool)])
    sender = world.sender(world.client)
    for target in (GATEWAY, pool):
        segment = build_udp(500, 500, b"ike")
        sender.send(build_ipv4(host_bytes(CLIENT), host_bytes(target), PROTOCOL_UDP, segment))
        sender.send(build_ipv4(host_bytes(CLIENT), host_bytes(target), PROTOCOL_ESP, bytes(64)))
    stranger = host_bytes("192.0.2.66")
    sender.send(build_ipv4(stranger, host_bytes(GATEWAY), PROTOCOL_ESP, bytes(64)))
    got: list[bytes] = []
    while len(got) < 4 and (more := take(servers)):
        got += more
    headers = [parse_ipv4(packet) for packet in got]
    assert sorted((header.target, header.protocol) for header in headers) == sorted(
        (host_bytes(target), protocol)
        for target in (GATEWAY, pool)
        for protocol in (PROTOCOL_UDP, PROTOCOL_ESP)
    )
    assert {header.source for header in headers} == {host_bytes(CLIENT)}
    assert outside.take(64) == []
    with world.gateway:
        Addresses().remove()
        assert run(["ip", "route", "show", "table", "local", "proto", "171"]).stdout == ""
    outside.close()
    servers.close()
