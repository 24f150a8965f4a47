from dataclasses import dataclass
from typing import get_args

import pytest

from gateway.bridge.encryption import Encrypted, Unencrypted
from gateway.bridge.inside_leg import Answered
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.tell import (
    IKE,
    PPP,
    By,
    tell_answer,
    tell_call,
    tell_encryption,
    tell_end,
    tell_ike,
    tell_l2tp,
    tell_ppp,
    tell_refusal,
)
from gateway.control.explain import sentence
from gateway.ike import events as ike
from gateway.l2tp import events as l2tp
from gateway.l2tp.tunnel import NOT_CONFIRMED, SILENT
from gateway.outputs import Fact, What
from gateway.ppp import events as ppp
from gateway.ppp.mppe import Terms
from gateway.pptp.machine import Caller
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.net import seeded

PEER = Endpoint(bytes((203, 0, 113, 7)), 62000)
LOCAL = Endpoint(bytes((198, 51, 100, 1)), 500)
SECRET = b"these bytes are nobody's business"

READY = ike.PairReady(
    1, 0xAABB, 0xCCDD, "3des-sha1", SECRET, SECRET, None, 0, LOCAL, PEER, 1701, 3600, 250_000, None
)
TOLD: list[tuple[ike.IkeEvent, What]] = [
    (ike.Started(1, PEER, LOCAL), What.DIAL_STARTED),
    (ike.Offered(1, ("MS NT5",), ("draft-02n",), ("3des-sha1-modp1024",)), What.OFFERED),
    (ike.Chosen(1, "3des-sha1-modp1024", None), What.CHOSEN),
    (ike.NatFound(1, True, False), What.NAT_FOUND),
    (ike.Floated(1, LOCAL, PEER), What.FLOATED),
    (ike.Authenticated(1, "old-pc", "192.168.1.2"), What.AUTHENTICATED),
    (ike.PeerMoved(1, PEER), What.PEER_MOVED),
    (READY, What.SA_READY),
    (ike.PairClosed(1, 0xAABB, 0xCCDD, "deleted"), What.SA_CLOSED),
    (ike.Phase1Closed(1, "its time was over"), What.PHASE1_CLOSED),
    (ike.Refused(1, PEER, ike.Reason.WRONG_KEY, "none fits"), What.REFUSED),
]
UNTOLD: list[ike.IkeEvent] = [
    ike.Send(LOCAL, PEER, b"x"),
    ike.PairConfirmed(1, 0xAABB),
    ike.InitialContact(1),
    ike.QuickOffered(1, ("3des-sha1",), (1, 1), (1701, 1701), 250_000, False, 1, ()),
]
PPP_TOLD: list[tuple[ppp.PppEvent, What]] = [
    (ppp.LcpOpened(1400, 1400, "MS-CHAPv2"), What.LCP_OPENED),
    (ppp.OutOfReach(bytes((10, 10, 0, 2)), 6, 445), What.OUT_OF_REACH),
    (ppp.AuthSucceeded("alice"), What.USER_ACCEPTED),
    (ppp.AuthFailed("alice", 691, "the password is wrong"), What.REFUSED),
    (ppp.AuthRefused("EAP", ""), What.REFUSED),
    (ppp.IpOpened("10.1.0.2", "10.1.0.1"), What.PPP_UP),
    (ppp.CcpRefused(True, "protocol rejected"), What.CCP_REFUSED),
    (ppp.Terminated(False, "error 742"), What.PPP_ENDED),
    (ppp.ProtocolRejected(True, "IPCP"), What.TROUBLE),
    (ppp.NotConverging("LCP", "they ask and ask"), What.REFUSED),
    (ppp.MruNotClamped(False), What.TROUBLE),
    (ppp.Malformed(True, "too short"), What.TROUBLE),
    (ppp.EchoUnanswered(True, 3), What.TROUBLE),
]


@pytest.mark.parametrize(("event", "what"), TOLD)
def test_an_event_of_ike_is_a_fact_with_a_sentence(event: ike.IkeEvent, what: What) -> None:
    [fact] = tell_ike(event, 5, PEER)
    assert (fact.what, fact.dial, fact.peer) == (what, 5, str(PEER))
    assert sentence(fact)
    assert "nobody's business" not in repr(fact)
    assert SECRET.hex() not in repr(fact)


@pytest.mark.parametrize("event", UNTOLD)
def test_what_no_owner_needs_is_not_told(event: ike.IkeEvent) -> None:
    assert tell_ike(event, 5, PEER) == []


def test_every_event_of_ike_is_either_told_or_left_out_on_purpose() -> None:
    assert set(IKE) | {type(event) for event in UNTOLD} == set(get_args(ike.IkeEvent))
    assert {type(event) for event, _ in TOLD} == set(IKE)


@pytest.mark.parametrize(
    ("client", "gateway", "where"),
    [
        (False, False, "nowhere"),
        (True, False, "client"),
        (False, True, "gateway"),
        (True, True, "both"),
    ],
)
def test_where_the_nat_is(client: bool, gateway: bool, where: str) -> None:
    [fact] = tell_ike(ike.NatFound(1, client, gateway), 5, PEER)
    assert fact.details == {"where": where, "hidden": ""}


def test_that_a_nat_is_hidden_from_the_client_is_told() -> None:
    [fact] = tell_ike(ike.NatFound(1, True, True, hidden=True), 5, PEER)
    assert fact.details == {"where": "both", "hidden": "yes"}


