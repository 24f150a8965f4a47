from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.control.check import check
from gateway.control.days import FAR_DAYS, UNTOLD, WARN_DAYS, is_over, left_words, moment_of
from gateway.control.document import File
from tests.unit.control.written import CLIENT, OUTSIDE, ROUTE, no_files

TODAY = date(2026, 10, 4)
WEAK = 'ike = ["3des-sha1-modp1024", "des-md5-modp768"]\nesp = ["des-md5"]\nweak_reason = "old"\n'
OLD = 'psk_old = "hunter1-hunter1"\n'


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


def warnings(more: str, today: date | None = TODAY) -> list[str]:
    """`where: what` of every problem, each of which must be a warning."""
    problems = check(File((OUTSIDE + CLIENT + more + ROUTE).encode()), no_files, today=today)
    assert all(problem.warning for problem in problems)
    return [f"{problem.where}: {problem.what}" for problem in problems]


def test_a_day_holds_to_its_end() -> None:
    assert [is_over(after(days), TODAY) for days in (-1, 0, 1)] == [True, False, False]


def test_what_has_no_day_is_over_and_so_is_all_before_somebody_says_what_day_it_is() -> None:
    assert is_over(None, TODAY)
    assert is_over(after(365), UNTOLD)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today for the last time (2026-10-04)"),
        (1, "for 1 day more, until 2026-10-05"),
        (30, "for 30 days more, until 2026-11-03"),
    ],
)
def test_what_is_left_is_counted_down(days: int, words: str) -> None:
    assert left_words(after(days), TODAY) == words


@pytest.mark.parametrize("days", [WARN_DAYS, 1, 0])
def test_weak_suites_are_warned_of_from_thirty_days_on(days: int) -> None:
    assert warnings(f"{WEAK}weak_until = {after(WARN_DAYS + 1)}\n") == []
    [problem] = warnings(f"{WEAK}weak_until = {after(days)}\n")
    where, _, what = problem.partition(": ")
    assert where == "client[1].weak_until"
    assert what == (
        f"comes soon: it may use des-md5-modp768, des-md5 {left_words(after(days), TODAY)}"
    )


def test_a_day_that_has_passed_is_a_warning_and_keeps_nobody_from_starting() -> None:
    assert warnings(f"{WEAK}weak_until = {after(-1)}\n") == [
        "client[1].weak_until: has passed, so this client may not use des-md5-modp768, des-md5 any"
        " more"
    ]


def test_a_day_that_nobody_thinks_of_is_warned_of() -> None:
    assert warnings(f"{WEAK}weak_until = {after(FAR_DAYS)}\n") == []
    [problem] = warnings(f"{WEAK}weak_until = {after(FAR_DAYS + 1)}\n")
    assert "more than two years away" in problem


def test_a_day_for_weak_suites_says_nothing_where_there_are_none() -> None:
    assert warnings(f'weak_reason = "old"\nweak_until = {after(-1)}\n') == []


def test_an_old_key_whose_day_has_passed_may_go() -> None:
    assert warnings(f"{OLD}psk_old_until = {after(0)}\n") == []
    assert warnings(f"{OLD}psk_old_until = {after(-1)}\n") == [
        "client[1].psk_old_until: has passed, so the old key does not hold any more"
    ]


def test_without_a_calendar_days_are_not_looked_at() -> None:
    assert warnings(f"{WEAK}weak_until = 2001-01-01\n", None) == []


def test_of_a_revoked_client_no_day_matters() -> None:
    more = f"{WEAK}weak_until = {after(3)}\n{OLD}psk_old_until = {after(-1)}\nrevoked = true\n"
    assert warnings(more) == []


def test_a_day_is_judged_at_its_end() -> None:
    assert moment_of(date(1970, 1, 1)) == 86399.0
    assert moment_of(date(2026, 9, 21)) == datetime(2026, 9, 21, 23, 59, 59, tzinfo=UTC).timestamp()
    assert moment_of(UNTOLD) > 253_000_000_000
