"""What the image starts is in the image, and what starts nothing is masked."""

from pathlib import Path

from gateway.system.box.apply import CALLS, UNIT
from image.inside.units import ENABLED, LATE, MASKED, enable, late
from image.places import IMAGE

# As Debian's systemd-timesyncd.service of systemd 257 has it, shortened.
TIMESYNCD = """\
[Unit]
After=systemd-remount-fs.service systemd-sysusers.service
Before=time-set.target sysinit.target shutdown.target
Conflicts=shutdown.target
Wants=time-set.target
[Install]
WantedBy=sysinit.target
"""
UNITS = IMAGE / "rootfs/usr/lib/systemd/system"


def root(folder: Path) -> Path:
    """Our units, and Debian's that are enabled, as far as they matter here."""
    place = folder / "usr/lib/systemd/system"
    place.mkdir(parents=True)
    for unit in (*ENABLED, *LATE):
        ours = UNITS / unit
        text = ours.read_text() if ours.exists() else "[Install]\nWantedBy=multi-user.target\n"
        (place / unit).write_text(text)
    (folder / "etc/systemd/system").mkdir(parents=True)
    enable(folder)
    return folder / "etc/systemd/system"


def test_a_unit_is_wanted_by_what_it_says(tmp_path: Path) -> None:
    place = root(tmp_path)
    link = place / "multi-user.target.wants/postern.service"
    assert str(link.readlink()) == "/usr/lib/systemd/system/postern.service"
    assert (place / "postern-confirmed.target.wants/postern-health.service").is_symlink()
    assert (place / "local-fs.target.wants/data.mount").is_symlink()


def test_the_box_starts_to_be_confirmed_and_debian_marks_nothing_good(tmp_path: Path) -> None:
    place = root(tmp_path)
    assert (place / "default.target").readlink().name == "postern-confirmed.target"
    for unit in ("rauc-mark-good.service", "serial-getty@ttyS0.service"):
        assert str((place / unit).readlink()) == "/dev/null"


def test_nothing_waits_for_what_is_late(tmp_path: Path) -> None:
    lines = late(TIMESYNCD).splitlines()
    assert "Before=shutdown.target" in lines
    assert "Wants=time-set.target" not in lines
    place = root(tmp_path)
    link = place / "multi-user.target.wants/systemd-timesyncd.service"
    assert str(link.readlink()) == "/etc/systemd/system/systemd-timesyncd.service"
    assert not (place / "systemd-timesyncd.service").is_symlink()


def test_nothing_is_both_started_and_masked() -> None:
    assert not set(ENABLED) & set(MASKED)


STARTERS = ("exposing.py", "account_keeping.py", "pairing.py", "sending.py")


def test_every_unit_of_ours_can_be_reached() -> None:
    told = " ".join(path.read_text() for path in UNITS.iterdir() if path.is_file())
    generator = (UNITS.parent / "system-generators/postern-consoles").read_text()
    told += generator.replace("@$tty.", "@.")
    agent = UNITS.parents[5] / "gateway/system/box"  # starts these when they are wanted
    told += "".join((agent / name).read_text() for name in STARTERS)
    told += f"{CALLS} {UNIT}"  # the agent starts these
    for path in filter(Path.is_file, UNITS.iterdir()):
        assert path.name in ENABLED or path.name in told or path.suffix in (".target", ".mount")
