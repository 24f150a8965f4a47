"""Main mode as the asking end: its three messages, and what each answer must be (RFC 2409, 5.4).

Nothing of NAT traversal is said: a server that knows none may choke on it, and where it would find
a NAT it would want ESP in UDP. Every function changes the opening only after all is checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.crypto.modp import BadPublicValue, choose_secret, public_value, shared_value
from gateway.ike.choice import Life
from gateway.ike.errors import BadPayload
from gateway.ike.header import Header, build_message
from gateway.ike.initiator_proof import Proof
from gateway.ike.initiator_steps import Step
from gateway.ike.keys import Exchanged, Keys, check_strong, derive_keys, first_iv
from gateway.ike.numbers import NO_COOKIE, NONCE_OURS, Exchange, IdType, Kind
from gateway.ike.offers import offer_ike, taken_ike
from gateway.ike.payloads import (
    Identification,
    Payload,
    build_chain,
    build_identification,
    one_of,
    parse_chain,
    parse_identification,
)
from gateway.ike.phase1 import LONGEST_IDENTITY, Phase1, Random, Secured, take_nonce
from gateway.ike.proposals import IkeSuite
from gateway.ike.protect import next_iv, seal, unseal
from gateway.ike.resend import Retry
from gateway.ike.steps import Step as Stand
from gateway.wire.cursor import Reader
from gateway.wire.udp import Endpoint


@dataclass(slots=True, eq=False)
class Opening:
    """A main mode of ours under way; what it keeps is gone when it stands."""

    cookie_i: bytes
    sai_b: bytes
    retry: Retry
    step: Step = Step.AWAIT_SECOND
    cookie_r: bytes = NO_COOKIE
    suite: IkeSuite | None = None
    life: Life = Life()
    secret: int = field(default=0, repr=False)
    public: bytes = b""
    nonce: bytes = b""
    exchanged: Exchanged | None = field(default=None, repr=False)
    keys: Keys | None = field(default=None, repr=False)
    iv: bytes = b""  # of the sixth message

    def header(self) -> Header:
        return Header(self.cookie_i, self.cookie_r, Kind.NONE, Exchange.MAIN)

    def stands(self, secured: Secured, local: Endpoint, peer: Endpoint, now: float) -> Phase1:
        """The phase 1 it has become; its handle is given by whoever keeps it."""
        return Phase1(
            sa=0,
            cookie_i=self.cookie_i,
            cookie_r=self.cookie_r,
            opened_from=peer,
            local=local,
            peer=peer,
            suite=_chosen(self),
            life=self.life,
            variant=None,
            sai_b=b"",
            expires=now + self.life.seconds,
            step=Stand.ESTABLISHED,
            keys_of=secured,
        )


def first_message(
    suites: Sequence[IkeSuite], seconds: int, method: int, random: Random
) -> tuple[bytes, bytes, bytes]:
    """Our cookie, the body of the offer (it is hashed later), and the whole message."""
    cookie_i = random(8)
    while cookie_i == NO_COOKIE:
        cookie_i = random(8)
    sai_b = offer_ike(suites, seconds, method)
    header = Header(cookie_i, NO_COOKIE, Kind.SA, Exchange.MAIN)
    return cookie_i, sai_b, build_message(header, build_chain([Payload(Kind.SA, sai_b)]))


def take_second(
    opening: Opening, header: Header, body: bytes, suites: Sequence[IkeSuite], random: Random
) -> bytes:
    """The third message: our public value and nonce in the group that was taken."""
    if header.cookie_r == NO_COOKIE:
        raise BadPayload("an answer without the server's cookie")
    payloads = parse_chain(Reader(body), header.first)
    choice = taken_ike(one_of(payloads, Kind.SA, "security association"), suites)
    opening.cookie_r, opening.suite, opening.life = header.cookie_r, choice.suite, choice.life
    opening.secret = choose_secret(choice.suite.group, random)
    opening.public = public_value(choice.suite.group, opening.secret)
    opening.nonce = random(NONCE_OURS)
    ours = [Payload(Kind.KE, opening.public), Payload(Kind.NONCE, opening.nonce)]
    head = Header(opening.cookie_i, opening.cookie_r, Kind.KE, Exchange.MAIN)
    return build_message(head, build_chain(ours))


def take_fourth(opening: Opening, header: Header, body: bytes, proof: Proof, local: bytes) -> bytes:
    """The fifth message: who we are, and the proof of it."""
    suite = _chosen(opening)
    payloads = parse_chain(Reader(body), header.first)
    g_xr = one_of(payloads, Kind.KE, "key exchange")
    nr_b = take_nonce(payloads)
    try:
        g_xy = shared_value(suite.group, opening.secret, g_xr)
    except BadPublicValue as error:
        raise BadPayload(str(error)) from error
    exchanged = Exchanged(
        opening.cookie_i, opening.cookie_r, opening.sai_b, opening.public, g_xr, opening.nonce,
        nr_b, g_xy,
    )  # fmt: skip
    keys = derive_keys(suite, proof.skeyid(suite.hash, exchanged), exchanged)
    check_strong(keys.cipher, keys.cipher_key)
    idii_b = build_identification(Identification(IdType.IPV4, local))
    ours = [Payload(Kind.ID, idii_b), *proof.prove(keys, exchanged, idii_b)]
    message = seal(keys, first_iv(keys, opening.public, g_xr), opening.header(), ours)
    opening.secret, opening.exchanged, opening.keys = 0, exchanged, keys
    opening.iv = next_iv(keys, message)
    return message


def take_sixth(
    opening: Opening, header: Header, body: bytes, proof: Proof, name: str, esp: frozenset[str]
) -> tuple[Secured, tuple[Payload, ...]]:
    """What stands from now on, and all that came with it.

    The server's identity may be anything it likes to be called: the key says who it is.
    """
    keys, exchanged = opening.keys, opening.exchanged
    if keys is None or exchanged is None:
        raise BadPayload("nothing was proved to it yet")
    payloads = parse_chain(Reader(unseal(keys, opening.iv, body)), header.first)
    idir_b = one_of(payloads, Kind.ID, "identity")
    identity = parse_identification(idir_b)
    if len(identity.data) > LONGEST_IDENTITY:
        raise BadPayload(f"an identity of {len(identity.data)} bytes")
    proof.check(keys, exchanged, idir_b, payloads)
    return Secured(keys, next_iv(keys, body), name, esp, str(identity)), payloads


def _chosen(opening: Opening) -> IkeSuite:
    if opening.suite is None:
        raise BadPayload("nothing was agreed on yet")
    return opening.suite
