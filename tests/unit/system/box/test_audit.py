"""Who did what, bounded and in the open."""

import stat
from pathlib import Path

from gateway.system.box.audit import LARGEST, LONGEST, Audit
from gateway.system.box.places import Places
from tests.unit.system.box.machine import ADA


def test_a_line_goes_to_the_journal_and_to_the_disk(tmp_path: Path) -> None:
    told: list[str] = []
    audit = Audit(Places(tmp_path), told.append, lambda: 1_800_000_000.0)
    audit(ADA, "reboot reason=new\x1b[2Jkernel\nand more")
    assert told == ["audit: ada (ssh): reboot reason=new\\x1b[2Jkernel\\nand more"]
    assert audit.path.read_text() == f"2027-01-15T08:00:00Z {told[0].removeprefix('audit: ')}\n"
    assert stat.S_IMODE(audit.path.stat().st_mode) == 0o600


def test_it_is_bounded(tmp_path: Path) -> None:
    audit = Audit(Places(tmp_path), lambda text: None, lambda: 0.0)
    for _ in range(3 * LARGEST // LONGEST):
        audit(ADA, "x" * 10 * LONGEST)
    sizes = [path.stat().st_size for path in audit.path.parent.iterdir()]
    assert len(sizes) == 2
    assert max(sizes) <= LARGEST + 2 * LONGEST


def test_a_disk_that_takes_nothing_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    told: list[str] = []
    Audit(Places(tmp_path), told.append, lambda: 0.0)(ADA, "claim")
    assert told[1].startswith("the audit could not be written")
