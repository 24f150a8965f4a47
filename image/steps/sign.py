"""Keys, and the update bundle they sign."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image.programs import Failed
from image.release import COMPATIBLE, SCHEMA, Release
from image.steps.slots import Slot
from image.steps.tools import Tools

DAYS: Final = 20 * 365
BEFORE_ALL: Final = "20250101000000Z"  # a box without a clock must still take the first update


@dataclass(frozen=True, slots=True)
class Keys:
    """`keyring` goes into the image: whose updates the box takes."""

    key: Path
    certificate: Path

    @property
    def keyring(self) -> Path:
        return self.certificate


def given_or_made(key: Path | None, certificate: Path | None, tools: Tools, place: Path) -> Keys:
    """The owner's own, or a pair made once and kept in `place`."""
    if (key is None) != (certificate is None):
        raise Failed("--key and --cert go together")
    if key is not None and certificate is not None:
        return Keys(key, certificate)
    keys = Keys(place / "update.key", place / "update.pem")
    if not keys.key.exists() or not keys.certificate.exists():
        make_keys(keys, tools)
    return keys


def make_keys(keys: Keys, tools: Tools) -> None:
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    dates = ["-not_before", BEFORE_ALL, "-days", str(DAYS)]
    old = os.umask(0o077)
    try:
        tools(
            ["openssl", "req", "-x509", *kind, *dates, "-subj", "/CN=Postern updates"]
            + ["-keyout", str(keys.key), "-out", str(keys.certificate)]
        )
    finally:
        os.umask(old)


def manifest(release: Release) -> str:
    """What RAUC and `may-install` read before anything is written."""
    return f"""\
[update]
compatible={COMPATIBLE}
version={release.version}
build={release.commit or "unknown"}

[bundle]
format=verity

[meta.postern]
schema={SCHEMA}
epoch={release.epoch}

[image.rootfs]
filename=root.img

[image.boot]
filename=boot.img
"""


def make_bundle(slot: Slot, release: Release, keys: Keys, tools: Tools, out: Path) -> None:
    """The signature carries the time, so two bundles differ in it and in nothing else."""
    folder = slot.root.parent / "bundle"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.link(slot.root, folder / "root.img")
    os.link(slot.boot, folder / "boot.img")
    (folder / "manifest.raucm").write_text(manifest(release))
    out.unlink(missing_ok=True)
    packing = "--mksquashfs-args=-comp gzip -noD -noF -noI"
    signing = [f"--cert={keys.certificate}", f"--key={keys.key}"]
    tools(["rauc", "bundle", packing, *signing, folder, out])
    tools(["rauc", "info", f"--keyring={keys.keyring}", out])
    shutil.rmtree(folder)
