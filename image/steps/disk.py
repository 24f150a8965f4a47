"""The disk: GPT with a BIOS boot partition, the ESP and slot A. The box makes the rest itself.

No loop device and no mount: partitions are written at their offsets into a plain file.
"""

import os
import struct
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image.programs import Failed
from image.steps.loaders import ESP_MIB
from image.steps.slots import BOOT_MIB, MIB, ROOT_MIB, Slot
from image.steps.tools import Tools

SECTOR: Final = 512  # bytes
FIRST_SECTOR: Final = 2048
BIOS_MIB: Final = 1
CHUNK: Final = 1 << 20
NAMES: Final = uuid.UUID("6f3b5b8e-6d0c-5c0e-9d0e-706f73746572")
BOOT_CODE: Final = 440  # bytes of the first sector that are the loader's
# grub-core/boot: where boot.img has the address of core.img, and core.img that of its second sector
KERNEL_SECTOR, DRIVE_CHECK, BLOCK_LIST = 0x5C, 0x66, 0x1F4


@dataclass(frozen=True, slots=True)
class Partition:
    """`kind` is its GPT type; `content` None is left empty."""

    name: str
    kind: str
    mib: int
    content: Path | None


def make_disk(tools: Tools, core: Path, esp: Path, slot: Slot, out: Path) -> None:
    parts = (
        Partition("bios", "21686148-6449-6E6F-744E-656564454649", BIOS_MIB, None),
        Partition("esp", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", ESP_MIB, esp),
        Partition("boot.a", "BC13C2FF-59E6-4262-A352-B275FD6F7172", BOOT_MIB, slot.boot),
        Partition("root.a", "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709", ROOT_MIB, slot.root),
    )
    starts = _starts(parts)
    new = out.with_name(out.name + ".new")
    with open(new, "wb") as file:
        file.truncate((2 + sum(part.mib for part in parts)) * MIB)  # the table is at both ends
    table = partition_script(parts, starts)
    tools(["sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", new], data=table.encode())
    _write_loader(new, core, tools.tree / "usr/lib/grub/i386-pc/boot.img", starts[0])
    for part, start in zip(parts, starts, strict=True):
        if part.content is not None:
            _copy_sparse(part.content, new, start * SECTOR)
    new.replace(out)  # a box in QEMU goes on with the old one


def partition_script(parts: tuple[Partition, ...], starts: list[int]) -> str:
    """For sfdisk. Identities are made of names: the same in every build, changed at flash time."""
    lines = ["label: gpt", f"label-id: {uuid.uuid5(NAMES, 'disk')}", "first-lba: 34"]
    for part, start in zip(parts, starts, strict=True):
        size = part.mib * MIB // SECTOR
        identity = uuid.uuid5(NAMES, part.name)
        lines.append(
            f"start={start}, size={size}, type={part.kind}, uuid={identity}, name={part.name}"
        )
    return "\n".join(lines) + "\n"


def _starts(parts: tuple[Partition, ...]) -> list[int]:
    starts = [FIRST_SECTOR]
    for part in parts:
        starts.append(starts[-1] + part.mib * MIB // SECTOR)
    return starts[:-1]


def _write_loader(disk: Path, core: Path, boot: Path, start: int) -> None:
    """What grub-install does on BIOS: the first sector names the sector where GRUB begins."""
    code = bytearray(boot.read_bytes()[:BOOT_CODE])
    struct.pack_into("<Q", code, KERNEL_SECTOR, start)
    code[DRIVE_CHECK : DRIVE_CHECK + 2] = b"\x90\x90"  # trust the drive the BIOS names
    image = bytearray(core.read_bytes())
    image += bytes(-len(image) % SECTOR)
    if len(image) > BIOS_MIB * MIB:
        raise Failed("GRUB for BIOS does not fit into its partition")
    struct.pack_into("<QH", image, BLOCK_LIST, start + 1, len(image) // SECTOR - 1)
    with open(disk, "r+b") as file:
        file.write(code)
        file.seek(start * SECTOR)
        file.write(image)


def _copy_sparse(source: Path, disk: Path, offset: int) -> None:
    with open(source, "rb") as reading, open(disk, "r+b") as writing:
        place = offset
        while chunk := reading.read(CHUNK):
            if chunk.count(0) != len(chunk):
                os.pwrite(writing.fileno(), chunk, place)
            place += len(chunk)
