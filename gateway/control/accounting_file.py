"""`[accounting]` alone, for the program that tells a RADIUS server of sessions.

It reads either the whole configuration or an excerpt with that table, so that on the appliance it
never holds anybody's keys but the one it shares with that server.
"""

from typing import Any, Final

from gateway.control import values
from gateway.control.canonical import Unreadable, raw_of
from gateway.control.companions import Accounting
from gateway.control.document import File, read_table
from gateway.control.findings import Findings
from gateway.control.problems import Problem
from gateway.control.relations_accounting import check_accounting
from gateway.control.schema_accounting import ACCOUNTING

NOT_WANTED: Final = "there is no [accounting] in the configuration, so nobody is told of sessions"


def read_accounting(file: File, name: str) -> Accounting | list[Problem]:
    """What it says, its address filled in; or its problems. Without the table that is one, too."""
    findings = Findings(name, {})
    try:
        whole = raw_of(file.data.decode())
    except (Unreadable, UnicodeDecodeError):
        return [Problem(name, "is no TOML", "Run `postern check`")]
    raw = whole.get(ACCOUNTING.name)
    if not isinstance(raw, dict) or not raw:
        return [Problem(name, NOT_WANTED, "Write server and secret there")]
    raw = with_address(raw, whole)
    entry = read_table(ACCOUNTING, raw, findings)
    check_accounting({ACCOUNTING.name: [entry]}, findings)
    wrong = [problem for problem in findings.problems if not problem.warning]
    return wrong or Accounting(**entry.values)


def with_address(raw: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """The table with the address that holds where it names none: that of `[inside]`."""
    inside = whole.get("inside")
    if "address" in raw or not isinstance(inside, dict):
        return raw
    try:
        values.address(inside.get("address"))
    except values.Unfit:
        return raw
    return {**raw, "address": inside["address"]}
