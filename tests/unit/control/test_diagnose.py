"""Rules on facts alone; every cause that can be provoked is in `tests/pair/test_explain.py`."""

import pytest

from gateway.control.causes import Cause
from gateway.control.diagnose import RULES, Case, diagnose
from gateway.control.story import Story, Whose
from gateway.control.visits import ESP, IKE_2, Visit
from gateway.ike.events import Reason
from gateway.outputs import Fact, What
from tests.pair.gateway_world import client_entry, configure

PRESS = client_entry("press-3")
CONFIG = configure(PRESS)
PEER = "203.0.113.7:62001"


def fact(what: What, **details: str) -> Fact:
    return Fact(what, 1, PEER, details)


def refused(reason: str, detail: str = "") -> Fact:
    return fact(What.REFUSED, reason=reason, detail=detail)


def case(*facts: Fact, whose: Whose = Whose.ITS, age: float = 60.0, **more: object) -> Case:
    entries = tuple((100.0 + place, one) for place, one in enumerate(facts))
    stories = (Story(1, whose, entries, 99.0 + len(facts) + age),) if facts else ()
    return Case("press-3", CONFIG, 160.0, PRESS, stories, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (Reason.BAD_CERTIFICATE.value, Cause.CERTIFICATE_REFUSED),
        (Reason.SUITE_LAPSED.value, Cause.QUARANTINE_EXPIRED),
        (Reason.AGGRESSIVE_MODE.value, Cause.AGGRESSIVE_MODE),
        (Reason.TOO_MANY_HALF_OPEN.value, Cause.HALF_OPEN),
        (Reason.BAD_PUBLIC_VALUE.value, Cause.BAD_PUBLIC_VALUE),
        (Reason.BAD_IDENTITY.value, Cause.BAD_IDENTITY),
        ("the client has deleted its keys", Cause.KEYS_DELETED),
        ("the client has no route any more", Cause.NO_ROUTE),
        ("the gateway is being stopped", Cause.STOPPING),
        ("ppp: the client refuses the server's kind of authentication", Cause.AUTHENTICATION_KIND),
    ],
)
def test_a_refusal_is_its_cause_first_of_all(reason: str, cause: Cause) -> None:
    first = diagnose(case(fact(What.DIAL_STARTED), refused(reason, "so it is")))[0]
    assert (first.cause, first.sure, first.dial, first.peer) == (cause.value, True, 1, PEER)


@pytest.mark.parametrize(
    ("detail", "cause"),
    [
        ("192.0.2.20:1723: no route to host", Cause.SERVER_OFF),
        ("192.0.2.20:1723: network unreachable", Cause.NO_WAY_INSIDE),
        ("192.0.2.20:1723: the source address is not on this machine", Cause.NO_WAY_INSIDE),
        ("192.0.2.20:1723: the server could not place the call", Cause.SERVER_REFUSES),
    ],
)
def test_what_the_system_says_of_a_server_is_told_apart(detail: str, cause: Cause) -> None:
    called = fact(What.SERVER_CALLED, server="192.0.2.20:1723")
    first = diagnose(case(called, refused("server refused", detail)))[0]
    assert first.cause == cause.value
    assert "192.0.2.20" in first.sentence


def test_a_nat_before_the_gateway_that_the_client_does_not_see_is_not_blamed() -> None:
    refusal = refused(Reason.TIMED_OUT.value, "nothing came after our fourth message")
    nat = {"where": "gateway"}
    seen = diagnose(case(fact(What.NAT_FOUND, **nat), refusal))
    hidden = diagnose(case(fact(What.NAT_FOUND, **nat, hidden="yes"), refusal))
    assert seen[0].cause == Cause.GATEWAY_BEHIND_NAT.value
    assert [one.cause for one in hidden] == [Cause.FOURTH_UNANSWERED.value]


def test_a_dial_under_way_is_told_as_that() -> None:
    first = diagnose(case(fact(What.DIAL_STARTED), age=2.0))[0]
    assert first.cause == Cause.DIALLING.value


def test_what_no_rule_knows_is_told_by_its_last_line() -> None:
    first = diagnose(case(fact(What.DIAL_STARTED), age=60.0))[0]
    assert first.cause == Cause.UNKNOWN.value
    assert "began to dial" in first.sentence
    assert first.evidence


def test_words_a_client_chose_are_only_text() -> None:
    told = fact(
        What.REFUSED,
        reason="ppp authentication failed",
        detail="user {client}\x1b: no",
        user="{client}\x1b",
    )
    first = diagnose(case(told))[0]
    assert r"user {client}\x1b" in first.sentence


def test_an_unsure_dial_weighs_less_and_stands_beside_nothing_arrives() -> None:
    sure = diagnose(case(refused("wrong key")))[0]
    likely = diagnose(case(refused("wrong key"), whose=Whose.LIKELY))[0]
    perhaps = diagnose(case(refused("wrong key"), whose=Whose.PERHAPS))
    assert sure.weight > likely.weight > perhaps[0].weight
    assert Cause.NOTHING_ARRIVES.value in [one.cause for one in perhaps]
    assert "the client at 203.0.113.7" in perhaps[0].sentence.lower()


def test_visits_from_where_only_this_client_dials_say_more_than_silence() -> None:
    visit = Visit(bytes((203, 0, 113, 7)), 150.0, {IKE_2: 4, ESP: 2})
    anywhere = [one.cause for one in diagnose(case(visits=(visit,)))]
    assert anywhere[0] == Cause.NOTHING_ARRIVES.value
    assert Cause.OTHER_PROTOCOL.value in anywhere
    by_address = Case("203.0.113.7", CONFIG, 160.0, None, (), (visit,))
    found = diagnose(by_address)
    assert [one.cause for one in found] == [Cause.OTHER_PROTOCOL.value, Cause.FORGOTTEN_KEYS.value]
    assert found[0].ago == 10.0


def test_encryption_is_known_by_windows_own_number_too() -> None:
    closed = fact(What.SESSION_CLOSED, by="client", reason="the client ended PPP: error 741")
    first = diagnose(case(fact(What.SESSION_OPENED), fact(What.LCP_OPENED), closed))[0]
    assert first.cause == Cause.ENCRYPTION_DEMANDED.value


def test_ccp_refused_and_up_all_the_same_is_no_fault() -> None:
    facts = (fact(What.CALL_REQUESTED), fact(What.CCP_REFUSED, by="the client"), fact(What.PPP_UP))
    assert [one.cause for one in diagnose(case(*facts))] == [Cause.CONNECTED.value]


def test_there_is_always_something_to_say() -> None:
    assert diagnose(case())
    assert diagnose(Case("192.0.2.9", CONFIG, 1.0))[0].sentence.startswith("Nothing has come from")
    assert RULES


def test_a_nat_that_the_client_does_not_traverse_is_told_while_it_dials() -> None:
    offer = fact(What.OFFERED, natt="none")
    first = diagnose(case(offer, age=1.0))[0]
    assert first.cause == Cause.NAT_WITHOUT_TRAVERSAL.value
    deleted = refused("the client deleted its keys while it dialled")
    assert diagnose(case(offer, deleted))[0].cause == Cause.NAT_WITHOUT_TRAVERSAL.value
    assert diagnose(case(offer, refused("wrong key")))[0].cause == Cause.WRONG_KEY.value
