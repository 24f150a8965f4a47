"""One client with its old and new SAs."""

import pytest

from gateway.ike.numbers import Protocol
from gateway.ike.payloads import Delete
from gateway.ike.peers import Peer
from gateway.ike.phase1 import Phase1
from gateway.ike.phase2 import Pair
from gateway.wire.udp import Endpoint
from tests.unit.ike.asker import PEER, Asker, meet, policy

SPI = (0x01020304).to_bytes(4, "big")


def peer() -> Peer:
    return Peer("old-pc", "192.168.1.2", PEER, alive=10.0)


@pytest.mark.parametrize(
    ("credential", "identity", "endpoint"),
    [
        ("other", "192.168.1.2", PEER),
        ("old-pc", "192.168.1.3", PEER),
        ("old-pc", "192.168.1.2", Endpoint(PEER.host, 501)),
    ],
)
def test_clients_behind_one_nat_are_never_taken_for_each_other(
    credential: str, identity: str, endpoint: Endpoint
) -> None:
    assert peer().is_the_same("old-pc", "192.168.1.2", PEER)
    assert not peer().is_the_same(credential, identity, endpoint)


def test_one_name_and_identity_elsewhere_is_like_it_and_not_the_same() -> None:
    client = peer()
    other = Peer("old-pc", "192.168.1.2", Endpoint(PEER.host, 501), alive=0.0)
    assert client.is_like(other)
    assert not client.is_like(client)
    assert not client.is_like(Peer("other", "192.168.1.2", PEER, alive=0.0))
    assert not client.is_like(Peer("old-pc", "192.168.1.3", PEER, alive=0.0))


def test_the_newest_of_a_client_is_its_newest_phase_1_or_what_is_left_of_it() -> None:
    client = peer()
    assert client.newest == 0
    client.pairs[5] = Pair(3, 5, 6, 0.0)
    assert client.newest == 3
    client.phases.extend(phases_of_two_dials())
    client.pairs[7] = Pair(1, 7, 8, 0.0)
    assert client.newest == 3


def phases_of_two_dials() -> list[Phase1]:
    meeting = meet()
    meeting.main_mode()
    meeting.asker = Asker(cookie_i=b"another1")
    meeting.main_mode()
    return list(meeting.ike.sas.phases.values())


def test_in_doubt_a_client_is_as_if_long_silent() -> None:
    client = peer()
    client.doubt(100.0, policy())
    assert client.alive == 10.0
    client.hear(99.0)
    client.doubt(100.0, policy())
    assert client.alive == 100.0 - policy().dpd_idle


def test_who_did_not_announce_dead_peer_detection_is_never_asked() -> None:
    client = peer()
    assert client.deadline(policy()) is None
    meeting = meet()
    meeting.main_mode()
    client.phases.extend(meeting.ike.sas.phases.values())
    assert client.deadline(policy()) is None


def test_hearing_puts_off_the_question() -> None:
    client = peer()
    client.asked = 3
    client.hear(20.0)
    assert (client.alive, client.asked) == (20.0, 0)


def test_a_delete_names_what_the_client_receives_on() -> None:
    client = peer()
    pair = Pair(1, spi_in=5, spi_out=0x01020304, expires=0.0)
    client.pairs[5] = pair
    assert client.deleted(Delete(Protocol.ESP, (SPI, b"else"))) == ([pair], [])
    assert client.deleted(Delete(Protocol.ESP, (b"\0\0\0\5", b"short"))) == ([], [])
    assert client.deleted(Delete(Protocol.AH, (SPI,))) == ([], [])


def test_a_client_is_gone_when_nothing_is_left() -> None:
    client = peer()
    assert client.gone
    client.pairs[5] = Pair(1, 5, 6, 0.0)
    assert not client.gone
