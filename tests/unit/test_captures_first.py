"""Recorded first messages at the door of IKE: what is chosen, or why not."""

import pytest

from gateway.ike.events import Chosen, IkeEvent, Offered, Refused, Send
from gateway.ike.machine import Ike
from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.proposals import ESP_SUITES, IKE_SUITES
from gateway.wire.udp import Datagram
from tests.captures import messages, shared_data, udp_datagrams, vectors
from tests.pair.net import endpoint, seeded

PLACE = vectors("captures")
SUITES, ESP = tuple(IKE_SUITES), tuple(ESP_SUITES)
PEER, HERE = endpoint("203.0.113.66:500"), endpoint("198.51.100.1:500")


def answer(message: bytes) -> list[IkeEvent]:
    client = Credential("anyone", b"a key", frozenset(SUITES), frozenset(ESP))
    ike = Ike(IkePolicy(SUITES, ESP, lambda _: [client]), seeded(1))
    return ike.receive(Datagram(PEER, HERE, message), 0.0)


def of(events: list[IkeEvent], kind: type) -> list[object]:
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize(
    ("name", "suite", "natt"),
    [
        ("natt/gen-l2tp-ipsec-natt-3des.pcap", "3des-sha1-modp1024", "rfc3947"),
        ("natt/gen-l2tp-ipsec-natt-md5.pcap", "3des-md5-modp1024", "rfc3947"),
        ("esp/gen-l2tp-ipsec-nonat-plain-esp.pcap", "3des-sha1-modp2048", "rfc3947"),
        ("ikev1/rubsme-main-psk-two-in-one.json", "aes128-sha1-modp1024", None),
    ],
)
def test_what_a_recorded_client_with_a_key_offers_is_taken(
    name: str, suite: str, natt: str | None
) -> None:
    first = messages(PLACE / name)[0]
    events = answer(first)
    (chosen,) = of(events, Chosen)
    assert isinstance(chosen, Chosen)
    assert (chosen.suite, chosen.natt) == (suite, natt)
    (sent,) = of(events, Send)
    assert isinstance(sent, Send)
    assert len(sent.message) <= len(first)


@pytest.mark.parametrize(
    "name",
    [
        "ikev1/libreswan-vid-first.pcap",
        "ikev1/ws-ikev1-certs.pcap",
        "ikev1/openswan-lp109-v1rwnatQR1/v1rwnatM1.pcap",
        "natt/tcpdump-isakmp4500.pcap",
    ],
)
def test_who_wants_certificates_is_told_that_nothing_fits(name: str) -> None:
    events = answer(udp_datagrams(PLACE / name)[0].payload)
    (refused,) = of(events, Refused)
    assert isinstance(refused, Refused)
    assert "(by certificate)" in refused.detail


def test_windows_xp_with_certificates_is_named_and_told() -> None:
    (message,) = messages(shared_data() / "ikev1" / "windows-xpsp2-2003-mm1.json")
    events = answer(message)
    (offered,) = of(events, Offered)
    assert isinstance(offered, Offered)
    assert offered.vendors[0] == "Windows XP SP2 or Server 2003"
    assert offered.natt == ("draft-02n",)
    assert len(of(events, Refused)) == 1


@pytest.mark.parametrize(
    "name",
    ["hostile/libreswan-weirdike-authip.pcap", "hostile/openswan-parentI1syntax.pcap"],
)
def test_other_protocols_on_our_port_get_no_answer(name: str) -> None:
    assert answer(messages(PLACE / name)[0]) == []


@pytest.mark.parametrize(
    "name", ["ikev1/cisco-aggr-psk.pcap", "ikev1/rubsme-aggressive-psk-qm.json"]
)
def test_aggressive_mode_is_refused_without_an_answer(name: str) -> None:
    events = answer(messages(PLACE / name)[0])
    assert [type(event) for event in events] == [Refused]
