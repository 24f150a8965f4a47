"""What the matrix is made of: five axes, and every combination of their values."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

from tests.pair.peers.ike_profiles import NATT, Esp
from tests.pair.peers.isakmp import Suite
from tests.pair.peers.old_clients import CLIENTS


class Both(NamedTuple):
    """What a client offers alone: in IKE, and for the data."""

    ike: Suite
    esp: Esp


SUITES: Final[dict[tuple[str, str], Both]] = {
    ("aes256-sha1-modp2048", "aes256-sha1"): Both(Suite(7, 256, 2, 14), Esp(12, 256, 2)),
    ("aes128-sha1-modp1536", "aes128-sha1"): Both(Suite(7, 128, 2, 5), Esp(12, 128, 2)),
    ("3des-sha1-modp2048", "3des-sha1"): Both(Suite(5, None, 2, 14), Esp(3, None, 2)),
    ("3des-sha1-modp1024", "3des-sha1"): Both(Suite(5, None, 2, 2), Esp(3, None, 2)),
    ("3des-sha1-modp1024", "des-md5"): Both(Suite(5, None, 2, 2), Esp(2, None, 1)),
    ("3des-md5-modp1024", "3des-md5"): Both(Suite(5, None, 1, 2), Esp(3, None, 1)),
    ("des-md5-modp768", "des-md5"): Both(Suite(1, None, 1, 1), Esp(2, None, 1)),
}
ROUTES: Final = ("pptp", "l2tp-ipsec one tunnel", "l2tp-ipsec a tunnel each")
# The machine that dials, by what it proves itself with; each has an entry, but the last two.
AUTHENTICATIONS: Final = (
    "key",
    "key in quarantine",  # may use weak suites for some days more
    "key whose quarantine is over",
    "key that is revoked",
    "certificate",
    "certificate that is revoked",
    "wrong key",
    "certificate of a stranger",
)
WITHOUT_NAT: Final = "none"  # no NAT traversal is offered, and no NAT is in the way
WAYS: Final = (WITHOUT_NAT, *NATT)


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination."""

    client: str
    natt: str
    ike: str
    esp: str
    authentication: str
    route: str


def cells() -> Iterator[Cell]:
    """All of them, the last axis fastest."""
    for client, natt, (ike, esp), who, route in product(
        CLIENTS, WAYS, SUITES, AUTHENTICATIONS, ROUTES
    ):
        yield Cell(client, natt, ike, esp, who, route)


def sample(step: int) -> list[Cell]:
    """Every so manieth. A prime that divides no axis takes each value of each in turn."""
    return list(cells())[::step]
