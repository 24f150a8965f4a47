"""A leg and a call as the bridge would want them."""

from typing import Any

from gateway.paths import CallPath, L2tpEnd, LegPath, PptpEnd, Sa
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint

VIRTUAL, NEAR = host_bytes("100.127.0.1"), host_bytes("203.0.113.1")
PEER = Endpoint(host_bytes("198.51.100.7"), 61000)
SERVER = host_bytes("192.0.2.20")


def sa(spi: int, **more: Any) -> Sa:
    return Sa(spi, "3des", bytes(range(24)), "sha1", bytes(range(20)), **more)


IN, OUT = sa(0x1001, sequence=7, seen=0x7F), sa(0x2002, sequence=9)
LEG = LegPath(VIRTUAL, NEAR, PEER, 1701, (IN,), OUT, tunnel=5)
CALL = CallPath(PptpEnd(NEAR, SERVER, 0x8001))
L2TP = L2tpEnd(1, 5, 6, 7, 8)
