"""One client in two places, or two that are alike."""

from gateway.ike.events import Floated, PeerMoved
from gateway.ike.moves import MOST_PLACES, elsewhere, follow, move
from gateway.ike.peers import Peer
from gateway.wire.udp import Datagram, Endpoint
from tests.unit.ike.asker import (
    GATEWAY,
    GATEWAY_4500,
    PEER,
    PEER_4500,
    Asker,
    Meeting,
    meet,
)

ELSEWHERE = Endpoint(PEER.host, 62001)


def alike(count: int) -> tuple[Meeting, list[Peer]]:
    """Clients with one key and identity, each by a mapping of its own."""
    meeting = meet()
    for number in range(count):
        meeting.asker = Asker(cookie_i=b"cookie %d" % number, peer=PEER._replace(port=500 + number))
        meeting.main_mode()
    return meeting, list(dict.fromkeys(meeting.ike.sas.peers.values()))


def test_in_main_mode_a_client_is_where_its_newest_message_came_from() -> None:
    _, [peer] = alike(1)
    [phase] = peer.phases
    assert follow(phase, Datagram(PEER, GATEWAY, b"")) == []
    assert follow(phase, Datagram(ELSEWHERE, GATEWAY, b"")) == [PeerMoved(1, ELSEWHERE)]
    floated = follow(phase, Datagram(PEER_4500, GATEWAY_4500, b""))
    assert floated == [Floated(1, GATEWAY_4500, PEER_4500)]
    assert (phase.local, phase.peer) == (GATEWAY_4500, PEER_4500)
    assert follow(phase, Datagram(PEER_4500, GATEWAY_4500, b"")) == []


def test_who_moves_is_spoken_to_there_by_every_phase_1_that_was_at_its_place() -> None:
    _, [peer] = alike(1)
    [phase] = peer.phases
    move(peer, ELSEWHERE)
    assert peer.endpoint == phase.peer == ELSEWHERE


def test_a_phase_1_that_is_elsewhere_stays_there() -> None:
    _, [peer] = alike(1)
    [phase] = peer.phases
    phase.peer = Endpoint(PEER.host, 7)
    move(peer, ELSEWHERE)
    assert phase.peer.port == 7


def test_a_client_may_be_where_its_esp_comes_from_or_where_its_like_is() -> None:
    meeting, [first, second] = alike(2)
    assert elsewhere(meeting.ike.sas, first) == [second.endpoint]
    first.esp = ELSEWHERE
    assert elsewhere(meeting.ike.sas, first) == [second.endpoint, ELSEWHERE]
    first.esp = first.endpoint
    assert elsewhere(meeting.ike.sas, first) == [second.endpoint]


def test_of_many_that_are_alike_only_the_newest_are_thought_of() -> None:
    meeting, [first, *_, last] = alike(9)
    places = elsewhere(meeting.ike.sas, first)
    assert len(places) == MOST_PLACES
    assert last.endpoint in places
