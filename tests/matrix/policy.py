"""The rule that says what becomes of a combination: stated here, before anything has dialled.

1. What no machine may use that proves itself in this way, is refused at the first message, before
   anybody has proved anything. No machine with a certificate is in quarantine.
2. Who cannot prove who he is, is refused for that, whatever else he wants.
3. Who is revoked is refused for that.
4. A suite with DES, MD5 or 768 bits in it is for machines in quarantine alone, until their day.
5. Everything else is let in: by any way of NAT traversal, to any kind of server.

The rule knows names only: nothing here asks the gateway.
"""

from typing import Final

from tests.matrix.axes import Cell

WEAK: Final = {"des", "md5", "modp768"}
LET_IN: Final = ""

NOT_ALLOWED: Final = "suite not allowed for this client"

# Whoever is not who he says, and who is revoked (rules 2 and 3).
NOT_WHO: Final = {
    "wrong key": "wrong key",
    "certificate of a stranger": "certificate not accepted",
    "certificate that is revoked": "certificate not accepted",
    "key that is revoked": "client is revoked",
}
# What a weak suite comes to, by who asks (rule 4).
FOR_WEAK: Final = {
    "key in quarantine": LET_IN,
    "key whose quarantine is over": "time of the weak suite is over",
    "key": NOT_ALLOWED,
    "certificate": NOT_ALLOWED,
}


def is_weak(suite: str) -> bool:
    return not WEAK.isdisjoint(suite.split("-"))


def wanted(cell: Cell) -> str:
    """Why the gateway has to refuse it, in its own word for that; or `LET_IN`."""
    if is_weak(cell.ike) and cell.authentication.startswith("certificate"):
        return NOT_ALLOWED
    if cell.authentication in NOT_WHO:
        return NOT_WHO[cell.authentication]
    if is_weak(cell.ike) or is_weak(cell.esp):
        return FOR_WEAK[cell.authentication]
    return LET_IN
