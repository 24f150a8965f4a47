"""What we offer where we ask, and which of it was taken (RFC 2407, 4.5; RFC 2409, appendix A).

The attributes are in the order in which Windows has them, durations in four bytes.
"""

from collections.abc import Iterable, Sequence

from gateway.crypto.cbc import AES
from gateway.ike.attributes import Attribute, short_attribute
from gateway.ike.choice import EspChoice, IkeChoice, Life, choose_esp, choose_ike
from gateway.ike.errors import BadProposal
from gateway.ike.numbers import (
    ESP_CIPHERS,
    ESP_HASHES,
    IKE_CIPHERS,
    IKE_HASHES,
    KEY_IKE,
    LIFE_KILOBYTES,
    LIFE_SECONDS,
    TRANSPORT,
    EspAttribute,
    IkeAttribute,
    Protocol,
)
from gateway.ike.proposals import (
    Association,
    EspSuite,
    IkeSuite,
    Proposal,
    Transform,
    build_association,
    parse_association,
)


def offer_ike(suites: Iterable[IkeSuite], seconds: int, method: int) -> bytes:
    """The body of phase 1's security association payload, the suite we like best first."""
    transforms = tuple(
        Transform(number, KEY_IKE, _ike_attributes(suite, seconds, method))
        for number, suite in enumerate(suites, start=1)
    )
    return build_association(Association((Proposal(1, Protocol.ISAKMP, b"", transforms),)))


def offer_esp(suites: Iterable[EspSuite], life: Life, spi: bytes) -> bytes:
    """The body of phase 2's: ESP in transport mode as it is, not in UDP."""
    transforms = tuple(
        Transform(number, ESP_CIPHERS[suite.cipher.name], _esp_attributes(suite, life))
        for number, suite in enumerate(suites, start=1)
    )
    return build_association(Association((Proposal(1, Protocol.ESP, spi, transforms),)))


def taken_ike(body: bytes, suites: Sequence[IkeSuite]) -> IkeChoice:
    """What the answer says was taken; BadProposal unless it is one of ours and only one."""
    choice = choose_ike(_one(body), suites)
    if choice is None:
        raise BadProposal("what was taken for IKE was not offered")
    return choice


def taken_esp(body: bytes, suites: Sequence[EspSuite]) -> EspChoice:
    choice = choose_esp(_one(body), suites, frozenset({TRANSPORT}), pfs=False)
    if choice is None:
        raise BadProposal("what was taken for ESP was not offered")
    return choice


def _one(body: bytes) -> Association:
    association = parse_association(body)
    proposals = association.proposals
    if len(proposals) != 1 or len(proposals[0].transforms) != 1:
        raise BadProposal("an answer holds one proposal with one transform")
    return association


def _ike_attributes(suite: IkeSuite, seconds: int, method: int) -> tuple[Attribute, ...]:
    short = (
        (IkeAttribute.ENCRYPTION, IKE_CIPHERS[suite.cipher.name]),
        (IkeAttribute.HASH, IKE_HASHES[suite.hash.name]),
        (IkeAttribute.GROUP, suite.group.number),
        (IkeAttribute.AUTHENTICATION, method),
        (IkeAttribute.LIFE_TYPE, LIFE_SECONDS),
    )
    return (
        *(short_attribute(kind, number) for kind, number in short),
        _long(IkeAttribute.LIFE_DURATION, seconds),
        *_key_length(suite, IkeAttribute.KEY_LENGTH),
    )


def _esp_attributes(suite: EspSuite, life: Life) -> tuple[Attribute, ...]:
    return (
        short_attribute(EspAttribute.LIFE_TYPE, LIFE_SECONDS),
        _long(EspAttribute.LIFE_DURATION, life.seconds),
        *_volume(life),
        short_attribute(EspAttribute.ENCAPSULATION, TRANSPORT),
        short_attribute(EspAttribute.AUTHENTICATION, ESP_HASHES[suite.hash.name]),
        *_key_length(suite, EspAttribute.KEY_LENGTH),
    )


def _volume(life: Life) -> list[Attribute]:
    if life.kilobytes is None:
        return []
    return [
        short_attribute(EspAttribute.LIFE_TYPE, LIFE_KILOBYTES),
        _long(EspAttribute.LIFE_DURATION, life.kilobytes),
    ]


def _key_length(suite: IkeSuite | EspSuite, kind: int) -> list[Attribute]:
    """Only AES has one to talk about."""
    return [short_attribute(kind, suite.key_length * 8)] if suite.cipher.name == AES.name else []


def _long(kind: int, number: int) -> Attribute:
    return Attribute(kind, number.to_bytes(4, "big"), short=False)
