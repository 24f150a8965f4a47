import stat
from pathlib import Path

import pytest

from gateway.control import changes_files as files
from gateway.control.changes_files import Draft, Entry, written
from gateway.control.changes_outputs import StoreFailed
from gateway.system.store import DAMAGED, RealDisk, Store
from tests.pair.disk import FOLDER, Disk


def test_a_new_folder_is_empty_and_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "postern"
    found = Store(folder).load()
    assert (found.saved, found.running, found.candidate, found.history) == (None, None, None, ())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "history").stat().st_mode) == 0o700


def test_what_is_written_is_found_again_and_its_owners_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.load()
    draft = Draft("ada", "ssh", 1.0, "d")
    entry = Entry("ada", "ssh", "why", 1.0, "d")
    store.write(files.SAVED, "schlüssel = 1\n")
    store.write(files.DRAFT, written(draft))
    store.write(files.history_text(7), "old\n")
    store.write(files.history_record(7), written(entry))
    found = Store(tmp_path).load()
    assert found.saved == "schlüssel = 1\n"
    assert found.draft == draft
    assert [one.number for one in found.history] == [7]
    assert found.text_of(7) == "old\n"
    assert stat.S_IMODE((tmp_path / files.SAVED).stat().st_mode) == 0o600
    assert not list(tmp_path.rglob("*.new"))


def test_a_file_is_replaced_and_taken_away(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.load()
    store.write(files.PENDING, "one")
    store.write(files.PENDING, "two")
    assert (tmp_path / files.PENDING).read_text() == "two"
    store.remove(files.PENDING)
    store.remove(files.PENDING)
    assert not (tmp_path / files.PENDING).exists()


def test_a_link_somebody_has_laid_is_not_followed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.load()
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "saved.toml.new").symlink_to(tmp_path / "victim")
    with pytest.raises(StoreFailed):
        store.write(files.SAVED, "x")
    assert (tmp_path / "victim").read_text() == "mine"


@pytest.mark.parametrize("data", [b"\xff\xfe", b"x" * 10])
def test_what_is_there_is_read_whatever_it_is(tmp_path: Path, data: bytes) -> None:
    store = Store(tmp_path)
    store.load()
    (tmp_path / files.SAVED).write_bytes(data)
    assert store.load().saved in (DAMAGED, data.decode(errors="replace"))


def test_a_folder_in_the_place_of_a_file_is_a_damaged_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.load()
    (tmp_path / files.SAVED).mkdir()
    assert store.load().saved == DAMAGED
    with pytest.raises(StoreFailed):
        store.write(files.SAVED, "x")


def test_a_folder_that_cannot_be_made_fails_when_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "postern")
    assert store.load().saved in (None, DAMAGED)
    with pytest.raises(StoreFailed, match="not a directory"):
        store.write(files.SAVED, "x")


def test_every_write_is_brought_to_the_disk_before_and_after_its_name() -> None:
    class Noting(Disk):
        def __init__(self) -> None:
            super().__init__()
            self.done: list[str] = []

        def write(self, path: Path, data: bytes) -> None:
            super().write(path, data)
            self.done.append(f"write {path.name}")

        def sync(self, path: Path) -> None:
            super().sync(path)
            self.done.append(f"sync {path.name}")

        def rename(self, path: Path, to: Path) -> None:
            super().rename(path, to)
            self.done.append(f"rename {to.name}")

    disk = Noting()
    Store(FOLDER, disk).write(files.SAVED, "x")
    assert disk.done == [
        "write saved.toml.new",
        "sync saved.toml.new",
        "rename saved.toml",
        "sync postern",
    ]


def test_on_a_full_disk_the_oldest_of_the_history_goes_but_for_three() -> None:
    disk = Disk()
    store = Store(FOLDER, disk)
    for number in range(1, 6):
        store.write(files.history_text(number), "x" * 100)
        store.write(files.history_record(number), written(Entry("a", "b", "c", 1.0, "d")))
    disk.size = sum(len(one.data) for one in disk.names_now.values())
    store.write(files.SAVED, "y" * 150)
    assert [one.number for one in store.load().history] == [2, 3, 4, 5]
    with pytest.raises(StoreFailed, match="no space left"):
        store.write(files.PENDING, "z" * 5000)
    assert [one.number for one in store.load().history] == [3, 4, 5]
    assert store.load().saved == "y" * 150


def test_the_real_disk_reads_no_more_than_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (2 << 20))
    assert len(RealDisk().read(tmp_path / "large")) == (1 << 20) + 1
