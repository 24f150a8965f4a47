"""The addresses a recording is played with: those of documentation, whatever the site's were."""

from typing import Final

from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint

GATEWAY: Final = host_bytes("198.51.100.1")
OUTSIDE: Final = host_bytes("203.0.113.7")  # the client, or the NAT before it
CLIENT: Final = host_bytes("192.168.1.2")  # the client behind its NAT
ELSEWHERE: Final = host_bytes("192.168.1.99")  # some other address it speaks of
INSIDE: Final = host_bytes("192.0.2.1")
SERVER: Final = Endpoint(host_bytes("192.0.2.20"), 1723)
NAT_PORT: Final = 62000  # what a NAT makes of a port
