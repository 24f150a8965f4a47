"""Reading the values that only a whole box has: its name, its ports, its administrators' keys.

As in `values.py`: each reader returns what the program works with or raises `Unfit`.
"""

import re
from base64 import b64decode
from binascii import Error

from gateway.control.problems import shown
from gateway.control.values import Unfit, text
from gateway.wire.cursor import Reader, Truncated

LONGEST_HOSTNAME = 63  # letters: Linux has room for 64, and one label of DNS for 63
LONGEST_CONTACT = 200  # letters
SHORTEST_RSA = 2048  # bits
_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", re.ASCII)
_TIMEZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_LOGIN = re.compile(r"[a-z][a-z0-9_-]{0,30}", re.ASCII)
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]*(/[A-Za-z0-9][A-Za-z0-9:._-]*)*", re.ASCII)
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.ASCII)
# The users Debian makes (base-passwd), and those of the programs on the box.
SYSTEM_USERS = frozenset(
    ("root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy")
    + ("www-data", "backup", "list", "irc", "nobody", "messagebus", "sshd", "sudo", "adm", "tty")
    + ("disk", "staff", "shadow", "postern", "postern-admin", "postern-ask")
)
_NIST = {"ecdsa-sha2-nistp256": 65, "ecdsa-sha2-nistp384": 97, "ecdsa-sha2-nistp521": 133}
SSH_KINDS = (
    "ssh-ed25519",
    *_NIST,
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)


def hostname(value: object) -> str:
    found = text(value)
    if len(found) > LONGEST_HOSTNAME or not _HOSTNAME.fullmatch(found):
        hint = "Use up to 63 letters, digits and dashes, without dots"
        raise Unfit(f"is {shown(found)}, which no machine can be called", hint)
    return found


def timezone(value: object) -> str:
    found = text(value)
    if len(found) > LONGEST_HOSTNAME or not _TIMEZONE.fullmatch(found):
        raise Unfit(f"is {shown(found)}, which is no time zone", "Write UTC, or Europe/Berlin")
    return found


def contact(value: object) -> str:
    found = text(value)
    if len(found) > LONGEST_CONTACT or not found.isprintable():
        raise Unfit(f"is not one line of at most {LONGEST_CONTACT} letters")
    return found


def login(value: object) -> str:
    """The name of a person who may log in."""
    found = text(value)
    if not _LOGIN.fullmatch(found):
        hint = "Use up to 31 small letters, digits, dashes and underscores, a letter first"
        raise Unfit(f"is {shown(found)}, which is no name of a user", hint)
    if found in SYSTEM_USERS or found.startswith("systemd-"):
        raise Unfit(f"is {shown(found)}, which is a user of the system", "Take another name")
    return found


def device(value: object) -> str:
    """Where a port sits on the board: a path below /sys/devices, as its profile has it."""
    found = text(value)
    if len(found) > LONGEST_CONTACT or not _DEVICE.fullmatch(found):
        raise Unfit(f"is {shown(found)}, which is no place on a board")
    return found


def mac(value: object) -> str:
    found = text(value).lower().replace("-", ":")
    if not _MAC.fullmatch(found):
        raise Unfit(f"is {shown(found)}, which is no address of a network card")
    if int(found[:2], 16) & 1 or found == "00:00:00:00:00:00":
        raise Unfit(f"is {shown(found)}, which no single network card can have")
    return found


def ssh_key(value: object) -> str:
    """A public key as `authorized_keys` has it, without options; never shown in a message.

    Options would let a line run commands or forward ports. What is in the base64 is looked at, so
    that a key cut in half by a terminal is refused here and not when its owner stands outside.
    """
    found = text(value).strip()
    if "PRIVATE KEY" in found:
        raise Unfit("is a private key", "Take the file whose name ends in .pub, and keep this one")
    if not found.isprintable():
        raise Unfit("holds a line break or another control character", "Put each key on one line")
    kind, _, rest = found.partition(" ")
    encoded, _, comment = rest.strip().partition(" ")
    if kind not in SSH_KINDS:
        raise Unfit(
            "begins with no kind of key that is known here", "Known: " + ", ".join(SSH_KINDS)
        )
    try:
        blob = b64decode(encoded, validate=True)
    except (Error, ValueError):
        raise Unfit("is no public key of SSH: its middle part is damaged", _WHOLE) from None
    _check_blob(kind, blob)
    return f"{kind} {encoded} {comment.strip()}".rstrip()


_WHOLE = "Copy the one line of the .pub file again, whole"


def _check_blob(kind: str, blob: bytes) -> None:
    """That the key holds what its kind needs (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4)."""
    try:
        fields = _strings(blob)
    except Truncated:
        raise Unfit("is a public key of SSH without its end", _WHOLE) from None
    if not fields or fields[0] != kind.encode():
        raise Unfit("is no public key of SSH: its parts do not fit each other", _WHOLE)
    lengths = [len(one) for one in fields[1:]]
    if kind == "ssh-rsa":
        if len(lengths) != 2 or not fields[1] or not fields[2]:
            raise Unfit("is a public key of SSH without its end", _WHOLE)
        bits = int.from_bytes(fields[2], "big").bit_length()
        if bits < SHORTEST_RSA:
            raise Unfit(f"is an RSA key of {bits} bits", "Make another: ssh-keygen -t ed25519")
    elif not _fits(kind, lengths):
        raise Unfit("is a public key of SSH without its end", _WHOLE)


def _fits(kind: str, lengths: list[int]) -> bool:
    if kind == "ssh-ed25519":
        return lengths == [32]
    if kind in _NIST:
        return len(lengths) == 2 and lengths[1] == _NIST[kind]
    if kind.startswith("sk-ssh-ed25519"):
        return len(lengths) == 2 and lengths[0] == 32
    return len(lengths) == 3 and lengths[1] == _NIST["ecdsa-sha2-nistp256"]


def _strings(blob: bytes) -> list[bytes]:
    """Strings with their length in front (RFC 4251, 5)."""
    reader = Reader(blob)
    found = []
    while reader.left:
        found.append(reader.take(reader.u32()))
    return found


def key_body(key: str) -> str:
    """The key without its comment: what makes two lines the same key."""
    return " ".join(key.split(" ")[:2])
