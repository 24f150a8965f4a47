import pytest

from gateway.control.advice import step
from gateway.control.causes import Cause
from gateway.control.hints import BY_CERTIFICATE, DETAILS, REASONS, cause_of, hint
from gateway.ike.events import Reason


@pytest.mark.parametrize("words", REASONS)
def test_a_known_reason_has_its_cause_in_any_letters(words: str) -> None:
    assert cause_of(words) is REASONS[words]
    assert cause_of(words.upper()) is REASONS[words]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_of_ike_has_a_cause(reason: Reason) -> None:
    assert cause_of(reason.value) is not Cause.UNKNOWN


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("timed out waiting for the client", Cause.SECOND_UNANSWERED),
        ("suite not allowed for this client", Cause.NOT_ALLOWED_PROPOSAL),
        ("no route to a server", Cause.NO_ROUTE),
        ("the client has no route any more", Cause.NO_ROUTE),
        ("certificate of another kind", Cause.CERTIFICATE_REFUSED),
        ("another identity than this client's", Cause.OTHER_IDENTITY),
    ],
)
def test_a_reason_is_known_by_the_words_in_it(reason: str, cause: Cause) -> None:
    assert cause_of(reason) is cause
    assert hint(reason) == step(cause)


def test_an_unknown_reason_is_told_where_to_look() -> None:
    assert cause_of("the moon") is cause_of("") is Cause.UNKNOWN
    assert hint("the moon") == step(Cause.UNKNOWN)


@pytest.mark.parametrize(
    ("reason", "words", "cause"),
    [
        (reason, words, cause)
        for general, details in DETAILS.items()
        for words, cause in details.items()
        for reason, known in REASONS.items()
        if known is general
    ],
)
def test_a_detail_says_it_more_exactly(reason: str, words: str, cause: Cause) -> None:
    assert cause_of(reason, f"10.10.0.2:1723: {words}") is cause


def test_who_offers_nothing_but_certificates_is_told_apart() -> None:
    suites = ["3des-sha1-modp1024", "3des-md5-modp1024"]
    only = "offered " + ", ".join(f"{one}{BY_CERTIFICATE}" for one in suites)
    assert cause_of("no common suite", only) is Cause.ONLY_CERTIFICATES
    assert cause_of("no common suite", f"{only}; press might use another") is (
        Cause.ONLY_CERTIFICATES
    )
    assert cause_of("no common suite", f"{only}, {suites[0]}") is Cause.NO_PROPOSAL
    assert cause_of("no common suite", "") is Cause.NO_PROPOSAL


def test_words_of_a_client_give_no_advice_about_the_server() -> None:
    assert cause_of("wrong key", "busy") is Cause.WRONG_KEY


def test_a_source_that_is_shut_off_here_is_not_the_servers_doing() -> None:
    detail = "10.10.0.2:1723: forbidden by a firewall rule on this machine"
    assert cause_of("server refused", detail) is Cause.NO_WAY_INSIDE
