"""Extensions as cryptography writes them, and those that are not understood."""

import pytest
from cryptography import x509

from gateway.x509.certificate import parse_certificate
from gateway.x509.der import Der, boolean, encode, field, integer, octets, oid, sequence
from gateway.x509.errors import BadDer
from gateway.x509.extensions import (
    CLIENT_AUTH,
    IKE_INTERMEDIATE,
    KEY_CERT_SIGN,
    MOST,
    MOST_NAMES,
    SERVER_AUTH,
    AltKind,
    AltName,
    Extensions,
    alt_names,
    basic_constraints,
    extension,
    key_usage,
    purposes,
    read_extensions,
    unknown_extensions,
)
from tests import pki

ROOT = pki.authority("Works CA", path_length=1)


def read(*made: bytes) -> Extensions:
    return read_extensions(Der(b"".join(made)))


def test_an_authority_says_what_it_may() -> None:
    said = parse_certificate(ROOT.der).extensions
    assert said == Extensions(is_ca=True, path_length=1, key_usage=0xA6)
    assert said.key_usage is not None
    assert said.key_usage & KEY_CERT_SIGN


def test_a_machine_says_what_it_is_for() -> None:
    names = [
        x509.DNSName("press"),
        x509.IPAddress(pki.address("192.0.2.1")),
        x509.RFC822Name("a@b"),
    ]
    other = x509.UniformResourceIdentifier("http://works")
    made = pki.machine(ROOT, names=[*names, other], purposes=[CLIENT_AUTH, IKE_INTERMEDIATE])
    said = parse_certificate(made.der).extensions
    assert said.purposes == frozenset({CLIENT_AUTH, IKE_INTERMEDIATE})
    assert said.names == (
        AltName(AltKind.DNS, b"press"),
        AltName(AltKind.IP, bytes((192, 0, 2, 1))),
        AltName(AltKind.EMAIL, b"a@b"),
    )
    assert (said.is_ca, said.unknown) == (False, ())


@pytest.mark.parametrize(
    ("critical", "unknown"), [(True, ("1.2.3.4",)), (False, ())], ids=["critical", "not"]
)
def test_what_is_critical_and_unknown_is_kept_by_name(
    critical: bool, unknown: tuple[str, ...]
) -> None:
    extra = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
    made = pki.machine(ROOT, extra=[(extra, critical)])
    assert parse_certificate(made.der).extensions.unknown == unknown


@pytest.mark.parametrize("critical", [True, False])
def test_name_constraints_are_never_passed_over_and_policies_always(critical: bool) -> None:
    bounds = x509.NameConstraints([x509.DNSName("works")], None)
    policy = x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)]
    )
    bounded = pki.machine(ROOT, extra=[(bounds, critical)])
    free = pki.machine(ROOT, extra=[(policy, critical)])
    assert parse_certificate(bounded.der).extensions.unknown == ("2.5.29.30",)
    assert parse_certificate(free.der).extensions.unknown == ()


def test_what_is_made_here_comes_back() -> None:
    names = (AltName(AltKind.DNS, b"press-3"), AltName(AltKind.IP, b"\1\2\3\4"))
    made = read(
        basic_constraints(is_ca=True, path_length=0),
        key_usage(0x06),
        purposes(SERVER_AUTH),
        alt_names(names),
    )
    assert made == Extensions(True, 0, 0x06, frozenset({SERVER_AUTH}), names)
    assert read(basic_constraints(is_ca=False)) == Extensions()


def test_the_same_one_twice_is_refused() -> None:
    with pytest.raises(BadDer, match="twice"):
        read(key_usage(0x80), key_usage(0x80))


def test_their_number_is_bounded() -> None:
    many = [extension(f"1.2.3.{number}", b"") for number in range(MOST + 1)]
    assert read(*many[:MOST]) == Extensions()
    with pytest.raises(BadDer, match="too many"):
        read(*many)
    names = tuple(AltName(AltKind.DNS, b"x") for _ in range(MOST_NAMES + 1))
    with pytest.raises(BadDer, match="more than"):
        read(alt_names(names))


@pytest.mark.parametrize(
    ("dotted", "value"),
    [
        ("2.5.29.19", sequence(boolean(True), integer(1), integer(1))),
        ("2.5.29.19", sequence(boolean(True), encode(2, b"\xff"))),
        ("2.5.29.19", sequence() + b"x"),
        ("2.5.29.15", encode(3)),
        ("2.5.29.15", encode(3, b"\x08\x80")),
        ("2.5.29.15", encode(3, b"\0\0\0\0")),
        ("2.5.29.37", sequence(integer(1))),
        ("2.5.29.17", integer(1)),
    ],
)
def test_what_contradicts_itself_is_refused(dotted: str, value: bytes) -> None:
    with pytest.raises(BadDer):
        read(extension(dotted, value))


def test_key_usage_of_no_bits_allows_nothing() -> None:
    assert read(extension("2.5.29.15", encode(3, b"\0"))).key_usage == 0


def test_an_extension_has_three_parts() -> None:
    with pytest.raises(BadDer):
        read(sequence(oid("1.2.3"), octets(b""), octets(b"")))
    explicit = sequence(oid("1.2.3"), boolean(False), octets(b""))
    assert read(explicit) == Extensions()


def test_of_a_list_every_critical_one_is_told() -> None:
    made = extension("2.5.29.28", b"", critical=True) + extension("2.5.29.20", b"")
    assert unknown_extensions(Der(made)) == ("2.5.29.28",)
    assert field(0, b"") == b"\xa0\0"
