from datetime import date, timedelta
from typing import Any

from gateway.control.config import Client
from gateway.control.dated import Notice, lapsed_suites, notices, old_key, weak_suites

TODAY = date(2026, 10, 4)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def client(name: str = "lathe", **changes: Any) -> Client:
    usual: dict[str, Any] = {
        "psk": b"a key",
        "ike": ("3des-sha1-modp1024", "des-md5-modp768"),
        "esp": ("3des-sha1", "des-md5"),
        "route": "nt4",
        "weak_reason": "it knows no other",
    }
    return Client(name=name, **(usual | changes))


def strong(name: str, **changes: Any) -> Client:
    return client(name, ike=("3des-sha1-modp1024",), esp=("3des-sha1",), **changes)


def rotated(name: str = "press", until: date = TOMORROW) -> Client:
    return strong(name, psk_old=b"an old key", psk_old_until=until)


def test_weak_suites_are_those_of_both_lists() -> None:
    assert weak_suites(client()) == ("des-md5-modp768", "des-md5")
    assert weak_suites(strong("press")) == ()


def test_weak_suites_lapse_on_the_day_after() -> None:
    assert lapsed_suites(client(weak_until=TODAY), TODAY) == frozenset()
    assert lapsed_suites(client(weak_until=YESTERDAY), TODAY) == {"des-md5-modp768", "des-md5"}
    assert lapsed_suites(client(weak_until=None), TODAY) == {"des-md5-modp768", "des-md5"}
    assert lapsed_suites(strong("press", weak_until=YESTERDAY), TODAY) == frozenset()


def test_an_old_key_is_there_while_it_holds() -> None:
    assert old_key(rotated(until=TODAY), TODAY) == b"an old key"
    assert old_key(rotated(until=YESTERDAY), TODAY) is None
    assert old_key(client(), TODAY) is None


def test_there_is_nothing_to_say_of_a_client_that_has_no_last_day() -> None:
    assert notices([strong("press"), client(weak_until=None)], TODAY, {}) == []


def test_a_notice_becomes_a_warning_when_the_day_is_near() -> None:
    far = client(weak_until=TODAY + timedelta(days=31))
    near = client(weak_until=TODAY + timedelta(days=30))
    assert notices([far], TODAY) == [
        Notice(
            "lathe may use des-md5-modp768, des-md5 for 31 days more, until 2026-11-04 "
            "(it knows no other)",
            False,
        )
    ]
    assert [one.warning for one in notices([near], TODAY)] == [True]


def test_what_is_over_is_said_to_be_over() -> None:
    [notice] = notices([client(weak_until=YESTERDAY)], TODAY)
    assert notice == Notice(
        "lathe may not use des-md5-modp768, des-md5 any more since 2026-10-03 has passed", True
    )


def test_an_old_key_is_a_warning_once_it_was_used() -> None:
    assert notices([rotated()], TODAY, {"lathe": "5 min"}) == [
        Notice(
            "the old key of press holds for 1 day more, until 2026-10-05; nobody has dialled with "
            "it since the gateway has run",
            False,
        )
    ]
    assert notices([rotated()], TODAY, {"press": "5 min"}) == [
        Notice(
            "the old key of press holds for 1 day more, until 2026-10-05; it was used 5 min ago: "
            "type the new one in at the machine",
            True,
        )
    ]


def test_who_cannot_know_of_its_use_does_not_speak_of_it() -> None:
    [notice] = notices([rotated()], TODAY)
    assert notice.text == "the old key of press holds for 1 day more, until 2026-10-05"


def test_an_old_key_that_holds_no_more_is_not_spoken_of() -> None:
    assert notices([rotated(until=YESTERDAY)], TODAY, {"press": "5 min"}) == []


def test_the_most_urgent_comes_first() -> None:
    clients = [
        client("far", weak_until=TODAY + timedelta(days=90)),
        rotated("soon"),
        client("near", weak_until=TODAY + timedelta(days=9)),
        client("over", weak_until=YESTERDAY),
        client("gone", weak_until=YESTERDAY, revoked=True),
    ]
    found = notices(clients, TODAY, {})
    assert [notice.text.split()[0] for notice in found] == ["over", "near", "the", "far"]
    assert [notice.warning for notice in found] == [True, True, False, False]


def test_no_key_is_in_a_notice() -> None:
    clients = [rotated(), client(weak_until=TODAY)]
    assert "an old key" not in repr(notices(clients, TODAY, {"press": "1 min"}))
