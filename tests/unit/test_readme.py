"""What README.md tells a new owner to write is right."""

import re
from pathlib import Path

import pytest

from gateway.control.schema_routes import ROUTE, ROUTE_KINDS
from tests.unit.control.written import told

README = (Path(__file__).parents[2] / "README.md").read_text()
SHOWN = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
CONFIGURATIONS = [text for text in SHOWN if "[outside]" in text]  # the others show single keys


@pytest.mark.parametrize("number", range(len(CONFIGURATIONS)))
def test_a_configuration_that_is_shown_has_no_problem(number: int) -> None:
    assert told(CONFIGURATIONS[number]) == []


def test_there_is_one_of_each_kind() -> None:
    assert len(CONFIGURATIONS) == 3
    assert all(f'kind = "{kind}"' in README for kind in ROUTE_KINDS)


def test_what_is_shown_of_standing_in_front_goes_with_the_routes_that_are_shown() -> None:
    [front] = [text for text in SHOWN if "[front]" in text]
    assert any(told(text + front) == [] for text in CONFIGURATIONS)


def test_what_is_shown_of_prometheus_goes_with_every_configuration() -> None:
    [metrics] = [text for text in SHOWN if "[metrics]" in text]
    assert [told(text + metrics) for text in CONFIGURATIONS] == [[], [], []]


def test_what_is_shown_of_accounts_goes_with_every_configuration() -> None:
    [accounting] = [text for text in SHOWN if "[accounting]" in text]
    assert [told(text + accounting) for text in CONFIGURATIONS] == [[], [], []]


def test_what_the_page_on_radius_shows_goes_with_what_its_example_has() -> None:
    page = (Path(__file__).parents[2] / "docs/radius.md").read_text()
    [shown] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    whole = shown.replace("\n# ", "\n")
    assert [told(text + whole) for text in CONFIGURATIONS] == [[], [], []]
    example = Path(__file__).parents[2] / "monitoring/freeradius/clients.conf"
    assert re.findall(r"secret = (\S+)", example.read_text()) == ["a-long-random-text"]
    assert '"a-long-random-text"' in shown


def test_what_is_shown_of_a_collector_goes_with_every_configuration() -> None:
    [syslog] = [text for text in SHOWN if "[syslog]" in text]
    assert [told(text + syslog) for text in CONFIGURATIONS] == [[], [], []]


def test_every_key_that_the_table_names_is_there() -> None:
    table = README.split("what to write in `[[route]]`")[1].split("```toml")[0]
    named = set(re.findall(r"`([a-z_]+)(?: = [^`]*)?`", table)) - {"nat"}
    assert {"kind", "server", "psk", "tunnels", "pool", "servers", "order"} <= named
    assert named <= {key.name for key in ROUTE.keys}
