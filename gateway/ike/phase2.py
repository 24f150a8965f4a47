"""Quick mode in transport mode, as the responder (RFC 2409, 5.5; RFC 3193; RFC 3947, 5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gateway.crypto.modp import BadPublicValue, Group, choose_secret, public_value, shared_value
from gateway.crypto.weak import is_weak
from gateway.ike.attributes import Attribute, build_attributes, short_attribute
from gateway.ike.choice import EspChoice, answer_esp, choose_esp, offered_esp, offers_mode
from gateway.ike.errors import BadPayload, Refusal
from gateway.ike.events import PairReady, Reason
from gateway.ike.header import Header
from gateway.ike.keys import keymat, message_iv
from gateway.ike.nat import allowed_modes, in_either_form, nat_oa_to_send, parse_nat_oa
from gateway.ike.numbers import (
    LIFE_SECONDS,
    NONCE_OURS,
    TRANSPORT,
    UDP,
    EspAttribute,
    Exchange,
    Kind,
    Notify,
    Protocol,
)
from gateway.ike.payloads import (
    Notification,
    Payload,
    all_of,
    build_notification,
    one_of,
    parse_chain,
    parse_identification,
)
from gateway.ike.phase1 import Phase1, Random, Secured, take_nonce
from gateway.ike.policy import IkePolicy
from gateway.ike.proposals import (
    ESP_SUITES,
    Association,
    EspSuite,
    build_association,
    parse_association,
)
from gateway.ike.protect import check_hash, check_hash_3, hash_3, next_iv, seal, unseal, with_hash
from gateway.ike.quirks import SELECTOR_COUNTS, SELECTOR_TYPES, SERVER_PORTS
from gateway.ike.resend import Retry
from gateway.wire.cursor import Reader, WireError

MOST_CONFIRMED = 16  # quick modes of one phase 1 whose fourth message is known for what it is


@dataclass(slots=True, eq=False)
class Pair:
    """Two SAs of phase 2, one for each direction; `expires` on the caller's clock."""

    sa: int
    spi_in: int
    spi_out: int
    expires: float


@dataclass(slots=True, eq=False)
class Quick:
    """A quick mode that waits for its third message."""

    phase: Phase1
    pair: Pair
    message_id: int
    iv: bytes = field(repr=False)  # of the third message
    expected: bytes = field(repr=False)  # HASH(3)
    retry: Retry


@dataclass(frozen=True, slots=True)
class QuickOffer:
    """The first message, its hash checked. The IDs go back as they came."""

    association: Association
    ni_b: bytes
    public: bytes | None
    ids: tuple[bytes, ...]
    nat_oa: tuple[bytes, ...]
    nat_oa_kind: int = 0  # the payload type they came as, by which to answer


def open_quick(secured: Secured, header: Header, body: bytes) -> tuple[tuple[Payload, ...], bytes]:
    """The payloads of a first message behind its hash, and the IV of the answer."""
    keys = secured.keys
    plain = unseal(keys, message_iv(keys, secured.last_block, header.message_id_bytes), body)
    return check_hash(keys, header.message_id_bytes, header.first, plain), next_iv(keys, body)


def parse_quick(phase: Phase1, payloads: Sequence[Payload]) -> QuickOffer:
    publics = all_of(payloads, Kind.KE)
    if len(publics) > 1:
        raise BadPayload("more than one key exchange payload")
    kind, nat_oa = 0, list[bytes]()
    if phase.variant is not None:
        kind, nat_oa = in_either_form(payloads, phase.variant, lambda one: one.nat_oa)
    return QuickOffer(
        association=parse_association(one_of(payloads, Kind.SA, "security association")),
        ni_b=take_nonce(payloads),
        public=publics[0] if publics else None,
        ids=tuple(all_of(payloads, Kind.ID)),
        nat_oa=tuple(nat_oa),
        nat_oa_kind=kind,
    )


def check_selectors(ids: Sequence[bytes]) -> int:
    """The client's port, 0 for any; Refusal unless the selectors can mean L2TP.

    The addresses in them are the client's own idea of both ends and not looked at: behind a NAT
    they are wrong, and some send host names (see quirks.py). With one alone it is the server's.
    """
    if len(ids) not in SELECTOR_COUNTS:
        raise _bad_id(f"{len(ids)} identities")
    selectors = [parse_identification(body) for body in ids]
    for selector in selectors:
        if selector.kind not in SELECTOR_TYPES:
            raise _bad_id(f"selector of type {selector.kind}")
        if selector.protocol not in (0, UDP):
            raise _bad_id(f"selector for protocol {selector.protocol}, not UDP")
    if selectors and selectors[-1].port not in SERVER_PORTS:
        raise _bad_id(f"selector for port {selectors[-1].port}, not 1701")
    return selectors[0].port if len(selectors) == 2 else 0


