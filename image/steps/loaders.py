"""GRUB for both firmwares, and the partition where both find its configuration and environment."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from image.places import IMAGE
from image.release import Release
from image.steps.tools import Tools

ESP_MIB: Final = 36
PREFIX: Final = "(,gpt2)/grub"
MODULES: Final = """
part_gpt fat squash4 gzio normal linux loadenv test true echo serial terminal probe configfile
regexp sleep reboot halt minicmd search
""".split()
BIOS: Final = ("biosdisk",)
EFI: Final = ("efi_gop", "efi_uga", "all_video", "efifwsetup")
ENVIRONMENT_BYTES: Final = 1024
FIRST: Final = {"ORDER": "A B", "A_OK": "1", "A_TRY": "0", "B_OK": "0", "B_TRY": "0"}


def make_core(tools: Tools, place: Path) -> Path:
    """GRUB for BIOS, with all its modules: it goes into the BIOS boot partition as it is."""
    core = place / "core.img"
    tools(["grub-mkimage", "-O", "i386-pc", "-o", core, "-p", PREFIX, *MODULES, *BIOS])
    return core


def make_esp(tools: Tools, release: Release, board: str, place: Path) -> Path:
    """The EFI system partition; `board` is the text of board.cfg."""
    loader = place / "bootx64.efi"
    tools(["grub-mkimage", "-O", "x86_64-efi", "-o", loader, "-p", PREFIX, *MODULES, *EFI])
    files = place / "esp"
    shutil.rmtree(files, ignore_errors=True)
    (files / "EFI/BOOT").mkdir(parents=True)
    (files / "grub").mkdir()
    shutil.copyfile(loader, files / "EFI/BOOT/BOOTX64.EFI")
    shutil.copyfile(IMAGE / "grub/grub.cfg", files / "grub/grub.cfg")
    (files / "grub/board.cfg").write_text(board)
    for script in ("grub.cfg", "board.cfg"):
        tools(["grub-script-check", files / "grub" / script])
    for name in ("grubenv", "grubenv.bak"):
        (files / "grub" / name).write_bytes(environment_block(FIRST))
    for one in files.rglob("*"):
        os.utime(one, (release.epoch, release.epoch))
    esp = place / "esp.img"
    with open(esp, "wb") as file:
        file.truncate(ESP_MIB << 20)
    label = ["-n", "POSTERN-ESP", "-i", "50535452", "--invariant"]
    tools(["mkfs.vfat", "-F", "32", "-s", "1", *label, esp])
    tools(["mcopy", "-s", "-m", "-i", esp, files / "EFI", files / "grub", "::"])
    return esp


def environment_block(variables: Mapping[str, str]) -> bytes:
    """grub-editenv's format: a line, the variables, and `#` up to the size it never changes."""
    text = "# GRUB Environment Block\n" + "".join(f"{k}={v}\n" for k, v in variables.items())
    return text.encode().ljust(ENVIRONMENT_BYTES, b"#")
