"""PEM as people paste it."""

from gateway.x509.pem import CERTIFICATE, MOST, build_pem, read_pem
from tests import pki


def test_what_cryptography_writes_is_read_and_the_other_way_round() -> None:
    root = pki.authority()
    assert read_pem(root.pem) == [(CERTIFICATE, root.der)]
    assert build_pem(CERTIFICATE, root.der) == root.pem


def test_pasted_text_may_have_anything_round_it() -> None:
    root, other = pki.authority(), pki.authority("Other CA")
    dos = other.pem.replace("\n", "\r\n")
    text = f"Bag Attributes\r\n  name\r\n{root.pem}\nhello\n  {dos}"
    assert [data for _, data in read_pem(text)] == [root.der, other.der]


def test_what_cannot_be_decoded_is_there_without_data() -> None:
    label = "RSA PRIVATE KEY-----"
    locked = f"-----BEGIN {label}\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END {label}"
    assert read_pem(locked) == [("RSA PRIVATE KEY", b"")]
    assert read_pem("-----BEGIN X-----\nAAAA") == []


def test_only_so_many_pieces_are_read() -> None:
    assert len(read_pem(build_pem("X", b"x") * (MOST + 1))) == MOST