def _bad_id(detail: str) -> Refusal:
    return Refusal(Reason.UNSUITABLE_QUICK_MODE, detail, Notify.INVALID_ID_INFORMATION)


def choose_pair(phase: Phase1, secured: Secured, offer: QuickOffer, policy: IkePolicy) -> EspChoice:
    """By our order, among what this client may use; Refusal if nothing fits.

    Behind a NAT what goes in UDP comes first: plain ESP, where it is offered too, rarely gets by.
    """
    ours = [ESP_SUITES[name] for name in policy.esp_suites]
    lapsed = policy.lapsed(secured.credential)
    may_use = secured.esp_suites - lapsed.keys()
    allowed = [suite for suite in ours if suite.name in may_use]
    modes = frozenset(allowed_modes(phase.variant, phase.nat, phase.local))
    pfs = offer.public is not None
    in_udp = modes - {TRANSPORT} if phase.nat.found else modes
    for fitting in (in_udp, modes):
        choice = choose_esp(offer.association, allowed, fitting, pfs)
        if choice is not None:
            return choice
    detail = f"offered for ESP: {', '.join(offered_esp(offer.association))}"
    over = [ESP_SUITES[name] for name in lapsed if name in ESP_SUITES]
    if (late := choose_esp(offer.association, over, modes, pfs)) is not None:
        reason, name = Reason.SUITE_LAPSED, late.suite.name
        detail += f"; {secured.credential} might use {name} until {lapsed[name]}"
    elif choose_esp(offer.association, ours, modes, pfs) is not None:
        reason = Reason.SUITE_NOT_ALLOWED
    elif offers_mode(offer.association, modes):
        reason = Reason.NO_COMMON_SUITE
    else:
        reason = Reason.UNSUITABLE_QUICK_MODE
        detail += f"; encapsulation must be {' or '.join(map(str, sorted(modes)))}"
    raise Refusal(reason, detail, Notify.NO_PROPOSAL_CHOSEN)


@dataclass(frozen=True, slots=True)
class Answer:
    """The second message and all that follows from it."""

    message: bytes
    expected: bytes = field(repr=False)  # HASH(3)
    ready: PairReady


def answer_quick(
    phase: Phase1,
    header: Header,
    offer: QuickOffer,
    iv: bytes,
    spi_in: int,
    policy: IkePolicy,
    random: Random,
) -> Answer:
    """Refusal or another WireError if it cannot be; nothing is changed here."""
    secured = phase.secured()
    keys, message_id = secured.keys, header.message_id_bytes
    client_port = check_selectors(offer.ids)
    choice = choose_pair(phase, secured, offer, policy)
    public, g_xy = _exchange(choice.group, offer.public, random)
    spis = spi_in.to_bytes(4, "big"), choice.spi

    def keymats(nr_b: bytes) -> tuple[bytes, ...]:
        nonces, length = offer.ni_b + nr_b, choice.suite.keymat_length
        return tuple(keymat(keys, Protocol.ESP, spi, nonces, length, g_xy) for spi in spis)

    nr_b, keymat_in, keymat_out = strong_nonce(choice.suite, keymats, random)
    seconds, notices = _limit_life(choice, policy)
    payloads = [
        Payload(Kind.SA, build_association(answer_esp(choice, spi_in.to_bytes(4, "big")))),
        Payload(Kind.NONCE, nr_b),
        *public,
        *(Payload(Kind.ID, body) for body in offer.ids),
        *_original_addresses(phase, choice, offer),
        *notices,
    ]
    message = seal(
        keys,
        iv,
        phase.header(Exchange.QUICK, header.message_id),
        with_hash(keys, message_id + offer.ni_b, payloads),
    )
    ready = replace(
        _ready(phase, choice, spi_in, keymat_in, keymat_out),
        client_port=client_port,
        life_seconds=seconds,
        nat_oa=parse_nat_oa(offer.nat_oa[0]) if offer.nat_oa else None,
    )
    return Answer(message, hash_3(keys, message_id, offer.ni_b, nr_b), ready)


