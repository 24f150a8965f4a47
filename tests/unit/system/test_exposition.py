"""The text that Prometheus reads, read again by its own library's parser."""

from prometheus_client.parser import text_string_to_metric_families

from gateway.control.metrics import Sample
from gateway.system.exposition import CONTENT_TYPE, text_of


def test_families_have_their_kinds_and_docs_and_a_counter_keeps_its_name() -> None:
    text = text_of(
        [
            Sample("postern_up", 1.0),
            Sample("postern_esp_drops_total", 3.0, {"reason": "replay"}),
            Sample("postern_esp_drops_total", 0.0, {"reason": "auth"}),
        ]
    ).decode()
    assert "# TYPE postern_esp_drops_total counter" in text
    assert 'postern_esp_drops_total{reason="replay"} 3.0' in text
    up, drops = text_string_to_metric_families(text)
    assert (up.name, up.type) == ("postern_up", "gauge")
    assert "answered" in up.documentation
    assert [one.value for one in drops.samples] == [3.0, 0.0]


def test_a_histogram_is_one_family() -> None:
    name = "postern_session_setup_seconds"
    [family] = text_string_to_metric_families(
        text_of(
            [
                Sample(f"{name}_bucket", 1.0, {"le": "0.5"}),
                Sample(f"{name}_bucket", 1.0, {"le": "+Inf"}),
                Sample(f"{name}_sum", 0.25),
                Sample(f"{name}_count", 1.0),
            ]
        ).decode()
    )
    assert (family.name, family.type, len(family.samples)) == (name, "histogram", 4)


def test_a_name_with_a_quote_cannot_make_a_line_of_its_own() -> None:
    labels = {"session": "1", "client": 'a"\npostern_up 0\n', "route": "r"}
    [family] = text_string_to_metric_families(
        text_of([Sample("postern_session_age_seconds", 1.0, labels)]).decode()
    )
    assert family.samples[0].labels["client"] == labels["client"]


def test_it_is_told_as_what_it_is() -> None:
    assert CONTENT_TYPE.startswith("text/plain; version=")
    assert text_of([]) == b""
