"""A worker's core between a client and a server, both by the same rooms: legs and calls by hand."""

from dataclasses import replace
from typing import Any

from gateway.bridge.worker import Found, Worker
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import find_suite
from gateway.l2tp.data import Road, open_data, seal_data
from gateway.outputs import SendIp
from gateway.paths import (
    CallPath,
    GreEnd,
    L2tpEnd,
    LegPath,
    PptpEnd,
    Sa,
    SetCall,
    SetLeg,
    Shielding,
)
from gateway.pptp.gre import Gre
from gateway.wire.ipv4 import (
    PROTOCOL_ESP,
    PROTOCOL_GRE,
    PROTOCOL_UDP,
    build_ipv4,
    host_bytes,
    parse_ipv4,
)
from gateway.wire.udp import Endpoint, build_udp, parse_udp
from tests.pair.memory import Memory
from tests.pair.net import seeded

NEAR, INSIDE, SERVER = map(host_bytes, ("198.51.100.1", "192.0.2.1", "192.0.2.20"))
PEER = Endpoint(host_bytes("203.0.113.7"), 62001)
SUITE = find_suite("3des-sha1")
KEYS = bytes(range(SUITE.keymat_length))
THEIRS = bytes(reversed(KEYS))
OURS_SPI, THEIR_SPI = 0x1001, 0x2002
TUNNEL, CALL, PEER_TUNNEL, PEER_CALL = 5, 6, 7, 8
CALL_ID, SERVER_CALL = 0x4001, 0x1111
LEG, KEY = 1, 9
IP_FRAME = bytes.fromhex("ff030021") + build_ipv4(bytes(4), bytes(4), 17, b"\0" * 12)
ECHO = bytes.fromhex("ff03c021090100080000000000")[:12]
SHIELD = Shielding(1500, 1360, short=False, bare=False, compressed=False)
END = PptpEnd(INSIDE, SERVER, CALL_ID, SERVER_CALL, GreEnd(64, False, b"", 3, 4))
OUTSIDE = L2tpEnd(LEG, TUNNEL, PEER_TUNNEL, CALL, PEER_CALL)
JOINED = CallPath(END, OUTSIDE, SHIELD)


def sa(spi: int, keymat: bytes, **more: Any) -> Sa:
    cut = SUITE.key_length
    return Sa(spi, "3des", keymat[:cut], "sha1", keymat[cut:], **more)


IN, OUT = sa(OURS_SPI, KEYS, word=1), sa(THEIR_SPI, THEIRS, word=2)
PATH = LegPath(bytes(4), NEAR, PEER, 1701, (IN,), OUT)


class Between:
    """`worker` with one client and one server."""

    def __init__(self, memory: Memory | None = None) -> None:
        self.memory = memory or Memory()
        self.worker = Worker(self.memory.word, seeded(1))
        self.sends = Outbound(OURS_SPI, SUITE, KEYS, seeded(2))
        self.hears = Inbound(THEIR_SPI, SUITE, THEIRS)
        self.server = Gre(SERVER_CALL, CALL_ID, 64)
        self.roads = {PEER_CALL: Road(PEER_TUNNEL, TUNNEL, CALL, False)}

    def up(self, leg: LegPath = PATH, call: CallPath = JOINED) -> "Between":
        assert self.worker.carry_out(SetLeg(LEG, leg), 0.0) == []
        assert self.worker.carry_out(SetCall(KEY, call), 0.0) == []
        return self

    def message(self, frame: bytes = IP_FRAME) -> bytes:
        sealed = seal_data(self.roads, PEER_CALL, frame)
        assert isinstance(sealed, bytes)
        return sealed

    def packet(
        self, message: bytes, there: Endpoint = PEER, port: int = 1701, target: int = 1701
    ) -> bytes:
        """From the client."""
        sealed = self.sends.seal(build_udp(port, target, message))
        assert isinstance(sealed, bytes)
        return in_udp(sealed, there)

    def gre(self, frame: bytes = IP_FRAME, host: bytes = SERVER) -> bytes:
        """From the server."""
        sealed = self.server.seal(frame, 0.0)
        assert sealed is not None
        return build_ipv4(host, INSIDE, PROTOCOL_GRE, sealed)

    def at_server(self, found: list[Found]) -> list[bytes]:
        """Frames of the packets that go there."""
        frames: list[bytes] = []
        for packet in packets(found):
            header = parse_ipv4(packet)
            if header.target == SERVER:
                frames += self.server.open(packet, header.start, header.end, 0.0)
        return frames

    def at_client(self, found: list[Found]) -> list[bytes]:
        frames: list[bytes] = []
        for packet in packets(found):
            header = parse_ipv4(packet)
            if header.target != PEER.host:
                continue
            payload = packet[header.start : header.end]
            payload = payload if header.protocol == PROTOCOL_ESP else parse_udp(payload)[2]
            opened = self.hears.open(payload)
            assert isinstance(opened, bytes)
            message = open_data(self.roads, parse_udp(opened)[2])
            frames.append(message[1] if isinstance(message, tuple) else parse_udp(opened)[2])
        return frames


def in_udp(esp: bytes, there: Endpoint = PEER, port: int = 4500) -> bytes:
    return build_ipv4(there.host, NEAR, PROTOCOL_UDP, build_udp(there.port, port, esp))


def packets(found: list[Found]) -> list[bytes]:
    return [each.packet for each in found if isinstance(each, SendIp)]


def events(found: list[Found]) -> list[Any]:
    return [each for each in found if not isinstance(each, SendIp)]


def renewed(**more: Any) -> LegPath:
    """The leg with its inbound half changed so."""
    return replace(PATH, inbound=(replace(IN, **more),))
