"""What the lab plays is there under the name that is written down."""

from pathlib import Path

from tests.interop.conftest import KERNEL_TOO, ONE_WAY

SCENARIOS = {path.stem for path in (Path(__file__).parents[1] / "interop/scenarios").glob("*.py")}


def test_what_goes_one_way_is_a_scenario() -> None:
    for name in ONE_WAY:
        assert any(scenario.startswith(name) for scenario in SCENARIOS), name


def test_what_make_test_plays_with_the_kernel_is_a_scenario_that_goes_both_ways() -> None:
    for name in KERNEL_TOO:
        assert name in SCENARIOS
        assert not name.startswith(ONE_WAY)