def test_keys_are_told_by_their_spis_and_lives() -> None:
    [fact] = tell_ike(READY, 5, PEER)
    assert fact.details == {
        "suite": "3des-sha1",
        "spi_in": "0000aabb",
        "spi_out": "0000ccdd",
        "encapsulation": "esp",
        "life_seconds": "3600",
        "life_kilobytes": "250000",
    }


def test_of_l2tp_only_the_tunnel_is_told() -> None:
    opened = l2tp.TunnelOpened(1, 2, "OLDBOX", "Microsoft", 0x0500, "windows-2000")
    [fact] = tell_l2tp(opened, 5, PEER)
    assert fact.what is What.TUNNEL_OPENED
    assert "OLDBOX" in sentence(fact)
    assert tell_l2tp(l2tp.Send(b"x"), 5, PEER) == []


@pytest.mark.parametrize(("event", "what"), PPP_TOLD)
def test_an_event_of_ppp_is_told_with_a_sentence(event: ppp.PppEvent, what: What) -> None:
    [(found, details)] = tell_ppp(event)
    assert found is what
    assert sentence(Fact(found, 5, str(PEER), details))


def test_every_row_for_ppp_is_tested_and_the_rest_is_silent() -> None:
    assert {type(event) for event, _ in PPP_TOLD} == set(PPP)
    assert tell_ppp(ppp.AuthStarted("PAP", "alice")) == []


def test_the_number_of_a_refused_user_is_told_where_there_is_one() -> None:
    [(_, chap)] = tell_ppp(ppp.AuthFailed("alice", 649, "no permission"))
    [(_, pap)] = tell_ppp(ppp.AuthFailed("alice", 0, "no"))
    assert (chap["code"], pap["code"]) == ("649", "")


@pytest.mark.parametrize(
    ("by_peer", "result", "message", "reason"),
    [
        (False, 2, "SCCRQ without host name", "l2tp tunnel refused"),
        (False, 4, "tunnel authentication is asked for", "l2tp tunnel refused"),
        (False, 0, SILENT.message, "l2tp tunnel unanswered"),
        (False, 1, NOT_CONFIRMED.message, "l2tp tunnel unanswered"),
    ],
)
def test_a_tunnel_that_never_opened_is_a_refusal(
    by_peer: bool, result: int, message: str, reason: str
) -> None:
    [fact] = tell_l2tp(l2tp.TunnelClosed(1, by_peer, result, 0, message), 5, PEER)
    assert fact.what is What.REFUSED
    assert fact.details == {"reason": reason, "detail": message}


@pytest.mark.parametrize(("by_peer", "result"), [(True, 2), (True, 1), (False, 1)])
def test_a_tunnel_that_one_end_thought_better_of_is_none(by_peer: bool, result: int) -> None:
    assert tell_l2tp(l2tp.TunnelClosed(1, by_peer, result, 0, "bye"), 5, PEER) == []


@pytest.mark.parametrize(
    ("reason", "busy", "detail"),
    [
        ("no line is free", True, "192.0.2.20:1723: no line is free (busy)"),
        ("the server is busy", True, "192.0.2.20:1723: the server is busy"),
        ("connection refused", False, "192.0.2.20:1723: connection refused"),
    ],
)
def test_a_server_that_takes_no_call_is_named_with_its_reason(
    reason: str, busy: bool, detail: str
) -> None:
    server = Endpoint(host_bytes("192.0.2.20"), 1723)
    what, details = tell_refusal(str(server), reason, busy)
    assert what is What.REFUSED
    assert details == {"reason": "server refused", "detail": detail}


def test_the_call_to_a_server_and_its_answer_are_told_by_their_numbers() -> None:
    server = Endpoint(bytes((192, 0, 2, 20)), 1723)
    leg = PptpLeg(1, Caller(9, seeded(1)), 9, None, server)
    what, details = tell_call(leg)
    assert what is What.SERVER_CALLED
    assert details == {"server": "192.0.2.20:1723", "call_id": "9", "kind": leg.kind}
    what, answer = tell_answer(leg, Answered("Microsoft", 4711))
    assert what is What.SERVER_ANSWERED
    assert answer.items() >= details.items()
    assert (answer["vendor"], answer["peer_call_id"]) == ("Microsoft", "4711")


def test_encryption_is_told_with_both_directions_or_with_the_user_it_failed_for() -> None:
    what, details = tell_encryption(Encrypted(Terms(128), Terms(40, True)), "anna")
    assert (what, details) == (What.ENCRYPTED, {"sent": "128", "received": "40-stateful"})
    what, details = tell_encryption(Unencrypted("no password is stored", "user anna"), "anna")
    assert what is What.REFUSED
    assert details["reason"] == "encryption: no password is stored"
    assert (details["detail"], details["user"]) == ("user anna", "anna")


@dataclass
class Ended:
    """A session that began at 10 s, as far as its end is concerned."""

    began: float = 10.0
    last_error: str = "hung up"
    ended_by: By | None = By.CLIENT
    bytes_in: int = 1200
    bytes_out: int = 3400

    def fact(self, what: What, details: dict[str, str]) -> Fact:
        return Fact(what, 1, "", details)


def test_the_end_is_told_with_who_ended_it_and_what_was_carried() -> None:
    told = tell_end(Ended(), 71.6)
    assert told.what is What.SESSION_CLOSED
    details = told.details
    assert (details["reason"], details["by"], details["seconds"]) == ("hung up", "client", "62")
    assert (details["bytes_in"], details["bytes_out"]) == ("1200", "3400")
