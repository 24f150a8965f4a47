"""What only the driver of a network card can tell or do: its burnt-in address, its lamp, its sleep.

By ioctl, as `ethtool` does it, so that no program is needed (include/uapi/linux/ethtool.h).
"""

import errno
import fcntl
import os
import socket
import struct
from array import array
from collections.abc import Callable
from threading import Thread
from typing import Final

SIOCETHTOOL: Final = 0x8946
SIOCGIFFLAGS: Final = 0x8913
SIOCSIFFLAGS: Final = 0x8914
IFF_UP: Final = 1
ETHTOOL_PHYS_ID: Final = 0x1C
ETHTOOL_GPERMADDR: Final = 0x20
ETHTOOL_GEEE: Final = 0x44
ETHTOOL_SEEE: Final = 0x45
LONGEST_ADDRESS: Final = 32  # bytes
LONGEST_BLINK: Final = 60  # seconds; 0 would mean for ever
PROMPTLY: Final = 0.2  # seconds in which a driver that cannot blink has said so
_EEE = struct.Struct("=10I")  # command, supported, advertised, peer's, active, enabled, idle, ...
_ENABLED, _IDLE = 5, 6

Ask = Callable[[str, bytes], bytes]
"""A card's name and a command's structure -> the structure as the driver left it, or OSError."""


class CannotBlink(Exception):
    """The text is for a person."""


def ask_driver(name: str, command: bytes) -> bytes:
    """One command of ethtool; OSError if the driver or the kernel refuses."""
    buffer = array("B", command)
    request = struct.pack("16sP16x", _interface(name), buffer.buffer_info()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        fcntl.ioctl(asker, SIOCETHTOOL, request)
    return buffer.tobytes()


def permanent_mac(name: str, ask: Ask = ask_driver) -> str:
    """The address burnt into a card, which no setting changes; nothing if it does not say."""
    command = struct.pack("=II32x", ETHTOOL_GPERMADDR, LONGEST_ADDRESS)
    try:
        answer = ask(name, command)
    except OSError:
        return ""
    octets = answer[8:14]
    size = int.from_bytes(answer[4:8], "little")
    return octets.hex(":") if size == len(octets) and any(octets) else ""


def let_sleep(name: str, wanted: bool, ask: Ask = ask_driver) -> bool:
    """Whether the links of this card may save power (802.3az); False if the card has no such."""
    try:
        fields = list(_EEE.unpack(ask(name, _EEE.pack(ETHTOOL_GEEE, *[0] * 9))))
        if bool(fields[_ENABLED]) != wanted:
            fields[0], fields[_ENABLED] = ETHTOOL_SEEE, int(wanted)
            fields[_IDLE] = int(wanted)
            ask(name, _EEE.pack(*fields))
    except OSError:
        return False
    return True


def switch_on(name: str) -> None:
    """Bring a card up without an address: only then it says whether a cable is in."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        request = struct.pack("16sH22x", _interface(name), 0)
        flags = struct.unpack("16sH22x", fcntl.ioctl(asker, SIOCGIFFLAGS, request))[1]
        if not flags & IFF_UP:
            request = struct.pack("16sH22x", _interface(name), flags | IFF_UP)
            fcntl.ioctl(asker, SIOCSIFFLAGS, request)


class Blinker:
    """Blinks one port at a time. The driver keeps the caller waiting, so a thread is the caller."""

    def __init__(self, ask: Ask = ask_driver, patience: float = PROMPTLY) -> None:
        self._ask = ask
        self._patience = patience
        self._thread: Thread | None = None

    @property
    def blinking(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, name: str, seconds: int) -> None:
        """Blink the lamp of this port for so long and return at once, or `CannotBlink`."""
        if not 1 <= seconds <= LONGEST_BLINK:
            raise CannotBlink(f"blink for 1 to {LONGEST_BLINK} seconds, not for {seconds}")
        if self.blinking:
            raise CannotBlink("another port is still blinking: wait until it has stopped")
        refused: list[OSError] = []
        self._thread = Thread(target=self._blink, args=(name, seconds, refused), daemon=True)
        self._thread.start()
        self._thread.join(self._patience)
        if refused:
            raise CannotBlink(_why(name, refused[0]))

    def _blink(self, name: str, seconds: int, refused: list[OSError]) -> None:
        try:
            self._ask(name, struct.pack("=II", ETHTOOL_PHYS_ID, seconds))
        except OSError as error:
            refused.append(error)


def _why(name: str, error: OSError) -> str:
    if error.errno in (errno.EOPNOTSUPP, errno.EINVAL):
        return f"the lamp of {name} cannot be blinked: find the port by putting in a cable"
    return f"{name} does not blink: {os.strerror(error.errno or 0)}"


def _interface(name: str) -> bytes:
    octets = name.encode()
    if not 0 < len(octets) < 16:
        raise OSError(errno.ENODEV, f"{name!r} is no name of an interface")
    return octets
