"""Back to how the box came, except for one sealed copy of the last configuration.

Sealed for the SSH keys of the administrators in it: it lies on the same disk, so a key of the box's
own would keep it from nobody. Whoever has a private half opens it on their own machine
(`gateway/crypto/seal.py`). With `wipe` there is no copy either, and none where no key can open one.

A mark on the disk comes first, so a power cut in the middle is finished by the next start.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from gateway.control.authority_files import REGISTER
from gateway.control.canonical import Unreadable, entries_of, raw_of
from gateway.control.changes_outputs import Refused
from gateway.system.box.disk import read_record, remove, write_file, write_record
from gateway.system.box.places import Places

MARK: Final = "reset.json"
COPY: Final = "last.age"
AUTHORITY: Final = "authority.age"
Seal = Callable[[str, list[str]], str]
"""A text for the owners of these SSH keys; empty if none of them could open it."""
ACCOUNTS: Final = "data/accounting"  # who was on when; the folder is another user's, and stays
HOST_KEYS: Final = "data/ssh"  # another box's owner must not meet the old one's identity


def check_typed(typed: object, hostname: str) -> None:
    """`Refused` unless the name of the host was typed."""
    if typed != hostname:
        what = "the name typed is not that of this box"
        raise Refused(what, f"To reset this box type its name: {hostname}")


def begin(places: Places, saved: str, seal: Seal, *, wipe: bool) -> bool:
    """Put the mark, and seal the copies before it. From here on there is no way back.

    Whether a copy is kept. An older one stays where there is no newer.
    """
    keys = _keys(saved)
    sealed = {} if wipe else {COPY: seal(saved, keys)}
    if sealed and (register := _read(places.data / REGISTER)):
        sealed[AUTHORITY] = seal(register, keys)
    for name, text in sealed.items():
        if text:
            write_file(places.sealed / name, text.encode())
    write_record(places.data / MARK, {"wipe": wipe})
    return bool(sealed.get(COPY))


def unfinished(places: Places) -> bool:
    return bool(read_record(places.data / MARK))


def finish(places: Places) -> None:
    """Take everything away that the mark asks for, and the mark last. Right to be done twice."""
    wipe = read_record(places.data / MARK).get("wipe") is True
    kept = {MARK} if wipe else {MARK, places.sealed.name}
    for path in sorted(places.data.iterdir()):
        if path.name not in kept:
            _remove(path)
    _remove(places.root / HOST_KEYS)
    for path in (places.root / ACCOUNTS).glob("*"):
        _remove(path)
    remove(places.data / MARK)


def sealed(places: Places, name: str = COPY) -> str:
    """A copy as it is, of the configuration or of the authority; `Refused` if there is none."""
    try:
        return (places.sealed / name).read_text()
    except (OSError, ValueError):
        raise Refused("there is no such sealed copy", "Only a factory reset makes one") from None


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, ValueError):
        return ""


def _keys(text: str) -> list[str]:
    """The administrators' keys."""
    try:
        entries: list[dict[str, Any]] = entries_of(raw_of(text).get("admin"))
    except Unreadable:
        return []
    listed = [key for one in entries for key in [*one.get("ssh_keys", []), one.get("ssh_key", "")]]
    return list(dict.fromkeys(key for key in listed if key))


def _remove(path: Path) -> None:
    gone: Callable[[Path], object] = shutil.rmtree if _is_folder(path) else Path.unlink
    if path.exists() or path.is_symlink():
        gone(path)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
