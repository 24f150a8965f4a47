"""Small records on the data partition: whole or not at all, and on the disk when this returns."""

import json
import os
from pathlib import Path
from typing import Any

from gateway.system.store import RealDisk

_DISK = RealDisk()


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put this in place of the file. Folders are made, for their owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    _DISK.write(new, data)
    new.chmod(mode)
    _DISK.sync(new)
    _DISK.rename(new, path)
    _DISK.sync(path.parent)


def write_record(path: Path, record: dict[str, Any]) -> None:
    write_file(path, json.dumps(record, sort_keys=True).encode() + b"\n")


def read_record(path: Path) -> dict[str, Any]:
    """Nothing at all where there is none, or half of one."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def remove(path: Path) -> None:
    """Gone for good, also if the power goes now."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        _DISK.sync(path.parent)


def end_of(path: Path, most: int) -> bytes:
    """The last `most` bytes of a file, or nothing."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most))
            return file.read(most)
    except OSError:
        return b""
