"""What systemd wants to hear of a service (sd_notify(3)); nothing at all without it."""

import os
import socket
from collections.abc import Mapping
from typing import Final

FIRST_INHERITED: Final = 3  # SD_LISTEN_FDS_START
FEEDS: Final = 4  # in the watchdog's time; the rest of it is for a tool that hangs (`run.PATIENCE`)


class Service:
    """Tells the state of this process to NOTIFY_SOCKET, if `environment` has one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._interval = _watchdog_interval(environment)
        self._keeps = bool(self._address) and environment.get("FDSTORE", "0") not in ("", "0")
        self._due: float | None = None

    def ready(self, now: float, status: str = "") -> None:
        """Started, or reloaded: at work. From now on the watchdog is fed."""
        self._tell("READY=1", f"STATUS={status}" if status else "")
        if self._interval:
            self._due = now

    def reloading(self, now: float) -> None:
        """`ready` must follow."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(now * 1_000_000)}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def deadline(self) -> float | None:
        """When the watchdog is to be fed; None without one."""
        return self._due

    def handle_timeout(self, now: float) -> None:
        if self._due is not None and self._due <= now:
            self._tell("WATCHDOG=1")
            self._due = now + self._interval

    @property
    def keeps(self) -> bool:
        """Whether the manager has a store of descriptors for us (FileDescriptorStoreMax=)."""
        return self._keeps

    def keep(self, name: str, descriptor: int) -> None:
        """Have a copy kept should we die; it is ours again after a restart, by its name."""
        # Without FDPOLL=0 the manager lets go what has an error or an end to tell.
        self._tell("FDSTORE=1", f"FDNAME={name}", "FDPOLL=0", descriptors=(descriptor,))

    def drop(self, name: str) -> None:
        self._tell("FDSTOREREMOVE=1", f"FDNAME={name}")

    def _tell(self, *lines: str, descriptors: tuple[int, ...] = ()) -> None:
        if not self._address:
            return
        message = "\n".join(filter(None, lines)).encode()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
                telling.setblocking(False)
                if descriptors:
                    telling.connect(self._address)
                    socket.send_fds(telling, [message], list(descriptors))
                else:
                    telling.sendto(message, self._address)
        except OSError:
            pass  # a manager that does not listen is no reason to stop carrying packets


def _watchdog_interval(environment: Mapping[str, str]) -> float:
    """A part of the time in which systemd wants to hear from us; 0.0 if it does not."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    process = environment.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdecimal() or process != str(os.getpid()):
        return 0.0
    return int(microseconds) / 1_000_000 / FEEDS


def inherited(environment: Mapping[str, str]) -> dict[str, int]:
    """Descriptors that the manager has kept for us, by name (sd_listen_fds(3))."""
    count, process = environment.get("LISTEN_FDS", ""), environment.get("LISTEN_PID", "")
    if not count.isdecimal() or process != str(os.getpid()):
        return {}
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    descriptors = range(FIRST_INHERITED, FIRST_INHERITED + int(count))
    return dict(zip(names, descriptors, strict=False))
