"""Weak suites: for a machine with a name, for a reason, until a day; and each use is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.bridge.views import session_views, with_notices
from gateway.control.config import Client
from gateway.control.explain import sentence
from gateway.control.sessions import StatusView
from gateway.outputs import What
from tests.pair.gateway_world import PSK, TODAY, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import (
    DES_MD5_768,
    DES_SHA_768,
    ESP_3DES_SHA,
    ESP_DES_MD5,
    SAFENET_98,
    TRIPLE_MD5_1024,
    TRIPLE_SHA_1024,
    Esp,
    Profile,
)
from tests.pair.peers.isakmp import Suite
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient

UNTIL = TODAY + timedelta(days=20)
DAY = timedelta(days=1)
WEAK_ONLY = replace(SAFENET_98, suites=(DES_MD5_768,), esp=(ESP_DES_MD5,))
STRONG = ("3des-sha1-modp1024",)
WEAK = ("des-md5-modp768", "des-sha1-modp768", "3des-md5-modp1024")
MACHINE = client_entry(
    "lathe",
    ike=(*STRONG, *WEAK),
    esp=("3des-sha1", "des-md5"),
    weak_reason="its controller knows no other",
    weak_until=UNTIL,
)
NEIGHBOUR = client_entry("press", "the key of the press")


def dial(world: World, profile: Profile, psk: str = PSK) -> L2tpIpsecClient:
    """A machine at a NAT of its own; it may come up or not."""
    nat = Nat(f"203.0.113.{100 + len(world.clients)}")
    host = f"192.168.1.{10 + len(world.clients)}"
    client = world.join(profile, host=host, nat=nat, psk=psk)
    world.dial(client)
    return client


def turn_to(world: World, today: date) -> None:
    world.ask(world.core.tell_date(today, world.net.now))
    world.net.run_for(2.0)


def audit(world: World) -> list[tuple[str, str]]:
    return [(fact.details["where"], fact.details["suite"]) for fact in world.facts(What.WEAK_SUITE)]


def refusals(world: World) -> list[str]:
    return [sentence(fact) for fact in world.facts(What.REFUSED)]


@pytest.mark.parametrize(
    ("suite", "esp", "names"),
    [
        (DES_MD5_768, ESP_DES_MD5, ["des-md5-modp768", "des-md5"]),
        (DES_SHA_768, ESP_DES_MD5, ["des-sha1-modp768", "des-md5"]),
        (TRIPLE_MD5_1024, ESP_3DES_SHA, ["3des-md5-modp1024"]),
        (TRIPLE_SHA_1024, ESP_DES_MD5, ["des-md5"]),
        (TRIPLE_SHA_1024, ESP_3DES_SHA, []),
    ],
)
def test_each_use_of_a_weak_suite_is_a_line_for_the_audit_and_no_other_suite_is(
    suite: Suite, esp: Esp, names: list[str]
) -> None:
    world = meet(MACHINE)
    assert dial(world, replace(SAFENET_98, suites=(suite,), esp=(esp,))).up
    assert [name for _, name in audit(world)] == names


def test_a_machine_in_quarantine_comes_up_and_the_account_says_by_what_leave() -> None:
    world = meet(MACHINE)
    client = dial(world, WEAK_ONLY)
    assert client.up
    [view] = session_views(world.core, world.net.now)
    assert (view.ike_suite, view.esp_suite) == ("des-md5-modp768", "des-md5")
    assert audit(world) == [("IKE", "des-md5-modp768"), ("ESP", "des-md5")]
    told = sentence(world.facts(What.WEAK_SUITE)[0])
    assert "'lathe'" in told
    assert "its controller knows no other" in told
    assert "20 days from now" in told
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(2.0)
    assert audit(world)[2:] == [("ESP", "des-md5")]


def test_the_better_suite_is_taken_if_it_is_offered_whatever_the_client_likes_best() -> None:
    world = meet(MACHINE)
    both = replace(
        SAFENET_98, suites=(DES_MD5_768, TRIPLE_SHA_1024), esp=(ESP_DES_MD5, ESP_3DES_SHA)
    )
    assert dial(world, both).up
    [view] = session_views(world.core, world.net.now)
    assert (view.ike_suite, view.esp_suite) == ("3des-sha1-modp1024", "3des-sha1")
    assert audit(world) == []


def test_another_machine_may_not_use_what_this_one_may() -> None:
    world = meet(MACHINE, NEIGHBOUR)
    assert not dial(world, WEAK_ONLY, "the key of the press").up
    assert "press used des-md5-modp768" in refusals(world)[-1]
    assert audit(world) == []


@pytest.mark.parametrize("others", [(), (NEIGHBOUR,)], ids=["alone", "beside another"])
def test_on_the_day_after_the_dial_is_refused_and_told_why(others: tuple[Client, ...]) -> None:
    world = meet(MACHINE, *others, today=UNTIL + DAY)
    assert not dial(world, WEAK_ONLY).up
    [told] = refusals(world)
    assert "time of the weak suite is over" in told
    assert f"lathe might use des-md5-modp768 until {UNTIL}" in told
    assert "`weak_until`" in told
    assert audit(world) == []


def test_a_suite_that_another_may_still_use_is_refused_when_it_is_known_who_dials() -> None:
    still = client_entry(
        "mill",
        "the key of the mill",
        ike=WEAK,
        esp=("des-md5",),
        weak_reason="neither",
        weak_until=UNTIL + 30 * DAY,
    )
    world = meet(MACHINE, still, today=UNTIL + DAY)
    late, mill = dial(world, WEAK_ONLY), dial(world, WEAK_ONLY, "the key of the mill")
    assert (late.up, mill.up) == (False, True)
    [told] = refusals(world)
    assert f"lathe might use des-md5-modp768 until {UNTIL}" in told


def test_when_the_last_day_is_over_a_session_by_a_weak_suite_ends_and_no_other_does() -> None:
    world = meet(MACHINE, NEIGHBOUR)
    weak = dial(world, WEAK_ONLY)
    strong = dial(world, SAFENET_98)
    press = dial(world, SAFENET_98, "the key of the press")
    turn_to(world, UNTIL)
    assert [one.up for one in (weak, strong, press)] == [True, True, True]
    turn_to(world, UNTIL + DAY)
    assert [one.up for one in (weak, strong, press)] == [False, True, True]
    [fact] = world.facts(What.PUT_OUT)
    assert fact.details == {
        "client": "lathe",
        "reason": f"it uses des-md5, des-md5-modp768, and might do so until {UNTIL}",
    }


def test_a_weak_suite_for_esp_is_not_agreed_on_again_under_a_phase_1_from_before() -> None:
    world = meet(MACHINE)
    client = dial(world, SAFENET_98)
    turn_to(world, UNTIL + DAY)
    client.ike.profile = replace(SAFENET_98, esp=(ESP_DES_MD5,))
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(2.0)
    assert client.up
    [told] = refusals(world)
    assert "time of the weak suite is over" in told
    assert f"lathe might use des-md5 until {UNTIL}" in told
    assert audit(world) == []


def test_the_status_counts_the_days_and_warns_from_thirty_on() -> None:
    world = meet(MACHINE, today=UNTIL - 31 * DAY)
    early = with_notices(StatusView(), world.core, world.net.now)
    assert (early.warnings, len(early.notices)) == ((), 1)
    assert early.notices[0].startswith("lathe may use des-md5-modp768, des-sha1-modp768, ")
    assert f"for 31 days more, until {UNTIL}" in early.notices[0]
    for days, words in ((30, "for 30 days more"), (1, "for 1 day more"), (0, "for the last time")):
        turn_to(world, UNTIL - days * DAY)
        [warning] = with_notices(StatusView(), world.core, world.net.now).warnings
        assert words in warning
    turn_to(world, UNTIL + DAY)
    [over] = with_notices(StatusView(), world.core, world.net.now).warnings
    assert "may not use" in over


def test_until_somebody_says_what_day_it_is_no_weak_suite_is_taken() -> None:
    world = meet(MACHINE, today=date.max)
    assert not dial(world, WEAK_ONLY).up
    turn_to(world, TODAY)
    assert dial(world, WEAK_ONLY).up
