"""What a data packet costs through the whole gateway, next to what its cipher and hash alone cost.

    python -m tests.bench.road

A real session of the pair tests' world is up; packets go in at the gateway's doors and what comes
out is looked at. Every figure is the least of many rounds of CPU time, and what is compared is
measured in turns in the same rounds, so that a busy machine spoils neither.
"""

import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from struct import pack
from typing import Final, NamedTuple

from gateway.control.users import Users
from gateway.crypto.cbc import carry_decrypt, carry_encrypt
from gateway.crypto.mac import keyed
from gateway.crypto.passwords import Hashes
from gateway.esp.suites import find_suite, split_keymat
from gateway.outputs import Output, SendIp
from gateway.ppp.mppe import Keys
from gateway.wire.ipv4 import (
    PROTOCOL_ESP,
    PROTOCOL_GRE,
    PROTOCOL_TCP,
    PROTOCOL_UDP,
    build_ipv4,
    host_bytes,
    parse_ipv4,
)
from gateway.wire.udp import Datagram, build_udp
from tests.bench.figures import Figure, at_most, told
from tests.pair.gateway_world import INSIDE, SERVER, World, meet
from tests.pair.peers.ike_profiles import ESP_3DES_SHA, ESP_AES128_SHA, SAFENET_98
from tests.pair.peers.mppe import NT_HASH
from tests.pair.peers.ppp_end import PppEnd
from tests.pair.peers.ppp_secured import ChapClient, MppeServer
from tests.pair.peers.pptp_server import PptpServer

SIZES: Final = (64, 576, 1400)  # bytes of the IP packet that a PPP frame carries
IP, MPPE = b"\xff\x03\x00\x21", b"\xff\x03\x00\xfd"
ESP: Final = {"3des-sha1": ESP_3DES_SHA, "aes128-sha1": ESP_AES128_SHA}
EVP: Final = {"3des-sha1": "des-ede3-cbc", "aes128-sha1": "aes-128-cbc"}
BATCH: Final = 8  # packets in a row, few enough to stay in the cache and between two interruptions
WARM: Final = 4  # before them, unmeasured: the peers have had the cache meanwhile
ROUNDS: Final = 800
MOST_ROUNDS: Final = 2500  # where a goal is not met yet: somebody else may be using the core
NOT_CIPHER: Final = 12.0  # goal: microseconds a packet
TO_SERVER, TO_CLIENT = "client to server", "server to client"


class Cost(NamedTuple):
    """Microseconds a packet; `alone` is cipher and hash of the same bytes and nothing else."""

    whole: float
    alone: float

    @property
    def other(self) -> float:
        return self.whole - self.alone


class Road:
    """One session that is up, and packets for both of its directions: IP with TCP in it."""

    def __init__(self, suite: str, size: int, encryption: str = "clear") -> None:
        profile = replace(SAFENET_98, esp=(ESP[suite],), pair_kilobytes=1 << 31)
        users = Users({"User": Hashes(NT_HASH)})
        self.world: World = meet(route={"encryption": encryption, "mppe": ("128",)}, users=users)
        self.world.server.pptp = lambda _: PptpServer(window=64)
        ends: dict[str, PppEnd] = {}
        if encryption == "mppe":
            address, given = bytes((10, 1, 0, 1)), bytes((10, 1, 0, 2))
            self.world.server.ppp = lambda _: MppeServer(b"srvr", address, gives=given)
            ends["ppp"] = ChapClient(b"clnt", user="User")
        self.client = self.world.call_up(profile=profile, **ends)
        self.packet = _tcp(size)

    def packets(self, where: str) -> list[bytes]:
        """What comes to the gateway next, made by the scripted peers."""
        if where == TO_SERVER:
            return [
                self._outside(self.client.send_frame(IP + self.packet)) for _ in range(WARM + BATCH)
            ]
        line = self.world.server.line
        sends = line.ppp.sends if isinstance(line.ppp, MppeServer) else None
        frames = [
            IP + self.packet if sends is None else MPPE + sends.seal(IP[2:] + self.packet)
            for _ in range(WARM + BATCH)
        ]
        return [
            build_ipv4(host_bytes(SERVER), host_bytes(INSIDE), PROTOCOL_GRE, each.payload)
            for each in self.world.server.say(line, frames)
        ]

    def acknowledge(self, outputs: list[Output], now: float) -> None:
        """The server says that it has got everything so far."""
        numbers = [
            int.from_bytes(each.packet[28:32], "big")
            for each in outputs
            if isinstance(each, SendIp) and each.packet[9] == PROTOCOL_GRE
            and each.packet[20] & 0x10
        ]  # fmt: skip
        gre = self.world.server.line.gre
        assert gre is not None
        ack = pack("!HHHHI", 0x2081, 0x880B, 0, gre.peer_call, max(numbers))
        packet = build_ipv4(host_bytes(SERVER), host_bytes(INSIDE), PROTOCOL_GRE, ack)
        self.world.core.receive_gre(packet, now)

    def _outside(self, datagrams: list[Datagram]) -> bytes:
        [datagram] = datagrams
        [leg] = self.world.core.clients.legs.values()
        segment = build_udp(leg.peer.port, 4500, datagram.payload)
        return build_ipv4(leg.peer.host, datagram.target.host, PROTOCOL_UDP, segment)


