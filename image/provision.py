"""A provisioning file put onto the image at flash time, for the box to take up at its first boot.

It goes onto the EFI partition, the only one that exists then and that others can write; the first
boot moves it to the data partition and writes over it here.
"""

import shutil
from pathlib import Path
from typing import Final

from image.places import Places
from image.programs import Failed
from image.steps.disk import BIOS_MIB, FIRST_SECTOR, SECTOR
from image.steps.slots import MIB
from image.steps.tools import Tools

NAME: Final = "provision.toml"
LARGEST: Final = 1 << 18  # bytes
ESP_AT: Final = FIRST_SECTOR * SECTOR + BIOS_MIB * MIB


def with_provision(image: Path, file: Path, places: Places) -> Path:
    """A copy of the image with the file in it; whoever asked removes it."""
    if not file.is_file() or file.stat().st_size > LARGEST:
        raise Failed(f"{file} is no file of at most {LARGEST >> 10} kB")
    out = places.work / "provisioned.img"
    inside = places.work / NAME
    try:
        shutil.copyfile(image, out)
        out.chmod(0o600)
        shutil.copyfile(file, inside)
        Tools(places.tools, places.build, {})(
            ["mcopy", "-o", "-i", f"{out}@@{ESP_AT}", inside, f"::{NAME}"]
        )
    finally:
        inside.unlink(missing_ok=True)
    return out
