"""The users whose passwords the gateway knows, as hashes: a file beside the configuration.

One user a line, `name:NT hash` in hexadecimal digits, and `:LM hash` if an old server needs that.
The file is written by `postern users`; a line that begins with # is a remark.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.control.document import File, ReadFile
from gateway.control.findings import Document, Findings
from gateway.control.limits import LARGEST_FILE, MOST_USERS
from gateway.control.problems import shown
from gateway.crypto.passwords import Hashes, nt_hash

USERS_FILE: Final = "users.nt"
STORE: Final = "Store each user's password: `postern users add NAME`"
LONGEST_NAME: Final = 128  # characters, the domain included
# What no NT name has, and what would break a line; a backslash parts the domain from the name.
_NAME: Final = re.compile(r'[^"/\[\]:;|=,+*?<>#\x00-\x1f\x7f]+', re.ASCII)
_HASH: Final = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)
_OTHERS: Final = 0o077


class BadUser(ValueError):
    """What was asked for cannot be; `hint` says what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Users:
    """By name as it was written. Names differ by more than capitals (as NT has it)."""

    known: Mapping[str, Hashes] = field(default_factory=dict, repr=False)

    def find(self, name: str) -> Hashes | None:
        """The hashes of a user who says this name."""
        wanted = name.casefold()
        return next((one for other, one in self.known.items() if other.casefold() == wanted), None)

    def names(self) -> list[str]:
        return sorted(self.known, key=str.casefold)

    def with_user(self, name: str, password: str, *, lm: bool = False) -> "Users":
        """With this user's password in the place of any other; `BadUser` for what cannot be."""
        check_name(name)
        if not password:
            raise BadUser("a password is missing", "Type the one that the server knows")
        try:
            hashes = Hashes(nt_hash(password), _lm_hash(password) if lm else None)
        except ValueError as error:
            raise BadUser(str(error), "Type the one that the server knows") from None
        if lm and hashes.lm is None:
            what = "this password has no LM hash"
            raise BadUser(what, "It has more than 14 characters, or letters beyond ASCII")
        kept = {other: one for other, one in self.known.items() if not _same(other, name)}
        if len(kept) >= MOST_USERS:
            raise BadUser(f"there are {MOST_USERS} users already", "Remove one")
        return Users({**kept, name: hashes})

    def without(self, name: str) -> "Users":
        """`BadUser` if there is none of that name."""
        kept = {other: one for other, one in self.known.items() if not _same(other, name)}
        if len(kept) == len(self.known):
            raise BadUser(f"there is no user {shown(name)}", "See `postern users list`")
        return Users(kept)


def _lm_hash(password: str) -> bytes | None:
    from gateway.crypto.lm import lm_hash  # loads OpenSSL: 7 MB that no other command needs

    return lm_hash(password)


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME or name != name.strip():
        what = f"{shown(name)} is no user's name"
        raise BadUser(what, "Write it as it is typed at the client, such as DOMAIN\\ada")


def write_users(users: Users) -> str:
    """The file's text. It holds secrets."""
    lines = ["# Written by `postern users`. Whoever reads this can log in as these users."]
    for name in users.names():
        one = users.known[name]
        parts = [name, one.nt.hex(), *([] if one.lm is None else [one.lm.hex()])]
        lines.append(":".join(parts))
    return "\n".join(lines) + "\n"


def read_users(file: File) -> tuple[Users, list[tuple[int, str]]]:
    """The users, and what is wrong by number of line. No text repeats a hash."""
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Users(), [(1, "there is a byte that is not UTF-8")]
    found: dict[str, Hashes] = {}
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            name, hashes = _user(line)
        except BadUser as error:
            wrong.append((number, str(error)))
            continue
        if any(_same(other, name) for other in found):
            wrong.append((number, "the same name stands there twice"))
        found[name] = hashes
    if len(found) > MOST_USERS:
        wrong.append((1, f"there are more than {MOST_USERS} users"))
    return Users(found), wrong


def wants_users(document: Document) -> bool:
    """Whether some route encrypts, and so needs the users' passwords."""
    return any(one.values.get("encryption") == "mppe" for one in document["route"])


def load_users(document: Document, read_file: ReadFile) -> Users:
    """Of a document without problems; nobody where no route needs anybody."""
    file = read_file(USERS_FILE) if wants_users(document) else ""
    return Users() if isinstance(file, str) else read_users(file)[0]


def check_users(document: Document, read_file: ReadFile, findings: Findings) -> None:
    """What is wrong with the file, told at the first route that needs it."""
    route = next((one for one in document["route"] if one.values.get("encryption") == "mppe"), None)
    if route is None:
        return

    def add(what: str, hint: str = STORE, *, warning: bool = True) -> None:
        findings.add(route, "encryption", f"is mppe, and {what}", hint, warning=warning)

    file = read_file(USERS_FILE)
    if isinstance(file, str):
        add(f"{USERS_FILE} beside the configuration cannot be read: {file}")
        return
    if len(file.data) > LARGEST_FILE:
        add(f"{USERS_FILE} is too large", warning=False)
        return
    users, wrong = read_users(file)
    for number, what in wrong:
        add(f"in line {number} of {USERS_FILE} {what}", warning=False)
    if file.mode & _OTHERS:
        what = f"others than its owner may use {USERS_FILE} (mode {file.mode:04o})"
        add(what, f"Do: chmod 600 {USERS_FILE}")
    if not users.known and not wrong:
        add("no password is stored")


def _user(line: str) -> tuple[str, Hashes]:
    name, *hashes = line.split(":")
    if not 1 <= len(hashes) <= 2 or not all(_HASH.fullmatch(one) for one in hashes):
        raise BadUser("there is no name with a hash", STORE)
    check_name(name)
    nt, *lm = map(bytes.fromhex, hashes)
    return name, Hashes(nt, lm[0] if lm else None)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
