"""What is flashed is read back; what must not be lost is not written to."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from image.flash import CHUNK, LEAST, Disk, LocalDisk, check_disk, flash, patched
from image.gpt import Patch
from image.programs import Failed
from tests.unit.image.test_gpt import disk as table

ROOMY = Disk("/dev/sdz", LEAST * 4, "Flash Disk", ())


@dataclass
class FakeDisk:
    """Keeps what is written; `weak` bytes come back wrong."""

    found: Disk = ROOMY
    weak: int = 0
    content: bytearray = field(default_factory=bytearray)

    def look(self) -> Disk:
        return self.found

    def write(self, chunks: Iterator[bytes]) -> None:
        self.content += b"".join(chunks)

    def digest(self, length: int) -> str:
        held = bytes(self.weak) + self.content[self.weak : length]
        return hashlib.sha256(held).hexdigest()


def image(folder: Path) -> Path:
    path = folder / "postern.img"
    path.write_bytes(table())
    return path


def test_the_name_typed_is_the_word_that_starts_it(tmp_path: Path) -> None:
    disk = FakeDisk()
    digest = flash(image(tmp_path), disk, lambda _: "/dev/sdz\n")
    assert hashlib.sha256(disk.content).hexdigest() == digest
    assert len(disk.content) == len(table())


def test_two_boxes_do_not_get_the_same_identities(tmp_path: Path) -> None:
    one, other = FakeDisk(), FakeDisk()
    for disk in (one, other):
        flash(image(tmp_path), disk, lambda _: "/dev/sdz")
    assert one.content != other.content


@pytest.mark.parametrize("typed", ["", "yes", "y", "/dev/sda", "sdz"])
def test_any_other_word_writes_nothing(tmp_path: Path, typed: str) -> None:
    disk = FakeDisk()
    with pytest.raises(Failed, match="another"):
        flash(image(tmp_path), disk, lambda _: typed)
    assert not disk.content


def test_a_disk_that_gives_back_something_else_is_called_bad(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="does not hold"):
        flash(image(tmp_path), FakeDisk(weak=512 * 3), lambda _: "/dev/sdz")


def test_a_disk_in_use_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    used = FakeDisk(Disk("/dev/sdz", LEAST * 4, "", ("mounted at /", "used as swap")))
    with pytest.raises(Failed, match="mounted at /, used as swap"):
        flash(image(tmp_path), used, input)


def test_a_small_disk_is_refused_with_both_sizes() -> None:
    with pytest.raises(Failed, match="512 MiB, Postern needs 1000"):
        check_disk(Disk("/dev/sdz", 512 << 20, "", ()), 263 << 20)


@pytest.mark.parametrize("offset", [0, CHUNK - 2, CHUNK, 2 * CHUNK - 4])
def test_a_patch_lands_where_it_belongs_across_chunks(tmp_path: Path, offset: int) -> None:
    path = tmp_path / "zeros"
    path.write_bytes(bytes(2 * CHUNK))
    whole = b"".join(patched(path, [Patch(offset, b"abcd")]))
    assert (whole[offset : offset + 4], len(whole)) == (b"abcd", 2 * CHUNK)
    assert whole.count(0) == 2 * CHUNK - 4


def test_a_local_disk_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "disk"
    path.write_bytes(b"old" * 5)
    data = [os.urandom(CHUNK), os.urandom(CHUNK), b"the end"]
    local = LocalDisk(path)
    local.write(iter(data))
    assert path.read_bytes() == b"".join(data)
    assert local.digest(CHUNK) == hashlib.sha256(data[0]).hexdigest()


def sysfs(root: Path, mounts: str = "", swaps: str = "") -> LocalDisk:
    """As Linux shows a disk of 2 GiB with two partitions."""
    block = root / "sys/class/block/sdz"
    for folder in ("device", "holders", "sdz1/holders", "sdz2/holders"):
        (block / folder).mkdir(parents=True)
    (block / "size").write_text(f"{(2 << 30) // 512}\n")
    (block / "device/model").write_text("Flash Disk      \n")
    for number in "12":
        (block / f"sdz{number}" / "partition").write_text(f"{number}\n")
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mounts").write_text(mounts)
    (root / "proc/swaps").write_text(swaps)
    return LocalDisk(Path("/dev/sdz"), root)


def test_a_free_disk_is_described(tmp_path: Path) -> None:
    assert sysfs(tmp_path).look() == Disk("/dev/sdz", 2 << 30, "Flash Disk", ())


def test_mounts_swap_and_holders_of_its_partitions_count(tmp_path: Path) -> None:
    local = sysfs(tmp_path, "/dev/sdz1 /boot vfat rw 0 0\n", "Filename Type\n/dev/sdz2 partition\n")
    (tmp_path / "sys/class/block/sdz/sdz2/holders/dm-0").mkdir()
    assert local.look().uses == ("mounted at /boot", "used as swap", "held by dm-0")


def test_a_partition_or_a_file_is_no_disk(tmp_path: Path) -> None:
    sysfs(tmp_path)
    (tmp_path / "sys/class/block/sdz1").symlink_to("sdz/sdz1")
    with pytest.raises(Failed, match="is a partition"):
        LocalDisk(Path("/dev/sdz1"), tmp_path).look()
    with pytest.raises(Failed, match="is no disk"):
        LocalDisk(Path("/dev/sdy"), tmp_path).look()
