"""Which legs may be one client's; the stories are in tests/pair/test_gateway_kin.py."""

from struct import pack

import pytest

from gateway.bridge.classify import Kind
from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.bridge.kin import elder_meant, link, take_over, unlink
from gateway.bridge.place import Place
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import SUITES
from gateway.ike.events import Offered, Shape
from gateway.l2tp.events import Send
from gateway.l2tp.machine import Lns
from tests.pair.net import endpoint, seeded
from tests.pair.peers.ike_profiles import XP_SP2
from tests.pair.peers.l2tp_lac import avp, body, control

SUITE = SUITES["3des-sha1"]
KEYMAT = bytes(SUITE.keymat_length)
HERE = endpoint("198.51.100.1:4500")
SCCRQ = body(1, avp(2, b"\1\0"), avp(3, bytes(4)), avp(7, b"OLDBOX"), avp(9, pack("!H", 7)))


def leg(port: int, *, tunnel: bool = True, identity: str = "192.168.1.2") -> ClientLeg:
    """A leg with one pair of keys, and a tunnel if it has come that far."""
    there = endpoint(f"203.0.113.7:{port}")
    made = ClientLeg(port, 0.0, "old-pc", identity, HERE, Place(there, there),
                     Lns("postern", seeded(port)))  # fmt: skip
    halves = Inbound(port, SUITE, KEYMAT), Outbound(port, SUITE, KEYMAT, seeded(1))
    made.add_pair(Pair(port, SUITE.name, *halves, Kind.ESP_IN_UDP), 1701)
    made.phases.add(port)
    dials = [control(0, 0, 0, 0, SCCRQ)] if tunnel else []
    for message in dials:
        made.lns.receive(message, 0.0)
    return made


def to_tunnel_of(elder: ClientLeg) -> bytes:
    return control(next(iter(elder.lns._tunnels)), 0, 1, 1, b"")


def test_elders_are_of_the_same_name_and_identity_and_have_a_tunnel() -> None:
    elder, heir = leg(1000), leg(2000, tunnel=False)
    link(heir, [elder, heir, leg(3000, identity="192.168.1.3"), leg(4000, tunnel=False)])
    assert heir.elders == [elder]
    assert elder.heir is heir


def test_of_several_elders_none_is_spoken_to_by_the_heirs_keys() -> None:
    elders, heir = [leg(1000), leg(2000)], leg(3000, tunnel=False)
    link(heir, elders)
    assert heir.elders == elders
    assert [elder.heir for elder in elders] == [None, None]
    assert elder_meant(heir, to_tunnel_of(elders[1])) is elders[1]


def test_a_message_of_nobodys_tunnel_means_no_elder() -> None:
    elder, heir = leg(1000), leg(2000, tunnel=False)
    link(heir, [elder])
    assert elder_meant(heir, control(0, 0, 0, 0, SCCRQ)) is None
    assert elder_meant(heir, b"") is None


@pytest.mark.parametrize("gone", [0, 1], ids=["the elder", "the heir"])
def test_neither_remembers_the_other_when_one_is_gone(gone: int) -> None:
    both = leg(1000), leg(2000, tunnel=False)
    elder, heir = both
    link(heir, [elder])
    unlink(both[gone])
    assert (elder.heir, heir.elders) == (None, [])


def test_a_second_heir_takes_the_place_of_the_first() -> None:
    elder, first, second = leg(1000), leg(2000, tunnel=False), leg(3000, tunnel=False)
    for heir in (first, second):
        link(heir, [elder])
    unlink(first)
    assert elder.heir is second


def test_who_takes_over_has_all_keys_and_sends_by_the_newest() -> None:
    elder, heir = leg(1000), leg(2000, tunnel=False)
    heir.confirm(2000)
    heir.client_port, heir.natt, heir.contact = 1702, "rfc3947", (2000, 5.0)
    link(heir, [elder])
    take_over(elder, heir)
    assert set(elder.pairs) == elder.phases == {1000, 2000}
    assert elder.current is elder.pairs[2000]
    assert (elder.client_port, elder.natt, elder.contact) == (1702, "rfc3947", (2000, 5.0))
    assert heir.is_empty
    assert (elder.heir, heir.elders, heir.phases) == (None, [], set())


def test_keys_that_the_client_may_not_have_yet_do_not_send_for_another_leg() -> None:
    elder, heir = leg(1000), leg(2000, tunnel=False)
    elder.confirm(1000)
    link(heir, [elder])
    assert len(elder.carry([Send(b"hello")])) == 1
    take_over(elder, heir)
    assert elder.current is elder.pairs[1000]


def test_what_the_other_was_taken_for_is_known_of_the_one_too() -> None:
    elder, heir = leg(1000), leg(2000, tunnel=False)
    elder.who.need("no host name in L2TP")
    heir.who.hear(Offered(1, (), ("draft-02n",), (), Shape(vendors=XP_SP2.vendors)))
    take_over(elder, heir)
    assert elder.who.name == "windows-xp-2003"
    assert elder.who.quirks == ("no host name in L2TP",)


def test_a_leg_without_keys_leaves_the_other_as_it_sends() -> None:
    elder, other = leg(1000), leg(2000, tunnel=False)
    other.forget_pair(2000)
    take_over(elder, other)
    assert elder.current is elder.pairs[1000]
