"""What must not be lost is on the disk, for its owner alone, and survives whoever wrote it."""

import stat
from pathlib import Path
from typing import cast

import pytest

from gateway.system.account_store import NAME, AccountStore, Found, StoreFailed

EMPTY = Found("", [], [])


def test_what_was_written_is_there_for_the_next(tmp_path: Path) -> None:
    store = AccountStore(tmp_path / "state")
    assert store.load() == EMPTY
    store.write("here", {"a": "ada", "b": "bob"}, [(1, "start"), (2, "start too")], [])
    store.write("there", {"b": None, "c": "cai"}, [(3, "stop")], [1])
    store.close()
    again = AccountStore(tmp_path / "state")
    assert again.load() == Found("there", ["ada", "cai"], [(2, "start too"), (3, "stop")])
    assert again.said == ""
    again.close()


def test_a_session_has_one_account(tmp_path: Path) -> None:
    store = AccountStore(tmp_path)
    store.write("", {"a": "first"}, [], [])
    store.write("", {"a": "second"}, [], [])
    assert store.load().living == ["second"]
    store.close()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    store = AccountStore(tmp_path / "state")
    store.write("", {}, [(1, "start")], [])
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert modes == {0o600}
    store.close()


@pytest.mark.long
def test_there_is_one_accountant(tmp_path: Path) -> None:
    store = AccountStore(tmp_path)
    with pytest.raises(StoreFailed, match="locked"):
        AccountStore(tmp_path)
    store.close()


def test_a_damaged_file_is_put_aside_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"these are no accounts, and never were " * 100)
    store = AccountStore(tmp_path)
    assert store.load() == EMPTY
    assert "put aside" in store.said
    assert (tmp_path / f"{NAME}.damaged").read_bytes().startswith(b"these are no accounts")
    store.close()


def test_a_folder_that_cannot_be_had_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    with pytest.raises(StoreFailed, match="cannot be used"):
        AccountStore(tmp_path / "state")


def test_what_the_disk_does_not_take_is_not_half_there(tmp_path: Path) -> None:
    store = AccountStore(tmp_path)
    store.write("before", {}, [], [])
    with pytest.raises(StoreFailed, match="takes nothing"):
        store.write("after", {}, [(1, "start"), (2, cast("str", b"no text"))], [])
    assert store.load() == Found("before", [], [])
    store.close()
    with pytest.raises(StoreFailed, match="cannot be read"):
        store.load()
    store.close()
