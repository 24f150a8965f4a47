"""RFC 2661, 4.3 and 5.1.1. No recording of a hidden pair is known: the other hand that hides is
tests/pair/peers/l2tp_lac.py, written from the RFC apart from ours.
"""

import pytest

from gateway.l2tp.avp import parse_avps
from gateway.l2tp.hidden import challenge_response, reveal
from gateway.l2tp.messages import parse_body
from gateway.l2tp.numbers import MessageType
from tests.captures import udp_payloads, vectors
from tests.pair.peers.l2tp_lac import avp, hide

SECRET, VECTOR = b"tunnel-secret-42", bytes(range(16))
SESSION = vectors("l2tp") / "gen-l2tp-tunnelauth-pap.pcap"


@pytest.mark.parametrize("length", [0, 1, 13, 14, 15, 30, 100])
@pytest.mark.parametrize("padding", [0, 1, 40])
def test_a_hidden_value_is_read(length: int, padding: int) -> None:
    value = bytes(range(length))
    pairs = avp(36, VECTOR) + hide(7, value, SECRET, VECTOR, bytes(padding))
    found = reveal(parse_avps(pairs), SECRET)[1]
    assert (found.kind, found.value, found.hidden) == (7, value, False)


def test_each_value_is_hidden_by_the_vector_before_it() -> None:
    pairs = avp(36, VECTOR) + hide(7, b"one", SECRET, VECTOR)
    pairs += avp(36, VECTOR[::-1]) + hide(7, b"two", SECRET, VECTOR[::-1])
    assert [each.value for each in reveal(parse_avps(pairs), SECRET)][1::2] == [b"one", b"two"]


def test_without_a_secret_it_stays_hidden() -> None:
    pairs = parse_avps(avp(36, VECTOR) + hide(7, b"name", SECRET, VECTOR))
    assert reveal(pairs, None) == pairs


def test_without_a_vector_it_stays_hidden() -> None:
    pairs = parse_avps(hide(7, b"name", SECRET, VECTOR))
    assert reveal(pairs, SECRET) == pairs


@pytest.mark.parametrize("value", [b"", b"\1"])
def test_a_hidden_value_without_its_length_stays_hidden(value: bytes) -> None:
    hidden = bytes([0xC0, 6 + len(value), 0, 0, 0, 7]) + value
    pairs = parse_avps(avp(36, VECTOR) + hidden)
    assert reveal(pairs, SECRET) == pairs


def test_a_length_that_does_not_fit_betrays_another_secret() -> None:
    pairs = parse_avps(avp(36, VECTOR) + hide(7, b"name", SECRET, VECTOR))
    assert reveal(pairs, b"another") == pairs


def test_the_recorded_responses_come_from_the_recorded_challenges() -> None:
    sccrq, sccrp, scccn = (
        {each.kind: each.value for each in parse_body(payload[12:], SECRET).avps}
        for payload in udp_payloads(SESSION, 1701)[:3]
    )
    assert challenge_response(MessageType.SCCRP, SECRET, sccrq[11]) == sccrp[13]
    assert challenge_response(MessageType.SCCCN, SECRET, sccrp[11]) == scccn[13]


def test_a_published_chap_response_comes_from_its_challenge() -> None:
    # openwall/john src/chap_fmt_plug.c @3c2e19c0, fact: id 2, secret "bradtest".
    found = challenge_response(2, b"bradtest", bytes(16))
    assert found.hex() == "9920418b3103652d3b80ffff04da5863"
