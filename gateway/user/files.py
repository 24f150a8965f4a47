"""Reading a configuration and the files it names, for the check; and putting one in its place."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gateway.control.document import File, ReadFile
from gateway.control.limits import LARGEST_FILE
from gateway.control.problems import Problem

Settings = TypeVar("Settings")


def read_file(path: Path) -> File | str:
    """The file with its permissions, or in words why it cannot be read."""
    try:
        # without O_NONBLOCK a named pipe would be waited for
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                return "it is not a plain file"
            return File(file.read(LARGEST_FILE + 1), stat.S_IMODE(mode))
    except OSError as error:
        return (error.strerror or "it cannot be opened").lower()
    except ValueError:  # a zero byte in the name
        return "no file can have this name"


def read_settings(
    path: Path, read: Callable[[File, str], Settings | list[Problem]]
) -> Settings | list[Problem]:
    """What `read` makes of the file and its name; a file that cannot be read is a problem, too."""
    file = read_file(path)
    if not isinstance(file, File):
        what = f"cannot be read: {file}"
        return [Problem(path.name, what, f"Look at {path}, or name another with --config")]
    return read(file, path.name)


def beside(config: Path) -> ReadFile:
    """A reader of the files that this configuration names, from its own folder."""
    return lambda name: read_file(config.parent / name)


def replace_file(path: Path, text: str) -> None:
    """Put this text in the file's place, its owner and permissions kept; whole or not at all."""
    before = path.stat()
    new = path.with_name(f".{path.name}.new")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
