"""Every recorded ISAKMP message is read, or refused for what is really wrong with it."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gateway.ike.header import is_version_1, parse_header
from gateway.ike.numbers import Kind
from gateway.ike.payloads import (
    Payload,
    all_of,
    build_chain,
    parse_chain,
    parse_delete,
    parse_identification,
    parse_notification,
)
from gateway.ike.proposals import build_association, parse_association
from gateway.wire.cursor import Reader, WireError
from tests.captures import messages, shared_data, vectors

PLACE = vectors("captures")
MARKER = bytes(4)
INSIDE: dict[int, Callable[[bytes], object]] = {
    Kind.SA: parse_association,
    Kind.ID: parse_identification,
    Kind.NOTIFICATION: parse_notification,
    Kind.DELETE: parse_delete,
}


def read(data: bytes) -> str:
    """What the parsers make of one message: in the clear, encrypted, of version 2, or refused."""
    try:
        header, body = parse_header(data)
        if not is_version_1(header):
            return "version 2"
        if header.encrypted:
            return "encrypted"
        payloads = parse_chain(Reader(body), header.first)
        for payload in payloads:
            INSIDE.get(payload.kind, bytes)(payload.body)
    except WireError as error:
        return type(error).__name__
    assert_rebuilds(body, payloads)
    return "in the clear"


def assert_rebuilds(body: bytes, payloads: Sequence[Payload]) -> None:
    """What was read is written back to the same bytes: the hashes depend on it."""
    made = build_chain(payloads)
    assert made + bytes(len(body) - len(made)) == body
    for association in map(parse_association, all_of(payloads, Kind.SA)):
        assert parse_association(build_association(association)) == association


def ike_of(path: Path) -> list[bytes]:
    """Markers off; no keepalives, no ESP in UDP."""
    found = []
    for data in messages(path):
        data = data.removeprefix(MARKER)
        if len(data) > 28 and data[17] in (0x10, 0x20):
            found.append(data)
    return found


def seen(path: Path) -> Counter[str]:
    return Counter(map(read, ike_of(path)))


if __name__ == "__main__":
    for base in (PLACE, shared_data()):
        for path in (
            sorted(base.glob("ikev1/**/*"))
            + sorted(base.glob("natt/*"))
            + sorted(base.glob("hostile/*"))
        ):
            if path.suffix in (".pcap", ".pcapng", ".gz", ".json", ".dat"):
                print(base.name, path.relative_to(base), dict(seen(path)))


# (in the clear, encrypted, version 2, refused), as independent dissectors count them.
IN_THE_TREE = {
    "ikev1/cisco-aggr-psk.pcap": (2, 4, 0, 0),
    "ikev1/libreswan-vid-first.pcap": (1, 0, 0, 0),
    "ikev1/libreswan-vid-second-resp.pcap": (1, 0, 0, 0),
    "ikev1/openswan-lp109-v1rwnatQR1/v1rwnatM1.pcap": (1, 0, 0, 0),
    "ikev1/openswan-lp109-v1rwnatQR1/v1rwnatM2.pcap": (1, 0, 0, 0),
    "ikev1/openswan-lp109-v1rwnatQR1/v1rwnatM3.pcap": (0, 1, 0, 0),
    "ikev1/openswan-lp109-v1rwnatQR1/v1rwnatQI1.pcap": (0, 1, 0, 0),
    "ikev1/openswan-xf109-v1rwnatQR1/v1rwnatM1.pcap": (1, 0, 0, 0),
    "ikev1/openswan-xf109-v1rwnatQR1/v1rwnatM2.pcap": (1, 0, 0, 0),
    "ikev1/openswan-xf109-v1rwnatQR1/v1rwnatM3.pcap": (0, 1, 0, 0),
    "ikev1/openswan-xf109-v1rwnatQR1/v1rwnatQI1.pcap": (0, 1, 0, 0),
    "ikev1/rubsme-aggressive-psk-qm.json": (3, 3, 0, 0),
    "ikev1/rubsme-main-psk-two-in-one.json": (4, 2, 0, 0),
    "ikev1/ws-ikev1-certs.pcap": (4, 6, 0, 0),
    "ikev1/ws-ikev1-xauth-aggr-12620.pcapng.gz": (3, 7, 0, 0),
    "natt/gen-l2tp-ipsec-natt-3des.pcap": (4, 11, 0, 0),
    "natt/gen-l2tp-ipsec-natt-md5.pcap": (4, 15, 0, 0),
    "natt/tcpdump-espudp1.pcap": (0, 0, 0, 0),
    "natt/tcpdump-isakmp4500.pcap": (4, 11, 0, 0),
    # Made by a program: its SA payload has no proposal in it.
    "ikev1/arkime-ike-cert_synthetic.pcap": (0, 0, 1, 1),
}
BESIDE = {
    # The last message was cut by the recorder.
    "ikev1/aws-openswan-mm-psk-esp.pcap": (4, 5, 0, 1),
    "ikev1/ikescan-pkt-aggr-cert-response.dat": (1, 0, 0, 0),
    "ikev1/ikescan-pkt-checkpoint-notify.dat": (1, 0, 0, 0),
    "ikev1/ikescan-pkt-custom-proposal.dat": (1, 0, 0, 0),
    "ikev1/ikescan-pkt-main-mode-response.dat": (1, 0, 0, 0),
    "ikev1/ikescan-pkt-single-trans.dat": (1, 0, 0, 0),
    "ikev1/onur-aggr-psk-simple.pcapng": (2, 4, 0, 0),
    "ikev1/rub-mm-psk-complete2.pcapng": (4, 5, 0, 0),
    "ikev1/rub-mm-wrong-psk.pcapng": (4, 4, 0, 0),
    "ikev1/windows-xpsp2-2003-mm1.json": (1, 0, 0, 0),
    "natt/ikescan-pkt-main-natt-response.dat": (1, 0, 0, 0),
    "natt/suricata-ikev2-on-4500.pcap": (0, 0, 66, 0),
}


def counted(path: Path) -> tuple[int, int, int, int]:
    found = seen(path)
    known = found["in the clear"], found["encrypted"], found["version 2"]
    return (*known, found.total() - sum(known))


def is_capture(path: Path) -> bool:
    return path.suffix in (".pcap", ".pcapng", ".gz", ".json", ".dat")


@pytest.mark.parametrize("name", IN_THE_TREE)
def test_what_must_be_read_is_read(name: str) -> None:
    assert counted(PLACE / name) == IN_THE_TREE[name]


@pytest.mark.parametrize("name", BESIDE)
def test_what_must_be_read_beside_the_checkout_is_read(name: str) -> None:
    assert counted(shared_data() / name) == BESIDE[name]


def test_no_capture_of_ike_is_left_out() -> None:
    data = shared_data()
    found = {
        str(path.relative_to(data))
        for room in ("ikev1", "natt")
        for path in (data / room).rglob("*")
        if is_capture(path)
    }
    assert found == set(IN_THE_TREE) | set(BESIDE)