def _tcp(size: int) -> bytes:
    """An IPv4 packet of this size: TCP, in the midst of its connection."""
    ip = pack("!BBHHHBBH", 0x45, 0, size, 1, 0x4000, 128, PROTOCOL_TCP, 0)
    tcp = pack("!HHIIBBHHH", 1025, 139, 1, 1, 0x50, 0x10, 8760, 0, 0)
    return (ip + bytes((10, 1, 0, 2, 10, 1, 0, 1)) + tcp + bytes(range(256)) * 6)[:size]


def measure() -> list[Figure]:
    """All figures. The cases take turns, so that each has its share of the quiet moments."""
    cases = [
        Case(Road(suite, size), suite, size, where)
        for suite in ESP
        for size in SIZES
        for where in (TO_SERVER, TO_CLIENT)
    ]
    suite, size = "3des-sha1", max(SIZES)
    cases += [
        Case(Road(suite, size, "mppe"), suite, size, where, 128) for where in (TO_SERVER, TO_CLIENT)
    ]
    for turn in range(MOST_ROUNDS):
        if turn >= ROUNDS and all(case.cost.other <= NOT_CIPHER for case in cases):
            break
        for case in cases:
            case.take_turn()
    return [figure for case in cases for figure in _figures(case)]


class Case:
    """One suite, size and direction; `mppe`: the bits of the key that the inside leg has too."""

    def __init__(self, road: Road, suite: str, size: int, where: str, mppe: int = 0) -> None:
        self.suite, self.size, self.where, self.mppe = suite, size, where, mppe
        self.name = f"{suite}{f' and mppe {mppe}' if mppe else ''}, {size} B, {where}"
        self.cost = Cost(float("inf"), float("inf"))
        self._road = road
        core = road.world.core
        self._door = core.receive_packet if where == TO_SERVER else core.receive_gre
        self._now = road.world.net.now
        self._alone: Callable[[], None] | None = None

    def take_turn(self) -> None:
        """A batch through the gateway, and its cipher and hash alone."""
        packets, now = self._road.packets(self.where), self._now
        outputs: list[Output] = []
        for packet in packets[:WARM]:
            outputs += self._door(packet, now)
        start = time.thread_time()
        for packet in packets[WARM:]:
            outputs += self._door(packet, now)
        whole = time.thread_time() - start
        sent = [each.packet for each in outputs if isinstance(each, SendIp)]
        assert len([each for each in sent if len(each) > self.size]) == WARM + BATCH
        if self.where == TO_SERVER:
            self._road.acknowledge(outputs, now)
        if self._alone is None:
            sample = packets[0] if self.where == TO_SERVER else sent[0]
            self._alone = self._cipher_and_hash(sample)
        start = time.thread_time()
        self._alone()
        alone = time.thread_time() - start
        least = self.cost
        self.cost = Cost(
            min(least.whole, 1e6 * whole / BATCH), min(least.alone, 1e6 * alone / BATCH)
        )
        self._now += 0.001

    def _cipher_and_hash(self, packet: bytes) -> Callable[[], None]:
        """Cipher and hash over the bytes of this ESP packet, `BATCH` times."""
        header = parse_ipv4(packet)
        start = header.start + (0 if header.protocol == PROTOCOL_ESP else 8)
        body, signed = packet[start + 8 : header.end - 12], packet[start : header.end - 12]
        [pair] = self._road.client.ike.pairs
        suite = find_suite(self.suite)
        cipher_key, mac_key = split_keymat(suite, pair.keymat_in)
        carry = carry_decrypt if self.where == TO_SERVER else carry_encrypt
        cipher, state = carry(suite.cipher, cipher_key), keyed(suite.hash, mac_key)
        inner = IP[2:] + self._road.packet
        keys = Keys(bytes(16), self.mppe) if self.mppe else None

        def work() -> None:
            for _ in range(BATCH):
                if keys is not None:  # a new key for every packet
                    keys.change()
                    keys.crypt(inner)
                cipher(body)
                mac = state.copy()
                mac.update(signed)
                mac.finalize()

        return work


def openssl_speed(evp: str, size: int) -> float:
    """Bytes a second of `openssl speed` on this core, now."""
    command = ["openssl", "speed", "-mr", "-evp", evp, "-seconds", "1", "-bytes", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    # The result is a line such as +F:25:DES-EDE3-CBC:23788416.00
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("+F:"))
    return float(line.rsplit(":", 1)[1])


def _figures(case: Case) -> list[Figure]:
    name, cost, size = case.name, case.cost, case.size
    figures = [
        told(f"road, {name}", cost.whole, "us/packet"),
        told(f"  cipher and hash alone, {name}", cost.alone, "us/packet"),
        at_most(f"  all but cipher and hash, {name}", cost.other, "us/packet", NOT_CIPHER),
    ]
    if size == max(SIZES) and not case.mppe:
        evp = EVP[case.suite]
        openssl = openssl_speed(evp, size)
        share = size / cost.whole * 1e6 / openssl
        figures += [
            told(f"  throughput, {name}", size * 8 / cost.whole, "Mbit/s"),
            told(f"  openssl speed -evp {evp}, {size} B, {case.where}", openssl * 8e-6, "Mbit/s"),
            told(f"  share of openssl speed, packets alone, {name}", share, ""),
        ]
    return figures


if __name__ == "__main__":
    for each in measure():
        print(each)
