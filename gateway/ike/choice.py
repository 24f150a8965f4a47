"""Reading what a peer offers, and choosing by our own order (RFC 2407, 4.5; RFC 2409, 5).

The transform that is chosen goes back exactly as it came: its number, its attributes, each in the
form it had, those we do not know among them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.crypto.cbc import AES
from gateway.crypto.modp import GROUPS, Group
from gateway.ike.attributes import Attribute
from gateway.ike.numbers import (
    DEFAULT_LIFE,
    ESP_CIPHERS,
    ESP_HASHES,
    IKE_CIPHERS,
    IKE_HASHES,
    KEY_IKE,
    LIFE_KILOBYTES,
    LIFE_SECONDS,
    LONGEST_LIFE,
    LOWEST_SPI,
    PRE_SHARED_KEY,
    RSA_SIGNATURES,
    EspAttribute,
    IkeAttribute,
    Protocol,
)
from gateway.ike.proposals import Association, EspSuite, IkeSuite, Proposal, Transform

Numbers = Mapping[int, int]  # attribute type -> value; lifetimes are not among them
MOST_NAMES = 32  # suites told of an offer
ESP_SPI = 4  # bytes
_GROUP_NUMBERS: Final = {group.name: number for number, group in GROUPS.items()}
_OTHERS: Final[Mapping[int, str]] = {Protocol.AH: "ah", Protocol.IPCOMP: "ipcomp"}

# What we do not understand here would change what is agreed on; any other unknown attribute is
# carried along (MS-IKEE: an unknown attribute must not end the negotiation).
_IKE_MATTERS: Final = frozenset(
    (
        IkeAttribute.PRIME,
        IkeAttribute.GENERATOR_ONE,
        IkeAttribute.GENERATOR_TWO,
        IkeAttribute.CURVE_A,
        IkeAttribute.CURVE_B,
        IkeAttribute.PRF,
        IkeAttribute.FIELD_SIZE,
        IkeAttribute.GROUP_ORDER,
    )
)
_ESP_MATTERS: Final = frozenset((EspAttribute.KEY_ROUNDS, EspAttribute.EXTENDED_SEQUENCE))


@dataclass(frozen=True, slots=True)
class Life:
    """How long an SA may live; None where nothing was said."""

    seconds: int = DEFAULT_LIFE
    kilobytes: int | None = None


@dataclass(frozen=True, slots=True)
class IkeChoice:
    """`method` is how the two ends prove who they are."""

    suite: IkeSuite
    life: Life
    answer: Association
    method: int = PRE_SHARED_KEY


@dataclass(frozen=True, slots=True)
class EspChoice:
    """`spi` is the peer's: ours has yet to be put in the answer by `answer_esp`."""

    suite: EspSuite
    life: Life
    mode: int
    group: Group | None
    spi: bytes
    proposal: Proposal


def choose_ike(
    association: Association,
    suites: Iterable[IkeSuite],
    methods: Mapping[int, Collection[str]] | None = None,
) -> IkeChoice | None:
    """The first of `suites` that is offered with a method it may be used with.

    `methods` has the names of the suites for each method; without it all are for pre-shared keys.
    Of two methods for one suite the client's order decides.
    """
    offers = list(_ike_offers(association))
    for suite in suites:
        for proposal, transform, numbers in offers:
            method = numbers.get(IkeAttribute.AUTHENTICATION, 0)
            if _is_allowed(suite, method, methods) and _is_ike_suite(numbers, suite):
                answer = Proposal(proposal.number, proposal.protocol, b"", (transform,))
                life = _life(transform, IkeAttribute.LIFE_TYPE, IkeAttribute.LIFE_DURATION)
                return IkeChoice(suite, life, Association((answer,)), method)
    return None


