"""The security association payload, and the suites that can be read from it.

Bytes: RFC 2408, 3.4 to 3.6. Meaning: RFC 2407, 4.4 and 4.5; RFC 2409, appendix A. Which suite is
taken is decided in `choice.py`.
"""

from dataclasses import dataclass
from itertools import product
from struct import Struct
from typing import Final

from gateway.crypto.cbc import AES, DES, TRIPLE_DES, Cipher
from gateway.crypto.mac import MD5, SHA1, Hash
from gateway.crypto.modp import GROUPS, Group
from gateway.ike.attributes import Attribute, build_attributes, parse_attributes
from gateway.ike.errors import BadProposal, BadSituation
from gateway.ike.numbers import DOI_IPSEC, SIT_IDENTITY_ONLY, Kind
from gateway.wire.cursor import Reader

HEADER = 8  # bytes: of a proposal without its SPI, and of a transform
MOST_TRANSFORMS = 128  # in one payload; libreswan offers about twenty
_HEADER = Struct("!BBHBBH")


@dataclass(frozen=True, slots=True)
class Transform:
    """One way to do it; `kind` is the transform identifier of the proposal's protocol."""

    number: int
    kind: int
    attributes: tuple[Attribute, ...] = ()
    reserved: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """One protocol; proposals with the same number belong together (RFC 2408, 4.2)."""

    number: int
    protocol: int
    spi: bytes
    transforms: tuple[Transform, ...]


@dataclass(frozen=True, slots=True)
class Association:
    """The body of a security association payload."""

    proposals: tuple[Proposal, ...]
    doi: int = DOI_IPSEC
    situation: int = SIT_IDENTITY_ONLY


def parse_association(body: bytes) -> Association:
    """BadSituation for another DOI than IPsec's or a situation with labels."""
    reader = Reader(body)
    doi = reader.u32()
    if doi != DOI_IPSEC:
        raise BadSituation(f"DOI {doi}")
    situation = reader.u32()
    if situation != SIT_IDENTITY_ONLY:
        raise BadSituation(f"situation {situation:#x}")
    proposals: list[Proposal] = []
    more = Kind.PROPOSAL.value
    while more == Kind.PROPOSAL:
        more, part = _next(reader, Kind.PROPOSAL)
        proposals.append(_parse_proposal(part))
        if sum(len(proposal.transforms) for proposal in proposals) > MOST_TRANSFORMS:
            raise BadProposal(f"more than {MOST_TRANSFORMS} transforms")
    if reader.left:
        raise BadProposal(f"{reader.left} bytes behind the last proposal")
    return Association(tuple(proposals), doi, situation)


def build_association(association: Association) -> bytes:
    last = len(association.proposals) - 1
    return (
        association.doi.to_bytes(4, "big")
        + association.situation.to_bytes(4, "big")
        + b"".join(
            _build_proposal(proposal, Kind.NONE if place == last else Kind.PROPOSAL)
            for place, proposal in enumerate(association.proposals)
        )
    )


def _next(reader: Reader, kind: Kind) -> tuple[int, Reader]:
    """What follows the next proposal or transform, and a reader of its own bytes."""
    more, _, length = reader.u8(), reader.u8(), reader.u16()
    if more not in (Kind.NONE, kind):
        raise BadProposal(f"payload of type {more} behind one of type {kind.value}")
    if length < HEADER:
        raise BadProposal(f"{length} bytes are shorter than the header of type {kind.value}")
    return more, reader.part(length - 4)


def _parse_proposal(reader: Reader) -> Proposal:
    number, protocol, spi_size, count = reader.u8(), reader.u8(), reader.u8(), reader.u8()
    spi = reader.take(spi_size)
    transforms: list[Transform] = []
    more = Kind.TRANSFORM.value
    while more == Kind.TRANSFORM:
        more, part = _next(reader, Kind.TRANSFORM)
        transforms.append(
            Transform(
                number=part.u8(),
                kind=part.u8(),
                reserved=part.u16(),
                attributes=parse_attributes(part),
            )
        )
    if reader.left or len(transforms) != count:
        raise BadProposal(f"proposal {number} has {len(transforms)} transforms, not {count}")
    return Proposal(number, protocol, spi, tuple(transforms))


def _build_proposal(proposal: Proposal, more: int) -> bytes:
    last = len(proposal.transforms) - 1
    body = proposal.spi + b"".join(
        _build_transform(transform, Kind.NONE if place == last else Kind.TRANSFORM)
        for place, transform in enumerate(proposal.transforms)
    )
    third = len(proposal.spi) << 8 | len(proposal.transforms)
    return (
        _HEADER.pack(more, 0, HEADER + len(body), proposal.number, proposal.protocol, third) + body
    )


def _build_transform(transform: Transform, more: int) -> bytes:
    body = build_attributes(transform.attributes)
    head = _HEADER.pack(
        more, 0, HEADER + len(body), transform.number, transform.kind, transform.reserved
    )
    return head + body


@dataclass(frozen=True, slots=True)
class IkeSuite:
    """What protects phase 1; key length in bytes."""

    name: str
    cipher: Cipher
    key_length: int
    hash: Hash
    group: Group


@dataclass(frozen=True, slots=True)
class EspSuite:
    """What protects the packets; lengths in bytes."""

    name: str
    cipher: Cipher
    key_length: int
    hash: Hash

    @property
    def keymat_length(self) -> int:
        return self.key_length + self.hash.size


_CIPHERS: Final[dict[str, tuple[Cipher, int]]] = {
    "des": (DES, 8),
    "3des": (TRIPLE_DES, 24),
    "aes128": (AES, 16),
    "aes192": (AES, 24),
    "aes256": (AES, 32),
}
_HASHES: Final[dict[str, Hash]] = {"md5": MD5, "sha1": SHA1}


def _esp_suite(cipher: str, hash: str) -> EspSuite:
    return EspSuite(f"{cipher}-{hash}", *_CIPHERS[cipher], _HASHES[hash])


def _ike_suite(cipher: str, hash: str, group: Group) -> IkeSuite:
    return IkeSuite(f"{cipher}-{hash}-{group.name}", *_CIPHERS[cipher], _HASHES[hash], group)


ESP_SUITES: Final[dict[str, EspSuite]] = {
    suite.name: suite for suite in (_esp_suite(*names) for names in product(_CIPHERS, _HASHES))
}
IKE_SUITES: Final[dict[str, IkeSuite]] = {
    suite.name: suite
    for suite in (_ike_suite(*names) for names in product(_CIPHERS, _HASHES, GROUPS.values()))
}
