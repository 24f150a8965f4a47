"""Descriptors outlive the daemon that opened them."""

import os
import socket
from pathlib import Path

import pytest
from cryptography.hazmat.bindings import _rust

from gateway.system.keeper import DROP, END, KEEP, MOST, KeeperLost, Process, Store


def some_descriptor() -> int:
    read, write = os.pipe()
    os.close(write)
    return read


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_a_store_keeps_by_name_and_closes_what_is_dropped_or_replaced() -> None:
    store = Store()
    one, two = some_descriptor(), some_descriptor()
    assert store.take(KEEP + b"leg-1", [one])
    assert store.take(KEEP + b"leg-1", [two])
    assert (is_open(one), store.kept) == (False, {b"leg-1": two})
    assert store.take(DROP + b"leg-1", [])
    assert (is_open(two), store.kept) == (False, {})
    assert not store.take(END, [])


def test_what_nobody_named_is_closed_at_once() -> None:
    store = Store()
    found = [some_descriptor(), some_descriptor()]
    store.take(KEEP, found[:1])
    store.take(KEEP + b"one", [])
    store.take(b"?", found[1:])
    assert store.kept == {}
    assert not any(map(is_open, found))


def test_a_store_has_a_bound() -> None:
    store = Store()
    store.kept = {str(number).encode(): -1 for number in range(MOST)}
    extra = some_descriptor()
    store.take(KEEP + b"one too many", [extra])
    assert len(store.kept) == MOST
    assert not is_open(extra)


def test_a_cleared_store_has_closed_all() -> None:
    store = Store()
    descriptor = some_descriptor()
    store.take(KEEP + b"leg-1", [descriptor])
    store.clear()
    assert not is_open(descriptor)


def test_a_successor_finds_what_was_kept_and_not_what_was_dropped(tmp_path: Path) -> None:
    """A socket whose other end we have: it is open as long as anybody has it."""
    place = tmp_path / "keeper.sock"
    first = Process(place)
    ours, kept = socket.socketpair()
    first.keep("leg-1", kept.fileno())
    first.keep("leg-2", kept.fileno())
    first.drop("leg-2")
    kept.close()
    first._line.close()  # as if the daemon had died
    second = Process(place)
    assert list(second.found) == ["leg-1"]
    os.write(second.found["leg-1"], b"still open")
    assert ours.recv(20) == b"still open"
    os.close(second.found["leg-1"])
    second.end()
    ours.settimeout(5)
    assert ours.recv(20) == b""  # nobody has it any more
    ours.close()


def test_where_no_process_can_be_begun_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeeperLost, match="No such file"):
        Process(tmp_path / "no folder" / "keeper.sock")


def test_who_keeps_is_a_program_of_its_own_and_has_none_of_our_memory(tmp_path: Path) -> None:
    """A mere fork would keep our keys as they were, and a copy of every page that we change."""
    place = tmp_path / "keeper.sock"
    process = Process(place)
    [keeper] = [
        folder
        for folder in Path("/proc").glob("[0-9]*")
        if str(place).encode() in _words_of(folder)
    ]
    assert _rust.__file__ in Path("/proc/self/maps").read_text()
    assert _rust.__file__ not in (keeper / "maps").read_text()
    process.end()


def _words_of(folder: Path) -> list[bytes]:
    try:
        return (folder / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []  # it has ended meanwhile