def choose_esp(
    association: Association, suites: Iterable[EspSuite], modes: frozenset[int], pfs: bool
) -> EspChoice | None:
    """The first of `suites` that is offered in one of `modes`.

    `pfs` says whether the message has a key exchange payload: a transform with a group is for
    such messages, and only for them (RFC 2409, 5.5).
    """
    offers = list(_esp_offers(association))
    for suite in suites:
        for proposal, transform, numbers in offers:
            mode = numbers.get(EspAttribute.ENCAPSULATION)
            number = numbers.get(EspAttribute.GROUP)
            group = GROUPS.get(number) if number is not None else None
            fits = mode in modes and (group is not None if pfs else number is None)
            if mode is not None and fits and _is_esp_suite(transform.kind, numbers, suite):
                life = _life(transform, EspAttribute.LIFE_TYPE, EspAttribute.LIFE_DURATION)
                answer = Proposal(proposal.number, proposal.protocol, proposal.spi, (transform,))
                return EspChoice(suite, life, mode, group, proposal.spi, answer)
    return None


def offers_mode(association: Association, modes: frozenset[int]) -> bool:
    """Whether anything is offered in one of these encapsulation modes, whatever its suite."""
    return any(
        numbers.get(EspAttribute.ENCAPSULATION) in modes
        for _, _, numbers in _esp_offers(association)
    )


def answer_esp(choice: EspChoice, spi: bytes) -> Association:
    """What is sent back: the proposal that was chosen, with our SPI."""
    chosen = choice.proposal
    return Association((Proposal(chosen.number, chosen.protocol, spi, chosen.transforms),))


def offered_ike(association: Association) -> tuple[str, ...]:
    """Names for people, in the order of the offer; also of what nobody could accept."""
    return _name_all(association, _name_ike)


def offered_esp(association: Association) -> tuple[str, ...]:
    return _name_all(association, _name_esp)


def _name_all(
    association: Association, name: Callable[[Proposal, Transform], str]
) -> tuple[str, ...]:
    names = (
        name(proposal, transform)
        for proposal in association.proposals
        for transform in proposal.transforms
    )
    return tuple(dict.fromkeys(names))[:MOST_NAMES]


def _ike_offers(association: Association) -> Iterator[tuple[Proposal, Transform, Numbers]]:
    for proposal in association.proposals:
        for transform in proposal.transforms:
            numbers = _numbers(transform, (IkeAttribute.LIFE_TYPE, IkeAttribute.LIFE_DURATION))
            if (
                proposal.protocol == Protocol.ISAKMP
                and transform.kind == KEY_IKE
                and numbers is not None
                and not _IKE_MATTERS & numbers.keys()
            ):
                yield proposal, transform, numbers


def _esp_offers(association: Association) -> Iterator[tuple[Proposal, Transform, Numbers]]:
    together = [proposal.number for proposal in association.proposals]
    for proposal in association.proposals:
        if (
            proposal.protocol != Protocol.ESP
            or together.count(proposal.number) != 1  # ESP and AH, or ESP and compression, at once
            or len(proposal.spi) != ESP_SPI
            or int.from_bytes(proposal.spi, "big") < LOWEST_SPI
        ):
            continue
        for transform in proposal.transforms:
            numbers = _numbers(transform, (EspAttribute.LIFE_TYPE, EspAttribute.LIFE_DURATION))
            if numbers is not None and not _ESP_MATTERS & numbers.keys():
                yield proposal, transform, numbers


def _numbers(transform: Transform, apart: Sequence[int]) -> Numbers | None:
    """The attributes without those `apart`; None if one is said twice with different values."""
    numbers: dict[int, int] = {}
    for attribute in transform.attributes:
        if attribute.kind in apart:
            continue
        if numbers.setdefault(attribute.kind, attribute.number) != attribute.number:
            return None
    return numbers


def _is_allowed(
    suite: IkeSuite, method: int, methods: Mapping[int, Collection[str]] | None
) -> bool:
    if methods is None:
        return method == PRE_SHARED_KEY
    return suite.name in methods.get(method, ())


