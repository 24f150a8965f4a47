"""A plain minimal Debian of the same packages, started by the same GRUB: what we compare with.

Its root is an ext4 on a second disk; GRUB, kernel and console are the image's own.
"""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from image.lock import parse_lock
from image.mirror import SUITE
from image.places import LOCK, PROJECT, Places
from image.programs import run
from image.qemu import Box, command, prepare
from image.release import read_release
from image.steps.disk import BIOS_MIB, FIRST_SECTOR, SECTOR
from image.steps.fetch import make_archive
from image.steps.loaders import ESP_MIB
from image.steps.root import root_in
from image.steps.slots import BOOT_MIB, MIB
from image.steps.tools import Tools
from tests.image.console import Console
from tests.image.line import Line
from tests.interop.lab.world import until

PACKAGES = "linux-image-amd64,initramfs-tools,systemd-sysv,udev,dbus,kmod,iproute2,openssh-server"
DISK_MIB = 1024
LABEL = "plain"
SLOT = (
    'set root="$disk,gpt4"\n'
    f"linux /vmlinuz root=LABEL={LABEL} rw quiet $consoles\ninitrd /initrd.img\n"
)
PACKING = ("-comp", "gzip", "-noD", "-noF", "-all-root", "-no-xattrs", "-quiet", "-no-progress")
SLOT_AT = FIRST_SECTOR * SECTOR + (BIOS_MIB + ESP_MIB) * MIB  # where GRUB looks for slot.cfg
KERNEL_AT = SLOT_AT + BOOT_MIB * MIB  # Debian's own initrd needs the room of the root's partition


def make_plain(places: Places, image: Path, place: Path) -> tuple[Path, Path]:
    """The disk with GRUB, and the one with Debian; in `place`."""
    tools = Tools(places.tools, places.build, read_release(PROJECT).environment)
    debian = place / "debian"
    packages = parse_lock(LOCK.read_text())
    archive = make_archive(packages, "root", places.debs, places.work / "archive-root")
    options = ["--variant=essential", f"--include={PACKAGES}", "--mode=root"]
    hook = '--customize-hook=echo "LABEL=plain / ext4 noatime 0 1" >"$1/etc/fstab"'
    no_resume = "--essential-hook=mkdir -p $1/etc/initramfs-tools/conf.d && echo RESUME=none"
    resume = f'{no_resume} >"$1/etc/initramfs-tools/conf.d/resume"'
    run(["mmdebstrap", *options, resume, hook, SUITE, debian, archive], log=place / "plain.log")
    big = place / "kernel"
    big.mkdir()
    shutil.copyfile(root_in(places.work / "root").kernel, big / "vmlinuz")
    shutil.copyfile(next((debian / "boot").glob("initrd.img-*")), big / "initrd.img")
    small = place / "slot"
    small.mkdir()
    (small / "slot.cfg").write_text(SLOT)
    loader, root = place / "loader.img", place / "plain.img"
    shutil.copyfile(image, loader)
    for folder, offset in ((small, SLOT_AT), (big, KERNEL_AT)):
        packed = folder.with_suffix(".img")
        tools(["mksquashfs", folder, packed, *PACKING])
        with open(loader, "r+b") as file:
            file.seek(offset)
            file.write(packed.read_bytes())
    root.touch()
    run(["mkfs.ext4", "-q", "-L", LABEL, "-d", debian, root, f"{DISK_MIB}M"])
    shutil.rmtree(debian)
    return loader, root


@contextmanager
def started(box: Box, root: Path) -> Iterator[Console]:
    """QEMU as for the image, with the second disk."""
    prepare(box)
    box.serial.unlink(missing_ok=True)  # that of the start before
    more = ["-drive", f"if=none,id=plain,format=raw,file={root}"]
    more += ["-device", "ide-hd,drive=plain,bus=ide.1"]
    process = subprocess.Popen([*command(box), *more], stdin=subprocess.DEVNULL)
    try:
        with socket.socket(socket.AF_UNIX) as line:
            until(lambda: box.serial.exists(), 20, "QEMU's socket")
            line.connect(str(box.serial))
            yield Console(Line(line.dup()))
    finally:
        process.kill()
        process.wait()
