"""The users' password hashes on a machine that is no box: a file beside the configuration."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway.control.document import File
from gateway.control.users import USERS_FILE, Users, read_users, write_users
from gateway.user.client import DaemonError
from gateway.user.files import read_file

ABSENT: Final = "no such file or directory"


def load_users(config: Path) -> Users:
    """Who is stored beside this configuration; a `DaemonError` for a file that is not right."""
    path = config.parent / USERS_FILE
    file = read_file(path)
    if not isinstance(file, File):
        if file == ABSENT:
            return Users()
        raise DaemonError(f"{path} cannot be read: {file}", "Do it as the user Postern runs as")
    users, wrong = read_users(file)
    if wrong:
        number, what = wrong[0]
        raise DaemonError(f"{path}, line {number}: {what}", "Put it right, or remove the file")
    return users


def keep_users(config: Path, users: Users) -> Path:
    """Write the file, whole or not at all, for its owner alone; a `DaemonError` if it cannot be."""
    path = config.parent / USERS_FILE
    keep_secrets(path, write_users(users).encode())
    return path


def keep_secrets(path: Path, data: bytes) -> None:
    """Put this in the file's place, for its owner alone and wholly; or a `DaemonError`."""
    new = path.with_name(path.name + ".new")
    try:
        with suppress(FileNotFoundError):
            new.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(new, flags, 0o600), "wb") as file:
            if path.exists():  # whoever the daemon runs as can still read it
                os.fchown(file.fileno(), path.stat().st_uid, path.stat().st_gid)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror}"
        raise DaemonError(what, "Do it as root, and look whether the folder is there") from None
