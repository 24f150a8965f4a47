"""The soak's short form: an hour with all the trouble of a day, and what it has to find."""

import pytest

from tests.soak.census import REMEMBERED, grown
from tests.soak.faults import FAULTS, OF_KERNEL
from tests.soak.week import Week

OF_ALL = {"user": FAULTS, "kernel": FAULTS + OF_KERNEL}
CARRIERS = pytest.mark.parametrize("carrier", ["user", "kernel"], indirect=True)


def lived_through(hours: float, faster: float, seed: int) -> Week:
    week = Week(seed, faster, short_lives=True)
    week.net.run_for(60.0)
    tables, rules = week.census(), week.rules()
    week.live(hours)
    week.calm_down()
    week.let_a_night_pass()
    week.count_exactly()
    week.compare(tables, rules)
    week.send_everybody_home()
    return week


@pytest.mark.long
@pytest.mark.parametrize("seed", [1])
@CARRIERS
def test_after_an_hour_of_all_that_may_happen_nothing_is_wrong(seed: int, carrier: str) -> None:
    week = lived_through(1.0, 24.0, seed)
    assert week.problems == []
    assert set(week.happened) == {fault.name for fault in OF_ALL[carrier]}
    assert set(REMEMBERED) - set(week.census()) == set()


@pytest.mark.long
@pytest.mark.parametrize("seed", [2])
@CARRIERS
def test_after_half_a_day_nothing_is_wrong(seed: int, carrier: str) -> None:
    week = lived_through(12.0, 4.0, seed)
    assert week.problems == []
    assert (week.stuck, week.miscounted) == (0, 0)
    assert bool(week.gateway.kernel and week.gateway.kernel.carried) == (carrier == "kernel")


@pytest.mark.parametrize("carrier", ["kernel"], indirect=True)
def test_an_association_that_the_kernel_has_and_nobody_wants_is_found(carrier: str) -> None:
    week = Week(kinds=("win98-msl2tp",))
    week.net.run_for(10.0)
    kernel = week.gateway.kernel
    assert kernel is not None
    [leg] = kernel.legs.values()
    leg.heard[4711] = next(iter(leg.heard.values()))
    week.calm_down()
    assert any("the kernel has" in problem for problem in week.problems)


def test_a_session_that_nobody_ends_is_found() -> None:
    week = Week(kinds=("win98-msl2tp",))
    week.net.run_for(10.0)
    [leg] = week.core.clients.living()
    week.core.clients.legs["somebody", "else", leg.peer] = leg
    week.send_everybody_home()
    assert any("left when everybody has gone" in problem for problem in week.problems)
    week.calm_down()
    assert any("the tables disagree" in problem for problem in week.problems)


def test_a_frame_that_is_counted_twice_is_found() -> None:
    week = Week(kinds=("win98-msl2tp",))
    week.net.run_for(10.0)
    [session] = week.core.sessions.values()
    real = session.from_client

    def twice(frame: bytes, now: float) -> list[object]:
        session.frames_in += 1
        return [*real(frame, now)]

    session.from_client = twice  # type: ignore[method-assign,assignment]
    week.count_exactly()
    assert any("was counted wrongly" in problem for problem in week.problems)


def test_the_census_counts_every_table_and_names_what_has_grown() -> None:
    week = Week(kinds=("win98-msl2tp", "racoon"), short_lives=True)
    week.net.run_for(10.0)
    before = week.census()
    assert before["Clients.by_spi"] == 2
    assert before["SaTable._pairs"] == 2
    week.core.board.by_key[4711] = next(iter(week.core.sessions.values()))
    assert grown(before, week.census(), 0) == {"Switchboard.by_key": (2, 3)}
