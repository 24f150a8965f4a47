"""Packets of a virtual cable as they would be on a real one, by ethtool's ioctl.

What two hosts of the lab send each other goes by in pieces of 64 kB without a checksum, which the
kernel cuts and sums only where somebody else must see them. A program that reads an interface must.
"""

import fcntl
import socket
from array import array
from struct import pack
from typing import Final

from tests.interop.lab.world import Node

SIOCETHTOOL: Final = 0x8946
SUMS, SCATTER, SEGMENTS, GENERIC = 0x17, 0x19, 0x1F, 0x24  # ETHTOOL_S…: TXCSUM, SG, TSO, GSO


def offload(node: Node, interface: str, on: bool) -> None:
    """Whether pieces may be long and unsummed when they leave by this interface."""
    with node.spaces, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        for command in (SUMS, SCATTER, SEGMENTS, GENERIC):
            value = array("I", (command, int(on)))
            request = pack("16sQ", interface.encode(), value.buffer_info()[0])
            fcntl.ioctl(handle, SIOCETHTOOL, request.ljust(40, b"\0"))
