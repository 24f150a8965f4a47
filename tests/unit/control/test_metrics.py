"""The table of all figures, and how they go from one process to another."""

import re

import pytest

from gateway.control.metrics import (
    METRICS,
    MOST_SAMPLES,
    SESSIONS,
    Kind,
    Metric,
    Sample,
    grouped,
    samples_from_json,
    samples_to_json,
)

EVERY = (*METRICS, *SESSIONS)


@pytest.mark.parametrize("metric", EVERY, ids=lambda one: one.name)
def test_names_are_as_prometheus_wants_them_and_explained(metric: Metric) -> None:
    assert re.fullmatch(r"(postern|ipsec)_[a-z_]+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER)
    assert metric.doc.endswith(".")


def test_no_name_is_there_twice() -> None:
    names = [name for metric in EVERY for name in metric.samples]
    assert len(names) == len(set(names))


def test_only_the_series_of_sessions_have_a_label_for_each_of_them() -> None:
    assert not {"session", "client", "peer", "user"} & {
        label for metric in METRICS for label in metric.labels
    }
    assert all("session" in metric.labels for metric in SESSIONS)


def test_samples_come_out_of_json_as_they_went_in() -> None:
    samples = [Sample("postern_up", 1.0), Sample("postern_slot_good", 0.0, {"slot": "a"})]
    assert samples_from_json(samples_to_json(samples)) == samples


@pytest.mark.parametrize(
    "data",
    [None, {}, [1], [["x"]], [["x", "1", {}]], [[1, 1, {}]], [["x", 1, {"a": 1}]], [["x", 1, []]]],
)
def test_what_is_no_list_of_figures_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="figure"):
        samples_from_json(data)


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="no list"):
        samples_from_json([["x", 1, {}]] * (MOST_SAMPLES + 1))


def test_figures_are_grouped_in_the_order_of_the_table_and_strange_ones_left_out() -> None:
    found = [
        Sample("postern_ike_sas", 2.0),
        Sample("of_tomorrow", 1.0),
        Sample("postern_up", 1.0, {"client": "press-3"}),
        Sample("postern_uptime_seconds", 7.0),
        Sample("postern_session_setup_seconds_sum", 0.5),
    ]
    assert [(metric.name, len(samples)) for metric, samples in grouped(found)] == [
        ("postern_uptime_seconds", 1),
        ("postern_ike_sas", 1),
        ("postern_session_setup_seconds", 1),
    ]
