"""Back to how the box came, except for one sealed copy of the last configuration.

Sealed: it is never in force and never shown by itself. Only somebody who has logged in with a key
that stands in it gets it back, as edits to look at. With `wipe` there is no copy either.

A mark on the disk comes first, so a power cut in the middle is finished by the next start.
"""

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from gateway.control.canonical import Unreadable, entries_of, raw_of
from gateway.control.changes_outputs import Refused, Who
from gateway.control.values_box import key_body
from gateway.system.box.authority import seal, unseal
from gateway.system.box.disk import read_record, remove, write_file, write_record
from gateway.system.box.places import Places

MARK: Final = "reset.json"
COPY, DIGEST = "last.toml", "last.json"
HOST_KEYS: Final = "data/ssh"  # another box's owner must not meet the old one's identity


def check_typed(typed: object, hostname: str) -> None:
    """`Refused` unless the name of the host was typed."""
    if typed != hostname:
        what = "the name typed is not that of this box"
        raise Refused(what, f"To reset this box type its name: {hostname}")


def begin(places: Places, saved: str, *, wipe: bool) -> None:
    """Put the mark, and seal the copy before it. From here on there is no way back."""
    if not wipe and saved:
        write_file(places.sealed / COPY, saved.encode())
        write_record(places.sealed / DIGEST, {"sha256": sha256(saved.encode()).hexdigest()})
        seal(places)
    write_record(places.data / MARK, {"wipe": wipe})


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
    remove(places.data / MARK)


def unsealed(places: Places, who: Who, running: str) -> str:
    """The sealed copy, for somebody who has proved to own a key that stands in it.

    The authority that was sealed with it is put back where it was.
    """
    try:
        text = (places.sealed / COPY).read_text()
    except (OSError, ValueError):
        raise Refused(
            "there is no sealed configuration", "Only a factory reset makes one"
        ) from None
    if read_record(places.sealed / DIGEST).get("sha256") != sha256(text.encode()).hexdigest():
        raise Refused("the sealed configuration is damaged", "Nothing can be taken from it")
    if not who.remote or not _keys(running, who.user) & _keys(text):
        what = "it is given back to somebody who has logged in with a key that stands in it"
        raise Refused(what, "Claim the box with such a key, then log in by SSH")
    unseal(places)
    return text


def _keys(text: str, name: str | None = None) -> set[str]:
    """The administrators' keys, or those of one."""
    try:
        entries: list[dict[str, Any]] = entries_of(raw_of(text).get("admin"))
    except Unreadable:
        return set()
    wanted = [one for one in entries if name is None or one.get("name") == name]
    listed = [key for one in wanted for key in one.get("ssh_keys", [])]
    return {key_body(key) for key in [*listed, *(one.get("ssh_key", "") for one in wanted)] if key}


def _remove(path: Path) -> None:
    gone: Callable[[Path], object] = shutil.rmtree if _is_folder(path) else Path.unlink
    if path.exists() or path.is_symlink():
        gone(path)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
