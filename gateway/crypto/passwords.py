"""What Windows keeps of a password, and proves that it knows: its NT hash (RFC 2433, A.4).

To whoever has it, it is as good as the password itself; the older LM hash (`lm.py`) gives even that
away.
"""

from dataclasses import dataclass, field
from typing import Final

from gateway.crypto.md4 import md4

SIZE: Final = 16  # bytes of either hash
LONGEST: Final = 256  # characters (RFC 2759, 8.1)


@dataclass(frozen=True, slots=True)
class Hashes:
    """One user's. `lm` is there only if somebody has asked for it."""

    nt: bytes = field(repr=False)
    lm: bytes | None = field(default=None, repr=False)


def nt_hash(password: str) -> bytes:
    """MD4 of the password in UTF-16; ValueError, without it, for what Windows cannot have."""
    if len(password) > LONGEST:
        raise ValueError(f"a password has at most {LONGEST} characters")
    try:
        return md4(password.encode("utf-16-le"))
    except UnicodeEncodeError:
        raise ValueError("the password has something in it that is no letter") from None
