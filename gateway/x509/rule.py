"""Which certificate an owner means: by name, by fingerprint, or any of a trusted authority."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from gateway.x509.certificate import Certificate
from gateway.x509.names import Attributes, attributes_text, has_attributes, parse_text

ANY: Final = "any"
_HEX: Final = re.compile(r"(?:(sha1|sha256)[:=])?((?:[0-9a-f]{2}:?)+)", re.ASCII | re.IGNORECASE)
_LENGTHS: Final = {20: "sha1", 32: "sha256"}  # bytes


class Fit(IntEnum):
    """How exactly a rule means a certificate: the greatest wins."""

    NOT = 0
    ANY = 1
    NAME = 2
    FINGERPRINT = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """`authorities` are the names of those that may have issued it; empty: any that is trusted."""

    attributes: Attributes = ()
    fingerprint: bytes = b""
    authorities: frozenset[str] = frozenset()

    def fit(self, certificate: Certificate, authority: str) -> Fit:
        if self.authorities and authority not in self.authorities:
            return Fit.NOT
        if self.fingerprint:
            same = certificate.fingerprint(len(self.fingerprint) == 32) == self.fingerprint
            return Fit.FINGERPRINT if same else Fit.NOT
        if self.attributes:
            return Fit.NAME if has_attributes(certificate.subject, self.attributes) else Fit.NOT
        return Fit.ANY

    def __str__(self) -> str:
        if self.fingerprint:
            return f"{_LENGTHS[len(self.fingerprint)]}:{self.fingerprint.hex()}"
        return attributes_text(self.attributes) if self.attributes else ANY


def parse_rule(text: str) -> Rule:
    """ValueError with a clause for what is none of the three."""
    if text.strip().lower() == ANY:
        return Rule()
    if found := _HEX.fullmatch(text.strip()):
        digest = bytes.fromhex(found[2].replace(":", ""))
        kind = _LENGTHS.get(len(digest))
        if kind is None or (found[1] or kind).lower() != kind:
            raise ValueError("is a fingerprint of a length that neither SHA-1 nor SHA-256 has")
        return Rule(fingerprint=digest)
    return Rule(parse_text(text))
