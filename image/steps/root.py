"""The root file system, kernel and initrd: Debian's packages, our overlay, then image/inside."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image.lock import Package
from image.mirror import SUITE
from image.places import IMAGE, PROJECT
from image.programs import Failed, run
from image.release import SCHEMA, Release

LEFT_OUT: Final = ("doc", "man", "info", "locale", "gettext", "i18n", "lintian", "bug", "grub")
KEPT: Final = ("/usr/share/doc/*/copyright",)
INSIDE: Final = "tmp/postern"


@dataclass(frozen=True, slots=True)
class Root:
    """What the slots are made of."""

    tar: Path
    kernel: Path
    initrd: Path


def make_root(
    packages: Iterable[Package],
    archive: str,
    wheel: Path,
    release: Release,
    keyring: Path,
    place: Path,
) -> Root:
    """In `place`, which is made anew."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    rows = [one for one in packages if one.is_for("root")]
    stage = _stage(wheel, release, place / "stage")
    overlay = _overlay(keyring, place / "overlay")
    tar = place / "root.tar"
    names = ",".join(one.name for one in rows)
    hooks = _hooks(stage, overlay, place)
    command = ["mmdebstrap", "--variant=essential", "--format=tar", f"--include={names}"]
    run(
        [*command, *_dpkg_options(), *hooks, SUITE, tar, archive],
        env={**release.environment, "INITRD": "No"},
        log=place / "mmdebstrap.log",
    )
    _compare(rows, place / "packages.txt")
    return root_in(place)


def root_in(place: Path) -> Root:
    """What an earlier build left there."""
    return Root(place / "root.tar", place / "vmlinuz", place / "initrd.img")


def _stage(wheel: Path, release: Release, stage: Path) -> Path:
    """What image/inside finds in its folder; it is gone from the image."""
    shutil.copytree(IMAGE / "inside", stage / "image/inside")
    shutil.copy2(IMAGE / "__init__.py", stage / "image")
    shutil.copy2(IMAGE / "initrd/init", stage / "image/inside/init")
    shutil.copy2(wheel, stage / "image/inside")
    facts = {
        "version": release.version,
        "commit": release.commit or "unknown",
        "schema": SCHEMA,
        "epoch": release.epoch,
    }
    (stage / "image/inside/facts.json").write_text(json.dumps(facts))
    return stage


def _overlay(keyring: Path, overlay: Path) -> Path:
    """image/rootfs, with the modes that git does not keep, the profiles and the keyring."""
    shutil.copytree(IMAGE / "rootfs", overlay)
    profiles = PROJECT / "hw-profiles"
    if profiles.is_dir():
        shutil.copytree(profiles, overlay / "usr/share/postern/hw-profiles", ignore=_not_a_profile)
    shutil.copyfile(keyring, overlay / "etc/rauc/keyring.pem")
    for one in [overlay, *overlay.rglob("*")]:
        program = one.is_dir() or one.read_bytes().startswith(b"#!/bin/")
        one.chmod(0o755 if program else 0o644)
    return overlay


def _not_a_profile(_: str, names: list[str]) -> set[str]:
    return {name for name in names if not name.endswith(".toml")}


def _dpkg_options() -> list[str]:
    options = [f"path-exclude=/usr/share/{name}/*" for name in LEFT_OUT]
    options += [f"path-include={path}" for path in KEPT]
    return ["--aptopt=APT::Install-Recommends false", *(f"--dpkgopt={one}" for one in options)]


def _hooks(stage: Path, overlay: Path, place: Path) -> list[str]:
    """mmdebstrap(1). Never remove all of $1/tmp in a hook: mmdebstrap's own files are there."""
    inside = f"cd /{INSIDE} && PYTHONHASHSEED=0 python3 -m image.inside.setup"
    out = f"/{INSIDE}/image/inside/out"
    cleaned = "/var/cache/apt /var/log /var/lib/apt /run"
    return [
        '--essential-hook=mkdir -p "$1/etc/kernel" && '
        'echo "do_initrd = No" >"$1/etc/kernel-img.conf"',
        f"--customize-hook=sync-in {overlay} /",
        f'--customize-hook=mkdir -p "$1/{INSIDE}"',
        f"--customize-hook=sync-in {stage} /{INSIDE}",
        f'--customize-hook=chroot "$1" sh -ec "{inside}"',
        *(
            f"--customize-hook=download {out}/{name} {place}/{name}"
            for name in ("vmlinuz", "initrd.img", "packages.txt")
        ),
        f'--customize-hook=rm -rf "$1/{INSIDE}" "$1/etc/kernel-img.conf" "$1/etc/kernel" '
        '"$1/etc/apt/sources.list" "$1/etc/apt/sources.list.d"',
        f'--customize-hook=for one in {cleaned}; do rm -rf "$1$one"/*; done',
    ]


def _compare(rows: list[Package], told: Path) -> None:
    """What is installed is what was locked, to the version."""
    locked = {f"{one.name} {one.version}" for one in rows}
    found = set(told.read_text().splitlines())
    if locked != found:
        names = ", ".join(sorted(locked ^ found)[:5])
        raise Failed(f"what was installed is not what packages.lock says: {names}")
