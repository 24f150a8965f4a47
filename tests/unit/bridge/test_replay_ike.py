"""The initiator of a replay against the room's own responder: the recorded parts, new keys."""

import pytest

from gateway.bridge.replay_ike import Initiator
from gateway.bridge.replay_places import GATEWAY, OUTSIDE
from gateway.control.recorded import BadCase, Line
from gateway.ike.events import (
    Authenticated,
    IkeEvent,
    NatFound,
    PairConfirmed,
    PairReady,
    QuickOffered,
    Send,
)
from gateway.ike.machine import Ike
from gateway.wire.cursor import WireError
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.net import seeded
from tests.unit.ike.asker import ESP_OLD, PSK, esp_offer, ike_offer, policy

DRAFT = "13 as 90cb80913ebb696e086381b5ec427b1f"
DRAFT_00 = "13 as 4485152d18b6bbcd0be8a8469579ddcc"
OFFER = f"1 offer {ike_offer().hex()}"
SELECTORS = ("5 id 1 17 1701 client", "5 id 1 17 1701 gateway")
ESP = f"1 esp {esp_offer().body.hex()}"
IN_UDP = f"1 esp {esp_offer({**ESP_OLD, 4: 61444}).body.hex()}"


def line(what: str, *parts: str, port: int = 500, source: int = 500) -> Line:
    return Line(0, True, "ike", what, port, source, parts)


class Talk:
    """An `Initiator` and an `Ike`, and what the latter told."""

    def __init__(self, psk: bytes = PSK) -> None:
        self.ike = Ike(policy(), seeded(1))
        self.client = Initiator(psk, seeded(2))
        self.events: list[IkeEvent] = []

    def say(self, said: Line) -> bool:
        """Whether there was something to say."""
        message = self.client.say(said)
        if message is None:
            return False
        ends = Endpoint(OUTSIDE, said.source or 62000), Endpoint(GATEWAY, said.port)
        events = self.ike.receive(Datagram(*ends, message), 0.0)
        self.events += events
        for event in events:
            self.client.hear(event.message) if isinstance(event, Send) else None
        return True

    def of(self, kind: type[IkeEvent]) -> list[IkeEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    def main(self, *vendors: str, nat: str = "", port: int = 500) -> "Talk":
        hashes = ("130 nat-d gateway", f"130 nat-d {nat}") if nat else ()
        assert self.say(line("main 1 clear", OFFER, *vendors))
        assert self.say(line("main 1 clear", "4 public 128", "10 nonce 20", *hashes))
        assert self.say(line("main 1", "5 id 1 0 0 client", "8 hash", port=port))
        return self


def test_main_and_quick_mode_are_played_and_both_have_the_same_keys() -> None:
    talk = Talk().main()
    assert len(talk.of(Authenticated)) == 1
    assert talk.say(line("quick 1", "8 hash", ESP, "10 nonce 16", *SELECTORS))
    assert talk.say(line("quick 1", "8 hash"))
    assert len(talk.of(PairConfirmed)) == 1
    (ready,) = talk.of(PairReady)
    assert isinstance(ready, PairReady)
    (pair,) = talk.client.pairs
    assert (pair.spi_out, pair.spi_in) == (ready.spi_in, ready.spi_out)
    assert (pair.keymat_out, pair.keymat_in) == (ready.keymat_in, ready.keymat_out)
    assert pair.marker == 0
    assert PSK.decode() not in repr(talk.client)


@pytest.mark.parametrize(("nat", "found"), [("other", True), ("outside", False)])
def test_a_nat_is_there_if_it_was_there(nat: str, found: bool) -> None:
    talk = Talk().main(DRAFT, nat=nat)
    assert talk.of(NatFound) == [NatFound(1, client=found, gateway=False)]


@pytest.mark.parametrize(("draft", "port", "marker"), [(DRAFT, 4500, 4), (DRAFT_00, 500, 8)])
def test_behind_a_nat_the_pair_is_in_udp(draft: str, port: int, marker: int) -> None:
    talk = Talk().main(draft, nat="other", port=port)
    assert talk.say(line("quick 1", "8 hash", IN_UDP, "10 nonce 16", *SELECTORS, port=port))
    assert [pair.marker for pair in talk.client.pairs] == [marker]


def test_perfect_forward_secrecy_is_played() -> None:
    talk = Talk().main()
    offer = f"1 esp {esp_offer({**ESP_OLD, 3: 2}).body.hex()}"
    assert talk.say(line("quick 1", "8 hash", offer, "10 nonce 16", "4 public 128", *SELECTORS))
    assert talk.say(line("quick 1", "8 hash"))
    assert len(talk.of(PairConfirmed)) == 1


def test_a_commit_bit_a_fourth_message_notices_and_deletes_are_played() -> None:
    talk = Talk().main()
    assert talk.say(line("notice 1", "8 hash", "11 notify 1 24578 16 cut:0"))
    assert talk.say(line("quick 1 commit", "8 hash", ESP, "10 nonce 16", *SELECTORS))
    (offered,) = talk.of(QuickOffered)
    assert isinstance(offered, QuickOffered)
    assert offered.commit
    assert talk.say(line("quick 1", "8 hash"))
    assert talk.say(line("quick 1 commit", "8 hash", "11 notify 3 16384 4 -"))
    assert talk.ike.counters["fourth quick mode message"] == 1
    assert talk.say(line("notice 2", "8 hash", "12 delete 3 1"))
    assert talk.say(line("notice 3", "8 hash", "12 delete 1 1"))
    assert not talk.ike.sas.peers


def test_names_and_what_is_cut_are_as_long_as_they_were() -> None:
    talk = Talk().main()
    ids = ("5 id 2 17 1701 name:7", "5 id 1 17 0 gateway")
    assert talk.say(line("quick 1", "8 hash", ESP, "10 nonce 16", *ids, "99 cut 40"))
    (ready,) = talk.of(PairReady)
    assert isinstance(ready, PairReady)


def test_with_another_key_it_comes_no_further_than_the_proof() -> None:
    talk = Talk(psk=b"another key").main()
    assert not talk.of(Authenticated)
    assert not talk.say(line("quick 1", "8 hash", ESP, "10 nonce 16", *SELECTORS))
    assert not talk.say(line("notice 1", "8 hash", "11 notify 1 24578 16 -"))


def test_what_needs_an_answer_that_never_came_is_not_said() -> None:
    talk = Talk()
    assert not talk.say(line("main 1 clear", "4 public 128", "10 nonce 20"))
    assert not talk.say(line("main 1", "5 id 1 0 0 client", "8 hash"))
    talk.main()
    refused = ("5 id 1 6 25 client", "5 id 1 6 25 gateway")
    assert talk.say(line("quick 1", "8 hash", ESP, "10 nonce 16", *refused))
    assert talk.client.notices == 1
    assert not talk.say(line("quick 1", "8 hash"))


@pytest.mark.parametrize(
    "said",
    [
        line("aggressive 1 clear", OFFER),
        line("main 1 clear"),
        line("main 1 clear", OFFER, "13"),
        line("main 1 clear", OFFER, "x as 00"),
        line("main 1 clear", OFFER, "13 what 00"),
        line("main 1 clear", "1 esp 00"),
        line("main 1 clear", OFFER, "4 public 128"),
        line("main 1 clear", OFFER, "20 nat-d gateway"),
        line("", OFFER),
    ],
)
def test_what_cannot_be_played_is_refused(said: Line) -> None:
    client = Initiator(PSK, seeded(1))
    with pytest.raises((BadCase, WireError)):
        client.say(said)
