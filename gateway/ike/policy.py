"""What an owner allows, as far as IKE is concerned."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.ike.certificates import Signing
from gateway.ike.nat import NAMES, Answer
from gateway.ike.payloads import Identification
from gateway.ike.proposals import ESP_SUITES, IKE_SUITES
from gateway.wire.udp import Endpoint
from gateway.x509.rule import Rule

MOST_CREDENTIALS = 256  # tried for one client, about 16 us each: as many as `control` lets through


@dataclass(frozen=True, slots=True)
class Credential:
    """A client that may dial, one of its keys, and the suites it may use.

    `certificate` says by which certificates it may prove itself instead; without a key `psk` is
    empty, and never tried. `old` says that it is the key it had before. `identity` is what it must
    call itself, None for anything. `lapsed` are suites it may use no more since a day has passed,
    with that day as text. Of a revoked one the key is known so that the refusal can name it.
    """

    name: str
    psk: bytes = field(repr=False)
    ike_suites: frozenset[str]
    esp_suites: frozenset[str]
    old: bool = False
    identity: Identification | None = None
    lapsed: Mapping[str, str] = field(default_factory=dict)
    revoked: bool = False
    certificate: Rule | None = None


@dataclass(frozen=True, slots=True)
class IkePolicy:
    """Suites are in our order, the best first. `credentials` gives those of a peer's address.

    Times are seconds. With `tell_life` a lifetime above `longest_life` is answered by
    RESPONDER-LIFETIME and kept to; without it every offer is taken as it is.
    """

    ike_suites: tuple[str, ...]
    esp_suites: tuple[str, ...]
    credentials: Callable[[Endpoint], Sequence[Credential]] = field(repr=False)
    natt: tuple[str, ...] = NAMES
    nat_d: Answer | None = None  # None: as quirks.NAT_D_ANSWERS has it for each client
    half_open: int = 256
    half_open_per_source: int = 32
    half_open_seconds: float = 30.0
    clients_per_credential: int = 1024  # the one not heard for longest makes room
    dpd_idle: float = 30.0
    dpd_tries: int = 5
    dpd_wait: float = 5.0
    quick_wait: float = 2.0  # before our second message is sent again; doubles each time
    quick_tries: int = 4
    longest_life: int = 86400
    tell_life: bool = False
    signing: Signing | None = None  # None: nobody dials by certificate
    lapsed: Callable[[str], Mapping[str, str]] = lambda name: {}  # of the client of that name

    def __post_init__(self) -> None:
        """ValueError for a name that stands for nothing."""
        for names, known in (
            (self.ike_suites, set(IKE_SUITES)),
            (self.esp_suites, set(ESP_SUITES)),
            (self.natt, set(NAMES)),
        ):
            if unknown := set(names) - known:
                raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
