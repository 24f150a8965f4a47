"""What `Initiator` tells besides the events of `Ike`."""

from dataclasses import dataclass
from enum import Enum

from gateway.ike.events import IkeEvent


class Why(Enum):
    """Why a server gives us no security associations; the value ends "the server ..."."""

    SILENT = "does not answer IKE"
    NO_SUITE = "takes none of the suites offered for IKE"
    WRONG_KEY = "does not accept the pre-shared key"
    NO_PAIR = "refuses the security associations for L2TP"
    REFUSED = "refuses to speak IKE with the gateway"


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing is under way any more. `detail` holds no secret; it may be empty."""

    why: Why
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The server takes this port of its own in the selectors: remember it for the next time."""

    server_port: int


AskEvent = IkeEvent | Failed | Agreed
