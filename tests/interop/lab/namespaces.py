"""A host's namespaces: made, entered and left by this process itself.

Starting `unshare`, `mount` or `nsenter` costs 20 ms and more each in User-Mode Linux, and forking
Python costs more still. Open descriptors keep the namespaces alive; no process has to.
"""

import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

NEWNS, NEWUTS, NEWNET = 0x00020000, 0x04000000, 0x40000000  # unshare(2)
REC, PRIVATE, BIND = 0x4000, 0x40000, 0x1000  # mount(2)
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1  # netdevice(7)
KINDS = ("net", "uts", "mnt")
LIBC = ctypes.CDLL(None, use_errno=True)


class Spaces:
    """`with spaces:` this process, and what it starts meanwhile, is in that host.

    Not to be nested, and only for a process without threads: setns(2) demands it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """A new host with /run, /etc and /var of its own, whose changes are kept in `folder`."""
        for part in ("run/log", "run/lock", "etc", "etc.work", "var", "var.work"):
            (folder / part).mkdir(parents=True)
        self._folder = Path.cwd()
        self._home = _open_doors()
        _check(LIBC.unshare(NEWNS | NEWUTS | NEWNET), "unshare")
        try:
            _furnish(folder, name)
            self._doors = _open_doors()
        finally:
            self.__exit__()

    def __enter__(self) -> None:
        _enter(self._doors)

    def __exit__(self, *_: object) -> None:
        _enter(self._home)
        os.chdir(self._folder)

    def path(self, kind: str) -> str:
        """A name of the namespace that other programs can use while this process lives."""
        return f"/proc/{os.getpid()}/fd/{self._doors[KINDS.index(kind)]}"

    def holds(self, pid: int) -> bool:
        """Whether that process lives in this host."""
        try:
            there = os.stat(f"/proc/{pid}/ns/mnt")
        except OSError:
            return False  # it ended while we looked
        return there.st_ino == os.fstat(self._doors[KINDS.index("mnt")]).st_ino

    def close(self) -> None:
        for door in (*self._doors, *self._home):
            os.close(door)


def _open_doors() -> list[int]:
    return [os.open(f"/proc/self/ns/{kind}", os.O_RDONLY) for kind in KINDS]


def _enter(doors: list[int]) -> None:
    for door in doors:
        _check(LIBC.setns(door, 0), "setns")


def _furnish(folder: Path, name: str) -> None:
    _mount("none", "/", "", PRIVATE | REC)
    _mount(str(folder / "run"), "/run", "", BIND)
    for part in ("etc", "var"):
        upper = folder / part
        layers = f"lowerdir=/{part},upperdir={upper},workdir={upper}.work"
        _mount("overlay", f"/{part}", "overlay", 0, layers)
    _mount("sysfs", "/sys", "sysfs", 0)
    socket.sethostname(name)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def _mount(what: str, where: str, kind: str, flags: int, data: str = "") -> None:
    words = (what.encode(), where.encode(), kind.encode())
    _check(LIBC.mount(*words, ctypes.c_ulong(flags), data.encode()), f"mount {where}")


def _check(status: int, what: str) -> None:
    if status != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