def strong_nonce(
    suite: EspSuite, keymats: Callable[[bytes], tuple[bytes, ...]], random: Random
) -> tuple[bytes, ...]:
    """A nonce of ours, and the KEYMAT of both directions: of a kind that no cipher minds.

    RFC 2405 and 2451 have a weak key rejected and the SA made anew. We draw last, so we need only
    draw again: the client never sees that there was another.
    """
    while True:
        nr_b = random(NONCE_OURS)
        found = keymats(nr_b)
        if not any(is_weak(suite.cipher, each[: suite.key_length]) for each in found):
            return nr_b, *found


def _ready(
    phase: Phase1, choice: EspChoice, spi_in: int, keymat_in: bytes, keymat_out: bytes
) -> PairReady:
    """What follows from the choice and the keys; the rest of it is as yet unknown."""
    marker = allowed_modes(phase.variant, phase.nat, phase.local)[choice.mode]
    return PairReady(
        sa=phase.sa,
        spi_in=spi_in,
        spi_out=int.from_bytes(choice.spi, "big"),
        suite=choice.suite.name,
        keymat_in=keymat_in,
        keymat_out=keymat_out,
        natt=phase.variant.name if phase.variant is not None and marker else None,
        marker=marker,
        local=phase.local,
        peer=phase.peer,
        client_port=0,
        life_seconds=choice.life.seconds,
        life_kilobytes=choice.life.kilobytes,
        nat_oa=None,
    )


def confirm_quick(quick: Quick, header: Header, body: bytes) -> None:
    """BadHash unless the third message is right."""
    keys = quick.phase.secured().keys
    check_hash_3(keys, quick.expected, header.first, unseal(keys, quick.iv, body))


def note_confirmed(phase: Phase1, header: Header, third: bytes) -> None:
    """Remember where a fourth message would go on; of the oldest none comes any more."""
    phase.confirmed[header.message_id] = next_iv(phase.secured().keys, third)
    if len(phase.confirmed) > MOST_CONFIRMED:
        del phase.confirmed[next(iter(phase.confirmed))]


def is_fourth(phase: Phase1, header: Header, body: bytes) -> bool:
    """Whether this is a notice after the third message: see quirks.COMMIT.

    How its hash is made nobody has told, so nothing is done for it, and nobody is moved by it.
    """
    iv = phase.confirmed.get(header.message_id)
    if iv is None:
        return False
    try:
        payloads = parse_chain(Reader(unseal(phase.secured().keys, iv, body)), header.first)
    except WireError:
        return False
    return [payload.kind for payload in payloads[:2]] == [Kind.HASH, Kind.NOTIFICATION]


def quick_iv(phase: Phase1, message: bytes) -> bytes:
    return next_iv(phase.secured().keys, message)


def _exchange(
    group: Group | None, peer: bytes | None, random: Random
) -> tuple[list[Payload], bytes]:
    """Our key exchange payload and g(qm)^xy, where the client wants perfect forward secrecy."""
    if group is None or peer is None:
        return [], b""
    secret = choose_secret(group, random)
    try:
        shared = shared_value(group, secret, peer)
    except BadPublicValue as error:
        raise Refusal(
            Reason.BAD_PUBLIC_VALUE, str(error), Notify.INVALID_KEY_INFORMATION
        ) from error
    return [Payload(Kind.KE, public_value(group, secret))], shared


def _limit_life(choice: EspChoice, policy: IkePolicy) -> tuple[int, list[Payload]]:
    """The seconds we keep to, and RESPONDER-LIFETIME if they are not what was asked for."""
    seconds = choice.life.seconds
    if not policy.tell_life or seconds <= policy.longest_life:
        return seconds, []
    told = build_attributes(
        (
            short_attribute(EspAttribute.LIFE_TYPE, LIFE_SECONDS),
            Attribute(EspAttribute.LIFE_DURATION, policy.longest_life.to_bytes(4, "big"), False),
        )
    )
    notice = Notification(Notify.RESPONDER_LIFETIME, Protocol.ESP, choice.spi, told)
    return policy.longest_life, [Payload(Kind.NOTIFICATION, build_notification(notice))]


def _original_addresses(phase: Phase1, choice: EspChoice, offer: QuickOffer) -> list[Payload]:
    variant = phase.variant
    if variant is None or choice.mode != variant.udp_transport:
        return []
    bodies = nat_oa_to_send(
        variant, phase.nat.gateway, phase.hidden, offer.nat_oa, phase.peer, phase.local
    )
    return [Payload(offer.nat_oa_kind, body) for body in bodies]
