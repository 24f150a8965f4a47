"""A handshake of a scripted client, recorded as an owner does it: by the control socket's verbs."""

from dataclasses import replace
from typing import Any

from cryptography import x509

from gateway.bridge.answers import answer
from gateway.control.config import OwnCertificate
from gateway.control.recorded import Case, case_from_data
from gateway.wire.ipv4 import host_bytes
from gateway.x509.certificate import parse_certificate
from gateway.x509.keys import read_private_pem
from gateway.x509.path import Authority
from gateway.x509.rule import Rule
from tests import pki
from tests.pair.gateway_world import CLIENT, World
from tests.pair.net import seeded
from tests.pair.old_world import call_up, old_world, place
from tests.pair.peers.ike_signer import Signer
from tests.pair.peers.old_box import Kind

ROOT = pki.authority("Works CA")
OURS = pki.machine(ROOT, "gateway", names=[x509.DNSName("gateway.works")])
PRESS = pki.machine(ROOT, "press", names=[x509.DNSName("press.works")])
ASKED = {"client": "old-pc", "seconds": 600}


def ask(world: World, verb: str, **more: object) -> dict[str, Any]:
    found, _ = answer(world.core, {"verb": verb, **more}, world.net.now)
    return found


def taken(world: World) -> Case:
    """What the gateway gives once the dial is over."""
    found = ask(world, "recorded")
    assert found["ok"], found
    assert found["result"]["state"] == "done", found["result"]
    return case_from_data(found["result"]["case"])


def record(kind: Kind, **asked: object) -> tuple[World, Case]:
    """A machine of this kind dials, and is recorded."""
    world = old_world()
    assert ask(world, "record", **(asked or ASKED))["ok"]
    call_up(world, kind, 15.0)
    return world, taken(world)


def record_signed(kind: Kind, *, me: pki.Owner = PRESS, **how: Any) -> tuple[World, Case]:
    """The same by certificate; `how` goes to the `Signer`."""
    world = old_world()
    client, *_ = world.core.config.clients
    own = OwnCertificate("own", (parse_certificate(OURS.der),), read_private_pem(OURS.key_pem))
    config = replace(
        world.core.config,
        clients=(replace(client, psk=b"", certificate=Rule()),),
        certificates=(own,),
        authorities=(Authority("works", parse_certificate(ROOT.der)),),
    )
    world.ask(world.core.reload(config, world.net.now))
    assert ask(world, "record", **ASKED)["ok"]
    box = place(world, kind)
    ends = host_bytes(CLIENT), host_bytes(world.dialled)
    box.ike = Signer(kind.ike, *ends, seeded(5), me, **{"roots": (ROOT,)} | how)
    world.net.send(box.dial(world.net.now))
    world.net.run_for(15.0)
    assert box.up, (box.errors, world.facts()[-3:])
    return world, taken(world)
