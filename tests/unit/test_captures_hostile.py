"""Every hostile file, whole and cut at every length, into every mouth that could meet it.

A parser answers or raises `WireError`; a machine raises nothing at all, and neither grows.
"""

import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.ike.payloads import parse_chain
from gateway.wire.cursor import Reader, WireError
from gateway.x509.der import field, integer, oid, sequence, set_of
from tests.captures import shared_data, udp_payloads
from tests.hostile import cut, in_the_tree, whole
from tests.mouths import MACHINES, PARSERS, ike_message, new_ike, receive_ike

SECONDS = 20  # a file that takes longer hangs somebody


@pytest.fixture(autouse=True)
def nobody_hangs() -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise TimeoutError(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def feed_parsers(path: Path) -> None:
    for form in whole(path):
        for data in cut(form):
            for parse in PARSERS.values():
                with suppress(WireError):
                    parse(data)


def feed_machines(path: Path) -> None:
    mouths = {name: machine() for name, machine in MACHINES.items()}
    for form in whole(path):
        for data in cut(form):
            for take in mouths.values():
                take(data)


def beside() -> list[Path]:
    """Also those that may not be in the tree; skips where there are none."""
    known = {path.name for path in in_the_tree()}
    files = sorted((shared_data() / "hostile").rglob("*.*"))
    return [path for path in files if path.is_file() and path.name not in known]


@pytest.mark.long
@pytest.mark.parametrize("path", in_the_tree(), ids=lambda path: path.name)
def test_parsers_answer_or_refuse(path: Path) -> None:
    feed_parsers(path)


@pytest.mark.parametrize("path", in_the_tree(), ids=lambda path: path.name)
@pytest.mark.long
def test_machines_raise_nothing(path: Path) -> None:
    feed_machines(path)


@pytest.mark.long
def test_parsers_answer_or_refuse_what_lies_beside_the_checkout() -> None:
    paths = beside()
    assert len(paths) == 15
    for path in paths:
        if path.suffix != ".der":
            feed_parsers(path)
            feed_machines(path)


OF_CERTIFICATES = ("certificate", "certificates", "PKCS#7", "revoked", "public key", "name")


@pytest.mark.slow
@pytest.mark.long
def test_certificates_that_crashed_others_are_read_or_refused() -> None:
    """As they are, cut, wrapped as Windows XP does it, and in a message from a stranger."""
    ike = new_ike()
    files = [path for path in beside() if path.suffix == ".der"]
    assert len(files) == 13
    for path in files:
        der = path.read_bytes()
        for data in [*cut(der), *map(in_pkcs7, cut(der))]:
            for name in OF_CERTIFICATES:
                with suppress(WireError):
                    PARSERS[name](data)
        for form in whole(path):
            for data in cut(form):
                receive_ike(ike, data)
                with suppress(WireError):
                    ike_message(data)


def in_pkcs7(der: bytes) -> bytes:
    """RFC 2315, 9.1: SignedData with nothing in it but certificates."""
    content = sequence(oid("1.2.840.113549.1.7.1"))
    signed = sequence(integer(1), set_of(), content, field(0, der), set_of())
    return sequence(oid("1.2.840.113549.1.7.2"), field(0, signed))


def test_a_payload_of_length_zero_is_refused() -> None:
    (path,) = (path for path in in_the_tree() if "pointer-loop" in path.name)
    (payload,) = udp_payloads(path, 500)
    with pytest.raises(WireError):
        parse_chain(Reader(payload, 28), 1)
