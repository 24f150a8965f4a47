"""Recordings of clients that prove themselves by certificates: whose these are never shows."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509

from gateway.bridge.replay import replay
from gateway.control.recorded import Case, build_case, parse_case
from tests import pki
from tests.pair.net import seeded
from tests.pair.old_world import view
from tests.pair.peers.ike_signer import certificate, chain
from tests.pair.peers.old_box import Kind
from tests.pair.peers.old_clients import WIN2000_KB818043, XP_SP2
from tests.pair.recorded_world import OURS, PRESS, ROOT, record_signed

FQDN = b"\2\0\0\0press.works"
SHOWN: dict[str, dict[str, Any]] = {
    "its own": {},
    "its own and the root": {"shown": [certificate(PRESS), certificate(ROOT)]},
    "in pkcs 7": {"shown": [chain(PRESS, ROOT)]},
    "in pieces": {"cut": True},
    "in pkcs 7 and in pieces": {"shown": [chain(PRESS, ROOT)], "cut": True},
    "asking for the gateway's": {"requests": (ROOT.subject,)},
    "named by host": {"identity": FQDN},
}
each_way = pytest.mark.parametrize("how", SHOWN.values(), ids=SHOWN)


@pytest.mark.long
@each_way
@pytest.mark.parametrize("kind", [XP_SP2, WIN2000_KB818043], ids=["xp sp2", "2000"])
def test_what_was_recorded_comes_as_far_again_by_other_certificates(
    kind: Kind, how: dict[str, Any]
) -> None:
    world, case = record_signed(kind, **how)
    assert case.came[-1] == "session-opened"
    assert view(world).state == "up"
    for seed in range(2):
        found = replay(parse_case(build_case(case)), seeded(seed))
        assert (found.problems, found.changes) == ((), ())
        assert found.came == case.came


@each_way
def test_nothing_of_a_certificate_is_in_the_file(how: dict[str, Any]) -> None:
    _, case = record_signed(XP_SP2, **how)
    text = build_case(case)
    for owner in (ROOT, OURS, PRESS):
        numbers = owner.key.private_numbers()
        parts = [owner.der, owner.subject, numbers.public_numbers.n.to_bytes(128)]
        parts += [numbers.p.to_bytes(64), numbers.q.to_bytes(64), numbers.d.to_bytes(128)]
        for part in parts:
            cuts = [part[at : at + 8].hex() for at in range(0, len(part) - 8, 4)]
            assert [each for each in cuts if each in text] == []
    assert [name for name in ("press", "Works", "gateway.works") if name in text] == []


def test_a_message_in_pieces_is_one_line() -> None:
    _, whole = record_signed(XP_SP2)
    _, pieces = record_signed(XP_SP2, cut=True)
    assert mine(pieces) == mine(whole)


def mine(case: Case) -> list[tuple[str, ...]]:
    return [line.parts for line in case.lines if line.by_client and line.layer == "ike"]


def test_a_replay_tells_when_certificates_are_not_taken_any_more() -> None:
    _, case = record_signed(XP_SP2)
    lines = [
        replace(line, parts=tuple(p.replace("6 certificate 4", "6 cut 900") for p in line.parts))
        for line in case.lines
    ]
    found = replay(replace(case, lines=tuple(lines)), seeded(1))
    assert "it no longer comes to authenticated" in found.problems


def test_names_by_which_it_could_be_found_are_in_no_part() -> None:
    other = pki.machine(ROOT, "lathe-7", names=[x509.DNSName("lathe-7.works")])
    _, case = record_signed(XP_SP2, me=other, identity=b"\2\0\0\0lathe-7.works")
    fifth = [line.parts for line in case.lines if "9 signature" in line.parts and line.by_client]
    assert fifth == [("5 id 2 0 0 name:13", "6 certificate 4", "9 signature")]
