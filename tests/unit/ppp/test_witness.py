"""MS-CHAP as it passes; the exchange is that of RFC 2759, 9.2, and a recorded one."""

import pytest

from gateway.crypto.passwords import Hashes, nt_hash
from gateway.ppp.errors import BadPacket
from gateway.ppp.frame import Packet, parse_packet, protocol_of
from gateway.ppp.mschap import Proof, is_proved
from gateway.ppp.numbers import Protocol
from gateway.ppp.witness import Witness
from tests.captures import ip_packets, vectors

REQUEST, CHALLENGE, RESPONSE, SUCCESS, FAILURE = 1, 1, 2, 3, 4
V1, V2, MD5, PAP = b"\xc2\x23\x80", b"\xc2\x23\x81", b"\xc2\x23\x05", b"\xc0\x23"
CLIENT, SERVER = True, False


def asked(method: bytes) -> Packet:
    return Packet(REQUEST, 1, b"\x05\x06magi" + bytes((3, 2 + len(method))) + method)


def valued(code: int, identifier: int, value: bytes, name: bytes) -> Packet:
    return Packet(code, identifier, bytes((len(value),)) + value + name)


def witness(method: bytes = V2, challenge: int = 16) -> Witness:
    made = Witness()
    made.see(Protocol.LCP, asked(method), SERVER)
    made.see(Protocol.CHAP, valued(CHALLENGE, 5, bytes(challenge), b"NTSERVER"), SERVER)
    return made


def answer(made: Witness, identifier: int = 5, size: int = 49) -> Proof | None:
    return made.see(Protocol.CHAP, valued(RESPONSE, identifier, bytes(size), b"ada"), CLIENT)


def succeed(made: Witness, identifier: int = 5) -> Proof | None:
    return made.see(Protocol.CHAP, Packet(SUCCESS, identifier, b"S="), SERVER)


@pytest.mark.parametrize(("method", "version", "challenge"), [(V1, 1, 8), (V2, 2, 16)])
def test_an_exchange_the_server_is_content_with_is_a_proof(
    method: bytes, version: int, challenge: int
) -> None:
    made = witness(method, challenge)
    assert answer(made) is None
    assert succeed(made) == Proof(version, bytes(challenge), bytes(49), b"ada")


@pytest.mark.parametrize("method", [MD5, PAP, b""])
def test_other_methods_prove_nothing(method: bytes) -> None:
    made = witness(method)
    assert made.version == 0
    assert answer(made) is None
    assert succeed(made) is None


def test_who_speaks_matters() -> None:
    made = witness()
    made.see(Protocol.CHAP, valued(RESPONSE, 5, bytes(49), b"ada"), SERVER)
    made.see(Protocol.CHAP, Packet(SUCCESS, 5, b""), CLIENT)
    assert succeed(made) is None


def test_an_answer_belongs_to_the_challenge_before_it() -> None:
    made = witness()
    answer(made, identifier=4)
    assert succeed(made, 4) is None
    answer(made)
    assert succeed(made, 6) is None
    made.see(Protocol.CHAP, valued(CHALLENGE, 7, b"x" * 16, b""), SERVER)
    answer(made, identifier=7)
    assert succeed(made, 7) == Proof(2, b"x" * 16, bytes(49), b"ada")


def test_an_answer_without_a_challenge_and_a_link_that_went_down_prove_nothing() -> None:
    made = Witness()
    made.see(Protocol.LCP, asked(V2), SERVER)
    answer(made)
    assert succeed(made) is None
    made = witness()
    answer(made)
    made.forget()
    assert succeed(made) is None


@pytest.mark.parametrize("size", [0, 16, 48, 50])
def test_an_answer_of_another_size_is_told_and_forgotten(size: int) -> None:
    made = witness()
    answer(made)
    with pytest.raises(BadPacket):
        answer(made, size=size)
    assert succeed(made) is None


@pytest.mark.parametrize("data", ["", "00", "10", "31 00"])
def test_a_value_longer_than_its_packet_is_told(data: str) -> None:
    with pytest.raises(BadPacket):
        witness().see(Protocol.CHAP, Packet(CHALLENGE, 5, bytes.fromhex(data)), SERVER)


def test_a_recorded_dial_is_witnessed() -> None:
    packets = [p for p in ip_packets(vectors("pptp") / "gen-pptp-mppe128.pcap") if p[9] == 47]
    client = packets[0][12:16]
    made, found = Witness(), []
    for packet in packets:
        gre = packet[20:]
        frame = gre[16 if gre[1] & 0x80 else 12 :][: int.from_bytes(gre[4:6])]
        if gre[0] & 0x10 and frame.removeprefix(b"\xff\x03")[:2] in (b"\xc0\x21", b"\xc2\x23"):
            protocol, at = protocol_of(frame)
            seen = made.see(protocol, parse_packet(frame, at), packet[12:16] == client)
            found += [] if seen is None else [seen]
    [proof] = found
    assert (proof.version, proof.user) == (2, b"alice")
    assert is_proved(proof, Hashes(nt_hash("S3same-Open")))
