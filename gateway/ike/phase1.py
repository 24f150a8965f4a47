"""Main mode as the responder, and what it leaves behind (RFC 2409, 5).

The fifth and sixth message here are those with a pre-shared key (5.4); with certificates they are
in `signature.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from gateway.crypto.mac import equal
from gateway.crypto.modp import BadPublicValue, choose_secret, public_value, shared_value
from gateway.crypto.weak import is_weak
from gateway.ike.certificates import requests_in
from gateway.ike.choice import IkeChoice, Life
from gateway.ike.errors import BadCipherText, BadPayload, OutOfStep, Refusal
from gateway.ike.events import Reason
from gateway.ike.header import Header, build_message
from gateway.ike.keys import (
    Exchanged,
    Keys,
    derive_keys,
    first_iv,
    hash_i,
    hash_r,
    psk_skeyid,
)
from gateway.ike.nat import (
    NOWHERE,
    Answer,
    Nat,
    Variant,
    either_port,
    find_nat,
    hides,
    in_either_form,
    nat_d_hash,
    nat_d_to_send,
)
from gateway.ike.numbers import (
    NONCE_LONGEST,
    NONCE_OURS,
    NONCE_SHORTEST,
    PRE_SHARED_KEY,
    Exchange,
    IdType,
    Kind,
    Notify,
)
from gateway.ike.payloads import (
    Identification,
    Payload,
    build_chain,
    build_identification,
    one_of,
    parse_chain,
    parse_identification,
)
from gateway.ike.policy import MOST_CREDENTIALS, Credential
from gateway.ike.proposals import (
    IkeSuite,
    build_association,
)
from gateway.ike.protect import next_iv, seal, unseal
from gateway.ike.resend import Memory, Used
from gateway.ike.steps import Step
from gateway.ike.vendors import DPD, FRAGMENTATION
from gateway.wire.cursor import Reader, WireError
from gateway.wire.udp import Datagram, Endpoint
from gateway.x509.certificate import Certificate

Random = Callable[[int], bytes]
LONGEST_IDENTITY = 256  # bytes
LONGEST_NAME = 1024  # bytes, of a certificate's
LONGEST_FIFTH = 1024  # bytes under a pre-shared key: an identity, a hash, and notices
WHOLE = 1280  # bytes of an IP packet that get through nearly everywhere
NOBODY = bytes(8)  # as long as the body of an identity that is an address


@dataclass(frozen=True, slots=True)
class Secured:
    """What an authenticated phase 1 has: no field of it ever changes."""

    keys: Keys
    last_block: bytes  # of the last message of main mode
    credential: str
    esp_suites: frozenset[str]
    identity: str
    psk: bytes = field(default=b"", repr=False)  # that it knew
    old_key: bool = False
    shown: tuple[Certificate, ...] = field(default=(), repr=False)  # by which it proved itself

    @property
    def certificate(self) -> str:
        """Its name, for people."""
        return self.shown[0].name if self.shown else ""


@dataclass(slots=True)
class Dpd:
    """Sequence numbers of dead peer detection (RFC 3706, 5.4)."""

    ours: int  # the first that was not acknowledged
    open: int = 0  # how many were asked from there on
    heard: int = -1  # the last the peer has used


def start_dpd(random: Random) -> Dpd:
    """Somewhere in the lower half, so that the numbers do not come round (RFC 3706, 5.4)."""
    return Dpd(int.from_bytes(random(4), "big") >> 1)


@dataclass(slots=True, eq=False)
class Phase1:
    """One phase 1 SA, half open or established. `expires` is the end of either."""

    sa: int
    cookie_i: bytes
    cookie_r: bytes
    opened_from: Endpoint
    local: Endpoint
    peer: Endpoint
    suite: IkeSuite
    life: Life
    variant: Variant | None
    sai_b: bytes = field(repr=False)
    expires: float
    dpd: Dpd | None = None  # None: the peer did not announce it
    method: int = PRE_SHARED_KEY
    asked: frozenset[bytes] = frozenset()  # whose certificates the client wants: certificates.py
    fragments: bool = False  # the client puts cut messages together
    whole: int = WHOLE  # bytes of an IP packet above which a message to it is cut
    step: Step = Step.AWAIT_KEY
    answer: Answer = Answer.HONEST
    held: Reason | None = None  # why a message came that nobody has looked at: see guards.py
    spent: float = 0.0  # seconds of CPU, given back if it turns out to be a client: see effort.py
    nat: Nat = Nat()
    hidden: bool = False  # a NAT before us was not shown to the client
    exchanged: Exchanged | None = field(default=None, repr=False)
    keys_of: Secured | None = field(default=None, repr=False)
    memory: Memory = field(default_factory=Memory, repr=False)
    used: Used = field(default_factory=Used, repr=False)
    # The last quick modes by message ID, each with the IV of what may still follow.
    confirmed: dict[int, bytes] = field(default_factory=dict, repr=False)

    @property
    def cookies(self) -> bytes:
        return self.cookie_i + self.cookie_r

    def header(self, exchange: Exchange, message_id: int = 0) -> Header:
        return Header(self.cookie_i, self.cookie_r, Kind.NONE, exchange, message_id=message_id)

    def may_get(self, there: Endpoint, asked: int, answer: int) -> bool:
        """Whether to send so many bytes there for those that came.

        No more than came, unless something of ours has reached that address: what names another
        as its source would be a lever (RFC 2408, 2.5.3 has the cookies for it).
        """
        reached = {self.opened_from.host}
        if self.step is Step.ESTABLISHED:
            reached.add(self.peer.host)
        return there.host in reached or answer <= asked

    def secured(self) -> Secured:
        """OutOfStep before the fifth message."""
        if self.keys_of is None:
            raise OutOfStep("nobody is authenticated yet")
        return self.keys_of


def answer_offer(phase: Phase1, choice: IkeChoice) -> bytes:
    """The second message. All that is in it came in the first one, so it is never larger."""
    payloads = [Payload(Kind.SA, build_association(choice.answer))]
    if phase.variant is not None:
        payloads.append(Payload(Kind.VENDOR, phase.variant.vendor_id))
    if phase.dpd is not None:
        payloads.append(Payload(Kind.VENDOR, DPD))
    if phase.fragments:
        payloads.append(Payload(Kind.VENDOR, FRAGMENTATION))
    return _build_clear(phase, payloads)


def answer_key(
    phase: Phase1,
    header: Header,
    body: bytes,
    datagram: Datagram,
    random: Random,
    requests: Sequence[Payload] = (),
    afford: Callable[[int], None] = lambda length: None,
) -> tuple[bytes, Nat | None]:
    """The fourth message, and the NATs found if the peer takes part in looking for them.

    `requests` are for certificates, if by those the client is to prove itself. `afford` is told the
    length of the numbers before anything costly is done with them, and raises if it is too much.

    Refusal for a public value nobody should accept. Nothing is changed before all is checked.
    """
    payloads = parse_chain(Reader(body), header.first)
    g_xi = one_of(payloads, Kind.KE, "key exchange")
    ni_b = take_nonce(payloads)
    group = phase.suite.group
    afford(group.length)
    secret = choose_secret(group, random)
    try:
        g_xy = shared_value(group, secret, g_xi)
    except BadPublicValue as error:
        raise Refusal(
            Reason.BAD_PUBLIC_VALUE, str(error), Notify.INVALID_KEY_INFORMATION
        ) from error
    g_xr, nr_b = public_value(group, secret), random(NONCE_OURS)
    answer = [Payload(Kind.KE, g_xr), Payload(Kind.NONCE, nr_b), *requests]
    nat = None
    if phase.variant is not None:
        nat, bodies = _discover_nat(phase, phase.variant, payloads, datagram)
        answer += bodies
    message = _build_clear(phase, answer)
    if not phase.may_get(datagram.source, len(datagram.payload), len(message)):
        raise OutOfStep("a third message from elsewhere asks for more than it brings")
    phase.nat, phase.held = nat or Nat(), None
    phase.asked = requests_in(payloads)
    phase.exchanged = Exchanged(
        phase.cookie_i, phase.cookie_r, phase.sai_b, g_xi, g_xr, ni_b, nr_b, g_xy
    )
    return message, nat


def _discover_nat(
    phase: Phase1, variant: Variant, payloads: Sequence[Payload], datagram: Datagram
) -> tuple[Nat | None, list[Payload]]:
    """The NATs found, None if the peer told nothing, and our own part of the search."""

    def hashes(*endpoints: Endpoint) -> list[bytes]:
        suite = phase.suite
        return [nat_d_hash(suite.hash, phase.cookie_i, phase.cookie_r, each) for each in endpoints]

    kind, came = in_either_form(payloads, variant, lambda one: one.nat_d)
    local, peer = hashes(*either_port(datagram.target)), hashes(*either_port(datagram.source))
    nat = find_nat(came, local, peer)
    phase.hidden = hides(came, nat, local[0], phase.answer)
    nowhere = hashes(NOWHERE)[0]
    bodies = nat_d_to_send(came, nat, phase.hidden, local[0], peer[0], nowhere)
    return nat if came else None, [Payload(kind, body) for body in bodies]


@dataclass(frozen=True, slots=True)
class Fit:
    """A credential that opened the fifth message, or that its certificate is of."""

    credential: Credential
    keys: Keys
    identity: Identification
    payloads: tuple[Payload, ...]
    shown: tuple[Certificate, ...] = ()  # its own first


def find_credential(
    phase: Phase1, header: Header, body: bytes, credentials: Sequence[Credential]
) -> Fit | None:
    """The first credential whose key opens the fifth message.

    All are tried whatever happens, and each by the same operations whether it fits or not, so that
    the time it takes does not tell which one it was.
    """
    exchanged = phase.exchanged
    if exchanged is None:
        raise OutOfStep("no key was exchanged yet")
    if not body or len(body) % phase.suite.cipher.block:
        raise BadCipherText(f"{len(body)} bytes are no whole number of cipher blocks")
    if len(body) > LONGEST_FIFTH:
        raise BadPayload(f"a fifth message of {len(body)} bytes, to be opened by every key")
    fits = [
        _try_credential(phase.suite, exchanged, header, body, credential)
        for credential in credentials[:MOST_CREDENTIALS]
        if credential.psk
    ]
    return next((fit for fit in fits if fit is not None), None)


def _try_credential(
    suite: IkeSuite, exchanged: Exchanged, header: Header, body: bytes, credential: Credential
) -> Fit | None:
    skeyid = psk_skeyid(suite.hash, credential.psk, exchanged.ni_b, exchanged.nr_b)
    keys = derive_keys(suite, skeyid, exchanged)
    plain = unseal(keys, first_iv(keys, exchanged.g_xi, exchanged.g_xr), body)
    idii_b, came, payloads = _read_auth(header, plain)
    fits = equal(came, hash_i(keys, exchanged, idii_b))  # of rubbish too: see `find_credential`
    return Fit(credential, keys, parse_identification(idii_b), payloads) if fits else None


def _read_auth(header: Header, plain: bytes) -> tuple[bytes, bytes, tuple[Payload, ...]]:
    """IDii_b, HASH_I and all payloads; if it is rubbish, a hash that no identity has."""
    try:
        payloads = parse_chain(Reader(plain), header.first)
        idii_b = one_of(payloads, Kind.ID, "identity")
        came = one_of(payloads, Kind.HASH, "hash")
        parse_identification(idii_b)
    except WireError:  # it was another key
        return NOBODY, b"", ()
    return idii_b, came, payloads


def check_fit(phase: Phase1, fit: Fit) -> None:
    """Refusal if who it turned out to be may not do what was agreed on."""
    client, suite = fit.credential, phase.suite.name
    if is_weak(fit.keys.cipher, fit.keys.cipher_key):
        detail = f"the keys that {client.name} and we drew are weak; others come of the next dial"
        raise Refusal(Reason.BAD_PUBLIC_VALUE, detail, Notify.INVALID_KEY_INFORMATION)
    if client.revoked:
        raise Refusal(Reason.REVOKED, f"{client.name} dialled", Notify.AUTHENTICATION_FAILED)
    if suite in client.lapsed:
        detail = f"{client.name} might use {suite} until {client.lapsed[suite]}"
        raise Refusal(Reason.SUITE_LAPSED, detail, Notify.NO_PROPOSAL_CHOSEN)
    if suite not in client.ike_suites:
        detail = f"{client.name} used {suite}"
        raise Refusal(Reason.SUITE_NOT_ALLOWED, detail, Notify.NO_PROPOSAL_CHOSEN)
    _check_identity(client, fit.identity)


def _check_identity(client: Credential, identity: Identification) -> None:
    longest = LONGEST_NAME if identity.kind == IdType.DER_DN else LONGEST_IDENTITY
    known = identity.kind in set(IdType) and 0 < len(identity.data) <= longest
    if not known or (identity.kind == IdType.IPV4 and len(identity.data) != 4):
        detail = f"type {identity.kind}, {len(identity.data)} bytes"
        raise Refusal(Reason.BAD_IDENTITY, detail, Notify.INVALID_ID_INFORMATION)
    wanted = client.identity
    if wanted is not None and not identity.is_the_same(wanted):
        detail = f"{client.name} must call itself {wanted}, and this one says {identity}"
        raise Refusal(Reason.OTHER_IDENTITY, detail, Notify.INVALID_ID_INFORMATION)


def secure(phase: Phase1, fit: Fit, last_block: bytes) -> Secured:
    return Secured(
        keys=fit.keys,
        last_block=last_block,
        credential=fit.credential.name,
        esp_suites=fit.credential.esp_suites,
        identity=str(fit.identity),
        psk=fit.credential.psk if not fit.shown else b"",
        old_key=fit.credential.old,
        shown=fit.shown,
    )


def answer_auth(phase: Phase1, fit: Fit, message: bytes, local: Endpoint) -> bytes:
    """The sixth message; from now on the phase is secured and the secrets of main mode are gone."""
    exchanged = phase.exchanged
    if exchanged is None:
        raise OutOfStep("no key was exchanged yet")
    idir_b = build_identification(Identification(IdType.IPV4, local.host))
    payloads = [
        Payload(Kind.ID, idir_b),
        Payload(Kind.HASH, hash_r(fit.keys, exchanged, idir_b)),
    ]
    return seal_last(phase, fit, message, payloads)


def seal_last(phase: Phase1, fit: Fit, message: bytes, payloads: Sequence[Payload]) -> bytes:
    """The sixth message of these payloads, in answer to the bytes of the fifth."""
    answer = seal(fit.keys, next_iv(fit.keys, message), phase.header(Exchange.MAIN), payloads)
    phase.keys_of = secure(phase, fit, next_iv(fit.keys, answer))
    phase.exchanged = None
    phase.sai_b = b""
    return answer


def take_nonce(payloads: Iterable[Payload]) -> bytes:
    nonce = one_of(payloads, Kind.NONCE, "nonce")
    if not NONCE_SHORTEST <= len(nonce) <= NONCE_LONGEST:
        raise BadPayload(f"nonce of {len(nonce)} bytes")
    return nonce


def _build_clear(phase: Phase1, payloads: Sequence[Payload]) -> bytes:
    header = Header(phase.cookie_i, phase.cookie_r, payloads[0].kind, Exchange.MAIN)
    return build_message(header, build_chain(payloads))
