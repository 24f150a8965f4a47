"""PEM in a form: it is of many lines, so what is typed is the path of a file that has it."""

import os
import re
from collections import Counter
from stat import S_ISREG
from typing import Final

from gateway.user.client import DaemonError

LONGEST: Final = 256 << 10  # bytes of a file: a list of who is revoked may be long
HINT: Final = "Type the whole path of a file with PEM in it, on this machine"
_BEGIN: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----", re.ASCII)


def outline(pem: str) -> str:
    """What a form shows in its place: what is in it, and how many of each."""
    kinds = Counter(_BEGIN.findall(pem))
    found = ", ".join(f"{count} {kind.lower()}" for kind, count in sorted(kinds.items()))
    return f"(PEM: {found or 'nothing'})"


def read_pem(path: str) -> str:
    """What is in the file of this path; a `DaemonError` if that can be no PEM.

    Devices and pipes are not waited for.
    """
    if not path.startswith("/"):
        raise DaemonError("what was typed is no path", HINT)
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            is_file = S_ISREG(os.fstat(file.fileno()).st_mode)
            found = file.read(LONGEST + 1) if is_file else b""
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise DaemonError(f"{path} cannot be read: {why}", HINT) from None
    if len(found) > LONGEST or not found.isascii() or not _BEGIN.search(found.decode()):
        raise DaemonError(f"there is no PEM in {path}", HINT)
    return found.decode()
