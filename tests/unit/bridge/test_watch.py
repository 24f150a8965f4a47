"""Who may stay and what the owner is told; the stories are in tests/pair/test_gateway_keys.py."""

from datetime import date, timedelta

import pytest

from gateway.bridge.watch import KEY_GONE, REVOKED, TAKEN_OUT, Watch
from gateway.control.config import Client
from gateway.outputs import Fact, What
from tests.pair.gateway_world import TODAY, client_entry, configure

TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
ROTATED = client_entry("press", "new", psk_old=b"old", psk_old_until=TOMORROW)
PLACE = (7, "203.0.113.7:4500")


def weak(until: date | None = TOMORROW) -> Client:
    suites = ("3des-sha1-modp1024", "des-md5-modp768")
    return client_entry("lathe", "its key", ike=suites, weak_reason="old", weak_until=until)


def watch(*clients: Client, today: date = TODAY) -> Watch:
    return Watch(configure(*clients), today)


@pytest.mark.parametrize(
    ("client", "psk", "why"),
    [
        (client_entry("press", "new"), b"new", ""),
        (client_entry("press", "new"), b"old", KEY_GONE),
        (ROTATED, b"new", ""),
        (ROTATED, b"old", ""),
        (ROTATED, b"older still", KEY_GONE),
        (client_entry("press", "new", revoked=True), b"new", REVOKED),
        (client_entry("lathe", "new"), b"new", TAKEN_OUT),
        (client_entry("press", "new"), b"", ""),
        (client_entry("press", "new", revoked=True), b"", REVOKED),
    ],
)
def test_a_client_stays_by_a_key_that_holds(client: Client, psk: bytes, why: str) -> None:
    assert watch(client).why_out("press", psk, ["3des-sha1"]) == why


def test_an_old_key_ends_with_its_day() -> None:
    assert watch(ROTATED, today=TOMORROW).why_out("press", b"old", ()) == ""
    after = TOMORROW + timedelta(days=1)
    assert watch(ROTATED, today=after).why_out("press", b"old", ()) == KEY_GONE
    assert watch(ROTATED, today=after).why_out("press", b"new", ()) == ""


def test_who_uses_a_weak_suite_may_stay_until_its_day_is_over_and_who_does_not_may_stay() -> None:
    used = ["des-md5-modp768", "3des-sha1"]
    assert watch(weak(TODAY)).why_out("lathe", b"its key", used) == ""
    over = watch(weak(YESTERDAY))
    assert over.why_out("lathe", b"its key", used) == (
        "it uses des-md5-modp768, and might do so until 2026-10-03"
    )
    assert over.why_out("lathe", b"its key", ["3des-sha1-modp1024"]) == ""


def test_a_client_of_another_name_with_the_same_key_is_the_same_one() -> None:
    before = watch(
        client_entry("press", "a"), client_entry("lathe", "b"), client_entry("mill", "c")
    )
    after = configure(
        client_entry("milling-1", "c"), client_entry("press", "a"), client_entry("other", "d")
    )
    assert before.renamed(after) == {"mill": "milling-1"}


def test_names_that_change_places_are_no_new_names() -> None:
    before = watch(client_entry("press", "a"), client_entry("lathe", "b"))
    assert before.renamed(configure(client_entry("press", "b"), client_entry("lathe", "a"))) == {}


def test_which_of_two_keys_it_was_is_a_fact_and_of_one_key_there_is_nothing_to_tell() -> None:
    found = watch(ROTATED, client_entry("lathe"))
    assert found.key_used("lathe", False, *PLACE, 100.0) == []
    assert found.key_used("nobody", False, *PLACE, 100.0) == []
    [fact] = found.key_used("press", True, *PLACE, 100.0)
    details = {"client": "press", "key": "old", "until": "2026-10-05"}
    assert fact == Fact(What.KEY_USED, *PLACE, details)
    assert found.key_used("press", False, *PLACE, 100.0)[0].details["key"] == "new"


@pytest.mark.parametrize(
    ("seconds", "ago"), [(0, "0 min"), (7199, "120 min"), (7200, "2 h"), (200_000, "2 days")]
)
def test_how_long_ago_an_old_key_was_used_is_told(seconds: int, ago: str) -> None:
    found = watch(ROTATED)
    found.key_used("press", True, *PLACE, 100.0)
    [notice] = found.notices(100.0 + seconds)
    assert f"it was used {ago} ago" in notice.text


def test_a_weak_suite_is_a_fact_and_no_other_is() -> None:
    found = watch(weak())
    [fact] = found.suite_used("lathe", "des-md5-modp768", "IKE", *PLACE)
    assert fact.what is What.WEAK_SUITE
    assert fact.details["days_left"] == "1"
    assert "56 bits" in fact.details["weakness"]
    assert found.suite_used("lathe", "3des-sha1-modp1024", "IKE", *PLACE) == []
    assert found.suite_used("nobody", "des-md5", "ESP", *PLACE) == []
    assert watch(weak(None)).suite_used("lathe", "des-md5", "ESP", *PLACE) == []


def test_no_fact_and_no_notice_shows_a_key() -> None:
    found = watch(client_entry("press", "s3cr3t-1", psk_old=b"s3cr3t-2", psk_old_until=TOMORROW))
    told = (found.key_used("press", True, *PLACE, 1.0), found.notices(2.0))
    assert "s3cr3t" not in repr(told)
