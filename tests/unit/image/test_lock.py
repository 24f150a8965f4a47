"""packages.lock is read as it was written, and what is no lock is refused."""

import pytest

from image.lock import Package, format_lock, parse_lock
from image.places import LOCK
from image.programs import Failed

SUM = "ab" * 32
KERNEL = Package(
    "linux-image-amd64", "6.12.1-1", "root", "security", 1476, SUM, "pool/l/linux_6.12.1-1.deb"
)
RAUC = Package("rauc", "1.13-1+b1", "root,tools", "main", 10, SUM, "pool/r/rauc_1.13-1+b1.deb")


def test_what_is_written_is_read() -> None:
    assert parse_lock(format_lock([RAUC, KERNEL])) == [KERNEL, RAUC]


def test_a_package_says_what_it_is_for_and_how_its_file_is_called() -> None:
    assert [RAUC.is_for(what) for what in ("root", "tools", "roo")] == [True, True, False]
    assert RAUC.deb == "rauc_1.13-1+b1.deb"


@pytest.mark.parametrize("line", ["rauc 1.13", f"root rauc 1 main many {SUM} f", "a b c d 1 e f"])
def test_a_line_that_is_no_package_is_named_by_its_number(line: str) -> None:
    with pytest.raises(Failed, match=r"line 2"):
        parse_lock(f"# head\n{line}\n")


def test_the_project_s_own_lock_has_a_kernel_for_the_root_and_rauc_for_both() -> None:
    packages = {one.name: one for one in parse_lock(LOCK.read_text())}
    assert packages["linux-image-amd64"].sets == "root"
    assert packages["rauc"].sets == "root,tools"
