"""CCP and MPPE in the client's name, step by step; whole dials are in pair/test_gateway_mppe.py."""

from typing import Any

import pytest

from gateway.bridge.encryption import (
    MOST_HELD,
    MOST_REJECTED,
    MOST_WRONG,
    RESET_EVERY,
    Encrypted,
    Encryption,
    Event,
    NoEncryption,
    State,
    Unencrypted,
    named,
)
from gateway.crypto.passwords import Hashes
from gateway.ppp.events import EncryptionWanted, SendFrame
from gateway.ppp.mppe import Terms
from tests.pair.peers.mppe import NT_HASH, Direction, challenge_hash, response, start_keys_v2
from tests.pair.peers.ppp_secured import AUTH_CHALLENGE, PEER_CHALLENGE

CLIENT, SERVER = True, False
LCP, CHAP, CCP, IPCP = b"\xc0\x21", b"\xc2\x23", b"\x80\xfd", b"\x80\x21"
REQUEST, ACK, TERMINATE, REJECT_PROTOCOL, ECHO = 1, 2, 5, 8, 9
IP = b"\xff\x03\x00\x21\x45an ip packet"
BEST = b"\x12\6\1\0\0\x40"
NT_RESPONSE = response(challenge_hash(PEER_CHALLENGE, AUTH_CHALLENGE, b"User"), NT_HASH)


def control(protocol: bytes, code: int, data: bytes = b"", identifier: int = 1) -> bytes:
    head = bytes((code, identifier)) + (4 + len(data)).to_bytes(2)
    return b"\xff\x03" + protocol + head + data


def make(*allowed: Terms, vendor: str = "Microsoft") -> Encryption:
    known = {"User": Hashes(NT_HASH)}
    made = Encryption(allowed or (Terms(128),), known.get)
    made.vendor = vendor
    return made


def passes(made: Any, frame: bytes, from_client: bool, now: float = 0.0) -> bool:
    """Whether it goes on as it is; what comes of it is not looked at."""
    return bool(made.control(frame, from_client, now)[0] == frame)


def accepted(made: Encryption) -> list[Event]:
    """LCP and MS-CHAPv2 until the server is content."""
    made.control(control(LCP, REQUEST, b"\3\5\xc2\x23\x81"), SERVER, 0.0)
    made.control(control(CHAP, 1, b"\x10" + AUTH_CHALLENGE + b"NT"), SERVER, 0.0)
    value = PEER_CHALLENGE + bytes(8) + NT_RESPONSE + b"\0"
    made.control(control(CHAP, 2, b"\x31" + value + b"User"), CLIENT, 0.0)
    return made.control(control(CHAP, 3, b"S="), SERVER, 0.0)[1]


def opened(made: Encryption, data: bytes = BEST) -> list[Event]:
    accepted(made)
    events = made.control(control(CCP, ACK, data), SERVER, 0.0)[1]
    return [*events, *made.control(control(CCP, REQUEST, data), SERVER, 0.0)[1]]


def server_end(terms: Terms = Terms(128)) -> tuple[Direction, Direction]:  # noqa: B008
    """What the server reads by, and what it sends by."""
    reads, sends = start_keys_v2(NT_RESPONSE, terms.bits)
    return tuple(Direction(key, *terms) for key in (reads, sends))  # type: ignore[return-value]


def test_nothing_is_said_before_the_server_is_content_and_then_at_once() -> None:
    made = make()
    assert made.text == "not yet"
    [event] = accepted(made)
    assert event == SendFrame(control(CCP, REQUEST, BEST), to_client=False)
    assert made.state is State.AGREEING


def test_both_halves_make_it_open() -> None:
    made = make()
    events = opened(made)
    assert Encrypted(Terms(128), Terms(128)) in events
    assert SendFrame(control(CCP, ACK, BEST), to_client=False) in events
    assert (made.state, made.text) == (State.OPEN, "mppe 128")


def test_frames_are_sealed_and_opened_as_the_server_does() -> None:
    made = make()
    opened(made)
    reads, sends = server_end()
    for frame in (IP, IP[2:], b"\xff\x03" + IP[3:], IP[3:]):
        sealed = made.seal(frame)
        assert sealed is not None
        assert sealed[:4] == b"\xff\x03\x00\xfd"
        assert reads.open(sealed[4:]) == IP[2:]
    for head in (b"\xff\x03\x00\xfd", b"\x00\xfd", b"\xff\x03\xfd", b"\xfd"):
        assert made.open(head + sends.seal(IP[2:]), 0.0) == (IP, [])
    assert made.counts == {}


