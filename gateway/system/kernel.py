"""Making the kernel carrier ready at the start, and taking all of it away at the end.

Whatever is missing is a reason in words, and everything is carried in user space then.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from gateway.control.config import Config
from gateway.paths import Abilities, Left
from gateway.system.abilities import probe
from gateway.system.begun import UNWANTED, Begun, is_carrying, wants_kernel
from gateway.system.estate import Keeper
from gateway.system.firewall import Tool
from gateway.system.kernel_sas import KernelSas
from gateway.system.paths import Paths
from gateway.system.pool_route import PoolRoute
from gateway.system.run import ToolFailed
from gateway.system.virtual import Pool, Translation
from gateway.system.virtual_conntrack import ConntrackTranslation
from gateway.system.virtual_nft import NftTranslation
from gateway.system.wanted import wanted_pool

NOWHERE: Final = Pool(bytes(4), 32, "lo")  # where only names matter


def begin(config: Config, tool: Tool, keeper: Keeper, left: dict[str, int]) -> Begun:
    """Find out what the kernel can do, and make it ready. `left` are an earlier daemon's
    descriptors."""
    standing = _standing() if is_carrying(left) else {}
    begun = _begin(config, tool, keeper, left)
    begun.left = Left(standing, isinstance(begun.paths, Paths) and begun.paths.goes_on)
    if standing and begun.paths is None:
        remove_all((tool,))
    return begun


def _begin(config: Config, tool: Tool, keeper: Keeper, left: dict[str, int]) -> Begun:
    if not wants_kernel(config):
        return Begun(UNWANTED)
    pool = wanted_pool(config)
    abilities, translation = probe(translations(tool, pool))
    if translation is None:
        return Begun(abilities)
    paths = Paths(pool, translation, keeper, left)
    try:
        paths.start()
    except (OSError, ToolFailed) as refused:
        begun = Begun(Abilities(lacks=str(refused)), paths)
        begun.stop()
        return Begun(begun.abilities)
    return Begun(abilities, paths, translation.name, pool.text)


def _standing() -> dict[tuple[bytes, int, bool], int]:
    """How far the SAs have counted that an earlier daemon has left."""
    found: dict[tuple[bytes, int, bool], int] = {}
    with suppress(OSError):
        sas = KernelSas()
        for each in sas.every():
            found[each.source, each.spi, True] = each.replay.heard
            found[each.target, each.spi, False] = each.replay.sent
        sas.close()
    return found


def translations(tool: Tool, pool: Pool) -> Sequence[Translation]:
    """The ways to virtual addresses that go with a tool for rules, the best first."""
    if tool.name == "nft":
        return (NftTranslation(pool),)
    return (ConntrackTranslation(pool, tool.name),)


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
