"""A world with somebody looking on, and what they got to see."""

from typing import NamedTuple

from gateway.bridge.trace import Trace
from gateway.bridge.tracer import Tracer
from gateway.bridge.tracing import begin_trace
from gateway.control.trace import DECRYPTED, HEAD, OUTER, Kind, Report, parse_end, parse_head
from gateway.wire import pcapng
from gateway.wire.cursor import Reader
from gateway.wire.ipv4 import parse_ipv4
from gateway.wire.pcapng import Recorded
from tests.pair.gateway_world import World

WALL = 1_800_000_000.0  # what makes the virtual clock the world's


class Shown(NamedTuple):
    """Everything of a trace: its file, its keys, how it ended (None: it has not)."""

    file: bytes
    keys: list[bytes]
    report: Report | None

    @property
    def packets(self) -> list[Recorded]:
        reader, found = Reader(self.file), []
        while reader.left:
            block = pcapng.parse_block(reader)
            found += [pcapng.parse_packet(block)] if block.kind == pcapng.PACKET else []
        return found

    @property
    def outer(self) -> list[bytes]:
        return [packet.data for packet in self.packets if packet.interface == OUTER]

    @property
    def opened(self) -> list[bytes]:
        return [packet.data for packet in self.packets if packet.interface == DECRYPTED]

    def segments(self) -> list[bytes]:
        """What is inside IP of everything that was opened."""
        return [data[parse_start(data) :] for data in self.opened]


def parse_start(data: bytes) -> int:
    return (data[0] & 0x0F) * 4


def watch(world: World, target: str, **wanted: object) -> Trace:
    """Begin a trace; the first puts a tracer before the gateway."""
    tracer = tracer_of(world)
    request = {"target": target, **wanted}
    trace = begin_trace(tracer, request, world.net.now, WALL)
    assert isinstance(trace, Trace), trace
    return trace


def tracer_of(world: World) -> Tracer:
    if not isinstance(world.gateway.door, Tracer):
        world.gateway.door = Tracer(world.core)
    return world.gateway.door


def fetch(trace: Trace) -> Shown:
    """Everything that waits by now."""
    data = b""
    while piece := trace.take():
        data += piece
    return shown(data)


def finish(world: World, trace: Trace) -> Shown:
    """End it, and fetch what there is."""
    tracer_of(world).forget(trace, world.net.now)
    return fetch(trace)


def shown(data: bytes) -> Shown:
    """Frames as they go through the control socket."""
    file, keys, report = b"", [], None
    while data:
        kind, length = parse_head(data[: HEAD.size])
        body, data = data[HEAD.size : HEAD.size + length], data[HEAD.size + length :]
        if kind is Kind.PACKETS:
            file += body
        elif kind is Kind.KEYS:
            keys.append(body)
        else:
            report = parse_end(body)
    return Shown(file, keys, report)


def is_whole(packet: bytes) -> bool:
    """Whether it is an IPv4 packet whose lengths are true."""
    header = parse_ipv4(packet)
    return header.end == len(packet)
