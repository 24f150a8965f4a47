"""The verb `build`: every step in its order, each with the time it took."""

import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from image.board import Board, board_cfg
from image.lock import Package, format_lock, parse_lock
from image.mirror import find_mirrors
from image.places import LOCK, PROJECT, Places
from image.programs import Failed, run
from image.release import Release
from image.steps.disk import make_disk
from image.steps.fetch import fetch, make_archive
from image.steps.loaders import make_core, make_esp
from image.steps.resolve import resolve
from image.steps.root import Root, make_root, root_in
from image.steps.sign import Keys, given_or_made, make_bundle
from image.steps.slots import MIB, Slot, boot_again, make_slot
from image.steps.tools import Tools, make_tools
from image.steps.wheel import make_wheel

LEVEL: Final = "-9"  # the root is packed already; more costs minutes and saves nothing
T = TypeVar("T")


class Laps:
    """Prints what each step took, and at the end all of it."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, what: str, step: Callable[[], T]) -> T:
        began = time.monotonic()
        done = step()
        print(f"  {what:<34}{time.monotonic() - began:7.1f} s", flush=True)
        return done

    def total(self) -> None:
        print(f"  {'in all':<34}{time.monotonic() - self._start:7.1f} s", flush=True)


def lock(places: Places, mirror: str | None) -> None:
    """Today's packages of the mirror, written into packages.lock."""
    packages = resolve(find_mirrors(mirror), places.work / "apt")
    LOCK.write_text(format_lock(packages))
    print(f"packages.lock: {len(packages)} packages")


def prepare(places: Places, mirror: str | None, laps: Laps) -> list[Package]:
    """The packages of the lock, fetched, and the tools tree."""
    packages = parse_lock(LOCK.read_text())
    laps("packages", lambda: fetch(packages, find_mirrors(mirror), places.debs))

    def tools() -> bool:
        archive = make_archive(packages, "tools", places.debs, places.work / "archive-tools")
        return make_tools(packages, archive, places.tools)

    laps("tools tree", tools)
    return packages


def tools_of(places: Places, release: Release) -> Tools:
    return Tools(places.tools, places.build, release.environment)


def make_all(
    places: Places, packages: list[Package], release: Release, keys: Keys, laps: Laps
) -> Root:
    """Wheel and root file system."""
    wheel = laps("wheel", lambda: make_wheel(PROJECT, places.work / "wheel", release))

    def root() -> Root:
        archive = make_archive(packages, "root", places.debs, places.work / "archive-root")
        place = places.work / "root"
        return make_root(packages, archive, wheel, release, keys.keyring, place)

    return laps("root file system", root)


def build(
    places: Places,
    release: Release,
    board: Board,
    given: tuple[Path | None, Path | None],
    mirror: str | None,
) -> None:
    """Image and bundle, under their names in `places.build`."""
    laps = Laps()
    packages = prepare(places, mirror, laps)
    tools = tools_of(places, release)
    keys = given_or_made(*given, tools, places.keys)
    root = make_all(places, packages, release, keys, laps)
    slot = laps("slot", lambda: make_slot(root, tools, release, places.work))
    image, bundle = places.image(release.version), places.bundle(release.version)

    def disk() -> None:
        core = make_core(tools, places.work)
        esp = make_esp(tools, release, board_cfg(board), places.work)
        make_disk(tools, core, esp, slot, image)

    laps("loaders and disk", disk)
    laps("bundle", lambda: make_bundle(slot, release, keys, tools, bundle))
    packed = image.with_name(image.name + ".zst")
    laps("compressed image", lambda: compress(image, packed))
    laps.total()
    report(slot, [image, packed, bundle])


def bundle_again(
    places: Places,
    release: Release,
    given: tuple[Path | None, Path | None],
    arguments: str = "",
    out: Path | None = None,
) -> None:
    """From the root of the last build. `arguments` go to the kernel of this slot alone."""
    root = root_in(places.work / "root")
    if not root.tar.is_file():
        raise Failed("nothing was built yet", "Make it: make image PROFILE=qemu")
    tools = tools_of(places, release)
    keys = given_or_made(*given, tools, places.keys)
    slot = boot_again(root, tools, release, places.work, arguments)
    make_bundle(slot, release, keys, tools, (out or places.bundle(release.version)).resolve())


def compress(image: Path, packed: Path) -> None:
    run(["zstd", "-q", "-f", LEVEL, "--no-check", image, "-o", packed])


def report(slot: Slot, files: list[Path]) -> None:
    for file in [slot.boot, slot.root, *files]:
        with open(file, "rb") as reading:
            digest = hashlib.file_digest(reading, "sha256").hexdigest()
        print(f"  {file.name:<34}{file.stat().st_size / MIB:7.1f} MiB  {digest[:16]}")
    sys.stdout.flush()
