"""Descriptors that outlive this process: what an earlier one has left, and who keeps ours.

Under systemd its descriptor store does that (FileDescriptorStoreMax=), elsewhere a process of our
own (`keeper.py`). Each descriptor has a name.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from gateway.system.keeper import Process
from gateway.system.service import Service, inherited

PLACE: Final = "keeper.sock"  # of the process, in the folder of the control socket
CONNECTION: Final = "tcp-"  # what the names of connections begin with


class Keeper(Protocol):
    """Who keeps descriptors open should this process die: `keeper.py`, `service.py`."""

    def keep(self, name: str, descriptor: int) -> None: ...
    def drop(self, name: str) -> None: ...


class Nobody:
    """Keeps nothing: what is open closes with the process."""

    def keep(self, name: str, descriptor: int) -> None: ...
    def drop(self, name: str) -> None: ...


@dataclass(slots=True)
class Estate:
    """`found` are an earlier process's, by name, and ours now."""

    keeper: Keeper
    found: dict[str, int] = field(default_factory=dict)

    def connections(self) -> dict[int, int]:
        """Descriptors of TCP connections by their keys; they are not in `found` any more."""
        names = [name for name in self.found if name.startswith(CONNECTION)]
        keys = {name: name.removeprefix(CONNECTION) for name in names}
        return {int(key): self.found.pop(name) for name, key in keys.items() if key.isdecimal()}

    def settle(self) -> None:
        """What nobody has taken is closed."""
        for name in list(self.found):
            self.keeper.drop(name)
            with suppress(OSError):
                os.close(self.found.pop(name))

    def end(self) -> None:
        """An orderly stop: nothing is to outlive us."""
        if isinstance(self.keeper, Process):
            self.keeper.end()


def estate_of(service: Service, folder: Path, environment: Mapping[str, str]) -> Estate:
    """systemd's store if there is one, else that of a process of our own, else nobody's."""
    if service.keeps:
        found = inherited(environment)
        for descriptor in found.values():
            os.set_inheritable(descriptor, False)
        return Estate(service, found)
    try:
        process = Process(folder / PLACE)
    except OSError:
        return Estate(Nobody())
    return Estate(process, process.found)
