"""The owner's own file of claimed keys, and the one thing that writes to it."""

import base64
import os
from collections.abc import Callable
from pathlib import Path

from gateway.user.client import DaemonError
from gateway.user.remote.boxes import Where
from gateway.user.remote.connection import seen_key
from gateway.user.remote.host_key import fingerprint_in, fingerprint_of, keys_in, recorded
from gateway.user.remote.outcomes import Kind, NotTrusted, Outcome


def read_keys(path: Path) -> str:
    """Its text; empty where there is none yet."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        what = f"the file of claimed keys, {path}, cannot be read: {error}"
        raise DaemonError(what, "Name another: --known-hosts FILE") from None


def claim(where: Where, path: Path, given: str, type_in: Callable[[str], str]) -> Outcome:
    """Record the key with which the box answers, if it is the one on its console.

    `type_in` asks a person, who is not shown what was found before: it is to be read off a console.
    """
    name, kind, key = seen_key(where)
    found = fingerprint_of(base64.b64decode(key))
    wanted = given or fingerprint_in(type_in(f"{where.name}: SHA256:... on its console: "))
    if not wanted:
        hint = "Copy SHA256: and the 43 letters after it from its console; --fingerprint takes them"
        raise DaemonError("that was no fingerprint, so nothing was recorded", hint)
    if found != wanted:
        what = f"somebody with another key answers there, {found}: nothing was recorded"
        raise NotTrusted(what, "Look at the console again; if that is not its key, do not go on")
    text = read_keys(path)
    before = keys_in(text, name)
    if before != [(kind, key)]:
        _write(path, recorded(text, name, kind, key))
    done = "recorded, in place of another" if before else "recorded"
    done = "known already" if before == [(kind, key)] else done
    return Outcome(where.name, Kind.WELL, {"fingerprint": found, "kind": kind, "key": done})


def _write(path: Path, text: str) -> None:
    """Whole or not at all: with half a file nobody would be known."""
    new = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror}"
        raise DaemonError(what, "Name another: --known-hosts FILE") from None
