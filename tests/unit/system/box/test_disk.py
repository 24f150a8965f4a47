"""Small files, whole or not at all."""

import stat
from pathlib import Path

from gateway.system.box.disk import end_of, read_record, remove, write_file, write_record


def test_a_file_has_its_mode_and_no_leftover_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_file(path, b"one", 0o644)
    write_file(path, b"two", 0o640)
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_a_secret_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "file", b"x")
    assert stat.S_IMODE((tmp_path / "a" / "file").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


def test_half_a_leftover_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file.new").write_text("half")
    write_file(tmp_path / "file", b"whole")
    assert (tmp_path / "file").read_bytes() == b"whole"


def test_records_come_back_and_half_of_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    assert read_record(path) == {}
    write_record(path, {"a": 1})
    assert read_record(path) == {"a": 1}
    for text in ('{"a"', "[1]", "\xff"):
        path.write_text(text)
        assert read_record(path) == {}


def test_removing_twice_is_as_good_as_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for _ in range(2):
        remove(tmp_path / "file")
    remove(tmp_path / "nowhere" / "file")
    assert not (tmp_path / "file").exists()


def test_the_end_of_a_file_is_read_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("0123456789")
    assert end_of(tmp_path / "log", 3) == b"789"
    assert end_of(tmp_path / "log", 30) == b"0123456789"
    assert end_of(tmp_path / "none", 3) == b""
