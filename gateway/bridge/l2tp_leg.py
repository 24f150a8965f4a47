"""The leg towards a native L2TP/IPsec server: one call on a trunk, which may carry others."""

from gateway.bridge.inside_leg import Gone, LegOutput
from gateway.bridge.timers import Timed
from gateway.bridge.trunk import Trunk
from gateway.outputs import Output
from gateway.wire.udp import Endpoint


class L2tpLeg:
    """One call. Its number is the trunk's to give, when the leg is started."""

    def __init__(self, trunk: Trunk, key: int) -> None:
        """`key` is the number by which the kernel may have the call."""
        self.trunk, self.key = trunk, key
        self.server: Endpoint = trunk.server
        self.call_id = 0
        self.peer_call = 0
        self.is_up = False

    @property
    def called(self) -> str:
        return str(self.server)

    @property
    def kind(self) -> str:
        return "L2TP/IPsec"

    @property
    def encryption(self) -> str:
        return self.trunk.encryption

    @property
    def speaks_late(self) -> bool:
        """xl2tpd 1.3.18 answers the call and then starts pppd, which takes up to half a second."""
        return True

    @property
    def shared(self) -> Timed | None:
        return self.trunk

    def start(self, now: float) -> list[LegOutput]:
        self.call_id, found = self.trunk.ring(self, now)
        return [*found]

    def hang_up(self, now: float) -> list[LegOutput]:
        """The server is told; nothing of the call has to be waited for."""
        return [*self.abandon(now), Gone()]

    def abandon(self, now: float) -> list[Output]:
        self.is_up = False
        return self.trunk.hang_up(self.call_id, now)

    def link_up(self, now: float) -> list[LegOutput]:
        return []

    def deadline(self) -> float | None:
        """The trunk has deadlines, and looks after them itself."""
        return None

    def handle_timeout(self, now: float) -> list[LegOutput]:
        return []

    def drops(self) -> dict[str, int]:
        """The trunk's, for ESP does not tell one call from another."""
        return self.trunk.counted_drops()

    # the road

    has_more = False

    def send(self, frame: bytes, now: float) -> list[Output]:
        return self.trunk.send_frame(self.call_id, frame)

    def late(self, now: float) -> list[bytes]:
        return []

    def drain(self, now: float) -> list[Output]:
        return []

    def road_deadline(self) -> float | None:
        return None
