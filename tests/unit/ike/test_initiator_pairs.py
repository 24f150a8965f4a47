"""One quick mode at a time: what it tells, and when it gives up."""

from gateway.ike.choice import Life
from gateway.ike.events import PairConfirmed, PairReady, Send
from gateway.ike.header import parse_header
from gateway.ike.initiator_events import Agreed
from gateway.ike.initiator_pairs import FIRST_WAIT, CameToNothing, Outcome, PairEvent, Pairs
from gateway.ike.numbers import Exchange
from gateway.ike.proposals import ESP_SUITES
from gateway.ike.quirks import SETTLES
from gateway.wire.udp import Datagram
from tests.pair.initiator_world import THEM, US, World, meet
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import ESP_DES_MD5
from tests.pair.peers.ike_responder import Habits


class Talk:
    """Quick modes beside those of the initiator whose phase 1 they use."""

    def __init__(self, habits: Habits | None = None, server_port: int = 1701) -> None:
        self.world: World = meet(habits)
        self.world.start()
        ike = self.world.gateway.core.answering
        (self.phase,) = ike.sas.phases.values()
        suites = [ESP_SUITES["3des-sha1"]]
        self.pairs = Pairs(ike, suites, Life(3600), server_port, seeded(9))

    def hear(self, events: list[PairEvent], now: float = 0.0) -> list[PairEvent]:
        """What follows from the server's answers to what is sent."""
        found: list[PairEvent] = []
        for event in events:
            found += [] if isinstance(event, Send) else [event]
            for sent in self.answers(event):
                header, body = parse_header(sent.payload)
                assert self.pairs.is_for(header)
                found += self.hear(self.pairs.receive(sent, header, body, now), now)
        return found

    def answers(self, event: PairEvent) -> list[Datagram]:
        if not isinstance(event, Send):
            return []
        return self.world.server.receive(Datagram(US, THEM, event.message), 0.0)


def kinds(events: list[PairEvent]) -> list[type]:
    return [type(event) for event in events]


def test_a_pair_is_ready_before_it_is_confirmed() -> None:
    talk = Talk()
    assert talk.pairs.under_way is None
    begun = talk.pairs.begin(talk.phase, 0.0)
    assert talk.pairs.under_way is talk.phase
    assert kinds(talk.hear(begun)) == [Agreed, PairReady]
    assert talk.pairs.deadline() == SETTLES
    assert kinds(talk.pairs.handle_timeout(SETTLES)) == [PairConfirmed]
    assert talk.pairs.under_way is None
    assert talk.pairs.deadline() is None


def test_the_second_message_again_gets_the_third_again_and_nothing_else() -> None:
    talk = Talk()
    (first,) = talk.pairs.begin(talk.phase, 0.0)
    (second,) = talk.answers(first)
    header, body = parse_header(second.payload)
    third = talk.pairs.receive(second, header, body, 0.0)[2]
    assert talk.pairs.receive(second, header, body, 0.0) == [third]


def test_silence_is_told_after_both_kinds_of_selectors() -> None:
    talk = Talk()
    talk.pairs.begin(talk.phase, 0.0)
    told: list[tuple[float, PairEvent]] = []
    while (due := talk.pairs.deadline()) is not None:
        told += [(due, event) for event in talk.pairs.handle_timeout(due)]
    assert [when for when, _ in told] == [0.5, 1.5, 3.5, 4.0, 5.0, 7.0]
    assert told[-1][1] == CameToNothing(Outcome.SILENCE, talk.phase, "")


def test_nothing_is_sent_before_its_time() -> None:
    talk = Talk()
    talk.pairs.begin(talk.phase, 0.0)
    assert talk.pairs.handle_timeout(FIRST_WAIT - 1 / 64) == []


def test_a_refusal_is_told_in_the_servers_words() -> None:
    talk = Talk(Habits(esp=(ESP_DES_MD5,)))
    talk.pairs.drop()
    talk.pairs.begin(talk.phase, 0.0)
    assert kinds(talk.pairs.refused("NO-PROPOSAL-CHOSEN", 0.0)) == [Send]
    (told,) = talk.pairs.refused("NO-PROPOSAL-CHOSEN", 0.0)
    assert told == CameToNothing(Outcome.REFUSED, talk.phase, "NO-PROPOSAL-CHOSEN")


def test_with_nothing_under_way_nothing_is_refused_or_used() -> None:
    talk = Talk()
    assert talk.pairs.refused("INVALID-ID-INFORMATION", 0.0) == []
    assert talk.pairs.used(1, 0.0) is None
    assert talk.pairs.handle_timeout(99.0) == []
    assert not talk.pairs.is_for(talk.phase.header(Exchange.QUICK, 5))
    talk.hear(talk.pairs.begin(talk.phase, 0.0))
    assert talk.pairs.refused("INVALID-ID-INFORMATION", 0.0) == []


def test_a_packet_on_the_pair_confirms_it() -> None:
    talk = Talk(Habits(fourth="never"))
    events = talk.hear(talk.pairs.begin(talk.phase, 0.0))
    assert kinds(events) == [Agreed, PairReady]
    (ready,) = [event for event in events if isinstance(event, PairReady)]
    assert talk.pairs.used(ready.spi_in + 1, 0.0) is None
    assert talk.pairs.used(ready.spi_in, 0.0) == [PairConfirmed(ready.sa, ready.spi_in)]
    assert talk.pairs.used(ready.spi_in, 0.0) == []
