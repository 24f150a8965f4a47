"""Every hostile file, whole and cut at every length, into every mouth that could meet it.

A parser answers or raises `WireError`; a machine raises nothing at all, and neither grows.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from gateway.bridge.classify import classify
from gateway.esp.inbound import Inbound
from gateway.esp.machine import SaTable
from gateway.esp.suites import SUITES
from gateway.ike.events import Send
from gateway.ike.header import parse_header
from gateway.ike.machine import Ike
from gateway.ike.payloads import (
    parse_chain,
    parse_delete,
    parse_identification,
    parse_notification,
)
from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.proposals import ESP_SUITES, IKE_SUITES, parse_association
from gateway.l2tp.avp import parse_avps
from gateway.l2tp.data import Road, open_data
from gateway.l2tp.header import parse_header as parse_l2tp
from gateway.l2tp.machine import Lns
from gateway.l2tp.messages import parse_body, read_message
from gateway.ppp.clamp import Clamp
from gateway.ppp.frame import is_control, parse_packet, protocol_of
from gateway.ppp.machine import Passage
from gateway.ppp.options import parse_options
from gateway.pptp.gre import Gre, call_id_of
from gateway.pptp.machine import Caller
from gateway.pptp.messages import parse_message
from gateway.wire.cursor import Reader, WireError
from gateway.wire.ipv4 import parse_ipv4
from gateway.wire.udp import Datagram, parse_udp
from tests.captures import shared_data, udp_payloads
from tests.hostile import cut, in_the_tree, whole
from tests.pair.net import endpoint, seeded

SECONDS = 20  # a file that takes longer hangs somebody
SUITE = SUITES["3des-sha1"]
ROADS = {7: Road(1, 2, 3, False)}


def ike_message(data: bytes) -> None:
    header, body = parse_header(data)
    for payload in parse_chain(Reader(body), header.first):
        for parse in IKE_BODIES:
            with suppress(WireError):
                parse(payload.body)


IKE_BODIES: list[Callable[[bytes], object]] = [
    parse_association,
    parse_identification,
    parse_notification,
    parse_delete,
]


def l2tp_message(data: bytes) -> None:
    _, body = parse_l2tp(data)
    read_message(parse_body(body, None))
    read_message(parse_body(body, b"a secret"))


PARSERS: dict[str, Callable[[bytes], object]] = {
    "IPv4": parse_ipv4,
    "UDP": parse_udp,
    "IKE": ike_message,
    "IKE chain": lambda data: parse_chain(Reader(data), 1),
    "IKE SA": parse_association,
    "IKE notify": parse_notification,
    "IKE delete": parse_delete,
    "L2TP": l2tp_message,
    "L2TP AVPs": parse_avps,
    "PPTP": lambda data: parse_message(Reader(data)),
    "PPP protocol": protocol_of,
    "PPP packet": lambda data: parse_packet(data, 0),
    "PPP frame": lambda data: parse_packet(data, protocol_of(data)[1]),
    "PPP options": parse_options,
    "PPP clamp": lambda data: Clamp(1400).pass_frame(data, True),
}


def machines() -> dict[str, Callable[[bytes], object]]:
    """Fresh ones, that remember what one file did to them."""
    esp, lns = SaTable(seeded(1)), Lns("postern", seeded(2))
    esp.add_inbound(0x12345678, SUITE.name, bytes(SUITE.keymat_length), 0.0)
    inbound = Inbound(0x12345678, SUITE, bytes(SUITE.keymat_length))
    gre = Gre(our_call=7, peer_call=8, peer_window=4)
    ike, passage = new_ike(), Passage(1400)
    return {
        "classify": classify,
        "IKE": lambda data: receive_ike(ike, data),
        "ESP": inbound.open,
        "ESP table": lambda data: esp.open(data, 0, len(data), 1.0),
        "L2TP control": partial(lns.receive, now=1.0),
        "L2TP data": lns.open_data,
        "L2TP road": partial(open_data, ROADS),
        "GRE call": lambda data: call_id_of(data, 0, len(data)),
        "GRE": lambda data: gre.open(data, 0, len(data), 1.0),
        "PPTP control": pptp_control,
        "PPP kind": is_control,
        "PPP from the client": partial(passage.pass_frame, from_client=True, now=1.0),
        "PPP from the server": partial(passage.pass_frame, from_client=False, now=1.0),
    }


def new_ike() -> Ike:
    """One that takes every suite there is, so that what can begin begins."""
    names, client = tuple(IKE_SUITES), Credential("any", b"a key", *ALL_SUITES)
    return Ike(IkePolicy(names, tuple(ESP_SUITES), lambda _: [client], half_open=8), seeded(4))


ALL_SUITES = frozenset(IKE_SUITES), frozenset(ESP_SUITES)


def receive_ike(ike: Ike, data: bytes) -> None:
    """From port 500 and, as if its marker had been taken off, on port 4500."""
    for here in (endpoint("198.51.100.1:500"), endpoint("198.51.100.1:4500")):
        events = ike.receive(Datagram(endpoint("203.0.113.66:500"), here, data), 1.0)
        sent = [event.message for event in events if isinstance(event, Send)]
        assert all(len(message) <= len(data) for message in sent)
    assert ike.half_open <= 8


def pptp_control(data: bytes) -> None:
    """A server that talks nonsense, from its first byte on."""
    caller = Caller(7, seeded(3))
    caller.start(0.0)
    caller.receive(data, 1.0)


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
    mouths = machines()
    for form in whole(path):
        for data in cut(form):
            for take in mouths.values():
                take(data)


def beside() -> list[Path]:
    """Also those that may not be in the tree; skips where there are none."""
    known = {path.name for path in in_the_tree()}
    files = sorted((shared_data() / "hostile").rglob("*.*"))
    return [path for path in files if path.is_file() and path.name not in known]


@pytest.mark.parametrize("path", in_the_tree(), ids=lambda path: path.name)
def test_parsers_answer_or_refuse(path: Path) -> None:
    feed_parsers(path)


@pytest.mark.parametrize("path", in_the_tree(), ids=lambda path: path.name)
def test_machines_raise_nothing(path: Path) -> None:
    feed_machines(path)


def test_parsers_answer_or_refuse_what_lies_beside_the_checkout() -> None:
    paths = beside()
    assert len(paths) == 15
    for path in paths:
        if path.suffix != ".der":
            feed_parsers(path)
            feed_machines(path)


@pytest.mark.slow
def test_certificates_that_crashed_others_are_just_bytes() -> None:
    """Nothing here reads certificates yet; the payloads around them are read."""
    ike = new_ike()
    for path in beside():
        for form in whole(path):
            for data in cut(form):
                receive_ike(ike, data)
                with suppress(WireError):
                    ike_message(data)


def test_a_payload_of_length_zero_is_refused() -> None:
    (path,) = (path for path in in_the_tree() if "pointer-loop" in path.name)
    (payload,) = udp_payloads(path, 500)
    with pytest.raises(WireError):
        parse_chain(Reader(payload, 28), 1)