def _is_ike_suite(numbers: Numbers, suite: IkeSuite) -> bool:
    return (
        numbers.get(IkeAttribute.ENCRYPTION) == IKE_CIPHERS[suite.cipher.name]
        and numbers.get(IkeAttribute.HASH) == IKE_HASHES[suite.hash.name]
        and numbers.get(IkeAttribute.GROUP) == suite.group.number
        and _key_fits(suite, numbers.get(IkeAttribute.KEY_LENGTH))
    )


def _is_esp_suite(kind: int, numbers: Numbers, suite: EspSuite) -> bool:
    return (
        kind == ESP_CIPHERS[suite.cipher.name]
        and numbers.get(EspAttribute.AUTHENTICATION) == ESP_HASHES[suite.hash.name]
        and _key_fits(suite, numbers.get(EspAttribute.KEY_LENGTH))
    )


def _key_fits(suite: IkeSuite | EspSuite, bits: int | None) -> bool:
    """Only AES has a key length to talk about; said of another cipher it means nothing."""
    return suite.cipher.name != AES.name or bits == suite.key_length * 8


def _life(transform: Transform, type_: int, duration: int) -> Life:
    """A duration counts in the unit of the type right before it (RFC 2409, appendix A)."""
    unit = 0
    found: dict[int, int] = {}
    for attribute in transform.attributes:
        if attribute.kind == type_:
            unit = attribute.number
        elif attribute.kind == duration and attribute.number:
            found[unit] = min(attribute.number, LONGEST_LIFE)
    return Life(found.get(LIFE_SECONDS, DEFAULT_LIFE), found.get(LIFE_KILOBYTES))


def _name_ike(proposal: Proposal, transform: Transform) -> str:
    """As our own suites are named, with numbers for what has no name here."""
    if proposal.protocol != Protocol.ISAKMP:
        return f"protocol {proposal.protocol}"
    numbers = _first_numbers(transform.attributes)
    cipher = _word(IKE_CIPHERS, numbers.get(IkeAttribute.ENCRYPTION), "cipher")
    hash = _word(IKE_HASHES, numbers.get(IkeAttribute.HASH), "hash")
    group = _word(_GROUP_NUMBERS, numbers.get(IkeAttribute.GROUP), "group")
    name = f"{cipher}{_bits(cipher, numbers.get(IkeAttribute.KEY_LENGTH))}-{hash}-{group}"
    method = numbers.get(IkeAttribute.AUTHENTICATION)
    if method == RSA_SIGNATURES:
        return f"{name} (by certificate)"
    return name if method == PRE_SHARED_KEY else f"{name} (authentication method {method})"


def _name_esp(proposal: Proposal, transform: Transform) -> str:
    if proposal.protocol != Protocol.ESP:
        return _OTHERS.get(proposal.protocol, f"protocol {proposal.protocol}")
    numbers = _first_numbers(transform.attributes)
    cipher = _word(ESP_CIPHERS, transform.kind, "cipher")
    hash = _word(ESP_HASHES, numbers.get(EspAttribute.AUTHENTICATION), "hash")
    name = f"{cipher}{_bits(cipher, numbers.get(EspAttribute.KEY_LENGTH))}-{hash}"
    group = numbers.get(EspAttribute.GROUP)
    mode = numbers.get(EspAttribute.ENCAPSULATION)
    pfs = "" if group is None else f", group {group}"
    return f"{name} (encapsulation {mode}{pfs})"


def _first_numbers(attributes: Iterable[Attribute]) -> Numbers:
    found: dict[int, int] = {}
    for attribute in attributes:
        found.setdefault(attribute.kind, min(attribute.number, LONGEST_LIFE))
    return found


def _word(names: Mapping[str, int], number: int | None, what: str) -> str:
    return next((name for name, known in names.items() if known == number), f"{what}{number}")


def _bits(cipher: str, bits: int | None) -> str:
    return str(bits) if cipher == AES.name and bits is not None else ""
