"""A client with a certificate, its NAT and our responder: where stories with certificates begin."""

from dataclasses import replace
from typing import Any

from cryptography import x509

from gateway.ike.certificates import Identity, Signing
from gateway.ike.events import PairReady, Reason, Refused
from gateway.ike.policy import Credential, IkePolicy
from gateway.wire.ipv4 import host_bytes
from gateway.x509.certificate import parse_certificate
from gateway.x509.keys import read_private_pem
from gateway.x509.path import Authority
from gateway.x509.rule import parse_rule
from tests import pki
from tests.pair.ike_world import ESP_SUITES, GATEWAY, IKE_SUITES, INSIDE, OUTSIDE, World, policy
from tests.pair.nat import Nat
from tests.pair.net import Net, seeded
from tests.pair.peers.ike_gateway import IkeGateway
from tests.pair.peers.ike_profiles import XP_SP2, Profile
from tests.pair.peers.ike_signer import Signer

ROOT = pki.authority("Works CA")
OTHER = pki.authority("Other CA")
OURS = pki.machine(ROOT, "gateway")
PRESS = pki.machine(ROOT, "press-3", names=[x509.DNSName("press-3.works")])


def authority(owner: pki.Owner = ROOT, **more: Any) -> Authority:
    return Authority("works", parse_certificate(owner.der), **more)


def identity(owner: pki.Owner, *above: pki.Owner) -> Identity:
    chain = tuple(parse_certificate(one.der) for one in (owner, *above))
    return Identity(chain, read_private_pem(owner.key_pem))


def signing(**more: Any) -> Signing:
    usual = Signing((identity(OURS),), (authority(),), pki.TODAY)
    return replace(usual, **more)


def by_certificate(name: str = "old-pc", rule: str = "CN=press-3") -> Credential:
    suites = frozenset(IKE_SUITES), frozenset(ESP_SUITES)
    return Credential(name, b"", *suites, certificate=parse_rule(rule))


def rules(*credentials: Credential, **more: Any) -> IkePolicy:
    return policy(*(credentials or (by_certificate(),)), signing=signing(**more))


def sign_in(
    me: pki.Owner = PRESS,
    *,
    allowed: IkePolicy | None = None,
    profile: Profile = XP_SP2,
    wire: dict[str, Any] | None = None,
    until: float = 120.0,
    **signer: Any,
) -> World:
    """A dial from behind a NAT, played for so many seconds; `signer` goes to the `Signer`."""
    net, nat = Net(**(wire or {})), Nat(OUTSIDE)
    client = Signer(
        profile,
        host_bytes(INSIDE),
        host_bytes(GATEWAY),
        seeded(1),
        me,
        **{"roots": (ROOT,)} | signer,
    )
    gateway = IkeGateway(allowed or rules(), seeded(0))
    net.join(client, INSIDE, nat=nat)
    net.join(gateway, GATEWAY)
    world = World(net, client, gateway, nat)
    if until:
        world.dial(until)
    return world


def refused(world: World) -> tuple[Reason, str]:
    """Why, and that nothing came of it but one notice under the exchange's own keys."""
    (event,) = world.gateway.seen(Refused)
    assert world.client.pairs == []
    assert world.gateway.seen(PairReady) == []
    assert world.gateway.deadline() is None
    return event.reason, event.detail
