"""Updates for a box: good ones, broken ones, and such as must be refused.

All have the built root; its hash tree is made anew with another salt, so that to the box each is a
system that it has never seen.
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from image.places import PROJECT, Places
from image.release import read_release
from image.steps.root import root_in
from image.steps.sign import Keys, make_keys, manifest
from image.steps.slots import BLOCK, Slot, boot_again
from image.steps.tools import Tools

PACKING = "--mksquashfs-args=-comp gzip -noD -noF -noI"  # as image/steps/sign.py


@dataclass(frozen=True, slots=True)
class Update:
    """What is in it. `arguments` go to the kernel of this system alone; `changes` are replaced in
    the manifest; `strange` is signed with a key that no box knows."""

    version: str
    arguments: str = ""
    changes: tuple[tuple[str, str], ...] = ()
    strange: bool = False


def make_update(places: Places, place: Path, update: Update) -> Path:
    """The bundle, in `place`."""
    release = read_release(PROJECT, update.version)
    tools = Tools(places.tools, places.build, release.environment)
    folder = place / f"bundle-{update.version}"
    folder.mkdir()
    slot = _slot(places, tools, folder, update)
    for image in (slot.root, slot.boot):
        shutil.move(image, folder / image.name)
    shutil.rmtree(folder / "work")
    text = manifest(release)
    for old, new in update.changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "manifest.raucm").write_text(text)
    keys = Keys(places.keys / "update.key", places.keys / "update.pem")
    if update.strange:
        keys = Keys(place / "strange.key", place / "strange.pem")
        make_keys(keys, tools)
    out = place / f"postern-{update.version}-amd64.raucb"
    signing = [f"--cert={keys.certificate}", f"--key={keys.key}"]
    tools(["rauc", "bundle", PACKING, *signing, folder, out])
    shutil.rmtree(folder)
    return out


def _slot(places: Places, tools: Tools, folder: Path, update: Update) -> Slot:
    work = folder / "work"
    work.mkdir()
    root = work / "root.img"
    shutil.copyfile(places.work / "root.img", root)
    blocks = int((places.work / "verity").read_text().split()[2])
    with open(root, "r+b") as file:
        file.truncate(blocks * BLOCK)
    salt = hashlib.sha256(update.version.encode()).hexdigest()
    told = tools(
        ["veritysetup", "format", root, root, f"--hash-offset={blocks * BLOCK}", f"--salt={salt}"]
    )
    top = next(line.split()[-1] for line in told.splitlines() if line.startswith("Root hash:"))
    (work / "verity").write_text(f"{top} {salt} {blocks}\n")
    release = read_release(PROJECT, update.version)
    return boot_again(root_in(places.work / "root"), tools, release, work, update.arguments)
