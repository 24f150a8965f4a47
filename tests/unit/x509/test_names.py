"""Names against cryptography's, and as an owner writes them."""

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from gateway.x509.der import BMP, TELETEX, encode, oid, sequence, set_of
from gateway.x509.errors import BadDer
from gateway.x509.names import (
    LONGEST_NAME,
    build_name,
    has_attributes,
    name_text,
    parse_text,
    read_name,
)
from tests import pki

_PRINTABLE = _ASN1Type.PrintableString
WORKS = pki.name("press-3, Works").public_bytes()


def test_a_name_of_cryptographys_is_read() -> None:
    assert read_name(WORKS) == (("CN", "press-3"), ("O", "Works"))
    assert name_text(WORKS) == "CN=press-3, O=Works"


def test_a_name_made_here_is_the_same_as_cryptographys() -> None:
    theirs = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "press-3", _PRINTABLE),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Wörks"),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ada@works"),
        ]
    )
    made = build_name((("CN", "press-3"), ("O", "Wörks"), ("E", "ada@works")))
    assert made == theirs.public_bytes()


def test_commas_in_a_name_are_told_from_those_between() -> None:
    made = build_name((("CN", "a, b=c"),))
    assert name_text(made) == "CN=a\\, b\\=c"
    assert parse_text(name_text(made).replace("\\=", "=")) == (("CN", "a, b=c"),)


@pytest.mark.parametrize(("tag", "codec"), [(BMP, "utf-16-be"), (TELETEX, "latin-1")])
def test_old_makers_letters_are_read(tag: int, codec: str) -> None:
    name = sequence(set_of(sequence(oid("2.5.4.3"), encode(tag, "Höxter".encode(codec)))))
    assert read_name(name) == (("CN", "Höxter"),)


def test_what_steers_a_terminal_is_shown_as_what_it_is() -> None:
    assert name_text(build_name((("CN", "a\x1b[2Jb\u202ec"),))) == "CN=a\\x1b[2Jb\\u202ec"


def test_types_and_letters_nobody_knows_are_kept() -> None:
    odd = sequence(set_of(sequence(oid("2.5.4.17"), encode(4, b"\1\2"))))
    assert name_text(odd) == "2.5.4.17=#0102"


@pytest.mark.parametrize("data", [b"", b"\x30\x03\x31\x01\x30", sequence() + b"x"])
def test_what_is_no_name_is_told_so(data: bytes) -> None:
    assert name_text(data) == "a name that cannot be read"
    assert not has_attributes(data, (("CN", "x"),))


def test_a_name_of_nothing_is_nobodys() -> None:
    assert name_text(sequence()) == "nobody"


def test_names_are_bounded() -> None:
    many = sequence(*[set_of(sequence(oid("2.5.4.3"), encode(12, b"x")))] * 33)
    with pytest.raises(BadDer, match="a name of 33 parts"):
        read_name(many)
    with pytest.raises(BadDer, match="bytes"):
        read_name(build_name((("CN", "x" * LONGEST_NAME),)))


def test_what_an_owner_writes() -> None:
    assert parse_text("cn = press-3 , O=Works\\, Inc.") == (("CN", "press-3"), ("O", "Works, Inc."))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("press-3", "is no name such as CN=press-3, O=Works"),
        ("CN=", "is no name such as CN=press-3, O=Works"),
        ("XX=press-3", "has 'XX' in it; known are CN"),
    ],
)
def test_what_an_owner_should_not_write(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_text(text)


def test_all_that_an_owner_writes_must_be_there_to_the_letter() -> None:
    assert has_attributes(WORKS, (("O", "Works"),))
    assert has_attributes(WORKS, (("O", "Works"), ("CN", "press-3")))
    assert not has_attributes(WORKS, (("CN", "PRESS-3"),))
    assert not has_attributes(WORKS, (("CN", "press-3"), ("OU", "x")))
