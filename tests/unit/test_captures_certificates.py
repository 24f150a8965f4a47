"""Certificates and signatures that real machines have sent, recorded in 2013 and before."""

from functools import cache

import pytest

from gateway.crypto.cbc import TRIPLE_DES, decrypt
from gateway.crypto.mac import MD5, digest
from gateway.crypto.rsa import verify
from gateway.ike.certificates import certificates_of, requests_in
from gateway.ike.header import parse_header
from gateway.ike.numbers import IdType, Kind
from gateway.ike.payloads import (
    Payload,
    all_of,
    one_of,
    parse_chain,
    parse_identification,
)
from gateway.wire.cursor import Reader
from gateway.x509.dates import date_text
from gateway.x509.extensions import IKE_INTERMEDIATE, AltKind
from gateway.x509.names import name_text
from tests import pki
from tests.captures import udp_payloads, vectors

PLACE = vectors("captures") / "ikev1"
# From the decryption table beside the capture (Wireshark, test/config, ikev1_decryption_table).
KEY = bytes.fromhex("735be0cb62f82675c4f7bf8fbab9b56834ba76d6ab4fa240")


@cache
def main_mode() -> list[tuple[Payload, ...]]:
    """Its six messages; the last two opened by their key (RFC 2409, appendix B)."""
    sent = [parse_header(one) for one in udp_payloads(PLACE / "ws-ikev1-certs.pcap", 500)[:6]]
    read = [parse_chain(Reader(body), header.first) for header, body in sent[:4]]
    publics = b"".join(one_of(payloads, Kind.KE, "key exchange") for payloads in read[2:])
    iv = digest(MD5, publics)[:8]
    for header, body in sent[4:]:
        plain = decrypt(TRIPLE_DES, KEY, iv, body)
        read.append(parse_chain(Reader(plain), header.first))
        iv = body[-8:]
    return read


@pytest.mark.parametrize(
    ("number", "name", "bits", "address"),
    [(4, "OpenSwan", 1024, "192.168.12.118"), (5, "srx210-3", 2048, "172.16.1.103")],
)
def test_what_openswan_and_a_juniper_have_shown(
    number: int, name: str, bits: int, address: str
) -> None:
    (found,) = certificates_of(main_mode()[number])
    assert found.name == f"C=AT, ST=Wien, L=Wien, O=Juniper, OU=Lab, CN={name}"
    assert name_text(found.issuer) == "DC=at, DC=geblergasse95, CN=SchendlZertifikate"
    assert (date_text(found.not_before), date_text(found.not_after)) == ("2012-10-29", "2014-10-29")
    assert found.digest == "sha1"
    assert found.key is not None
    assert found.key.bits == bits
    assert found.extensions.purposes == frozenset({IKE_INTERMEDIATE})
    assert found.alternatives(AltKind.IP) == (pki.address(address).packed,)
    identity = parse_identification(one_of(main_mode()[number], Kind.ID, "identity"))
    assert (identity.kind, str(identity)) == (IdType.IPV4, address)


@pytest.mark.parametrize("number", [4, 5])
def test_their_signatures_are_of_a_bare_md5_without_digest_info(number: int) -> None:
    (found,) = certificates_of(main_mode()[number])
    signature = one_of(main_mode()[number], Kind.SIGNATURE, "signature")
    assert found.key is not None
    inside = pki.recover(signature, pki.public_key(found.der))
    assert len(inside) == 16  # the suite's hash is MD5
    assert verify(found.key, inside, signature)
    assert not verify(found.key, bytes(16), signature)


def test_openswan_asks_for_the_authority_of_its_own() -> None:
    (body,) = all_of(main_mode()[4], Kind.CERT_REQUEST)
    assert name_text(body[1:]) == "DC=at, DC=geblergasse95, CN=SchendlZertifikate"
    assert len(requests_in(main_mode()[4])) == 1


def test_a_certificate_put_together_by_a_program_is_read() -> None:
    message = udp_payloads(PLACE / "arkime-ike-cert_synthetic.pcap", 500)[0]
    header, body = parse_header(message)
    (found,) = certificates_of(parse_chain(Reader(body), header.first))
    assert found.key is not None
    assert found.is_self_issued
