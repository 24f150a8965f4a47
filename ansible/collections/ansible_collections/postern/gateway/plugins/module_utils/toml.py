"""A configuration as tables and entries, written as `postern.toml`.

The box judges it; here only what TOML itself wants is looked after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.postern.gateway.plugins.module_utils.argument_spec import DAYS

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def to_toml(config: Mapping[str, Any]) -> str:
    """The text. Keys that are None are left out, as Ansible has those that nobody has given."""
    lines: list[str] = []
    for table, value in config.items():
        if isinstance(value, list):
            for entry in value:
                lines += [f"[[{table}]]", *_keys(table, entry), ""]
        elif value is not None:
            lines += [f"[{table}]", *_keys(table, value), ""]
    return "\n".join(lines)


def _keys(table: str, entry: Mapping[str, Any]) -> list[str]:
    return [
        f"{key} = {_value(value, (table, key) in DAYS)}"
        for key, value in entry.items()
        if value is not None
    ]


def _value(value: object, is_day: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    text = str(value)
    return text if is_day and DAY.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    """A basic string (TOML 1.0)."""
    return '"' + "".join(_letter(letter) for letter in text) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"
