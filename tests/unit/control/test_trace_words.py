"""A trace in words: who, what, and what is unusual."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.control.trace_words import (
    LONGEST,
    Message,
    Said,
    l2tp_control,
    lines,
    listed,
    notification,
)


def pair(kind: int, value: bytes) -> bytes:
    """An attribute-value pair (RFC 2661, 4.1), mandatory."""
    return (0x8000 | 6 + len(value)).to_bytes(2, "big") + bytes(2) + kind.to_bytes(2, "big") + value


def control(*pairs: bytes) -> bytes:
    body = b"".join(pairs)
    return b"\xc8\x02" + (12 + len(body)).to_bytes(2, "big") + bytes(8) + body


def said(at: float, words: str = "hello", *, raw: bytes = b"", client: bool = True) -> Message:
    return Message(at, client, Said("IKE", words), raw or repr(at).encode())


def test_each_message_has_a_line_with_its_time_and_who_it_is_from() -> None:
    first, second, *_ = lines([said(0.0, "asks"), said(0.25, "answers", client=False)])
    assert first == "    0.000 s  client   IKE   asks"
    assert second == "    0.250 s  gateway  IKE   answers"


def test_what_comes_through_the_gateway_is_from_the_server() -> None:
    [line, *_] = lines([Message(0.0, False, Said("PPP", "LCP"), b"x")])
    assert "server" in line


def test_a_message_that_comes_again_is_unusual() -> None:
    told = lines([said(0.0, raw=b"same"), said(1.0, raw=b"same")])
    assert "<--" not in told[0]
    assert "the same as at 0.000 s" in told[1]
    assert told[-1] == "2 messages, 1 of them unusual."


def test_a_long_silence_is_unusual() -> None:
    told = lines([said(0.0), said(9.5)])
    assert "nothing for 9.5 s before this" in told[1]


def test_what_is_odd_by_itself_is_said_behind_it() -> None:
    told = lines([Message(0.0, True, Said("PPP", "CCP", "it refuses"), b"x")])
    assert told[0].endswith("CCP   <-- it refuses")


def test_an_empty_trace_is_said_to_be_one() -> None:
    assert lines([]) == ["There are no packets in it."]


def test_nothing_from_a_stranger_reaches_the_terminal_or_fills_it() -> None:
    told = lines([said(0.0, "\x1b[2J" + "x" * 500)])
    assert "\x1b" not in told[0]
    assert len(told[0]) < LONGEST + 60


def test_refusals_of_ike_are_unusual_and_its_news_are_not() -> None:
    assert notification(14) == Said("IKE", "notifies: NO-PROPOSAL-CHOSEN", "refuses or complains")
    assert not notification(24578).odd
    assert "notification 99" in notification(99).words


def test_control_messages_of_l2tp_have_names() -> None:
    asks = l2tp_control(control(pair(0, b"\x00\x01"), pair(7, b"press-3")))
    assert asks == Said("L2TP", "SCCRQ: asks for a tunnel, calls itself press-3")
    assert l2tp_control(control()).words == "acknowledges"
    assert l2tp_control(control(pair(0, b"\x00\x63"))).words == "control message 99"


def test_an_end_that_complains_is_unusual_and_an_orderly_one_is_not() -> None:
    orderly = l2tp_control(control(pair(0, b"\x00\x04"), pair(1, b"\x00\x01\x00\x00")))
    assert orderly == Said("L2TP", "StopCCN: ends the tunnel, result 1")
    busy = l2tp_control(control(pair(0, b"\x00\x0e"), pair(1, b"\x00\x02\x00\x04no lines")))
    assert busy.words == "CDN: ends the call, result 2 (no lines)"
    assert busy.odd


def test_a_pair_that_makes_no_sense_is_unusual() -> None:
    assert l2tp_control(control(pair(0, b"\x00\x01")) + b"\x80\x03").odd
    assert l2tp_control(control() + b"\x80").odd


@given(st.binary(max_size=60))
def test_any_bytes_are_told_somehow(message: bytes) -> None:
    assert l2tp_control(message).layer == "L2TP"


def test_a_list_is_cut_where_it_gets_long() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b", "c"], most=1) == "a and 2 more"
