"""Which boxes there are: the owner's file, and the words that pick some of them. No I/O.

[gw-1]
address = "10.10.0.1"
user = "ada"                  # these four may be left out
port = 22
key = "~/.ssh/id_ed25519"
fingerprint = "SHA256:..."    # what its console shows: for `postern remote claim`
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.user.client import DaemonError
from gateway.user.remote.host_key import fingerprint_in

SSH: Final = 22
ALL: Final = "all"
MOST: Final = 200
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9:][A-Za-z0-9._:%-]{0,254}")
_USER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_WORD: Final = re.compile(
    r"(?:(?P<user>[^@]+)@)?(?:\[(?P<six>[^\]]+)\]|(?P<four>[^:]+))(?::(?P<port>\d{1,5}))?"
)
_TEXTS: Final = ("address", "user", "key", "fingerprint")


@dataclass(frozen=True, slots=True)
class Where:
    """One box, and how it is reached. Where `user` or `key` is empty SSH's own settings decide."""

    name: str
    address: str
    port: int = SSH
    user: str = ""
    key: str = ""
    fingerprint: str = ""


def parse_boxes(text: str) -> dict[str, Where]:
    """By name, in the file's order; a `DaemonError` for the first thing that is wrong."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DaemonError(f"the file of boxes is no TOML: {error}", "Look at that line") from None
    if len(tables) > MOST:
        raise DaemonError(f"there are more than {MOST} boxes", "Use ansible/ for so many")
    return {name: _box(name, table) for name, table in tables.items()}


def _box(name: str, table: object) -> Where:
    if not _NAME.fullmatch(name) or name == ALL:
        raise DaemonError(f"{name!r} is no name for a box", "Use letters, digits, dots and dashes")
    if not isinstance(table, Mapping):
        raise DaemonError(f"{name} is no table", f"Write [{name}], and its address in a line below")
    known = {*_TEXTS, "port"}
    for key in table:
        if key not in known:
            raise DaemonError(f"{name} has a key {key!r} that is not known", _one_of(known))
    texts = {key: _text(name, table, key) for key in _TEXTS}
    if texts["fingerprint"] and not fingerprint_in(texts["fingerprint"]):
        hint = "Copy SHA256: and the 43 letters after it from its console"
        raise DaemonError(f"the fingerprint of {name} is none", hint)
    return _checked(Where(name, port=table.get("port", SSH), **texts))


def _one_of(known: set[str]) -> str:
    return f"It can have {', '.join(sorted(known))}"


def _text(name: str, table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise DaemonError(f"the {key} of {name} is no text", f'Write {key} = "..."')
    return value


def _checked(where: Where) -> Where:
    if where.address.count(":") == 1:
        hint = "In the file of boxes write port = NUMBER beside it"
        raise DaemonError(f"the address of {where.name} has a port in it", hint)
    if not _ADDRESS.fullmatch(where.address):
        what = f"{where.name} has no address that could be one: {where.address!r}"
        raise DaemonError(what, "Write the address or host name where it answers SSH")
    if where.user and not _USER.fullmatch(where.user):
        what = f"{where.user!r} is no name to log in with"
        raise DaemonError(what, "Write the administrator's name on the box")
    if type(where.port) is not int or not 0 < where.port < 1 << 16:
        raise DaemonError(f"the port of {where.name} is none", "Write a number up to 65535")
    return where


def parse_word(word: str) -> Where:
    """What is no name in the file: [USER@]ADDRESS[:PORT], an IPv6 address in brackets."""
    found = _WORD.fullmatch(word)
    if not found:
        raise DaemonError(f"{word!r} is no box", "Write a name, or USER@ADDRESS:PORT")
    address = found["six"] or found["four"]
    port = int(found["port"] or SSH)
    return _checked(Where(word, address, port, found["user"] or ""))


def pick(words: str, known: Mapping[str, Where]) -> list[Where]:
    """The boxes that these words, with commas between, mean: each once, in their order."""
    if words == ALL:
        if not known:
            raise DaemonError("there is no box in the file of boxes", "Write one, or name a box")
        return list(known.values())
    named = dict.fromkeys(filter(None, (word.strip() for word in words.split(","))))
    if not named:
        raise DaemonError("no box is named", "Write names with commas between, or all")
    return [known[word] if word in known else _by_address(word, known) for word in named]


def _by_address(word: str, known: Mapping[str, Where]) -> Where:
    """A plain word where there is a file is a name that is not in it, and no host."""
    if known and _NAME.fullmatch(word) and "." not in word:
        raise DaemonError(f"there is no box {word}", f"There are {', '.join(known)}")
    return parse_word(word)
