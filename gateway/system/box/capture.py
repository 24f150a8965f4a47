"""Packets of one port, seen as they pass, in a file that other programs read (pcap).

Bounded in time, number and size. What clients send is encrypted by then; what goes to old servers
inside is not, so the file is for administrators alone, and that it was made stands in the audit.
"""

import select
import socket
import time
from collections.abc import Callable
from struct import Struct
from typing import Final, Protocol

from gateway.control.changes_outputs import Refused

LONGEST: Final = 120  # seconds
MOST: Final = 20_000  # packets
LARGEST: Final = 16 << 20  # bytes
SNAP: Final = 1600  # bytes of a packet
_ETHERNET: Final = 1  # LINKTYPE_ETHERNET
_ALL: Final = 0x0003  # ETH_P_ALL
_FILE: Final = Struct("<IHHiIII")  # magic, version, zone, accuracy, snap, link type
_PACKET: Final = Struct("<IIII")  # seconds, microseconds, length here, length it had


class Tap(Protocol):
    """A packet socket on one interface."""

    def fileno(self) -> int: ...
    def recv(self, size: int) -> bytes: ...
    def close(self) -> None: ...


def open_tap(interface: str) -> Tap:
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
    try:
        tap.bind((interface, 0))
    except OSError as error:
        tap.close()
        raise Refused(
            f"{interface} cannot be listened to", error.strerror or "Look at it"
        ) from error
    return tap


def check_bounds(seconds: object, packets: object) -> tuple[int, int]:
    """Both as numbers; `Refused` if they are none, or too many."""
    if type(seconds) is not int or not 1 <= seconds <= LONGEST:
        raise Refused(f"a capture lasts 1 to {LONGEST} seconds", "Choose another time")
    if type(packets) is not int or not 1 <= packets <= MOST:
        raise Refused(f"a capture has 1 to {MOST} packets", "Choose another number")
    return seconds, packets


def capture(
    tap: Tap,
    seconds: float,
    packets: int,
    clock: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
) -> bytes:
    """The whole file, when the time is over or there is enough. Blocks."""
    found = [header()]
    size, until = _FILE.size, clock() + seconds
    try:
        while packets > 0 and size < LARGEST and (left := until - clock()) > 0:
            if not select.select([tap], [], [], left)[0]:
                break
            record = packet(tap.recv(0xFFFF), wall())
            found.append(record)
            size += len(record)
            packets -= 1
    finally:
        tap.close()
    return b"".join(found)


def header() -> bytes:
    return _FILE.pack(0xA1B2C3D4, 2, 4, 0, 0, SNAP, _ETHERNET)


def packet(data: bytes, moment: float) -> bytes:
    seconds, rest = divmod(moment, 1)
    kept = data[:SNAP]
    return _PACKET.pack(int(seconds), int(rest * 1e6), len(kept), len(data)) + kept
