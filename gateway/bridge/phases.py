"""What the bridge knows of one phase 1 of IKE."""

from dataclasses import dataclass, field

from gateway.bridge.acquaintance import Acquaintance
from gateway.bridge.client_leg import ClientLeg
from gateway.wire.udp import Endpoint


@dataclass(slots=True)
class Phase1:
    """What is known of one phase 1; `dial` numbers the account it belongs to."""

    dial: int
    began: float  # seconds on the caller's clock
    peer: Endpoint
    local: Endpoint
    quiet: bool = False  # one of a flood: nothing is told before it has proved its key
    client: str = ""
    identity: str = ""
    old_key: bool = False
    suite: str = ""
    who: Acquaintance = field(default_factory=Acquaintance)
    leg: ClientLeg | None = None  # of whoever proved to have the key
    contact: float | None = None  # when it said INITIAL-CONTACT, until a leg knows of it
