"""Runs inside the new root: a small initial file system of busybox, dmsetup, blkid and drivers.

No udev, no shell scripts of others: 4 MB in place of 40, and the same bytes every time.
"""

import io
import lzma
import os
import re
import subprocess
from pathlib import Path
from typing import Final

from image.inside.modules import read_needs, with_needed

PROGRAMS: Final = ("/usr/bin/busybox", "/usr/sbin/dmsetup", "/usr/sbin/blkid")
FOLDERS: Final = ("proc", "sys", "dev", "run", "new")
LINKS: Final = {
    "bin": "usr/bin",
    "sbin": "usr/sbin",
    "lib64": "usr/lib64",
    "lib/x86_64-linux-gnu": "../usr/lib/x86_64-linux-gnu",
}
# Disks a small router may start from, and its watchdog.
DRIVERS: Final = """
squashfs overlay dm_mod dm_verity sha256_ssse3 sha256_generic
ahci ata_piix ata_generic pata_amd pata_atiixp pata_acpi sata_sil24 sata_mv sd_mod nvme
sdhci_pci sdhci_acpi mmc_block usb_storage uas xhci_pci ehci_pci ohci_pci uhci_hcd
virtio_pci virtio_blk virtio_scsi hv_vmbus hv_storvsc vmw_pvscsi
lpc_ich i2c_i801 iTCO_wdt sp5100_tco i6300esb wdat_wdt softdog
""".split()
FILE, PROGRAM, FOLDER, LINK, DEVICE = 0o100644, 0o100755, 0o040755, 0o120777, 0o020600


def make_initrd(kernel: Path, init: Path, out: Path, epoch: int) -> str:
    """Writes `out`; says what is in it."""
    files = {"init": (PROGRAM, init.read_bytes())}
    for program in PROGRAMS:
        _add_program(program, files)
    count = _add_modules(kernel, files)
    raw = _archive(_entries(files), epoch)
    packed = subprocess.run(
        ["zstd", "-19", "-q", "-c", "--no-check", "--single-thread"],
        input=raw,
        capture_output=True,
        check=True,
    ).stdout
    out.write_bytes(packed)
    return f"initrd: {count} modules, {len(raw) >> 10} KiB, {len(packed) >> 10} KiB compressed"


def _add_program(path: str, files: dict[str, tuple[int, bytes]]) -> None:
    """The program and its libraries, at their real places (the usual ones are links into usr)."""
    name = path.lstrip("/")
    name = name if name.startswith("usr/") else f"usr/{name}"
    if name in files:
        return
    files[name] = (PROGRAM, Path(path).read_bytes())
    told = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    for library in re.findall(r"(/\S+) \(0x", told):
        _add_program(library, files)


def _add_modules(kernel: Path, files: dict[str, tuple[int, bytes]]) -> int:
    needs = read_needs((kernel / "modules.dep").read_text())
    by_name = {_module_name(path): path for path in needs}
    wanted = {by_name[name] for name in DRIVERS if name in by_name}
    paths = sorted(with_needed(wanted, needs))
    place = f"usr/lib/modules/{kernel.name}"
    for path in paths:
        data = (kernel / path).read_bytes()
        plain = lzma.decompress(data) if path.endswith(".xz") else data
        files[f"{place}/{_short(path)}"] = (FILE, plain)
    rows = (f"{_short(path)}: {' '.join(map(_short, needs[path]))}".rstrip() for path in paths)
    files[f"{place}/modules.dep"] = (FILE, "".join(f"{row}\n" for row in rows).encode())
    names = {_module_name(path) for path in paths}
    aliases = (kernel / "modules.alias").read_text().splitlines(keepends=True)
    known = [line for line in aliases if line.split()[-1] in names]
    files[f"{place}/modules.alias"] = (FILE, "".join(known).encode())
    return len(paths)


def _module_name(path: str) -> str:
    return re.sub(r"\.ko.*$", "", os.path.basename(path)).replace("-", "_")


def _short(path: str) -> str:
    return f"kernel/{os.path.basename(path).removesuffix('.xz')}"


def _entries(files: dict[str, tuple[int, bytes]]) -> list[tuple[str, int, bytes]]:
    links = {**LINKS, "lib/modules": "../usr/lib/modules"}
    folders = set(FOLDERS)
    for path in [*files, *links]:
        folders |= {str(parent) for parent in Path(path).parents} - {"."}
    ordered = sorted(folders - set(links), key=lambda name: (name.count("/"), name))
    found = [(name, FOLDER, b"") for name in ordered]
    found += [(name, LINK, target.encode()) for name, target in sorted(links.items())]
    return found + [(name, mode, data) for name, (mode, data) in sorted(files.items())]


def _archive(entries: list[tuple[str, int, bytes]], epoch: int) -> bytes:
    """cpio's "new ASCII" format (the kernel's buffer-format.rst), one date for all."""
    out = io.BytesIO()
    for number, (name, mode, data) in enumerate(entries, 1):
        _put(out, name, mode, data, number, epoch)
    _put(out, "dev/console", DEVICE, b"", len(entries) + 1, epoch, device=(5, 1))
    _put(out, "TRAILER!!!", 0, b"", 0, epoch)
    return out.getvalue()


def _put(
    out: io.BytesIO,
    name: str,
    mode: int,
    data: bytes,
    number: int,
    epoch: int,
    device: tuple[int, int] = (0, 0),
) -> None:
    text = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, epoch, len(data), 0, 0, *device, len(text), 0)
    out.write(b"070701" + "".join(f"{field:08x}" for field in fields).encode() + text)
    out.write(b"\0" * (-out.tell() % 4) + data)
    out.write(b"\0" * (-out.tell() % 4))
