"""A slot is two images: the root under dm-verity, and a small one that GRUB reads."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image.programs import Failed
from image.release import Release
from image.steps.root import Root
from image.steps.tools import Tools

BLOCK: Final = 4096  # bytes; of data and of hashes
MIB: Final = 1 << 20
BOOT_MIB, ROOT_MIB = 32, 192  # as in image/rootfs/usr/lib/repart.d
# What no board and no setting takes away.
ALWAYS: Final = (
    "panic=30 oops=panic quiet loglevel=4 systemd.show_status=no rd.systemd.show_status=no "
    "consoleblank=0 net.naming-scheme=v257"
)


@dataclass(frozen=True, slots=True)
class Slot:
    boot: Path
    root: Path


def make_slot(root: Root, tools: Tools, release: Release, place: Path) -> Slot:
    image = place / "root.img"
    _squash(root.tar, tools, image)
    blocks = _pad(image)
    salt = _salt(release)
    top = _hash(image, blocks, salt, tools)
    (place / "verity").write_text(f"{top} {salt} {blocks}\n")
    _check_size(image, ROOT_MIB)
    return boot_again(root, tools, release, place)


def boot_again(
    root: Root, tools: Tools, release: Release, place: Path, arguments: str = ""
) -> Slot:
    """The small image for the root that is in `place`.

    `arguments` for the kernel, of this slot alone: what a test of a bad update breaks.
    """
    top, salt, blocks = (place / "verity").read_text().split()
    folder = place / "boot"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copyfile(root.kernel, folder / "vmlinuz")
    shutil.copyfile(root.initrd, folder / "initrd.img")
    text = slot_cfg(top, salt, int(blocks), release.version, arguments)
    (folder / "slot.cfg").write_text(text)
    boot = place / "boot.img"
    # GRUB reads gzip; kernel and initrd are packed already.
    plain = ("-comp", "gzip", "-noD", "-noF", "-all-root", "-no-xattrs")
    tools(["mksquashfs", folder, boot, *plain, "-noappend", "-quiet", "-no-progress"])
    _check_size(boot, BOOT_MIB)
    return Slot(boot, place / "root.img")


def slot_cfg(top: str, salt: str, blocks: int, version: str, arguments: str) -> str:
    """Sourced by grub.cfg, which sets slot, slot_root, consoles, board_arguments and extra."""
    verity = f"postern.hash={top} postern.salt={salt} postern.blocks={blocks}"
    return (
        f"# {version}\n"
        f"linux /vmlinuz rauc.slot=$slot postern.root=$slot_root {verity} "
        f"{ALWAYS} $board_arguments $consoles {arguments} $extra\n"
        "initrd /initrd.img\n"
    )


def _salt(release: Release) -> str:
    return hashlib.sha256(str(release.epoch).encode()).hexdigest()


def _squash(tar: Path, tools: Tools, image: Path) -> None:
    """Straight from the tar, so that no file is ever owned by anyone on this machine."""
    image.unlink(missing_ok=True)
    packed = ("-comp", "zstd", "-Xcompression-level", "15", "-b", "256K")
    with open(tar, "rb") as file:
        tools(["sqfstar", *packed, "-quiet", "-no-progress", image], data=file)


def _pad(image: Path) -> int:
    """To whole blocks; how many."""
    blocks = -(-image.stat().st_size // BLOCK)
    with open(image, "r+b") as file:
        file.truncate(blocks * BLOCK)
    return blocks


def _hash(image: Path, blocks: int, salt: str, tools: Tools) -> str:
    """The hash tree behind the data, in the same file; its topmost hash."""
    command = ["veritysetup", "format", str(image), str(image), f"--hash-offset={blocks * BLOCK}"]
    uuid = f"{salt[:8]}-{salt[8:12]}-5{salt[13:16]}-8{salt[17:20]}-{salt[20:32]}"
    told = tools([*command, f"--salt={salt}", f"--uuid={uuid}"])
    for line in told.splitlines():
        if line.startswith("Root hash:"):
            return line.split()[-1]
    raise Failed("veritysetup did not say the root hash")


def _check_size(image: Path, most: int) -> None:
    size = image.stat().st_size
    if size > most * MIB:
        what = f"{image.name} has {size / MIB:.1f} MiB, its partition {most}"
        raise Failed(what, "Take something out of image/packages/root.list or inside/modules.txt")
