"""What `explain` says of a dial by certificate; each cause provoked with the whole gateway."""

from dataclasses import replace
from struct import pack
from typing import Any

import pytest

from gateway.control.causes import Cause
from gateway.control.config import Config, OwnCertificate
from gateway.wire.ipv4 import host_bytes
from gateway.x509.certificate import parse_certificate
from gateway.x509.crl import parse_crl
from gateway.x509.keys import read_private_pem
from gateway.x509.path import Authority
from gateway.x509.rule import parse_rule
from tests import pki
from tests.pair.explain_world import MACHINE, ask
from tests.pair.gateway_world import NAT, OUTSIDE, World, client_entry, configure, meet
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import XP_SP2
from tests.pair.peers.ike_signer import Signer
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient

ROOT, OTHER = pki.authority("Works CA"), pki.authority("Other CA")
ANEW = pki.authority("Works CA", key_name="made anew")
OURS = pki.machine(ROOT, "gateway")
GOOD = pki.machine(ROOT)
OWN = OwnCertificate("own", (parse_certificate(OURS.der),), read_private_pem(OURS.key_pem))
WORKS = Authority("works", parse_certificate(ROOT.der))
ENTRY = client_entry(MACHINE, "", certificate=parse_rule("CN=press-3"))
REVOKED = replace(WORKS, crl=parse_crl(pki.list_der(ROOT, GOOD.certificate.serial_number)))


def configured(authority: Authority = WORKS) -> Config:
    return replace(configure(ENTRY), certificates=(OWN,), authorities=(authority,))


def joined(
    me: pki.Owner = GOOD, config: Config | None = None, key: str = "", **signer: Any
) -> World:
    """A client with this certificate, and with the key of that name where another is given."""
    world = meet(ENTRY)
    world.ask(world.core.reload(config or configured(), world.net.now))
    client: L2tpIpsecClient = world.join(XP_SP2, nat=Nat(NAT))
    where = host_bytes("192.168.1.2"), host_bytes(OUTSIDE)
    client.ike = Signer(XP_SP2, *where, seeded(1), me, roots=(ROOT,), cut=True, **signer)
    client.ike.signing_key = pki.key(key) if key else me.key
    return world


def dial(*who: Any, **more: Any) -> World:
    world = joined(*who, **more)
    world.dial(world.clients[0], 20.0)
    return world


def no_more_of_them() -> World:
    """The owner takes all certificates out of the configuration while it dials."""
    world = joined()
    world.dial(world.clients[0], 1 / 16)
    world.ask(world.core.reload(configure(ENTRY), world.net.now))
    world.net.run_for(20.0)
    return world


CASES: list[tuple[Any, Cause, str]] = [
    (lambda: dial(), Cause.CONNECTED, "is connected"),
    (
        lambda: dial(pki.machine(OTHER)),
        Cause.CERTIFICATE_NOT_TRUSTED,
        "give the gateway that authority's certificate as a [[ca]]",
    ),
    (
        lambda: dial(pki.machine(ANEW)),
        Cause.CERTIFICATE_FORGED,
        "issue it again with the authority there is now",
    ),
    (
        lambda: dial(pki.machine(ROOT, end=pki.TODAY - 86400)),
        Cause.CERTIFICATE_TIME,
        "CN=press-3 expired on 2026-09-20; compare the gateway's clock",
    ),
    (
        lambda: dial(pki.machine(ROOT, start=pki.TODAY + 86400 * 60)),
        Cause.CERTIFICATE_TIME,
        "it has expired, or a clock is wrong: CN=press-3 is not valid before",
    ),
    (
        lambda: dial(config=configured(REVOKED)),
        Cause.CERTIFICATE_REVOKED,
        "issue it a new one (`postern ca issue`) if this machine may dial again",
    ),
    (
        lambda: dial(pki.machine(ROOT, digest="sha1")),
        Cause.CERTIFICATE_HASH,
        "add that hash to `allow` of this [[ca]]",
    ),
    (
        lambda: dial(pki.machine(ROOT, purposes=["1.3.6.1.5.5.7.3.4"])),
        Cause.CERTIFICATE_PURPOSE,
        "issue one for IPsec",
    ),
    (
        lambda: dial(pki.machine(ROOT, "lathe")),
        Cause.CERTIFICATE_OF_NOBODY,
        "write its name or fingerprint as `certificate` of that machine's [[client]]",
    ),
    (lambda: dial(shown=[]), Cause.CERTIFICATE_MISSING, "into the store of the computer"),
    (
        lambda: dial(key="somebody else"),
        Cause.WRONG_SIGNATURE,
        "shows a certificate without having its key",
    ),
    (
        lambda: dial(config=configure(client_entry(MACHINE))),
        Cause.ONLY_CERTIFICATES,
        "give it a pre-shared key there, or a `certificate`",
    ),
    (
        lambda: dial(identity=pack("!BBH", 9, 0, 0) + pki.machine(ROOT, "press-4").subject),
        Cause.CERTIFICATE_IDENTITY,
        "it calls itself CN=press-4 and shows the certificate of CN=press-3",
    ),
    (
        lambda: dial(pki.machine(ROOT, bits=512)),
        Cause.CERTIFICATE_KEY,
        "issue a certificate with an RSA key of 2048 bits",
    ),
    (no_more_of_them, Cause.CERTIFICATES_NOT_TAKEN, "add a [[certificate]] and a [[ca]]"),
]


@pytest.mark.parametrize(("world", "cause", "words"), CASES)
def test_what_is_wrong_with_a_certificate_is_told_first(
    world: Any, cause: Cause, words: str
) -> None:
    first = ask(world())[0]
    assert first.cause == cause.value, first.sentence
    assert words.lower() in first.sentence.lower()
    assert cause is Cause.CONNECTED or {789, 792} <= set(first.shown.nt5)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (configured(REVOKED), "CN=press-3 is revoked; issue it a new one"),
        (configured(Authority("works", parse_certificate(OTHER.der))), "certificate as a [[ca]]"),
    ],
)
def test_whoever_is_put_out_for_its_certificate_is_told_how_to_come_back(
    config: Config, words: str
) -> None:
    world = dial()
    world.ask(world.core.reload(config, world.net.now))
    world.net.run_for(5.0)
    first = ask(world)[0]
    assert first.cause == Cause.PUT_OUT.value
    assert words in first.sentence
