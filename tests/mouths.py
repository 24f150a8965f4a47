"""All that takes bytes from somebody else: parsers, and machines where they listen.

A parser answers or raises `WireError`; a machine raises nothing at all. Recorded hostile files
(`unit/test_captures_hostile.py`) and made-up bytes (`fuzz/`) go into all of them.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count

from gateway.bridge.classify import classify
from gateway.bridge.household import Household
from gateway.esp.inbound import Inbound
from gateway.esp.machine import SaTable
from gateway.esp.suites import SUITES
from gateway.ike.certificates import certificates_of, requests_in
from gateway.ike.events import Send
from gateway.ike.fragments import parse_piece
from gateway.ike.header import Header as IkeHeader
from gateway.ike.header import build_message, parse_header
from gateway.ike.initiator import Initiator
from gateway.ike.knock import Knock
from gateway.ike.listen import Joiner, Listener
from gateway.ike.machine import Ike
from gateway.ike.nat import parse_nat_oa
from gateway.ike.numbers import Exchange, Kind
from gateway.ike.offer import parse_offer
from gateway.ike.payloads import (
    Payload,
    parse_chain,
    parse_delete,
    parse_identification,
    parse_notification,
)
from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.probe import Probe
from gateway.ike.proposals import ESP_SUITES, IKE_SUITES, parse_association
from gateway.ike.protect import seal
from gateway.l2tp import events as l2tp
from gateway.l2tp.avp import parse_avps
from gateway.l2tp.data import Road, open_data
from gateway.l2tp.header import Header, addressed_tunnel, build_header
from gateway.l2tp.header import parse_header as parse_l2tp
from gateway.l2tp.lac import Lac
from gateway.l2tp.machine import Lns
from gateway.l2tp.messages import Iccn, Icrq, Scccn, Sccrq, build_body, parse_body, read_message
from gateway.ppp.clamp import Clamp
from gateway.ppp.frame import is_control, parse_packet, protocol_of
from gateway.ppp.machine import Passage
from gateway.ppp.options import parse_options
from gateway.pptp.gre import Gre, call_id_of
from gateway.pptp.machine import Caller
from gateway.pptp.messages import parse_message
from gateway.radius.packet import parse_packet as parse_radius
from gateway.wire.cursor import Reader, WireError
from gateway.wire.ipv4 import parse_ipv4
from gateway.wire.record import parse_record
from gateway.wire.udp import Datagram, Endpoint, parse_udp
from gateway.x509.certificate import parse_certificate
from gateway.x509.crl import parse_crl
from gateway.x509.der import Der
from gateway.x509.keys import read_pkcs8, read_public_key
from gateway.x509.names import name_text, read_name
from gateway.x509.pkcs7 import parse_pkcs7
from tests import mouths_radius
from tests.pair.initiator_world import ASK, THEM, US
from tests.pair.net import endpoint, seeded
from tests.unit.ike import asker

Take = Callable[[bytes], object]
SUITE = SUITES["3des-sha1"]
ROADS = {7: Road(1, 2, 3, False)}
ALL_SUITES = frozenset(IKE_SUITES), frozenset(ESP_SUITES)
STRANGER = endpoint("203.0.113.66:500")


# Parsers


IKE_BODIES: list[Take] = [
    parse_association,
    parse_identification,
    parse_notification,
    parse_delete,
    parse_nat_oa,
]


def ike_message(data: bytes) -> None:
    header, body = parse_header(data)
    with suppress(WireError):
        parse_piece(header, body)
    with suppress(WireError):
        parse_offer(header, body)
    payloads = parse_chain(Reader(body), header.first)
    certificates_of(payloads)
    requests_in(payloads)
    for payload in payloads:
        for parse in IKE_BODIES:
            with suppress(WireError):
                parse(payload.body)


def ike_identity(data: bytes) -> str:
    return str(parse_identification(data))


def ike_conversation(data: bytes) -> None:
    """As a recording hears it."""
    message = Joiner().take(data)
    if message is not None:
        Listener().read(message)


def l2tp_message(data: bytes) -> None:
    addressed_tunnel(data)
    _, body = parse_l2tp(data)
    read_message(parse_body(body, None))
    read_message(parse_body(body, b"a secret"))


def certificates(data: bytes) -> None:
    """In both encodings in which they come by IKE."""
    certificates_of([Payload(Kind.CERT, bytes((form,)) + data) for form in (1, 4, 7)])


PARSERS: dict[str, Take] = {
    "IPv4": parse_ipv4,
    "UDP": parse_udp,
    "IKE": ike_message,
    "IKE chain": lambda data: parse_chain(Reader(data), 1),
    "IKE SA": parse_association,
    "IKE identity": ike_identity,
    "IKE notify": parse_notification,
    "IKE delete": parse_delete,
    "IKE conversation": ike_conversation,
    "L2TP": l2tp_message,
    "L2TP AVPs": parse_avps,
    "PPTP": lambda data: parse_message(Reader(data)),
    "PPP protocol": protocol_of,
    "PPP packet": lambda data: parse_packet(data, 0),
    "PPP frame": lambda data: parse_packet(data, protocol_of(data)[1]),
    "PPP options": parse_options,
    "PPP clamp": lambda data: Clamp(1400).pass_frame(data, True),
    "certificate": lambda data: parse_certificate(data).name,
    "certificates": certificates,
    "PKCS#7": parse_pkcs7,
    "revoked": parse_crl,
    "public key": lambda data: read_public_key(Der(data)),
    "private key": read_pkcs8,
    "name": read_name,
    "name as text": name_text,
    "kept records": lambda data: parse_record(Household, data),
    "RADIUS": parse_radius,
}


# Machines


def stranger_to_ike() -> Take:
    ike = new_ike()
    return lambda data: receive_ike(ike, data)


def new_ike() -> Ike:
    """One that takes every suite there is, so that what can begin begins."""
    names, client = tuple(IKE_SUITES), Credential("any", b"a key", *ALL_SUITES)
    return Ike(IkePolicy(names, tuple(ESP_SUITES), lambda _: [client], half_open=8), seeded(4))


def receive_ike(ike: Ike, data: bytes) -> None:
    """From port 500 and, as if its marker had been taken off, on port 4500."""
    for here in (endpoint("198.51.100.1:500"), endpoint("198.51.100.1:4500")):
        events = ike.receive(Datagram(STRANGER, here, data), 1.0)
        sent = [event.message for event in events if isinstance(event, Send)]
        assert all(len(message) <= len(data) for message in sent)
    assert ike.half_open <= 8


def third_message() -> Take:
    """Cookies are known, and nothing else."""
    meeting = asker.meet()
    meeting.asker.take_second(meeting.give_for(meeting.asker.first()))

    def take(data: bytes) -> None:
        for first in (Kind.KE, Kind.FRAGMENT):
            header = IkeHeader(meeting.asker.cookie_i, meeting.asker.cookie_r, first, Exchange.MAIN)
            meeting.give(build_message(header, data))

    return take


def fifth_message() -> Take:
    """A main mode that waits for it: as cipher text, and as what is in it when it is opened."""
    meeting = asker.meet()
    meeting.asker.take_second(meeting.give_for(meeting.asker.first()))
    meeting.asker.take_fourth(meeting.give_for(meeting.asker.third()))
    sealing = IkeHeader(meeting.asker.cookie_i, meeting.asker.cookie_r, 0, Exchange.MAIN)

    def take(data: bytes) -> None:
        keys = meeting.asker.keys
        assert keys is not None
        meeting.give(seal(keys, meeting.asker.iv, sealing, [Payload(Kind.ID, data)]))
        sealed = IkeHeader(sealing.cookie_i, sealing.cookie_r, Kind.ID, Exchange.MAIN, 1)
        meeting.give(build_message(sealed, data))

    return take


def under_keys(exchange: Exchange) -> Callable[[], Take]:
    """A client with a key: payloads of its own making, in a message whose hash is right."""

    def machine() -> Take:
        meeting, numbers = asker.meet(), count(1)
        meeting.main_mode()

        def take(data: bytes) -> None:
            for first in (Kind.SA, Kind.NOTIFICATION, Kind.DELETE):
                with suppress(WireError):
                    payloads = parse_chain(Reader(data), first)
                    message = meeting.asker.protected(exchange, next(numbers), *payloads)
                    meeting.give(message)

        return take

    return machine


def esp_table() -> Take:
    esp = SaTable(seeded(1))
    esp.add_inbound(0x12345678, SUITE.name, bytes(SUITE.keymat_length), 0.0)
    return lambda data: esp.open(data, 0, len(data), 1.0)


def lns_stranger() -> Take:
    return partial(Lns("postern", seeded(2)).receive, now=1.0)


def lns_with_a_call() -> Take:
    """Whatever comes next in a tunnel with a call, numbered as it must be."""
    lns, numbers, heard = Lns("postern", seeded(2)), count(), [0]

    def give(tunnel: int, call: int, body: bytes) -> None:
        header = Header(tunnel, call, next(numbers) % 0x10000, heard[0])
        for event in lns.receive(build_header(header, body), 1.0):
            if isinstance(event, l2tp.Send):
                said, content = parse_l2tp(event.message)
                heard[0] = (said.ns + bool(content)) % 0x10000

    sccrq = Sccrq(
        protocol_version=0x0100,
        framing_capabilities=3,
        host_name=b"old-pc",
        assigned_tunnel=9,
        receive_window=8,
    )
    give(0, 0, build_body(sccrq))
    (tunnel,) = lns._tunnels
    give(tunnel, 0, build_body(Scccn()))
    give(tunnel, 0, build_body(Icrq(assigned_call=5, call_serial=1)))
    (call,) = lns._exchange.calls
    lns.answer(call, 1.0)
    give(tunnel, call, build_body(Iccn(connect_speed=10_000_000, framing_type=1)))
    assert lns.steady

    def take(data: bytes) -> None:
        give(tunnel, call, data)
        lns.handle_timeout(1.0)

    return take


def lac_waiting() -> Take:
    """It has asked a server, which now says whatever it likes."""
    lac = Lac("postern", seeded(6))
    lac.start(0.0)
    lac.call(0.0)

    def take(data: bytes) -> None:
        lac.receive(data, 1.0)
        lac.receive(build_header(Header(lac.tunnel, 0, 0, 1), data), 1.0)
        lac.open_data(data)

    return take


def asking_end() -> Take:
    """Our own main mode towards a server, at its first step."""
    initiator = Initiator(ASK, US, THEM, seeded(7))
    cookie = b"".join(
        event.message[:8] for event in initiator.start(0.0) if isinstance(event, Send)
    )

    def take(data: bytes) -> None:
        for payload in (data, cookie + data[8:]):
            initiator.receive(Datagram(THEM, US, payload), 1.0)

    return take


def probe() -> Take:
    def take(data: bytes) -> None:
        asking = Probe(b"a key", US, THEM, seeded(8))
        asking.start(0.0)
        asking.receive(Datagram(THEM, US, asking._header.cookie_i + data[8:]), 1.0)

    return take


def knocking() -> Take:
    def take(data: bytes) -> None:
        knock = Knock(ASK, US, THEM, seeded(9))
        knock.start(0.0)
        knock.receive(Datagram(THEM, Endpoint(*US), data))

    return take


def pptp_control() -> Take:
    """A server that talks nonsense, from its first byte on."""

    def take(data: bytes) -> None:
        caller = Caller(7, seeded(3))
        caller.start(0.0)
        caller.receive(data, 1.0)
        caller.handle_timeout(1.0)

    return take


def gre() -> Take:
    road = Gre(our_call=7, peer_call=8, peer_window=4)

    def take(data: bytes) -> None:
        call_id_of(data, 0, len(data))
        road.open(data, 0, len(data), 1.0)

    return take


def passage(from_client: bool) -> Callable[[], Take]:
    return lambda: partial(Passage(1400).pass_frame, from_client=from_client, now=1.0)


MACHINES: dict[str, Callable[[], Take]] = {
    "classify": lambda: classify,
    "IKE": stranger_to_ike,
    "IKE third message": third_message,
    "IKE fifth message": fifth_message,
    "IKE quick mode": under_keys(Exchange.QUICK),
    "IKE informational": under_keys(Exchange.INFORMATIONAL),
    "IKE asking": asking_end,
    "IKE probe": probe,
    "IKE knock": knocking,
    "ESP": lambda: Inbound(0x12345678, SUITE, bytes(SUITE.keymat_length)).open,
    "ESP table": esp_table,
    "L2TP control": lns_stranger,
    "L2TP call": lns_with_a_call,
    "L2TP data": lambda: Lns("postern", seeded(2)).open_data,
    "L2TP road": lambda: partial(open_data, ROADS),
    "L2TP asking": lac_waiting,
    "GRE": gre,
    "PPTP control": pptp_control,
    "PPP kind": lambda: is_control,
    "PPP from the client": passage(True),
    "PPP from the server": passage(False),
    "RADIUS answers": lambda: mouths_radius.answers,
    "RADIUS requests": lambda: mouths_radius.wishes,
}
