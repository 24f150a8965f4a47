"""The verb `boot`: the image in QEMU, its serial console in this terminal."""

import os
import shutil
from pathlib import Path

from image.places import Places
from image.programs import Failed
from image.qemu import Box, Firmware, Net, command, copy_on_write, prepare


def boot(
    places: Places, image: Path, firmware: Firmware, memory: int, forward: str, *, fresh: bool
) -> None:
    """Becomes QEMU. The box keeps its disk between two boots unless `fresh`."""
    if not image.is_file():
        raise Failed(f"there is no {image.name}", "Make it: make image PROFILE=qemu")
    place = places.work / f"boot-{firmware}"
    if fresh:
        shutil.rmtree(place, ignore_errors=True)
    disk = place / "disk.qcow2"
    if not disk.exists() or disk.stat().st_mtime < image.stat().st_mtime:
        disk.unlink(missing_ok=True)
        copy_on_write(image, disk)
    box = Box(disk, place, firmware, memory, nets=(Net(forward=forward), Net()))
    prepare(box)
    print(f"{image.name} with {firmware}, {memory} MiB. Ctrl-A X ends it.", flush=True)
    words = command(box, on_terminal=True)
    os.execvp(words[0], words)
