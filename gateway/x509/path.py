"""Who vouches for a certificate: the path from it to an authority the owner trusts (RFC 5280, 6).

Our own, since libraries refuse SHA-1 altogether, and the oldest clients have nothing better. Strict
where it can be: what is critical and unknown refuses, every step must be signed, and the number of
signatures looked at is bounded whatever somebody sends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.crypto.rsa import unusable
from gateway.x509.algorithms import HASHES, STRONG
from gateway.x509.certificate import Certificate
from gateway.x509.crl import Crl
from gateway.x509.dates import date_text
from gateway.x509.errors import Untrusted
from gateway.x509.extensions import (
    DIGITAL_SIGNATURE,
    FOR_IKE,
    KEY_CERT_SIGN,
    NON_REPUDIATION,
    Extensions,
)
from gateway.x509.names import name_text

MOST_BETWEEN: Final = 4  # certificates between a machine's and the authority's
MOST_CHECKS: Final = 16  # signatures looked at for one machine, some 60 us each


@dataclass(frozen=True, slots=True)
class Authority:
    """Somebody the owner trusts. `allow` are the weak hashes it may sign with all the same."""

    name: str
    certificate: Certificate
    allow: frozenset[str] = frozenset()
    crl: Crl | None = None
    strict: bool = False  # an address a machine names itself by must stand in its certificate


@dataclass(slots=True)
class _Search:
    """One search; `why` is the first thing that was wrong with a path that was complete."""

    others: Sequence[Certificate]
    authorities: Sequence[Authority]
    date: float
    checks: int = 0
    too_long: bool = False
    why: list[str] = field(default_factory=list)

    def signed(self, certificate: Certificate, issuer: Certificate) -> bool:
        self.checks += 1
        if self.checks > MOST_CHECKS:
            raise Untrusted("too many certificates came with it")
        return certificate.is_signed_by(issuer)


def find_authority(
    machine: Certificate,
    others: Sequence[Certificate],
    authorities: Sequence[Authority],
    date: float,
) -> Authority:
    """The authority that vouches for a machine on that day (seconds since 1970), or `Untrusted`.

    `others` came with it, in any order, and are believed no more than it is.
    """
    search = _Search(others, authorities, date)
    for path, authority in _paths(search, [machine]):
        wrong = _wrong_with(path, authority, search)
        if not wrong:
            return authority
        search.why.append(wrong)
    if search.why:
        raise Untrusted(search.why[0])
    raise Untrusted(_nobody(machine, search))


def _paths(
    search: _Search, path: list[Certificate]
) -> Iterator[tuple[list[Certificate], Authority]]:
    """Every path of signatures that ends at an authority, the shortest first at each step."""
    last = path[-1]
    for authority in search.authorities:
        root = authority.certificate
        if last.issuer == root.subject and search.signed(last, root):
            yield path, authority
    if len(path) > MOST_BETWEEN:
        search.too_long = True
        return
    for other in search.others:
        if last.issuer == other.subject and other not in path and search.signed(last, other):
            yield from _paths(search, [*path, other])


def _nobody(machine: Certificate, search: _Search) -> str:
    """Why no path is complete."""
    if search.too_long:
        return f"more than {MOST_BETWEEN} authorities stand between {machine.name} and its root"
    issuers = [machine.issuer, *(other.issuer for other in search.others)]
    for authority in search.authorities:
        if authority.certificate.subject in issuers:
            return f"{machine.name} is not signed by the {authority.certificate.name} known here"
    return f"{machine.name} was issued by {name_text(issuers[-1])}, whom no [[ca]] names"


def _wrong_with(path: Sequence[Certificate], authority: Authority, search: _Search) -> str:
    """What keeps this path from being believed, in words; empty if nothing does."""
    machine, *between = path
    checks = [_wrong_machine(machine)]
    checks += [_wrong_issuer(one, below) for below, one in enumerate(between)]
    checks += [_wrong_issuer(authority.certificate, len(between), root=True)]
    checks += [_wrong_kind(one, authority) for one in path]
    checks += [wrong_date(one, search.date) for one in (*path, authority.certificate)]
    checks += [_revoked(one, search.authorities) for one in path]
    return next((wrong for wrong in checks if wrong), "")


def _wrong_machine(one: Certificate) -> str:
    """What a machine's own certificate must say (RFC 4945, 5.1.3)."""
    usage, purposes = one.extensions.key_usage, one.extensions.purposes
    if usage is not None and not usage & (DIGITAL_SIGNATURE | NON_REPUDIATION):
        return f"{one.name} is not for signing"
    if purposes is not None and not purposes & FOR_IKE:
        return f"{one.name} is for something else than IPsec"
    return ""


def _wrong_issuer(one: Certificate, below: int, *, root: bool = False) -> str:
    """An owner's own root may be of the first version, which cannot say that it is one."""
    said = one.extensions
    if not said.is_ca and not (root and said == Extensions()):
        return f"{one.name} is no authority and has issued another certificate"
    if said.key_usage is not None and not said.key_usage & KEY_CERT_SIGN:
        return f"{one.name} may not sign certificates"
    if said.path_length is not None and below > said.path_length:
        return f"{one.name} may not have so many authorities below it"
    return ""


def _wrong_kind(one: Certificate, authority: Authority) -> str:
    if one.extensions.unknown:
        what = ", ".join(one.extensions.unknown)
        return f"{one.name} has conditions that Postern does not know ({what})"
    if one.key is None:
        return f"{one.name} has a key that is not RSA"
    if wrong := unusable(one.key):
        return f"{one.name} cannot be used: {wrong}"
    if one.digest not in STRONG | authority.allow:
        known = HASHES.get(one.digest)
        what = known.name if known else f"the unknown signature {one.digest}"
        return f"{one.name} is signed with {what}, which [[ca]] {authority.name} does not allow"
    return ""


def wrong_date(one: Certificate, date: float) -> str:
    """In words; empty on the days of the certificate."""
    if date < one.not_before:
        return (
            f"{one.name} is not valid before {date_text(one.not_before)}, "
            f"and here it is {date_text(int(date))}"
        )
    if date > one.not_after:
        return f"{one.name} expired on {date_text(one.not_after)}"
    return ""


def _revoked(one: Certificate, authorities: Sequence[Authority]) -> str:
    """By any list of its issuer, whichever authority the path has ended at."""
    for authority in authorities:
        crl = authority.crl
        if crl is not None and crl.issuer == one.issuer and one.serial in crl.revoked:
            return f"{one.name} is revoked"
    return ""
