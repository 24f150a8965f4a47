"""Nameless network namespaces for tests as root: gone when the test is, even if it is killed.

    outside, gateway = Namespace(), Namespace()
    join(outside, "192.0.2.2/24", gateway, "192.0.2.1/24")
    with gateway: ...                   # sockets and programs made here live in there

What is made inside stays inside after the `with`, so one test can hold sockets on both sides.
"""

import ctypes
import os
import socket
from types import TracebackType

import pytest

from gateway.system.run import run

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_OWN = "/proc/thread-self/ns/net"

ONE_TRY, TRIES = 0.02, 1500  # seconds until a new cable is tried again, and how often: 30 s


def need_root() -> None:
    """Skip, saying so, where namespaces cannot be made."""
    if os.geteuid() != 0:
        pytest.skip("only root may make network namespaces: `make test` is run as root")


class Namespace:
    """A network namespace with nothing in it but a loopback that is up."""

    def __init__(self) -> None:
        self._homes: list[int] = []  # of those who have entered and not yet left
        home = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _must(_LIBC.unshare(_CLONE_NEWNET))
            self.descriptor = os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC)
            run(["ip", "link", "set", "lo", "up"])
        finally:
            _must(_LIBC.setns(home, _CLONE_NEWNET))
            os.close(home)

    @property
    def path(self) -> str:
        return f"/proc/{os.getpid()}/fd/{self.descriptor}"

    def __enter__(self) -> "Namespace":
        self._homes.append(os.open(_OWN, os.O_RDONLY | os.O_CLOEXEC))
        _must(_LIBC.setns(self.descriptor, _CLONE_NEWNET))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        home = self._homes.pop()
        _must(_LIBC.setns(home, _CLONE_NEWNET))
        os.close(home)

    def close(self) -> None:
        os.close(self.descriptor)


def join(
    here: Namespace, address: str, there: Namespace, other_address: str, name: str = "wan0"
) -> None:
    """A cable between the two; the interface has this name at both ends."""
    with here:
        run(["ip", "link", "add", name, "type", "veth",
             "peer", "name", name, "netns", there.path])  # fmt: skip
    for space, own in ((here, address), (there, other_address)):
        with space:
            run(["ip", "address", "add", own, "dev", name])
            run(["ip", "link", "set", name, "up"])
    _wait_until_it_carries(here, address.split("/")[0], there, other_address.split("/")[0])


def _wait_until_it_carries(here: Namespace, host: str, there: Namespace, other: str) -> None:
    """A new cable loses what is sent before both ends have seen it, and found the neighbour."""
    with here, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((host, 9))
        with there, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two:
            two.bind((other, 9))
            for sender, receiver, target in ((one, two, other), (two, one, host)):
                receiver.settimeout(ONE_TRY)
                assert any(_passes(sender, receiver, target) for _ in range(TRIES)), "no cable"


def _passes(sender: socket.socket, receiver: socket.socket, target: str) -> bool:
    sender.sendto(b"?", (target, 9))
    try:
        return bool(receiver.recv(10))
    except TimeoutError:
        return False


def _must(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
