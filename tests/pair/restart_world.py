"""A gateway that dies and is begun anew from what it has left, in the middle of a story.

What outlives it: the records it asked to keep, the words, and the TCP connections; as the system
does it with descriptors that somebody else holds.
"""

from collections.abc import Collection
from typing import Any

from gateway.bridge.gateway import Gateway
from gateway.bridge.household import Household
from gateway.bridge.session import Session
from gateway.bridge.taking_up import TakingUp
from gateway.bridge.tracks import KERNEL, WORKER, carried_by
from gateway.control.config import Client, Config
from gateway.outputs import Forget, Keep, Output
from gateway.paths import L2tpHeard, Left
from gateway.wire.udp import Datagram
from tests.pair import gateway_world
from tests.pair.gateway_world import INSIDE, KEY, NAT, OUTSIDE, TODAY, GatewayNode, World, meet
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import SAFENET_98, Profile
from tests.pair.peers.kernel import ABILITIES
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient

CARRIED = {"kernel": KERNEL, "workers": WORKER}


class MortalNode(GatewayNode):
    """The node stays where it is; the core in it may be another after `comes_back`."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.records: dict[int, bytes] = {}
        self.core.keeping.begin(self.memory, KEY)
        self.taking_up: TakingUp | None = None

    def carry(self, outputs: list[Output], now: float) -> list[Datagram]:
        for output in outputs:
            if isinstance(output, Keep):
                self.records[output.number] = output.data
            elif isinstance(output, Forget):
                self.records.pop(output.number, None)
        return super().carry(outputs, now)

    def comes_back(
        self,
        now: float,
        config: Config | None = None,
        lost: Collection[int] = (),
        kernel_goes_on: bool = True,
    ) -> list[Datagram]:
        """Another process takes up what is there; `lost` are connections that are not."""
        config = config or self.core.config
        self.core = self.door = Gateway(config, seeded(int(now)), now, TODAY)
        self.memory.taken.clear()
        self.core.keeping.begin(self.memory, KEY)
        there = set(self._lines) - set(lost)
        left = self._left(kernel_goes_on)
        self.taking_up = TakingUp(self.core, self.memory, there, seeded(int(now) + 1), now, left)
        found = self.taking_up.take_up(dict(self.records))
        sent = self.carry([*found, *self.core.tell_date(TODAY, now)], now)
        if self.kernel is not None:
            self.kernel.keep_only(self.core.carrier.legs, self.core.carrier.calls)
        return sent

    def _left(self, goes_on: bool) -> Left:
        """What the kernel still has; if it does not go on, it has nothing afterwards."""
        if self.workforce is not None:
            self.core.carrier.abilities = self._begin_workers()
        if self.kernel is None:
            return Left()
        self.core.carrier.abilities = ABILITIES
        left = Left(self.kernel.standing(), goes_on)
        # What clients have said waits in sockets that somebody else holds open.
        waiting = [event for event in self.kernel.told if isinstance(event, L2tpHeard)]
        self.kernel.told.clear()
        self.kernel.told.extend(waiting if goes_on else ())
        if not goes_on:
            self.kernel.forget_all()
        return left


class MortalWorld:
    """A world whose gateway may die; a client of it is up."""

    def __init__(self, *clients: Client, **given: Any) -> None:
        """As `meet` takes them."""
        self.world: World = meet(*clients, node_of=MortalNode, **given)
        self.net = self.world.net
        node = self.world.gateway
        assert isinstance(node, MortalNode)
        self.node = node

    def kill(
        self,
        config: Config | None = None,
        lost: Collection[int] = (),
        kernel_goes_on: bool = True,
    ) -> None:
        """It dies, and another is there at once."""
        self.net.send(self.node.comes_back(self.net.now, config, lost, kernel_goes_on))

    def kill_for(self, seconds: float) -> None:
        """It is dead for so long: what comes meanwhile is lost."""
        self.net.leave(self.node)
        self.net.run_for(seconds)
        self.net.join(self.node, OUTSIDE, INSIDE)
        self.kill()

    @property
    def keys(self) -> list[int]:
        """Of the connections to servers."""
        return list(self.node.core.board.by_key)


def up(
    profile: Profile = SAFENET_98, nat: Nat | None = None
) -> tuple[MortalWorld, L2tpIpsecClient]:
    """A client whose session is carried by whoever is to carry it."""
    mortal = MortalWorld()
    client = mortal.world.join(profile, nat=nat or Nat(NAT))
    mortal.world.dial(client)
    mortal.net.run_for(2.0)
    assert carried_by(session_of(mortal)) == (CARRIED[gateway_world.CARRIER], "")
    return mortal, client


def session_of(mortal: MortalWorld) -> Session:
    (session,) = mortal.world.core.sessions.values()
    return session


def household_of(node: MortalNode) -> Household:
    """The one that is kept."""
    ((number, sealed),) = node.records.items()
    value = node.core.keeping.open(number, sealed)
    assert value is not None
    return value