def test_nothing_goes_before_it_is_open_nor_after_its_end() -> None:
    made = make()
    assert made.seal(IP) is None
    assert made.open(IP, 0.0) == (None, [])
    opened(made)
    made.control(control(CCP, TERMINATE), SERVER, 0.0)
    assert made.state is State.OVER
    assert made.seal(IP) is None
    assert made.counts == {"mppe_before_encryption": 3}


@pytest.mark.parametrize("frame", [b"\xff\x03\x02\x81x", b"\xff\x03", b"", b"\0", b"\xff\x03\0"])
def test_what_mppe_does_not_carry_stays_here(frame: bytes) -> None:
    made = make()
    opened(made)
    assert made.seal(frame) is None
    assert made.counts == {"mppe_not_encryptable": 1}


@pytest.mark.parametrize("frame", [IP, IP[2:], b"", b"\xff\x03", b"\x00"])
def test_what_comes_in_the_clear_stays_here(frame: bytes) -> None:
    made = make()
    opened(made)
    assert made.open(frame, 0.0) == (None, [])
    assert made.counts == {"mppe_clear_from_server": 1}


def test_the_clients_network_waits_for_the_encryption_and_then_goes_in_order() -> None:
    made = make()
    accepted(made)
    frames = [control(IPCP, REQUEST, identifier=number) for number in range(MOST_HELD + 3)]
    assert [made.control(frame, CLIENT, 0.0) for frame in frames] == [(None, [])] * len(frames)
    made.control(control(CCP, ACK, BEST), SERVER, 0.0)
    _, events = made.control(control(CCP, REQUEST, BEST), SERVER, 0.0)
    released = [one.frame for one in events if isinstance(one, SendFrame)][1:]
    assert released == frames[:MOST_HELD]
    assert passes(made, frames[0], CLIENT)


def test_the_servers_network_does_not_wait() -> None:
    made = make()
    accepted(made)
    assert passes(made, control(IPCP, REQUEST), SERVER)


@pytest.mark.parametrize("side", [CLIENT, SERVER])
def test_a_network_without_ms_chap_is_the_end(side: bool) -> None:
    made = make()
    made.control(control(LCP, REQUEST, b"\3\4\xc0\x23"), SERVER, 0.0)
    passed, [event] = made.control(control(IPCP, REQUEST), side, 0.0)
    assert passed is None
    assert isinstance(event, Unencrypted)
    assert made.control(control(IPCP, REQUEST), side, 0.0)[1] == []


def test_a_client_that_asks_for_its_network_too_early_waits() -> None:
    made = make()
    made.control(control(LCP, REQUEST, b"\3\5\xc2\x23\x81"), SERVER, 0.0)
    assert made.control(control(IPCP, REQUEST), CLIENT, 0.0) == (None, [])


def test_everything_else_passes() -> None:
    made = make()
    for frame in (control(LCP, ECHO, bytes(4)), control(CHAP, 4, b"E=691"), control(CHAP, 2, b"")):
        assert passes(made, frame, CLIENT)
        assert passes(made, frame, SERVER)


def test_the_clients_ccp_is_rejected_as_a_protocol() -> None:
    made = make()
    asked = control(CCP, REQUEST, b"\x12\6\0\0\0\1", identifier=9)
    for number in (1, 2):
        passed, [event] = made.control(asked, CLIENT, 0.0)
        rejected = control(LCP, REJECT_PROTOCOL, asked[2:], identifier=number)
        assert (passed, event) == (None, SendFrame(rejected, to_client=True))


def test_a_server_that_rejects_ccp_is_not_heard_by_the_client() -> None:
    made = make()
    accepted(made)
    passed, [event] = made.control(control(LCP, REJECT_PROTOCOL, CCP + b"\1"), SERVER, 0.0)
    assert passed is None
    assert event == Unencrypted("the server does not know CCP", "the route allows MPPE of 128")


