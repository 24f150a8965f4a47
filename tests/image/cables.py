"""Cables between a box in QEMU and the lab in User-Mode Linux, in a network of their own.

The namespace has no way out. `lab` and `box` are tap devices, outside first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.system.run import run
from image.qemu import Net
from tests.interop.netns import Namespace

SIDES = ("outside", "inside")


@dataclass(frozen=True, slots=True)
class Cables:
    """`with cables.space:` whatever is started finds the devices."""

    space: Namespace
    lab: tuple[str, str]
    box: tuple[str, str]

    @property
    def nets(self) -> tuple[Net, ...]:
        """The box's two ports."""
        return tuple(Net(tap=name) for name in self.box)

    def more(self, name: str) -> str:
        """A tap for one more machine outside."""
        with self.space:
            _plug(name, "outside")
        return name

    def stand(self, side: str, address: str) -> None:
        """The test itself is a host on this cable, too: "10.10.0.5/24"."""
        with self.space:
            run(["ip", "address", "add", address, "dev", side])


@contextmanager
def cables() -> Iterator[Cables]:
    """Two switches, each with a tap for the lab and one for the box."""
    space = Namespace()
    try:
        with space:
            for side in SIDES:
                _switch(side)
        yield Cables(space, _taps("lab"), _taps("box"))
    finally:
        space.close()


def _taps(who: str) -> tuple[str, str]:
    outside, inside = (f"{who}-{side}" for side in SIDES)
    return outside, inside


def _switch(side: str) -> None:
    run(["ip", "link", "add", side, "type", "bridge"])
    for name in (f"lab-{side}", f"box-{side}"):
        _plug(name, side)
    run(["ip", "link", "set", side, "up"])


def _plug(name: str, side: str) -> None:
    run(["ip", "tuntap", "add", "dev", name, "mode", "tap"])
    run(["ip", "link", "set", name, "master", side])
    run(["ip", "link", "set", name, "up"])
