"""RFC 2661, 5.1 and 5.1.1; the recorded session is gen-l2tp-tunnelauth-pap.pcap."""

import pytest

from gateway.l2tp.errors import BadValue, BadVersion, L2tpError, NoResources, NotAuthorized
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.greeting import Greeting
from gateway.l2tp.messages import Scccn, Sccrp, Sccrq, parse_body, read_message
from tests.captures import udp_payloads, vectors

SECRET = b"tunnel-secret-42"
PAYLOADS = udp_payloads(vectors("l2tp") / "gen-l2tp-tunnelauth-pap.pcap", 1701)
THEIRS = bytes.fromhex("3f24e8cb826e2102a146354e8e62fa6c")  # the recorded LNS's challenge


def greeting(secret: bytes | None = None, welcome: bool = True) -> Greeting:
    return Greeting(Exchange("postern", lambda count: THEIRS[:count], secret, 8, 60.0), welcome)


def request(
    version: int = 0x0100,
    host: bytes | None = b"OLDBOX",
    vendor: bytes = b"Microsoft",
    challenge: bytes | None = None,
) -> Sccrq:
    return Sccrq(
        protocol_version=version,
        framing_capabilities=1,
        host_name=host,
        vendor_name=vendor,
        assigned_tunnel=1,
        challenge=challenge,
    )


def recorded(place: int) -> Sccrq | Sccrp | Scccn:
    message = read_message(parse_body(PAYLOADS[place][12:], SECRET))
    assert isinstance(message, Sccrq | Sccrp | Scccn)
    return message


def test_the_recorded_handshake_is_accepted_with_its_secret() -> None:
    asked, answered, connected = map(recorded, range(3))
    assert isinstance(asked, Sccrq)
    assert isinstance(connected, Scccn)
    assert isinstance(answered, Sccrp)
    ours = greeting(SECRET)
    ours.check_request(asked)
    reply = ours.reply(4359)
    assert (reply.challenge_response, reply.challenge) == (
        answered.challenge_response,
        answered.challenge,
    )
    ours.check_connected(connected)
    opened = ours.opened(4359, 38365)
    assert (opened.host_name, opened.client_kind) == ("lac.example.net", "xl2tpd")


@pytest.mark.parametrize("response", [None, b"", bytes(16)])
def test_a_wrong_response_is_refused(response: bytes | None) -> None:
    ours = greeting(SECRET)
    ours.check_request(request(challenge=b"prove it"))
    ours.reply(1)
    with pytest.raises(NotAuthorized):
        ours.check_connected(Scccn(challenge_response=response))


def test_who_does_not_ask_is_not_asked() -> None:
    ours = greeting(SECRET)
    ours.check_request(request())
    assert ours.reply(1).challenge is None
    ours.check_connected(Scccn())


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        (request(version=0x0200), BadVersion),
        (request(host=None), BadValue),
        (request(host=b""), BadValue),
        (request(challenge=b"prove it"), NotAuthorized),
    ],
)
def test_requests_that_are_not_acceptable(asked: Sccrq, fault: type[L2tpError]) -> None:
    with pytest.raises(fault):
        greeting().check_request(asked)


def test_another_revision_of_version_one_is_accepted() -> None:
    greeting().check_request(request(version=0x0105))


@pytest.mark.parametrize("host", [None, b""])
def test_msl2tp_needs_no_host_name(host: bytes | None) -> None:
    ours = greeting()
    ours.check_request(request(host=host, vendor=b"Deterministic Networks Inc."))
    assert ours.opened(1, 2).client_kind == "msl2tp"


def test_no_room_is_said_last() -> None:
    with pytest.raises(NoResources):
        greeting(welcome=False).check_request(request())


def test_the_reply_says_what_the_rfc_asks_for() -> None:
    ours = greeting()
    ours.check_request(request())
    assert ours.reply(9) == Sccrp(
        protocol_version=0x0100,
        framing_capabilities=3,
        bearer_capabilities=0,
        firmware_revision=0x0100,
        host_name=b"postern",
        vendor_name=b"Postern",
        assigned_tunnel=9,
        receive_window=8,
    )


def test_a_tunnel_without_a_request_has_nothing_to_tell() -> None:
    opened = greeting().opened(1, 2)
    assert (opened.host_name, opened.vendor, opened.firmware) == ("", "", 0)
    assert greeting().reply(1).challenge is None


def test_what_is_told_of_the_client_tells_clients_apart() -> None:
    ours = greeting()
    ours.pairs = (2, 3, 8, 9)
    ours.check_request(request(host=None, vendor=b"Deterministic Networks Inc."))
    opened = ours.opened(7, 1)
    assert (opened.client_kind, opened.window, opened.pairs) == ("msl2tp", 0, (2, 3, 8, 9))
    assert opened.quirks == ("no host name in L2TP", "closes L2TP with our ids")
