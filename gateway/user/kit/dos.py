"""Files as every old Windows can read them: names of 8.3, lines that end in CR LF, plain letters.

What code page a machine has nobody here knows, and its DOS box has another than its Notepad. 437,
850 and 1252 agree on ASCII, so texts have nothing else: an accent is left out, what then remains
outside ASCII becomes a question mark.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

NEWLINE: Final = "\r\n"
_NAME: Final = re.compile(r"[A-Z0-9_-]{1,8}\.[A-Z0-9]{3}", re.ASCII)
_SPELLED: Final = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "–": "-", "—": "-", "’": "'"})


@dataclass(frozen=True, slots=True)
class DosFile:
    """One file. `about` says in a few words what it is; `secret` that it must not be left about."""

    name: str
    data: bytes = field(repr=False)
    about: str
    secret: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name} is no name of 8.3")


def text_file(name: str, lines: Iterable[str], about: str, *, secret: bool = False) -> DosFile:
    data = "".join(plain(line) + NEWLINE for line in lines).encode("ascii")
    return DosFile(name, data, about, secret)


def plain(text: str) -> str:
    """The text in ASCII, on one line."""
    apart = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    bare = "".join(one for one in apart if not unicodedata.combining(one))
    return "".join(one if " " <= one <= "~" else "?" for one in bare)
