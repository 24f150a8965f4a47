"""The certificates of a replay: an authority, the gateway below it and the client, all made anew.

Whose the recorded ones were is cut; what stays is the form in which they were shown.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from gateway.control.config import OwnCertificate
from gateway.control.recorded import Case, letters
from gateway.crypto.mac import SHA256
from gateway.crypto.rsa import SHORTEST, PrivateKey, make_key, sign
from gateway.ike.certificates import Encoding
from gateway.ike.numbers import IdType, Kind
from gateway.x509.certificate import Certificate
from gateway.x509.der import field as der_field
from gateway.x509.der import integer, oid, sequence, set_of
from gateway.x509.extensions import AltKind, AltName
from gateway.x509.issue import Issuer, Subject, issue, make_root, new_serial
from gateway.x509.path import Authority

Random = Callable[[int], bytes]
DAYS: Final = (0, 2**31 - 1)  # from when to when they are good, in seconds since 1970
MOST_NAMES: Final = 4  # by which a client may call itself
KINDS: Final = {str(IdType.FQDN.value): AltKind.DNS, str(IdType.USER_FQDN.value): AltKind.EMAIL}
_SIGNED_DATA, _DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the client shows, and how it signs."""

    certificate: Certificate
    authority: Authority
    own: OwnCertificate  # the gateway's
    key: PrivateKey = field(repr=False)

    def body(self, encoding: int) -> bytes:
        """Of a certificate payload."""
        der = self.certificate.der
        return bytes((encoding,)) + (_wrapped(der) if encoding == Encoding.PKCS7 else der)

    def request(self, encoding: int) -> bytes:
        """Of a request payload: for the gateway's certificate."""
        return bytes((encoding,)) + self.authority.certificate.subject

    def signature(self, proof: bytes, random: Random) -> bytes:
        return sign(self.key, proof, random)


def is_signed(case: Case) -> bool:
    """Whether the client has proved itself by a certificate."""
    return any(part.startswith(f"{Kind.SIGNATURE.value} ") for part in _main_parts(case))


def make_shown(case: Case, random: Random) -> Shown:
    """Keys as short as may be: they are thrown away, and a box is slow."""
    root_key, own_key, key = (make_key(SHORTEST, random) for _ in range(3))
    subject = Subject((("CN", "recorded authority"),), root_key.public, *DAYS)
    root = make_root(root_key, subject, SHA256.name, random)
    issuer = Issuer(root, root_key, SHA256.name)
    names = _names(_main_parts(case))

    def issued(name: str, of: PrivateKey, also: Collection[AltName]) -> Certificate:
        subject = Subject((("CN", name),), of.public, *DAYS)
        return issue(issuer, subject, tuple(also), new_serial(random), random)

    own = OwnCertificate("replay", (issued("gateway", own_key, ()),), own_key)
    return Shown(issued("client", key, names), Authority("replay", root), own, key)


def _main_parts(case: Case) -> list[str]:
    mine = [one for one in case.lines if one.by_client and one.what.startswith("main")]
    return [part for line in mine for part in line.parts]


def _names(parts: Collection[str]) -> list[AltName]:
    """Those that an identity of the case has, as the replay makes them."""
    identities = [words for part in parts if (words := part.split())[1:2] == ["id"]]
    return [
        AltName(KINDS[words[2]], letters(words[5]))
        for words in identities[:MOST_NAMES]
        if len(words) == 6 and words[2] in KINDS
    ]


def _wrapped(der: bytes) -> bytes:
    """In PKCS#7, as Windows XP has it (RFC 2315, 9.1): nothing is signed in it."""
    content = sequence(oid(_DATA))
    signed = sequence(integer(1), set_of(), content, der_field(0, der), set_of())
    return sequence(oid(_SIGNED_DATA), der_field(0, signed))
