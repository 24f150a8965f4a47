"""Names and outcomes, never proofs."""

import pytest

from gateway.ppp.auth import CODES, TABLE, Auth, Input, State, method_of, text_of
from gateway.ppp.events import AuthFailed, AuthStarted, AuthSucceeded, PppEvent
from gateway.ppp.frame import Packet
from gateway.ppp.numbers import Protocol
from tests.captures import ip_packets, shared_data

PROOF = bytes(range(49))
CHAP, PAP, EAP = Protocol.CHAP, Protocol.PAP, Protocol.EAP
FAILURE = b"E=691 R=1 C=000102030405060708090A0B0C0D0E0F V=3 M=Access denied"  # RFC 2759, 6


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}


def test_only_the_client_says_names_and_only_the_server_judges() -> None:
    assert {(from_client, what is Input.NAME) for (_, from_client, _), what in CODES.items()} == {
        (True, True),
        (False, False),
    }


def see(protocol: Protocol, *said: tuple[bool, int, bytes]) -> list[PppEvent]:
    auth = Auth()
    return [e for who, code, data in said for e in auth.see(protocol, Packet(code, 1, data), who)]


def response(name: bytes) -> tuple[bool, int, bytes]:
    return True, 2, bytes([len(PROOF)]) + PROOF + name


def test_a_name_and_a_success_are_told_once() -> None:
    said = [(False, 1, b"\x08challenge"), response(b"DOM\\alice"), response(b"DOM\\alice")]
    assert see(CHAP, *said, (False, 3, b"S=00"), (False, 3, b"S=00")) == [
        AuthStarted("CHAP", "DOM\\alice"),
        AuthSucceeded("DOM\\alice"),
    ]


def test_a_wrong_password_is_explained_without_its_challenge() -> None:
    events = see(CHAP, response(b"bob"), (False, 4, FAILURE))
    assert events[1] == AuthFailed(
        "bob", 691, "the user name or the password is wrong (Access denied)"
    )
    assert "0A0B0C" not in repr(events)


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (b"E=649 R=0 C=00 V=3", 649, "the account has no permission to dial in"),
        (b"E=12345 R=0", 12345, "the server does not accept the client"),
        (b"Go away", 0, "Go away"),
        (b"", 0, "the server does not accept the client"),
    ],
)
def test_other_failures_say_what_they_can(text: bytes, code: int, message: str) -> None:
    assert see(CHAP, response(b"bob"), (False, 4, text))[1] == AuthFailed("bob", code, message)


def test_a_pap_password_is_not_seen() -> None:
    events = see(PAP, (True, 1, b"\x03bob\x06secret"), (False, 3, b"\x0cBad password"))
    assert events == [AuthStarted("PAP", "bob"), AuthFailed("bob", 0, "Bad password")]
    assert "secret" not in repr(events)


def test_pap_succeeds() -> None:
    events = see(PAP, (True, 1, b"\x03bob\x00"), (False, 2, b"\x00"))
    assert events[1] == AuthSucceeded("bob")


def test_eap_tells_the_name_of_its_identity_only() -> None:
    said = [(False, 1, b"\x01"), (True, 2, b"\x01carol"), (True, 2, b"\x04\x10proof")]
    events = see(EAP, *said, (False, 4, b""))
    assert events == [
        AuthStarted("EAP", "carol"),
        AuthFailed("carol", 0, "the server does not accept the client"),
    ]


def test_verdicts_without_a_name_mean_nothing() -> None:
    assert see(CHAP, (False, 3, b""), (False, 4, FAILURE), (True, 2, b""), (True, 4, b"")) == []


def test_a_client_may_try_again() -> None:
    events = see(CHAP, response(b"bob"), (False, 4, FAILURE), response(b"bob"), (False, 3, b""))
    assert [type(event) for event in events] == [
        AuthStarted, AuthFailed, AuthStarted, AuthSucceeded,
    ]  # fmt: skip


def test_a_found_exchange_tells_its_name() -> None:
    packets = ip_packets(shared_data() / "pptp" / "chapcrack-mschapv2.cap")
    frames = [packet[packet.index(b"\xc2\x23") + 2 :] for packet in packets]
    auth = Auth()
    auth.method = "MS-CHAPv2"
    events = [
        event
        for frame in frames
        for event in auth.see(CHAP, Packet(frame[0], frame[1], frame[4:]), frame[0] == 2)
    ]
    assert events == [AuthStarted("MS-CHAPv2", "moxie"), AuthSucceeded("moxie")]


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("c22381", "MS-CHAPv2"),
        ("c22380", "MS-CHAP"),
        ("c22305", "CHAP-MD5"),
        ("c22306", "CHAP 6"),
        ("c223", "CHAP -1"),
        ("c023", "PAP"),
        ("c227", "EAP"),
        ("c281", "protocol 0xc281"),
        ("", "protocol 0x0000"),
    ],
)
def test_methods_have_names(option: str, name: str) -> None:
    assert method_of(bytes.fromhex(option)) == name


def test_texts_are_cut_and_cleaned() -> None:
    assert text_of("é\x1b[2J".encode() + b"\xff") == "é.[2J\N{REPLACEMENT CHARACTER}"
    assert len(text_of(b"x" * 5000)) == 128
