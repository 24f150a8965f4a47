"""Images of floppies and CDs, made by the real programs and read back by them."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from gateway.control.changes_outputs import Refused
from gateway.control.kits import FORMS
from gateway.system.media import CARRIERS, ROOM, compact_disc, floppy
from gateway.system.run import Result, ToolFailed, ToolMissing

DAY: Final = date(2026, 11, 27)
FILES: Final = (
    ("README.TXT", b"one line\r\nand another\r\n"),
    ("PSK.TXT", b"a key without an end of line"),
    ("CLIENT.P12", bytes(range(256)) * 20),
)
SECTOR: Final = 512
PROGRAMS = pytest.mark.skipif(
    not all(map(shutil.which, ("mformat", "xorriso"))),
    reason="looks at what mtools and xorriso make: run `make setup` as root",
)
ROOT, ENTRIES, ENTRY = 19 * SECTOR, 224, 32  # of a floppy of 1.44 MB: its only folder
LONG_NAME, VOLUME = 0x0F, 0x08  # attributes
PVD: Final = 16 * 2048  # where ISO 9660 describes itself


def read(image: bytes, place: Path, *command: str) -> bytes:
    """What a program says of the image, which is named IMAGE in the command."""
    file = place / "image"
    file.write_bytes(image)
    words = [str(file) if word == "IMAGE" else word for word in command]
    return subprocess.run(words, capture_output=True, check=True).stdout


def missing(argv: Sequence[str], stdin: str = "") -> Result:
    raise ToolMissing(argv[0], None, "No such file or directory")


@PROGRAMS
def test_a_floppy_is_listed_by_mdir_and_read_by_mtype(tmp_path: Path) -> None:
    image = floppy(FILES, DAY)
    assert len(image) == 1_474_560
    listed = read(image, tmp_path, "mdir", "-i", "IMAGE", "::").decode()
    assert "is POSTERNKIT" in listed
    assert re.findall(r"^(\w+) +(\w+) +(\d+) (\S+)", listed, re.MULTILINE) == [
        ("README", "TXT", "23", "2026-11-27"),
        ("PSK", "TXT", "28", "2026-11-27"),
        ("CLIENT", "P12", "5120", "2026-11-27"),
    ]
    for name, data in FILES:
        assert read(image, tmp_path, "mtype", "-i", "IMAGE", f"::{name}") == data


@PROGRAMS
def test_a_floppy_has_no_long_names_which_nt4_and_dos_do_not_know() -> None:
    image = floppy(FILES, DAY)
    entries = [image[at : at + ENTRY] for at in range(ROOT, ROOT + ENTRIES * ENTRY, ENTRY)]
    used = [entry for entry in entries if entry[0]]
    assert LONG_NAME not in {entry[11] for entry in used}
    names = [entry[:11] for entry in used if not entry[11] & VOLUME]
    assert names == [b"README  TXT", b"PSK     TXT", b"CLIENT  P12"]


@PROGRAMS
def test_a_cd_is_listed_and_read_by_xorriso(tmp_path: Path) -> None:
    image = compact_disc(FILES, DAY)
    found = read(image, tmp_path, "xorriso", "-indev", "IMAGE", "-find", "/", "-type", "f")
    assert sorted(found.decode().split()) == ["'/CLIENT.P12'", "'/PSK.TXT'", "'/README.TXT'"]
    for name, data in FILES:
        out = tmp_path / name
        read(image, tmp_path, "xorriso", "-osirrox", "on", "-indev", "IMAGE",
             "-extract", f"/{name}", str(out))  # fmt: skip
        assert out.read_bytes() == data


@pytest.mark.long
@PROGRAMS
def test_a_cd_is_iso_9660_of_level_1_and_nothing_else() -> None:
    image = compact_disc(FILES, DAY)
    assert image[PVD : PVD + 6] == b"\x01CD001"
    assert image[PVD + 40 : PVD + 72].decode().rstrip() == "POSTERNKIT"
    assert image[PVD + 2048] == 0xFF  # the last descriptor comes next: no Joliet
    assert b"README.TXT;1" in image
    assert b"RRIP" not in image


@PROGRAMS
@pytest.mark.parametrize("carrier", CARRIERS.values())
def test_made_twice_it_is_the_same_to_the_byte(carrier: object) -> None:
    assert callable(carrier)
    assert carrier(FILES, DAY) == carrier(FILES, DAY)


@PROGRAMS
def test_a_floppys_label_is_of_that_day_too() -> None:
    image = floppy(FILES, date(2001, 2, 3))
    label = image[ROOT : ROOT + ENTRY]
    assert label[11] == VOLUME
    assert int.from_bytes(label[24:26], "little") == (2001 - 1980) << 9 | 2 << 5 | 3


def test_without_mtools_the_floppy_is_refused_by_env_too() -> None:
    def not_found(argv: Sequence[str], stdin: str) -> Result:
        raise ToolFailed(" ".join(argv), 127, "env: 'mformat': No such file or directory")

    with pytest.raises(Refused, match="needs mtools"):
        floppy(FILES, DAY, not_found)


@PROGRAMS
def test_what_does_not_fit_a_floppy_is_refused_before_anything_is_made() -> None:
    full = (("CLIENT.P12", bytes(ROOM - SECTOR)), ("PSK.TXT", b"key"))
    assert len(floppy(full, DAY)) == 1_474_560
    with pytest.raises(Refused, match="1424 kB do not fit on a floppy"):
        floppy((*full, ("README.TXT", b"x")), DAY, missing)


@pytest.mark.parametrize(
    ("carrier", "what", "package"),
    [
        (floppy, "a floppy image needs mtools, which is not installed here", "mtools"),
        (compact_disc, "a CD image needs xorriso, which is not installed here", "xorriso"),
    ],
)
def test_a_program_that_is_missing_is_one_sentence(
    carrier: object, what: str, package: str
) -> None:
    assert callable(carrier)
    with pytest.raises(Refused) as told:
        carrier(FILES, DAY, missing)
    assert str(told.value) == what
    assert told.value.hint.startswith(f"apt-get install {package};")


def test_one_that_fails_is_another_matter() -> None:
    def full(argv: Sequence[str], stdin: str = "") -> Result:
        raise ToolFailed(argv[0], 1, "Disk full")

    with pytest.raises(ToolFailed, match="Disk full"):
        floppy(FILES, DAY, full)


@PROGRAMS
def test_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    floppy(FILES, DAY)
    with pytest.raises(Refused):
        compact_disc(FILES, DAY, missing)
    assert list(tmp_path.iterdir()) == []


def test_every_form_that_needs_a_program_has_one() -> None:
    assert set(CARRIERS) == set(FORMS) - {"zip", "folder"}
