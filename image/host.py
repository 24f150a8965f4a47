"""What the build needs of this machine, put there by itself; none of it starts a service."""

import os
from typing import Final

from image.programs import Failed, run

PACKAGES: Final = ("mmdebstrap", "qemu-system-x86", "qemu-utils", "ovmf", "zstd", "git")


def set_up() -> None:
    """Quick when all is there; needs root only when something is missing."""
    missing = [name for name in PACKAGES if not _installed(name)]
    if not missing:
        return
    if os.geteuid() != 0:
        raise Failed(f"this machine lacks {', '.join(missing)}", "Run this once as root")
    print(f"image: installing {' '.join(missing)}", flush=True)
    command = ["apt-get", "-qy", "--no-install-recommends", "install", *missing]
    try:
        run(command)
    except Failed:  # with the lists as they are; else with fresh ones
        run(["apt-get", "-q", "update"])
        run(command)


def _installed(name: str) -> bool:
    try:
        return run(["dpkg-query", "-W", "-f", "${db:Status-Status}", name]) == "installed"
    except Failed:
        return False