def test_other_rejected_protocols_are_the_clients_business() -> None:
    made = make()
    opened(made)
    assert passes(made, control(LCP, REJECT_PROTOCOL, b"\x80\x57\1"), SERVER)
    assert passes(made, control(LCP, REJECT_PROTOCOL, b"\x00\x2b\1"), SERVER)
    assert passes(made, control(LCP, REJECT_PROTOCOL, CCP), CLIENT)


def test_protocols_that_nobody_has_sent_show_that_the_server_reads_nonsense() -> None:
    made = make()
    opened(made)
    found = [
        made.control(control(LCP, REJECT_PROTOCOL, b"\x00\xc5\1"), SERVER, 0.0)
        for _ in range(MOST_REJECTED)
    ]
    assert found[:-1] == [(None, [])] * (MOST_REJECTED - 1)
    assert isinstance(found[-1][1][0], Unencrypted)


@pytest.mark.parametrize("frame", [control(LCP, TERMINATE), control(LCP, REQUEST)])
def test_a_link_that_begins_anew_needs_a_new_proof(frame: bytes) -> None:
    made = make()
    opened(made)
    assert passes(made, frame, CLIENT)
    assert (made.state, made.text, made.deadline()) == (State.WAITING, "not yet", None)
    assert made.seal(IP) is None
    assert Encrypted(Terms(128), Terms(128)) in opened(made)


def test_a_second_proof_on_the_same_link_changes_nothing() -> None:
    made = make()
    opened(made)
    value = PEER_CHALLENGE + bytes(8) + NT_RESPONSE + b"\0"
    made.control(control(CHAP, 1, b"\x10" + AUTH_CHALLENGE), SERVER, 0.0)
    made.control(control(CHAP, 2, b"\x31" + value + b"User"), CLIENT, 0.0)
    assert made.control(control(CHAP, 3), SERVER, 0.0)[1] == []
    assert made.state is State.OPEN


def test_ccp_is_asked_for_again_and_given_up() -> None:
    made = make()
    accepted(made)
    events: list[Event] = []
    while (due := made.deadline()) is not None:
        events = made.handle_timeout(due)
    assert events == [Unencrypted("the server does not answer CCP", "the route allows MPPE of 128")]


def test_a_lost_frame_is_asked_for_once_a_second() -> None:
    stateful = Terms(128, stateful=True)
    made = make(stateful)
    opened(made, b"\x12\6\0\0\0\x40")
    _, sends = server_end(stateful)
    sends.seal(IP[2:])
    asked = [
        len(made.open(b"\xff\x03\x00\xfd" + sends.seal(IP[2:]), when)[1])
        for when in (0.0, 0.25, RESET_EVERY - 0.25, RESET_EVERY, RESET_EVERY + 0.25)
    ]
    assert asked == [1, 0, 0, 1, 0]


def test_frames_that_make_no_sense_end_it_after_a_few() -> None:
    made = make()
    opened(made)
    _, sends = server_end()
    sends.session = bytes(16)
    found = [made.open(b"\x00\xfd" + sends.seal(IP[2:]), 0.0) for _ in range(3 * MOST_WRONG)]
    ends = [event for _, events in found for event in events]
    assert len(ends) == 1
    assert isinstance(ends[0], Unencrypted)


def test_no_encryption_says_so_to_whoever_asks() -> None:
    made = NoEncryption()
    assert made.text == "clear"
    asked = control(CCP, REQUEST, BEST)
    reject = control(LCP, REJECT_PROTOCOL, asked[2:])
    assert made.control(asked, CLIENT, 0.0) == (None, [SendFrame(reject, to_client=True)])
    reject = control(LCP, REJECT_PROTOCOL, asked[2:], identifier=2)
    assert made.control(asked, SERVER, 0.0) == (
        None, [SendFrame(reject, to_client=False), EncryptionWanted()]
    )  # fmt: skip
    assert passes(made, control(LCP, REQUEST), CLIENT)
    for other in (control(CCP, REQUEST, b"\x12\x09"), control(CCP, ACK, BEST), CCP + b"\1"):
        assert len(made.control(other, SERVER, 0.0)[1]) == 1


def test_terms_have_the_names_the_configuration_has() -> None:
    assert [named(Terms(128)), named(Terms(40, True))] == ["128", "40-stateful"]
    made = make(Terms(128), Terms(128, True))
    opened(made)
    made._terms = Terms(128), Terms(40, True)
    assert made.text == "mppe 128 in, 40-stateful out"
