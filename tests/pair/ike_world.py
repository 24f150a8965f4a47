"""One old client, its NAT, the internet and our responder: where every IKE story begins."""

from dataclasses import dataclass, replace
from typing import Any

from gateway.ike.events import PairReady
from gateway.ike.policy import Credential, IkePolicy
from gateway.wire.ipv4 import host_bytes
from tests.pair.nat import Nat
from tests.pair.net import Net, seeded
from tests.pair.peers.ike_gateway import IkeGateway, anyone
from tests.pair.peers.ike_initiator import Initiator
from tests.pair.peers.ike_profiles import Profile

INSIDE, OUTSIDE, GATEWAY = "192.168.1.2", "203.0.113.7", "198.51.100.1"
PSK = b"a shared secret"
IKE_SUITES = (
    "aes256-sha1-modp2048",
    "aes128-sha1-modp2048",
    "3des-sha1-modp2048",
    "aes128-sha1-modp1024",
    "3des-sha1-modp1536",
    "3des-sha1-modp1024",
)
ESP_SUITES = ("aes256-sha1", "aes128-sha1", "3des-sha1")


def credential(name: str = "old-pc", psk: bytes = PSK, *, ike: Any = None) -> Credential:
    return Credential(name, psk, frozenset(ike or IKE_SUITES), frozenset(ESP_SUITES))


def policy(*credentials: Credential, **changes: Any) -> IkePolicy:
    """The default policy of the stories, with what a story wants otherwise."""
    usual = IkePolicy(IKE_SUITES, ESP_SUITES, anyone(*(credentials or (credential(),))))
    return replace(usual, **changes)


@dataclass(slots=True)
class World:
    net: Net
    client: Initiator
    gateway: IkeGateway
    nat: Nat | None

    def dial(self, seconds: float = 300.0) -> None:
        self.net.send(self.client.dial(self.net.now))
        self.net.run_for(seconds)

    def newest(self) -> PairReady:
        return self.gateway.seen(PairReady)[-1]


def client_of(profile: Profile, host: str = INSIDE, psk: bytes = PSK, seed: int = 1) -> Initiator:
    return Initiator(profile, host_bytes(host), host_bytes(GATEWAY), psk, seeded(seed))


def meet(
    profile: Profile,
    *,
    natted: bool = True,
    psk: bytes = PSK,
    rules: IkePolicy | None = None,
    **wire: Any,
) -> World:
    """`wire` goes to the `Net`: loss, duplicate, jitter, seed."""
    net = Net(**wire)
    nat = Nat(OUTSIDE) if natted else None
    client = client_of(profile, psk=psk, seed=wire.get("seed", 0) + 1)
    gateway = IkeGateway(rules or policy(), seeded(wire.get("seed", 0)))
    net.join(client, INSIDE, nat=nat)
    net.join(gateway, GATEWAY)
    return World(net, client, gateway, nat)


def agree(world: World) -> bool:
    """Both ends have the same SPIs and keys for each of the client's pairs."""
    ours = {event.spi_out: event for event in world.gateway.seen(PairReady)}
    return all(
        (
            (mine := ours[int.from_bytes(pair.spi_in)]).spi_in,
            mine.keymat_in,
            mine.keymat_out,
        )
        == (int.from_bytes(pair.spi_out), pair.keymat_out, pair.keymat_in)
        for pair in world.client.pairs
    )
