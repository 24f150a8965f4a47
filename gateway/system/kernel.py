"""Making the kernel carrier ready at the start, and taking all of it away at the end.

Whatever is missing is a reason in words, and everything is carried in user space then.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.control.config import Config
from gateway.paths import Abilities
from gateway.system.abilities import probe
from gateway.system.firewall import Tool
from gateway.system.keeper import KeeperLost, Process
from gateway.system.kernel_sas import KernelSas
from gateway.system.paths import Paths
from gateway.system.pool_route import PoolRoute
from gateway.system.run import ToolFailed
from gateway.system.service import Service, inherited
from gateway.system.virtual import Pool, Translation
from gateway.system.virtual_conntrack import ConntrackTranslation
from gateway.system.virtual_nft import NftTranslation
from gateway.system.wanted import wanted_pool
from gateway.system.watched import Keeper, Nobody

USER: Final = "user"
NOWHERE: Final = Pool(bytes(4), 32, "lo")  # where only names matter


@dataclass(slots=True)
class Begun:
    """`paths` is None where the kernel carries nothing; `keeper` keeps descriptors then, too."""

    abilities: Abilities
    paths: Paths | None = None
    keeper: Keeper | None = None
    name: str = ""  # of the way to virtual addresses

    @property
    def virtual(self) -> str:
        """The network of virtual addresses, empty if there are none."""
        return "" if self.paths is None else self.paths.pool.text

    def stop(self) -> None:
        """All of it ends in order: nothing is kept for a successor."""
        if self.paths is not None:
            with suppress(OSError, ToolFailed):
                self.paths.stop()
        if isinstance(self.keeper, Process):
            self.keeper.end()


def begin(
    config: Config, tool: Tool, service: Service, folder: Path, environment: Mapping[str, str]
) -> Begun:
    """Find out what the kernel can do, and make it ready. `folder` is for a socket of ours."""
    if all(route.carrier == USER for route in config.routes):
        return Begun(Abilities(lacks="no route wants the kernel"))
    pool = wanted_pool(config)
    abilities, translation = probe(translations(tool, pool))
    if translation is None:
        return Begun(abilities)
    keeper = keeper_of(service, folder, environment)
    paths = Paths(pool, translation, keeper)
    try:
        paths.start()
    except (OSError, ToolFailed) as refused:
        begun = Begun(Abilities(lacks=str(refused)), paths, keeper)
        begun.stop()
        return Begun(begun.abilities)
    return Begun(abilities, paths, keeper, translation.name)


def translations(tool: Tool, pool: Pool) -> Sequence[Translation]:
    """The ways to virtual addresses that go with a tool for rules, the best first."""
    if tool.name == "nft":
        return (NftTranslation(pool),)
    return (ConntrackTranslation(pool, tool.name),)


def keeper_of(service: Service, folder: Path, environment: Mapping[str, str]) -> Keeper:
    """Who keeps descriptors: systemd if it does, else a process of our own, else nobody.

    What was kept of an earlier daemon is closed: its sessions are not known to this one.
    """
    if service.keeps:
        for name, descriptor in inherited(environment).items():
            service.drop(name)
            os.close(descriptor)
        return service
    try:
        process = Process(folder / "keeper.sock")
    except KeeperLost:
        return Nobody()
    for name, descriptor in process.found.items():
        process.drop(name)
        os.close(descriptor)
    return process


def remove_all(tools: Sequence[Tool]) -> None:
    """Take away whatever any daemon has left in the kernel."""
    for tool in tools:
        for translation in translations(tool, NOWHERE):
            with suppress(OSError, ToolFailed):
                translation.stop()
    with suppress(OSError):
        PoolRoute(NOWHERE).remove()
    with suppress(OSError):
        sas = KernelSas()
        sas.flush()
        sas.close()
