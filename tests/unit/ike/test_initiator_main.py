"""The three messages of main mode that the asking end makes, and what it will not take."""

import pytest

from gateway.ike.errors import BadHash, BadPayload, BadProposal, IkeError
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.initiator_main import (
    Opening,
    first_message,
    take_fourth,
    take_second,
    take_sixth,
)
from gateway.ike.initiator_proof import PskProof
from gateway.ike.numbers import NO_COOKIE, Exchange, Kind
from gateway.ike.offers import offer_ike
from gateway.ike.payloads import Payload, build_chain, one_of, parse_chain
from gateway.ike.proposals import IKE_SUITES
from gateway.ike.resend import Retry
from gateway.wire.cursor import Reader, WireError
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.net import seeded
from tests.pair.peers.ike_responder import Responder

US, THEM = Endpoint(b"\x0a\x0a\0\1", 500), Endpoint(b"\x0a\x0a\0\2", 500)
SUITES = [IKE_SUITES["3des-sha1-modp1024"]]
PSK = b"between the two"
PROOF = PskProof(PSK)


class Talk:
    """One main mode, message by message, with the scripted server."""

    def __init__(self, psk: bytes = PSK) -> None:
        self.server = Responder(THEM.host, US.host, psk, seeded(2))
        self.random = seeded(1)
        cookie, sai_b, self.message = first_message(SUITES, 28800, 1, self.random)
        self.opening = Opening(cookie, sai_b, Retry(self.message, 0.0, 1.0, 1))

    def answer(self) -> tuple[Header, bytes]:
        """What the server says to our newest message."""
        (sent,) = self.server.receive(Datagram(US, THEM, self.message), 0.0)
        return parse_header(sent.payload)

    def to_third(self) -> "Talk":
        header, body = self.answer()
        self.message = take_second(self.opening, header, body, SUITES, self.random)
        return self

    def to_fifth(self) -> "Talk":
        self.to_third()
        header, body = self.answer()
        self.message = take_fourth(self.opening, header, body, PROOF, US.host)
        return self


def test_the_first_message_is_an_offer_and_nothing_else() -> None:
    header, body = parse_header(Talk().message)
    assert (header.cookie_r, header.exchange, header.flags) == (NO_COOKIE, Exchange.MAIN, 0)
    (only,) = parse_chain(Reader(body), header.first)
    assert (only.kind, only.body) == (Kind.SA, offer_ike(SUITES, 28800, 1))


def test_a_cookie_of_zeros_is_not_used() -> None:
    drawn = iter([bytes(8), b"notzeros"])
    assert first_message(SUITES, 28800, 1, lambda _: next(drawn))[0] == b"notzeros"


def test_the_third_message_has_a_public_value_and_a_nonce() -> None:
    header, body = parse_header(Talk().to_third().message)
    payloads = parse_chain(Reader(body), header.first)
    assert [(each.kind, len(each.body)) for each in payloads] == [(Kind.KE, 128), (Kind.NONCE, 20)]


def test_what_stands_in_the_end_has_the_servers_identity_and_no_secret_to_see() -> None:
    talk = Talk().to_fifth()
    header, body = talk.answer()
    secured, _ = take_sixth(talk.opening, header, body, PROOF, "old-w2k", frozenset())
    phase = talk.opening.stands(secured, US, THEM, 100.0)
    assert (secured.credential, secured.identity) == ("old-w2k", "10.10.0.2")
    assert (phase.cookies, phase.expires, phase.variant) == (
        talk.server.phase1s[0].cookies,
        28900.0,
        None,
    )
    assert secured.keys.skeyid.hex() not in repr(phase)
    assert "secret" not in repr(talk.opening)


def test_another_key_does_not_open_the_proof_or_make_it_right() -> None:
    talk = Talk().to_fifth()
    header, body = talk.answer()
    talk.opening.exchanged, other = None, Talk().to_fifth()
    with pytest.raises(BadPayload, match="nothing was proved"):
        take_sixth(talk.opening, header, body, PROOF, "", frozenset())
    with pytest.raises(WireError):
        take_sixth(other.opening, header, body[:-8] + bytes(8), PROOF, "", frozenset())


def test_a_changed_proof_is_refused() -> None:
    talk = Talk().to_fifth()
    header, body = talk.answer()
    keys = talk.opening.keys
    assert keys is not None
    talk.opening.keys = type(keys)(keys.hash, keys.cipher, b"x", b"x", b"x", keys.cipher_key)
    with pytest.raises(BadHash):
        take_sixth(talk.opening, header, body, PROOF, "", frozenset())


def clear(talk: Talk, *payloads: Payload) -> tuple[Header, bytes]:
    head = Header(talk.opening.cookie_i, b"theirs!!", payloads[0].kind, Exchange.MAIN)
    return parse_header(build_message(head, build_chain(payloads)))


def test_an_answer_without_a_cookie_or_with_another_suite_changes_nothing() -> None:
    talk = Talk()
    header, body = talk.answer()
    nameless = Header(header.cookie_i, NO_COOKIE, header.first, header.exchange)
    with pytest.raises(BadPayload):
        take_second(talk.opening, nameless, body, SUITES, talk.random)
    other = offer_ike([IKE_SUITES["des-md5-modp768"]], 28800, 1)
    with pytest.raises(BadProposal):
        take_second(talk.opening, *clear(talk, Payload(Kind.SA, other)), SUITES, talk.random)
    assert (talk.opening.cookie_r, talk.opening.suite) == (NO_COOKIE, None)


@pytest.mark.parametrize("g_xr", [bytes(128), b"\0" * 127 + b"\1", b"\xff" * 128, b"short"])
def test_a_public_value_nobody_should_accept_is_not_taken(g_xr: bytes) -> None:
    talk = Talk().to_third()
    with pytest.raises(IkeError):
        take_fourth(
            talk.opening,
            *clear(talk, Payload(Kind.KE, g_xr), Payload(Kind.NONCE, bytes(20))),
            PROOF,
            US.host,
        )
    assert talk.opening.keys is None


def test_a_fourth_message_before_anything_is_agreed_on_is_refused() -> None:
    talk = Talk()
    both = clear(talk, Payload(Kind.KE, b"\2" * 128), Payload(Kind.NONCE, bytes(20)))
    with pytest.raises(BadPayload, match="agreed"):
        take_fourth(talk.opening, *both, PROOF, US.host)


def test_our_identity_is_our_address() -> None:
    talk = Talk().to_fifth()
    talk.answer()
    assert talk.server.errors == []
    assert talk.server.phase1s[0].step == 0
    assert one_of([Payload(Kind.ID, b"\1\0\0\0" + US.host)], Kind.ID, "identity")[4:] == US.host
