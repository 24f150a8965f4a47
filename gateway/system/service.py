"""What systemd wants to hear of a service (sd_notify(3)); nothing at all without it."""

import os
import socket
from collections.abc import Mapping


class Service:
    """Tells the state of this process to NOTIFY_SOCKET, if `environment` has one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._interval = _watchdog_interval(environment)
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

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
                telling.setblocking(False)
                telling.sendto("\n".join(filter(None, lines)).encode(), self._address)
        except OSError:
            pass  # a manager that does not listen is no reason to stop carrying packets


def _watchdog_interval(environment: Mapping[str, str]) -> float:
    """Half the time in which systemd wants to hear from us; 0.0 if it does not."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    process = environment.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdecimal() or process != str(os.getpid()):
        return 0.0
    return int(microseconds) / 2_000_000
