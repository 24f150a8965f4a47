"""`[metrics]` alone, for the program that gives figures out and has no use for the rest.

It reads either the whole configuration or an excerpt with that table, so that on the appliance it
never holds anybody's keys.
"""

from typing import Final

from gateway.control.canonical import Unreadable, raw_of
from gateway.control.companions import Metrics
from gateway.control.document import File, read_table
from gateway.control.findings import Findings
from gateway.control.problems import Problem
from gateway.control.relations_metrics import check_metrics
from gateway.control.schema_metrics import METRICS

NOT_WANTED: Final = "there is no [metrics] in the configuration, so no figures are given out"


def read_metrics(file: File, name: str) -> Metrics | list[Problem]:
    """What it says, or its problems; without the table that is one, too."""
    findings = Findings(name, {})
    try:
        raw = raw_of(file.data.decode()).get(METRICS.name)
    except (Unreadable, UnicodeDecodeError):
        return [Problem(name, "is no TOML", "Run `postern check`")]
    if not isinstance(raw, dict) or not raw:
        return [Problem(name, NOT_WANTED, "Write address and token there")]
    entry = read_table(METRICS, raw, findings)
    check_metrics({METRICS.name: [entry]}, findings)
    wrong = [problem for problem in findings.problems if not problem.warning]
    return wrong or Metrics(**entry.values)
