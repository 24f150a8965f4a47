"""What the scripted initiator remembers."""

from dataclasses import dataclass, field

from gateway.wire.udp import Datagram
from tests.pair.peers.ike_profiles import Esp
from tests.pair.peers.isakmp import Keys, Suite

FIRST_WAIT, TRIES = 1.0, 7  # seconds, then doubled: 255 s in all


@dataclass(slots=True)
class Phase1:
    """One ISAKMP SA, coming up or standing."""

    cookie_i: bytes
    nonce: bytes
    secret: int
    sa: bytes = b""
    floated: bool = False
    step: int = 2  # the number of the message we wait for; 0 when it stands
    cookie_r: bytes = bytes(8)
    suite: Suite | None = None
    natt: str | None = None
    nat_here: bool = False
    nat_there: bool = False
    peer_dpd: bool = False
    public: bytes = b""
    peer_public: bytes = b""
    keys: Keys | None = None
    iv: bytes = b""  # last cipher block of phase 1

    @property
    def cookies(self) -> bytes:
        return self.cookie_i + self.cookie_r

    @property
    def ready(self) -> tuple[Suite, Keys]:
        assert self.suite is not None
        assert self.keys is not None
        return self.suite, self.keys


@dataclass(slots=True)
class Quick:
    """One quick mode under way, and afterwards what repeats its third message."""

    phase1: Phase1
    message_id: int
    spi: bytes
    nonce: bytes
    secret: int
    public: bytes = b""
    iv: bytes = b""
    third: list[Datagram] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two IPsec SAs, seen from here."""

    spi_in: bytes
    spi_out: bytes
    esp: Esp
    keymat_in: bytes = field(repr=False)
    keymat_out: bytes = field(repr=False)
    encapsulation: int
    ids: tuple[bytes, ...]  # as the gateway sent them back
    nat_oa: tuple[bytes, ...]
    seconds: int
    port: int = 4500  # where ESP in UDP goes


@dataclass(slots=True)
class Retry:
    """Sent again until the answer comes."""

    what: str
    datagrams: list[Datagram]
    due: float
    wait: float = FIRST_WAIT
    left: int = TRIES
