"""Any bytes are read or refused; what is made is read back; nothing forged is believed."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.crypto.rsa import PrivateKey, sign, verify
from gateway.ike.certificates import Signing, certificates_of
from gateway.ike.fragments import Piece, build_piece, parse_piece
from gateway.ike.header import Header, parse_header
from gateway.ike.payloads import Payload
from gateway.ike.signature import answer_signed
from gateway.wire.cursor import WireError
from gateway.x509.certificate import Certificate, parse_certificate
from gateway.x509.crl import parse_crl
from gateway.x509.dates import FOREVER, date_bytes, read_date
from gateway.x509.der import OCTETS, Der, integer, octets, oid, oid_text
from gateway.x509.errors import Untrusted
from gateway.x509.keys import read_private_pem
from gateway.x509.names import TYPES, build_name, name_text, parse_text, read_name
from gateway.x509.path import Authority, find_authority
from gateway.x509.pkcs7 import parse_pkcs7
from gateway.x509.rule import parse_rule
from tests import pki
from tests.unit.ike.asker import seeded
from tests.unit.ike.test_certificates import SIGNING
from tests.unit.ike.test_signature import credential, fifth, phase

ROOT = pki.authority("Works CA")
PRESS = pki.machine(ROOT)
WRAPPED = pki.wrapped(ROOT, PRESS)
LIST = pki.list_der(ROOT, 5, 6)
KEY: PrivateKey = read_private_pem(PRESS.key_pem)


def spoiled(data: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with some of them changed, cut out, or put in twice."""
    places = st.integers(0, len(data) - 1)

    def change(plan: list[tuple[int, int]]) -> bytes:
        made = bytearray(data)
        for place, value in plan:
            made[place : place + 1] = b"" if value == 256 else bytes([value % 256])
        return bytes(made)

    return st.lists(st.tuples(places, st.integers(0, 256)), min_size=1, max_size=4).map(change)


@given(st.one_of(st.binary(max_size=400), spoiled(PRESS.der), spoiled(LIST), spoiled(WRAPPED)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (parse_certificate, parse_crl, parse_pkcs7):
        try:
            read(data)
        except WireError:
            continue


@given(spoiled(PRESS.der))
def test_a_certificate_that_was_changed_is_never_believed(data: bytes) -> None:
    authority = Authority("works", parse_certificate(ROOT.der))
    try:
        found = parse_certificate(data)
        find_authority(found, [], [authority], pki.TODAY)
    except (WireError, Untrusted):
        return
    assert found.tbs == parse_certificate(PRESS.der).tbs


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_any_payloads_give_certificates_or_none(bodies: list[bytes]) -> None:
    found = certificates_of([Payload(6, body) for body in bodies])
    assert all(isinstance(one, Certificate) for one in found)


@given(st.binary(max_size=60))
def test_any_bytes_have_a_name_that_steers_nothing(data: bytes) -> None:
    assert name_text(data).isprintable()


NAMES = st.lists(
    st.tuples(
        st.sampled_from([one for one in TYPES if one not in ("E", "DC")]),
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
            lambda text: text == text.strip()
        ),
    ),
    min_size=1,
    max_size=6,
)


@given(NAMES)
def test_names_go_out_and_come_back(name: list[tuple[str, str]]) -> None:
    assert read_name(build_name(name)) == tuple(name)


@given(st.text(max_size=80))
def test_any_text_of_an_owner_is_understood_or_refused(text: str) -> None:
    for read in (parse_text, parse_rule):
        try:
            read(text)
        except ValueError:
            continue


@given(st.integers(0, 1 << 4096))
def test_numbers_go_out_and_come_back(value: int) -> None:
    assert Der(integer(value)).number() == value


@given(st.binary(max_size=70_000))
def test_octets_go_out_and_come_back(body: bytes) -> None:
    assert Der(octets(body)).body(OCTETS) == body


@given(st.lists(st.integers(0, 1 << 60), min_size=0, max_size=6), st.integers(0, 39))
def test_identifiers_go_out_and_come_back(arcs: list[int], second: int) -> None:
    dotted = ".".join(map(str, (1, second, *arcs[:3])))
    assert oid_text(Der(oid(dotted)).any().body) == dotted


@given(st.integers(0, FOREVER))
def test_dates_go_out_and_come_back(moment: int) -> None:
    assert read_date(Der(date_bytes(moment))) == moment


@given(st.binary(min_size=1, max_size=64), st.binary(min_size=64, max_size=256))
def test_a_signature_is_good_for_what_was_signed_alone(data: bytes, other: bytes) -> None:
    signature = sign(KEY, data, lambda count: (other * 4)[:count])
    assert verify(KEY.public, data, signature)
    assert not verify(KEY.public, other[:64], signature) or other[:64] == data
    assert pki.recover(signature, pki.key("press-3").public_key()) == data


@given(st.binary(max_size=200))
def test_any_bytes_are_a_signature_of_nothing(signature: bytes) -> None:
    assert not verify(KEY.public, b"a hash of 16 byte", signature)


@given(
    st.integers(0, 0xFFFF), st.integers(1, 64), st.booleans(), st.binary(min_size=1, max_size=600)
)
def test_pieces_go_out_and_come_back(identifier: int, number: int, last: bool, data: bytes) -> None:
    piece = Piece(identifier, number, last, data)
    header, body = parse_header(build_piece(Header(b"cookie_i", b"cookie_r", 5, 2), piece))
    assert parse_piece(header, body) == piece


@given(st.binary(max_size=200))
def test_any_bytes_are_a_piece_or_none(body: bytes) -> None:
    try:
        parse_piece(Header(b"cookie_i", b"cookie_r", 0x84, 2), body)
    except WireError:
        return


PAYLOADS = st.lists(
    st.builds(
        Payload,
        st.sampled_from([5, 6, 6, 7, 9, 11]),
        st.one_of(st.binary(max_size=60), spoiled(b"\4" + PRESS.der), spoiled(b"\1" + WRAPPED)),
    ),
    min_size=1,
    max_size=8,
)


@given(PAYLOADS)
def test_any_fifth_message_is_judged_or_refused(payloads: list[Payload]) -> None:
    header, body = fifth(*payloads)
    today = Signing(SIGNING.identities, SIGNING.authorities, pki.TODAY)
    try:
        answer_signed(phase(), header, body, [credential()], today, seeded())
    except WireError:
        return
    raise AssertionError("somebody was let in by bytes of no meaning")
