"""Who carries besides the daemon, made ready at its start.

What the kernel needs and what workers need, ctypes among it, is loaded only where it is wanted:
it would be more than a megabyte of every daemon's memory.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.control.config import Config
from gateway.paths import Abilities, Left
from gateway.system.estate import Keeper
from gateway.system.firewall import Tool
from gateway.system.kept import Kept
from gateway.system.loop import Carrying
from gateway.system.queues import Queues
from gateway.system.run import ToolFailed

USER: Final = "user"
NO_WORKERS: Final = "0"
ENCAP_NAME: Final = "encap-"
UNWANTED: Final = Abilities(lacks="no route wants the kernel")


class Carries(Carrying, Protocol):
    """`paths.Paths`, `workers.Workers`, with their beginning and their end."""

    def settle(self) -> None: ...
    def stop(self) -> None: ...


@dataclass(slots=True)
class Begun:
    """`paths` is None where nobody carries but the daemon."""

    abilities: Abilities
    paths: Carries | None = None
    name: str = ""  # of the way to virtual addresses
    virtual: str = ""  # the network of these, if there are any
    left: Left = Left()  # by an earlier daemon

    def settle(self) -> None:
        """Whoever is taken up is, and nothing else of an earlier daemon's stays."""
        if self.paths is not None:
            self.paths.settle()

    def stop(self) -> None:
        """All of it ends in order: nothing is kept for a successor."""
        if self.paths is not None:
            with suppress(OSError, ToolFailed):
                self.paths.stop()


def begin_kernel(config: Config, tool: Tool, keeper: Keeper, left: dict[str, int]) -> Begun:
    """`left` are an earlier daemon's descriptors: what it had in the kernel is seen to."""
    if not wants_kernel(config) and not is_carrying(left):
        return Begun(UNWANTED)
    from gateway.system import kernel

    return kernel.begin(config, tool, keeper, left)


def begin_workers(
    config: Config,
    begun: Begun,
    kept: Kept | None,
    queues: Queues | None,
    clock: Callable[[], float],
) -> tuple[Begun, str]:
    """As `worker_start.begin`."""
    if config.limits.workers == NO_WORKERS:
        return begun, ""
    from gateway.system import worker_start

    return worker_start.begin(config, begun, kept, queues, clock)


def wants_kernel(config: Config) -> bool:
    """Whether any route lets it carry."""
    return any(route.carrier != USER for route in config.routes)


def is_carrying(left: Iterable[str]) -> bool:
    """Whether such names are those of a daemon for which the kernel carried."""
    return any(name.startswith((ENCAP_NAME, "leg-", "call-")) for name in left)
