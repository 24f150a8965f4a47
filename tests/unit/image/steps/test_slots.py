"""What a slot tells GRUB and the kernel."""

from pathlib import Path

import pytest

from image.places import IMAGE
from image.programs import Failed
from image.steps.slots import ALWAYS, BOOT_MIB, ROOT_MIB, _check_size, _pad, slot_cfg

CFG = slot_cfg("aa", "bb", 7, "1.2", "")


def test_the_kernel_is_told_which_root_is_the_right_one() -> None:
    assert "postern.root=$slot_root postern.hash=aa postern.salt=bb postern.blocks=7" in CFG
    assert "rauc.slot=$slot" in CFG


def test_a_panic_ends_by_itself_and_the_console_is_always_there() -> None:
    assert "panic=30 oops=panic" in ALWAYS
    assert "$consoles" in CFG


def test_a_slot_may_carry_arguments_of_its_own() -> None:
    assert "init=/nowhere" in slot_cfg("aa", "bb", 7, "1.2", "init=/nowhere")


def test_the_partitions_on_the_box_are_as_large_as_the_slots() -> None:
    place = IMAGE / "rootfs/usr/lib/repart.d"
    for name in ("30-boot-a", "40-boot-b", "42-boot-rescue"):
        assert f"SizeMinBytes={BOOT_MIB}M" in (place / f"{name}.conf").read_text()
    for name in ("31-root-a", "41-root-b", "43-root-rescue"):
        assert f"SizeMaxBytes={ROOT_MIB}M" in (place / f"{name}.conf").read_text()


def test_an_image_is_padded_to_whole_blocks(tmp_path: Path) -> None:
    image = tmp_path / "root.img"
    image.write_bytes(b"x" * 4097)
    assert (_pad(image), image.stat().st_size) == (2, 8192)


def test_an_image_that_does_not_fit_says_what_to_do(tmp_path: Path) -> None:
    image = tmp_path / "boot.img"
    image.write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(Failed) as caught:
        _check_size(image, 1)
    assert "root.list" in caught.value.hint
