"""Writes the collection's argument spec from the gateway's schema: `python ansible/specs.py`.

Names, kinds of value and which are secret: what a value may be, the box alone judges.
"""

import tomllib
from datetime import date
from pathlib import Path
from pprint import pformat
from typing import Any, Final

from gateway.control.schema import SCHEMA
from gateway.control.tables import Key, Table

PLACE: Final = (
    Path(__file__).parent
    / "collections/ansible_collections/postern/gateway/plugins/module_utils/argument_spec.py"
)
HEAD: Final = '''\
"""Every table and key of postern.toml, as Ansible wants it.

Made by ansible/specs.py from the gateway's schema, and not by hand.
"""

from __future__ import annotations

from typing import Any

# fmt: off
'''
WORDS: Final = {bool: "bool", int: "int"}  # all other values are text


def text() -> str:
    days = {(table.name, key.name) for table in SCHEMA for key in table.keys if _is_day(key)}
    tables = {table.name: _of_table(table) for table in SCHEMA}
    return HEAD + "\n".join(
        [
            f"DAYS: list[tuple[str, str]] = {_written(sorted(days))}",
            "",
            f"TABLES: dict[str, dict[str, Any]] = {_written(tables)}",
            "",
        ]
    )


def _written(value: object) -> str:
    return pformat(value, width=90, sort_dicts=False)


def _of_table(table: Table) -> dict[str, Any]:
    options = {key.name: _of_key(key) for key in table.keys}
    if table.most == 1:
        return {"type": "dict", "options": options}
    return {"type": "list", "elements": "dict", "options": options}


def _of_key(key: Key) -> dict[str, Any]:
    """`no_log` is said of every key: Ansible guesses by names, and guesses wrongly."""
    said: dict[str, Any] = {"type": "list", "elements": "str"} if key.listed else {}
    return {"type": WORDS.get(_kind(key), "str"), **said, "no_log": key.secret}


def _kind(key: Key) -> type:
    return type(_example(key))


def _is_day(key: Key) -> bool:
    return isinstance(_example(key), date)


def _example(key: Key) -> object:
    return tomllib.loads(f"x = {key.example}")["x"]


if __name__ == "__main__":
    PLACE.write_text(text())
