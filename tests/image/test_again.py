"""Two builds of one commit, in two folders, give the same image to the bit."""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from struct import unpack_from

import pytest

from image.places import PROJECT, Places
from image.programs import run
from image.release import read_release

pytestmark = pytest.mark.image
USED = 40  # where a squashfs says how many bytes it has (its superblock)
BLOCK = 4096  # bytes; RAUC puts the hash tree of a bundle behind whole ones


def build(places: Places, folder: Path) -> Places:
    """With the same packages and the same keys, and nothing else of another build."""
    (folder / "image").mkdir(parents=True)
    (folder / "image/debs").symlink_to(places.debs)
    shutil.copytree(places.keys, folder / "keys")
    run([sys.executable, "-m", "image", "--build", folder, "build"], cwd=PROJECT)
    return Places(folder)


def of_this_commit(places: Places, folder: Path) -> Places:
    """The build that is tested, or one that is made now if that is of other sources."""
    release = read_release(PROJECT)
    facts = places.work / "root/stage/image/inside/facts.json"
    found = json.loads(facts.read_text()) if facts.exists() else {}
    same = (found.get("commit"), found.get("epoch")) == (release.commit, release.epoch)
    clean = "+" not in release.commit
    return places if same and clean else build(places, folder)


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content(bundle: Path) -> str:
    """Of both systems in it and the manifest. Behind them are a hash tree under a salt made by
    chance, and the signature with its time: a bundle is never the same twice."""
    with open(bundle, "rb") as file:
        head = file.read(BLOCK)
        size = -(-unpack_from("<Q", head, USED)[0] // BLOCK) * BLOCK
        file.seek(0)
        return hashlib.sha256(file.read(size)).hexdigest()


def test_a_second_build_of_the_same_commit_is_the_same_to_the_bit(
    places: Places, place: Path
) -> None:
    version = read_release(PROJECT).version
    one = of_this_commit(places, place / "one")
    other = build(places, place / "other")
    images = [found.image(version) for found in (one, other)]
    assert digest(images[0]) == digest(images[1])
    assert digest(Path(f"{images[0]}.zst")) == digest(Path(f"{images[1]}.zst"))
    assert content(one.bundle(version)) == content(other.bundle(version))
    shutil.rmtree(place)
