"""The keys of `[metrics]`: a part of the schema."""

from gateway.control import values, values_metrics
from gateway.control.tables import Key, Table

METRICS = Table(
    "metrics",
    "Figures for Prometheus, given out by a program of its own.",
    (
        Key(
            "address",
            values.address,
            "The address of this machine where they are, which strangers should not reach.",
            '"10.10.0.1"',
        ),
        Key("port", values.whole(1, 65535), "The TCP port there.", "9765"),
        Key(
            "token",
            values_metrics.token,
            "What Prometheus must show to read them.",
            '"a-long-random-text"',
            secret=True,
        ),
        Key(
            "sessions",
            values.truth,
            "Whether there are series for each session too, under /metrics/sessions.",
            "false",
        ),
    ),
)
