"""One table of a configuration as TOML: for a program that is to see no other.

Apart from who reads them (`metrics_file.py`, `accounting_file.py`), which need no tomlkit.
"""

from typing import Any

import tomlkit

from gateway.control.accounting_file import with_address
from gateway.control.canonical import raw_of
from gateway.control.schema_accounting import ACCOUNTING
from gateway.control.schema_metrics import METRICS
from gateway.control.tables import Table


def metrics_of(text: str) -> str:
    """`[metrics]`; empty without it. `Unreadable` if the text is no TOML."""
    return _excerpt(METRICS, raw_of(text).get(METRICS.name))


def accounting_of(text: str) -> str:
    """`[accounting]`, its address filled in; empty without it. `Unreadable` if it is no TOML."""
    whole = raw_of(text)
    raw = whole.get(ACCOUNTING.name)
    filled = with_address(raw, whole) if isinstance(raw, dict) and raw else raw
    return _excerpt(ACCOUNTING, filled)


def _excerpt(table: Table, raw: Any) -> str:
    """Its known keys."""
    if not isinstance(raw, dict) or not raw:
        return ""
    return tomlkit.dumps({table.name: {name: raw[name] for name in raw if table.key(name)}})
