"""The dashboard as Grafana's own published types have it (its Foundation SDK, of Grafana 10.1).

The SDK reads what it knows and leaves out the rest, and does not look at values: so what it makes
of the file is written again and compared, and every value is held against the type it has there.
"""

import json
from collections.abc import Iterator
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import common, prometheus, stat
from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from tests.unit.test_monitoring import DASHBOARD

FILE: dict[str, Any] = json.loads(DASHBOARD.read_text())
# What Grafana has for itself where a file says nothing, and where that is what is meant.
ITS_OWN = {
    "fiscalYearStartMonth", "graphTooltip", "graphMode", "justifyMode", "orientation",
    "repeatDirection", "transformations", "transparent", "style", "auto", "auto_count",
    "auto_min", "hide", "id", "includeAll", "multi", "skipUrlSync",
}  # fmt: skip


def read(data: dict[str, Any]) -> Dashboard:
    register_default_plugins()
    return Dashboard.from_json(data)


def differences(ours: Any, its: Any, where: str = "") -> Iterator[str]:
    """What is otherwise or missing in its own writing, and `+` for what it has added."""
    if isinstance(ours, dict) and isinstance(its, dict):
        yield from (f"+{where}.{name}" for name in its.keys() - ours.keys())
        yield from (f"{where}.{name} is lost" for name in ours.keys() - its.keys())
        for name in ours.keys() & its.keys():
            yield from differences(ours[name], its[name], f"{where}.{name}")
    elif isinstance(ours, list) and isinstance(its, list) and len(ours) == len(its):
        for number, (mine, other) in enumerate(zip(ours, its, strict=True)):
            yield from differences(mine, other, f"{where}[{number}]")
    elif ours != its:
        yield f"{where} is {its!r}, not {ours!r}"


def unfit(value: Any, kind: Any, where: str) -> Iterator[str]:
    """Values that are not of the type that Grafana has there."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        found = [list(unfit(value, each, where)) for each in inner]
        yield from min(found, key=len)
    elif origin is list and isinstance(value, list):
        for number, each in enumerate(value):
            yield from unfit(each, inner[0], f"{where}[{number}]")
    elif origin is dict and isinstance(value, dict):
        for name, each in value.items():
            yield from unfit(each, inner[1], f"{where}.{name}")
    elif not _fits(value, kind):
        yield f"{where} is {value!r}, not {kind}"
    else:
        yield from unfit_in(value, where)


def _fits(value: Any, kind: Any) -> bool:
    if kind in (object, Any):
        return True
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if not isinstance(kind, type):
        return False
    if issubclass(kind, Enum):
        return value in [one.value for one in kind]
    return isinstance(value, (int, float) if kind is float else kind)


def unfit_in(value: Any, where: str) -> Iterator[str]:
    """The same of every field of one of its objects; options of a panel are typed by the panel."""
    if type(value).__module__.startswith("grafana_foundation_sdk"):
        for name, kind in get_type_hints(type(value)).items():
            yield from unfit(getattr(value, name), kind, f"{where}.{name}")


def all_unfit(dashboard: Dashboard) -> list[str]:
    return list(unfit_in(dashboard, "dashboard"))


def written(dashboard: Dashboard) -> Any:
    return json.loads(JSONEncoder().encode(dashboard))


def test_grafana_knows_every_field_and_keeps_its_value() -> None:
    found = list(differences(FILE, written(read(FILE))))
    assert [one for one in found if not one.startswith("+")] == []
    assert {one.rpartition(".")[2] for one in found} == ITS_OWN


def test_every_value_is_of_the_type_that_grafana_has_there() -> None:
    assert all_unfit(read(FILE)) == []


def test_panels_queries_and_options_are_read_as_what_they_are() -> None:
    panels = [panel for panel in read(FILE).panels or [] if isinstance(panel, Panel)]
    assert len(panels) == len(FILE["panels"])
    kinds = {type(panel.options) for panel in panels}
    assert len(kinds) == 2
    assert stat.Options in kinds
    queries = [query for panel in panels for query in panel.targets or []]
    assert {type(query) for query in queries} == {prometheus.Dataquery}
    assert any(
        panel.field_config
        and isinstance(panel.field_config.defaults.custom, common.GraphFieldConfig)
        for panel in panels
    )


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("panels", 0, "options", "colorMode"), "red", "color_mode is 'red'"),
        (("panels", 0, "gridPos", "w"), "six", "w is 'six'"),
        (("refresh",), 30, "refresh is 30"),
        (("panels", 4, "fieldConfig", "defaults", "custom", "drawStyle"), "pen", "draw_style is"),
    ],
)
def test_a_value_that_grafana_does_not_have_is_found(
    place: tuple[Any, ...], value: Any, told: str
) -> None:
    data = json.loads(DASHBOARD.read_text())
    inner = data
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    assert any(told in one for one in all_unfit(read(data)))


def test_a_field_that_grafana_does_not_have_is_found() -> None:
    spoiled = json.loads(DASHBOARD.read_text())
    spoiled["panels"][0]["options"]["colourMode"] = "value"
    found = differences(spoiled, written(read(spoiled)))
    assert ".panels[0].options.colourMode is lost" in found
