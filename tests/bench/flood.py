"""A stranger who sends as fast as one core can, for a bounded time: run in a namespace of its own.

    python -m tests.bench.flood SECONDS PACKETS GATEWAY [esp | ike]

Half is ESP in UDP with SPIs that nobody has, half first messages of main mode with new cookies, or
all is the one or the other. An empty line says that it begins, the last line how many were sent.
"""

import os
import socket
import sys
import time
from struct import pack

from gateway.wire.ipv4 import host_bytes
from tests.pair.net import seeded
from tests.pair.peers.ike_initiator import Initiator
from tests.pair.peers.ike_profiles import XP_SP2


def main(seconds: float, packets: int, gateway: str, kind: str = "") -> int:
    """How many were sent."""
    esp, ike = kind != "ike", kind != "esp"
    every = esp + ike
    here = bytes(4)
    [first] = Initiator(XP_SP2, here, host_bytes(gateway), b"", seeded(1)).dial(0.0)
    body = first.payload[8:]
    print(flush=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        end = time.monotonic() + seconds
        for number in range(packets // every):
            if esp:
                sender.sendto(pack("!I", 0x10000 + number) + os.urandom(96), (gateway, 4500))
            if ike:
                sender.sendto(pack("!Q", number + 1) + body, (gateway, 500))
            if number % 64 == 0 and time.monotonic() > end:
                return every * (number + 1)
    return packets


if __name__ == "__main__":
    print(main(float(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
