"""Where partitions lie, and that GRUB's first sectors name each other."""

from pathlib import Path

from image.steps.disk import Partition, partition_script

PARTS = (
    Partition("bios", "21686148-6449-6E6F-744E-656564454649", 1, None),
    Partition("esp", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", 36, Path("esp.img")),
)


def test_partitions_are_named_placed_and_the_same_in_every_build() -> None:
    script = partition_script(PARTS, [2048, 4096])
    assert script == partition_script(PARTS, [2048, 4096])
    assert "start=2048, size=2048," in script
    assert "start=4096, size=73728," in script
    assert script.rstrip().endswith("name=esp")
