"""Is anybody there? One first message, and any answer to it."""

from dataclasses import replace

from gateway.ike.events import Send
from gateway.ike.initiator_events import Failed, Why
from gateway.ike.knock import Alive, Knock
from gateway.wire.udp import Datagram
from tests.pair.initiator_world import ASK, THEM, US
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import AES256_SHA_2048
from tests.pair.peers.ike_responder import Habits, Responder

PSK = b"whatever"


def knocking() -> tuple[Knock, Datagram]:
    knock = Knock(ASK, US, THEM, seeded(3))
    (sent,) = knock.start(0.0)
    assert isinstance(sent, Send)
    return knock, Datagram(US, THEM, sent.message)


def test_an_answer_says_that_somebody_is_there() -> None:
    knock, asked = knocking()
    (answer,) = Responder(THEM.host, US.host, PSK, seeded(4)).receive(asked, 0.0)
    assert knock.receive(answer) == [Alive()]
    assert knock.deadline() is None
    assert knock.receive(answer) == []


def test_a_refusal_is_an_answer_too() -> None:
    knock, asked = knocking()
    server = Responder(THEM.host, US.host, PSK, seeded(4), Habits(suites=(AES256_SHA_2048,)))
    (refusal,) = server.receive(asked, 0.0)
    assert knock.receive(refusal) == [Alive()]


def test_our_own_words_or_anothers_are_none() -> None:
    knock, asked = knocking()
    strange = replace_cookie(asked.payload)
    for data in (asked.payload, strange, b"", b"junk"):
        assert knock.receive(Datagram(THEM, US, data)) == []


def replace_cookie(data: bytes) -> bytes:
    return b"another!" + b"theirs!!" + data[16:]


def test_after_seven_seconds_of_silence_nobody_is_there() -> None:
    knock, _ = knocking()
    seen = []
    while (due := knock.deadline()) is not None:
        assert knock.handle_timeout(due - 1 / 64) == []
        seen += [(due, event) for event in knock.handle_timeout(due)]
    assert [when for when, _ in seen] == [1.0, 3.0, 7.0]
    assert seen[-1][1] == Failed(Why.SILENT, "nothing came after our first message")


def test_the_key_is_never_used() -> None:
    assert replace(ASK, name="x").proof == ASK.proof
    knock, asked = knocking()
    assert b"between" not in asked.payload
    assert "between" not in repr(knock)
