"""What monitoring/ names is what there is. Whether Prometheus takes it: tests/interop."""

import json
import re
from pathlib import Path

import pytest

from gateway.control.metrics import METRICS
from gateway.control.sessions import STATES

FOLDER = Path(__file__).parents[2] / "monitoring"
RULES, TESTS = (FOLDER / f"postern.{name}" for name in ("rules.yml", "rules.test.yml"))
DASHBOARD = FOLDER / "grafana/postern.json"
KNOWN = {sample for metric in METRICS for sample in metric.samples}


def named_in(text: str) -> set[str]:
    """Everything that looks like a figure of ours."""
    return set(re.findall(r"(?<![\w:./@-])(?:postern|ipsec)_[a-z_]+", text))


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_rules_and_their_tests_name_figures_that_there_are() -> None:
    for path in (RULES, TESTS):
        found = named_in(path.read_text()) - {"postern_sessions:sum"}
        assert found
        assert found <= KNOWN


def test_the_dashboard_names_figures_that_there_are() -> None:
    found = named_in("\n".join(expressions()))
    assert len(found) > 15
    assert found <= KNOWN


def test_labels_that_are_compared_are_labels_of_the_figure() -> None:
    labels = {sample: set(metric.labels) for metric in METRICS for sample in metric.samples}
    text = RULES.read_text() + "\n".join(expressions())
    compared = re.findall(r"((?:postern|ipsec)_[a-z_]+)\{([^}]*)\}", text)
    assert compared
    for name, matchers in compared:
        used = set(re.findall(r"(\w+)=~?\"", matchers)) - {"instance", "job"}
        assert used <= labels[name], name
    assert {"up", "idle"} <= set(STATES)


def test_every_alert_has_a_sentence_and_a_test_in_which_it_rings() -> None:
    alerts = re.findall(r"alert: (\w+)", RULES.read_text())
    assert len(alerts) > 15
    sentences = re.findall(r'summary: "(.+)"', RULES.read_text())
    assert len(sentences) == len(alerts)
    assert all(one.endswith(".") for one in sentences)
    rung = re.findall(r"- name: (Postern\w+)", TESTS.read_text())
    assert rung == alerts


@pytest.mark.parametrize("place", ["gridPos", "title", "datasource"])
def test_every_panel_has_its_place_and_its_title(place: str) -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert all(panel[place] for panel in panels)
    ids = [panel["id"] for panel in panels]
    assert len(set(ids)) == len(ids)
