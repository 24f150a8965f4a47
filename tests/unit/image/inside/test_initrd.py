"""The initial file system: an archive the kernel can read, the same every time."""

import lzma
from pathlib import Path

from image.inside.initrd import _add_modules, _archive, _entries

EPOCH = 1750000000
FILES = {"init": (0o100755, b"#!/bin/sh\n"), "usr/bin/busybox": (0o100755, b"\x7fELF")}


def names(archive: bytes) -> list[tuple[str, int]]:
    """cpio, "new ASCII": thirteen fields of eight hex digits, name, data, each padded to four."""
    found: list[tuple[str, int]] = []
    at = 0
    while True:
        assert archive[at : at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        name = archive[at + 110 : at + 110 + fields[11] - 1].decode()
        if name == "TRAILER!!!":
            return found
        found.append((name, fields[5]))
        at += -(-(110 + fields[11]) // 4) * 4
        at += -(-fields[6] // 4) * 4


def test_the_kernel_finds_folders_before_what_is_in_them() -> None:
    found = [name for name, _ in names(_archive(_entries(FILES), EPOCH))]
    assert found.index("usr") < found.index("usr/bin") < found.index("usr/bin/busybox")
    assert {"init", "dev/console", "proc", "lib64", "bin"} <= set(found)


def test_every_file_has_the_date_of_the_build() -> None:
    assert {date for _, date in names(_archive(_entries(FILES), EPOCH))} == {EPOCH}


def test_it_is_the_same_whatever_order_the_files_came_in() -> None:
    turned = dict(reversed(FILES.items()))
    assert _archive(_entries(FILES), EPOCH) == _archive(_entries(turned), EPOCH)


def test_modules_are_unpacked_and_only_they_are_known(tmp_path: Path) -> None:
    kernel = tmp_path / "6.12"
    (kernel / "kernel").mkdir(parents=True)
    (kernel / "kernel/dm-mod.ko.xz").write_bytes(lzma.compress(b"dm"))
    (kernel / "modules.dep").write_text("kernel/dm-mod.ko.xz:\nkernel/drm.ko.xz:\n")
    (kernel / "modules.alias").write_text("alias a dm_mod\nalias b drm\n")
    files: dict[str, tuple[int, bytes]] = {}
    assert _add_modules(kernel, files) == 1
    place = "usr/lib/modules/6.12"
    assert files[f"{place}/kernel/dm-mod.ko"][1] == b"dm"
    assert files[f"{place}/modules.alias"][1] == b"alias a dm_mod\n"
    assert files[f"{place}/modules.dep"][1] == b"kernel/dm-mod.ko:\n"
