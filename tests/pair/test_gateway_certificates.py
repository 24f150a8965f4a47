"""Whole sessions by certificate: who is up by one that does not hold any more is out at once."""

from dataclasses import replace
from datetime import timedelta

from gateway.control.config import Config, OwnCertificate
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from gateway.x509.certificate import parse_certificate
from gateway.x509.crl import parse_crl
from gateway.x509.keys import read_private_pem
from gateway.x509.path import Authority
from gateway.x509.rule import parse_rule
from tests import pki
from tests.pair.gateway_world import NAT, OUTSIDE, TODAY, World, client_entry, configure, meet
from tests.pair.nat import Nat
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import XP_SP2
from tests.pair.peers.ike_signer import Signer
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient

ROOT = pki.authority("Works CA")
OURS = pki.machine(ROOT, "gateway")
PRESS, LATHE = pki.machine(ROOT, "press"), pki.machine(ROOT, "lathe")
OWN = OwnCertificate("own", (parse_certificate(OURS.der),), read_private_pem(OURS.key_pem))
WORKS = Authority("works", parse_certificate(ROOT.der))
ENTRIES = [
    client_entry(name, "", certificate=parse_rule(f"CN={name}")) for name in ("press", "lathe")
]


def configured(authority: Authority = WORKS, entries: int = 2) -> Config:
    config = configure(*ENTRIES[:entries])
    return replace(config, certificates=(OWN,), authorities=(authority,))


def two_up() -> World:
    """Press and lathe behind one NAT, each with its certificate, both with PPP."""
    world, nat = meet(*ENTRIES), Nat(NAT)
    world.ask(world.core.reload(configured(), world.net.now))
    for number, owner in enumerate((PRESS, LATHE)):
        host = f"192.168.1.{77 + number}"
        client: L2tpIpsecClient = world.join(XP_SP2, host=host, nat=nat)
        where = host_bytes(host), host_bytes(OUTSIDE)
        client.ike = Signer(XP_SP2, *where, seeded(number), owner, roots=(ROOT,), cut=True)
        world.dial(client)
        assert client.up
    world.gateway.facts.clear()
    return world


def out(world: World) -> dict[str, str]:
    return {fact.details["client"]: fact.details["reason"] for fact in world.facts(What.PUT_OUT)}


def living(world: World) -> set[str]:
    return {session.leg.client for session in world.core.sessions.values()}


def test_two_machines_are_up_by_certificates_and_renew_everything() -> None:
    world = two_up()
    assert living(world) == {"press", "lathe"}
    for client in world.clients:
        world.net.send(client.rekey_pair(world.net.now))
        world.net.send(client.rekey_phase1(world.net.now))
    world.net.run_for(30.0)
    assert living(world) == {"press", "lathe"}
    assert world.errors() == []
    assert world.facts(What.SESSION_CLOSED) == []


def test_a_revoked_machine_is_out_at_once_and_its_neighbour_stays() -> None:
    world = two_up()
    crl = parse_crl(pki.list_der(ROOT, PRESS.certificate.serial_number))
    world.ask(world.core.reload(configured(replace(WORKS, crl=crl)), world.net.now))
    world.net.run_for(5.0)
    why = "the certificate it came in by does not hold any more: CN=press is revoked"
    assert out(world) == {"press": why}
    assert living(world) == {"lathe"}


def test_an_authority_that_is_not_trusted_any_more_takes_its_machines_with_it() -> None:
    world = two_up()
    other = Authority("works", parse_certificate(pki.authority("Other CA").der))
    world.ask(world.core.reload(configured(other), world.net.now))
    assert set(out(world)) == {"press", "lathe"}
    assert "whom no [[ca]] names" in out(world)["press"]


def test_who_is_taken_out_of_the_configuration_is_out() -> None:
    world = two_up()
    world.ask(world.core.reload(configured(entries=1), world.net.now))
    assert out(world) == {"lathe": "it was taken out of the configuration"}


def test_on_its_last_day_a_machine_is_up_and_on_the_next_it_is_not() -> None:
    world = two_up()
    last = TODAY.replace(year=2027, month=9, day=20)
    world.ask(world.core.tell_date(last, world.net.now))
    assert out(world) == {}
    world.ask(world.core.tell_date(last + timedelta(days=1), world.net.now))
    assert set(out(world)) == {"press", "lathe"}
    assert out(world)["press"].endswith("CN=press expired on 2027-09-21")


def test_another_edit_and_another_name_leave_them_up() -> None:
    world = two_up()
    renamed = [replace(ENTRIES[0], name="press-3"), replace(ENTRIES[1], route="other")]
    config = replace(configured(), clients=tuple(renamed))
    world.ask(world.core.reload(config, world.net.now))
    world.net.run_for(5.0)
    assert out(world) == {}
    assert living(world) == {"press-3", "lathe"}
