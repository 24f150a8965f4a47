"""Main mode with RSA signatures, as the responder (RFC 2409, 5.1): its fifth and sixth message.

    HDR*, IDii, [ CERT, ] SIG_I  -->
                                 <--  HDR*, IDir, [ CERT, ] SIG_R

A signature is of the hash as it is. Ours is made only when the client's was found good, so a
stranger never makes us do the expensive half.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.crypto.rsa import Random, sign, unusable, verify
from gateway.ike.certificates import (
    Signing,
    certificates_of,
    choose_identity,
    own_certificates,
    requests_in,
)
from gateway.ike.errors import OutOfStep, Refusal
from gateway.ike.events import Reason
from gateway.ike.header import Header
from gateway.ike.keys import Keys, derive_keys, first_iv, hash_i, hash_r, rsa_skeyid
from gateway.ike.numbers import IdType, Kind, Notify
from gateway.ike.payloads import (
    Identification,
    Payload,
    build_identification,
    one_of,
    parse_chain,
    parse_identification,
)
from gateway.ike.phase1 import Fit, Phase1, check_fit, seal_last
from gateway.ike.policy import Credential
from gateway.ike.protect import unseal
from gateway.wire.cursor import Reader
from gateway.x509.certificate import Certificate
from gateway.x509.errors import Untrusted
from gateway.x509.extensions import AltKind
from gateway.x509.path import Authority, find_authority
from gateway.x509.rule import Fit as RuleFit


class Unsigned(Refusal):
    """A Refusal with the keys by which the client can be told: nobody else has them."""

    def __init__(self, refusal: Refusal, keys: Keys) -> None:
        super().__init__(refusal.reason, str(refusal), refusal.answer)
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Opened:
    """The fifth message: it came from whom the keys were agreed with, which proves nothing yet."""

    keys: Keys
    payloads: tuple[Payload, ...]
    identity: Identification
    hash: bytes
    signature: bytes


def answer_signed(
    phase: Phase1,
    header: Header,
    body: bytes,
    credentials: Sequence[Credential],
    signing: Signing | None,
    random: Random,
) -> tuple[Fit, bytes]:
    """Who has sent the fifth message, and the sixth; `Unsigned` if it is nobody.

    WireError of another kind if the message makes no sense: then anyone may have sent it.
    """
    opened = open_signed(phase, header, body)
    try:
        if signing is None:
            what = "certificates are not taken any more"
            raise Refusal(Reason.BAD_CERTIFICATE, what, Notify.INVALID_CERT_AUTHORITY)
        fit = find_signer(phase, opened, credentials, signing)
    except Refusal as refusal:
        raise Unsigned(refusal, opened.keys) from refusal
    return fit, build_answer(phase, fit, body, signing, random)


def open_signed(phase: Phase1, header: Header, body: bytes) -> Opened:
    exchanged = phase.exchanged
    if exchanged is None:
        raise OutOfStep("no key was exchanged yet")
    skeyid = rsa_skeyid(phase.suite.hash, exchanged.ni_b, exchanged.nr_b, exchanged.g_xy)
    keys = derive_keys(phase.suite, skeyid, exchanged)
    plain = unseal(keys, first_iv(keys, exchanged.g_xi, exchanged.g_xr), body)
    payloads = parse_chain(Reader(plain), header.first)
    idii_b = one_of(payloads, Kind.ID, "identity")
    return Opened(
        keys,
        payloads,
        parse_identification(idii_b),
        hash_i(keys, exchanged, idii_b),
        one_of(payloads, Kind.SIGNATURE, "signature"),
    )


def find_signer(
    phase: Phase1, opened: Opened, credentials: Sequence[Credential], signing: Signing
) -> Fit:
    """The client whose certificate and signature these are, or a Refusal that says why not."""
    came = certificates_of(opened.payloads)
    certificate = _signer(opened, came)
    others = tuple(one for one in came if one is not certificate)
    try:
        authority = find_authority(certificate, others, signing.authorities, signing.date)
    except Untrusted as error:
        raise _not_accepted(str(error)) from error
    _check_identity(opened.identity, certificate, authority)
    fit = Fit(
        _whose(certificate, authority, credentials),
        opened.keys,
        opened.identity,
        opened.payloads,
        (certificate, *others),
    )
    check_fit(phase, fit)
    return fit


def build_answer(
    phase: Phase1, fit: Fit, message: bytes, signing: Signing, random: Random
) -> bytes:
    """The sixth message, by the certificate that the client can make use of."""
    exchanged = phase.exchanged
    if exchanged is None:
        raise OutOfStep("no key was exchanged yet")
    asked = phase.asked | requests_in(fit.payloads)
    identity = choose_identity(signing, asked)
    idir_b = build_identification(Identification(IdType.DER_DN, identity.certificate.subject))
    signature = sign(identity.key, hash_r(fit.keys, exchanged, idir_b), random)
    payloads = [
        Payload(Kind.ID, idir_b),
        *own_certificates(identity, asked),
        Payload(Kind.SIGNATURE, signature),
    ]
    return seal_last(phase, fit, message, payloads)


def _signer(opened: Opened, came: Sequence[Certificate]) -> Certificate:
    """The certificate whose key has made the signature: a chain may come in any order."""
    wanted = opened.identity.data if opened.identity.kind == IdType.DER_DN else None
    machines = [one for one in came if not one.extensions.is_ca]
    named = [one for one in machines if wanted in (None, one.subject)]
    for one in named:
        if one.key is not None and verify(one.key, opened.hash, opened.signature):
            return one
    if not machines:
        raise _not_accepted("the client has sent none that can be read")
    if not named:
        raise _mismatch(opened.identity, machines[0])
    key = named[0].key
    if key is None or unusable(key):
        why = "its key is not RSA" if key is None else unusable(key)
        raise _not_accepted(f"{named[0].name} cannot be used: {why}")
    what = f"{named[0].name} is shown by somebody who does not have its key"
    raise Refusal(Reason.BAD_SIGNATURE, what, Notify.INVALID_SIGNATURE)


def _check_identity(
    identity: Identification, certificate: Certificate, authority: Authority
) -> None:
    """What a client calls itself must stand in its certificate (RFC 4945, 3.1).

    But its address, which behind a NAT is a private one that no authority knows: that only where
    the owner wants it so.
    """
    names = certificate.alternatives
    match identity.kind:
        case IdType.DER_DN:
            good = identity.data == certificate.subject
        case IdType.FQDN:
            good = identity.data.lower() in {name.lower() for name in names(AltKind.DNS)}
        case IdType.USER_FQDN:
            good = identity.data.lower() in {name.lower() for name in names(AltKind.EMAIL)}
        case IdType.IPV4:
            good = not authority.strict or identity.data in names(AltKind.IP)
        case _:
            good = False
    if not good:
        raise _mismatch(identity, certificate)


def _whose(
    certificate: Certificate, authority: Authority, credentials: Sequence[Credential]
) -> Credential:
    """The client that means this certificate most exactly; among equals the first."""
    best, found = RuleFit.NOT, None
    for credential in credentials:
        if credential.certificate is not None:
            fit = credential.certificate.fit(certificate, authority.name)
            if fit > best:
                best, found = fit, credential
    if found is None:
        fingerprint = certificate.fingerprint().hex()
        what = f"{certificate.name}, sha256:{fingerprint}, is trusted"
        raise Refusal(Reason.UNKNOWN_CERTIFICATE, what, Notify.INVALID_CERT_AUTHORITY)
    return found


def _not_accepted(why: str) -> Refusal:
    return Refusal(Reason.BAD_CERTIFICATE, why, Notify.INVALID_CERTIFICATE)


def _mismatch(identity: Identification, certificate: Certificate) -> Refusal:
    what = f"it calls itself {identity} and shows the certificate of {certificate.name}"
    return Refusal(Reason.BAD_IDENTITY, what, Notify.INVALID_ID_INFORMATION)
