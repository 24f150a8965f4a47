"""The button on the case, as Linux has it: an input device, whose events are read (evdev).

It may come late, with a module, and may go: until it is there it is looked for again and again. It
is taken for ourselves alone, because logind would restart the box at the first touch of some keys.
"""

import fcntl
import os
import select
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from struct import Struct
from typing import Final

from gateway.control.button import KEYS, Meant, Press
from gateway.control.profile import Button

ROOT = Path("/")
LOOK: Final = 5.0  # seconds between two looks for it
EVENT: Final = Struct("@qqHHi")  # struct input_event: seconds, microseconds, type, code, value
EV_KEY: Final = 1
UP, DOWN = 0, 1  # and 2 is the repetition of a key that is held
EVIOCGRAB: Final = 0x40044590  # _IOW('E', 0x90, int)
MOST: Final = 64 * EVENT.size


class CaseButton:
    """`act` is called when it was let go, `shown` whenever what it means has changed.

    One descriptor (an epoll) for whatever device there is. A board without a button has none.
    """

    def __init__(
        self,
        planned: Button,
        act: Callable[[Meant], None],
        shown: Callable[[Meant], None],
        root: Path = ROOT,
    ) -> None:
        self._codes = {KEYS[name] for name in planned.codes if name in KEYS}
        self._inputs = set(planned.inputs)
        self._act = act
        self._shown = shown
        self._root = root
        self._press = Press()
        self._meant = Meant.NOTHING
        self._epoll = select.epoll()
        self._devices: dict[int, str] = {}
        self._look: float | None = 0.0 if self._codes and self._inputs else None
        self._change: float | None = None

    def fileno(self) -> int:
        return self._epoll.fileno()

    def close(self) -> None:
        for device in list(self._devices):
            self._forget(device)
        self._epoll.close()

    def serve(self, now: float) -> None:
        """Read what has come."""
        for device, _ in self._epoll.poll(0):
            try:
                data = os.read(device, MOST)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if data:
                self._receive(data, now)
            else:
                self._forget(device)  # unplugged, or its module is gone
                self._press = Press()
        self._settle(now)

    def deadline(self) -> float | None:
        return min((due for due in (self._look, self._change) if due is not None), default=None)

    def handle_timeout(self, now: float) -> None:
        if self._look is not None and now >= self._look:
            self._look = None if self._find() else now + LOOK
        self._settle(now)

    def _receive(self, data: bytes, now: float) -> None:
        whole = len(data) - len(data) % EVENT.size
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_KEY and code in self._codes and value in (UP, DOWN):
                meant = self._press.receive(value == DOWN, now)
                if meant is not Meant.NOTHING:
                    self._act(meant)

    def _settle(self, now: float) -> None:
        self._change = self._press.deadline(now)
        meant = self._press.meant(now)
        if meant is not self._meant:
            self._meant = meant
            self._shown(meant)

    def _find(self) -> bool:
        """Whether a device of one of these names is there."""
        for folder in sorted((self._root / "sys/class/input").glob("event*")):
            if _read(folder / "device/name") in self._inputs:
                self._open(folder.name)
        return bool(self._devices)

    def _open(self, name: str) -> None:
        if name in self._devices.values():
            return
        try:
            path = self._root / "dev/input" / name
            device = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return
        with suppress(OSError):  # it is heard all the same
            fcntl.ioctl(device, EVIOCGRAB, 1)
        self._devices[device] = name
        self._epoll.register(device, select.EPOLLIN)

    def _forget(self, device: int) -> None:
        self._epoll.unregister(device)
        os.close(device)
        del self._devices[device]
        self._look = 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
