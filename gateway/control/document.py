"""From the text of `postern.toml` to entries with good values, and every problem on the way."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.control.findings import Document, Entry, Findings
from gateway.control.limits import LARGEST_FILE
from gateway.control.lines import find_lines
from gateway.control.problems import did_you_mean, shown
from gateway.control.schema import SCHEMA, SCHEMA_VERSION, VERSION_KEY, table_named
from gateway.control.tables import Key, Table
from gateway.control.values import Unfit, kind_of

_POSITION = re.compile(r"^(.*?)\s*\(at (?:line (\d+), column \d+|end of document)\)$", re.DOTALL)
_QUOTED = re.compile(r"\(.*\)|(['\"]).{3,}\1", re.DOTALL)


@dataclass(frozen=True, slots=True)
class File:
    """A file as the edges found it. `mode` is its permission bits."""

    data: bytes = field(repr=False)
    mode: int = 0o600


ReadFile = Callable[[str], File | str]
"""A name as it stands in the configuration -> that file, or in words why it cannot be read."""


def read_document(file: File, findings: Findings) -> Document:
    """Every table of the schema with its entries; what is wrong goes to `findings`.

    Nothing at all if the file is no TOML.
    """
    raw = _parse(file.data, findings)
    if raw is None:
        return {}
    document: Document = {}
    for table in SCHEMA:
        entries = _tables(table, raw.get(table.name), findings)
        document[table.name] = [_read_entry(table, i, e, findings) for i, e in enumerate(entries)]
    return document


def _parse(data: bytes, findings: Findings) -> dict[str, Any] | None:
    """What TOML makes of the text, or None with one problem found."""
    if len(data) > LARGEST_FILE:
        hint = "Look whether this is the right file"
        findings.add_of_file(f"the file is larger than {LARGEST_FILE >> 10} kB", hint)
        return None
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "Save the file as UTF-8, or write that letter differently"
        findings.add_of_file("there is a byte that is not UTF-8", hint, line=line)
        return None
    findings.lines = find_lines(text)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _note_syntax(str(error), text, findings)
        return None
    except (RecursionError, ValueError):  # brackets without end; a number of 5000 digits
        findings.add_of_file("the file is no TOML that anybody wrote", "Start again from README.md")
        return None
    if not _check_version(raw.pop(VERSION_KEY, None), findings):
        return None  # what stands in it may mean something else there
    _note_unknown_tables(raw, findings)
    return raw


def _check_version(version: object, findings: Findings) -> bool:
    if version is None or (type(version) is int and version == SCHEMA_VERSION):
        return True
    line = findings.lines.get(("", 0, VERSION_KEY), 0)
    if type(version) is not int or version < 1:
        hint = f"Write {VERSION_KEY} = {SCHEMA_VERSION}, or leave it out"
        findings.add_of_file(f"{VERSION_KEY} is no version there has been", hint, line=line)
    elif version > SCHEMA_VERSION:
        what = f"it was written for schema {version}, and this Postern knows {SCHEMA_VERSION}"
        findings.add_of_file(what, "Use the Postern that wrote it, or a newer one", line=line)
    else:
        what = f"it was written for schema {version}, and {SCHEMA_VERSION} is in use"
        findings.add_of_file(
            what, "Start Postern on the whole box: it brings the file up to date", line=line
        )
    return False


def _note_syntax(message: str, text: str, findings: Findings) -> None:
    found = _POSITION.match(message)
    what = found[1] if found else "Not TOML"
    line = int(found[2]) if found and found[2] else text.count("\n") + 1
    hint = "Look at this line and the one before: quotes, brackets, a key written twice"
    findings.add_of_file(_plain(what), hint, line=line)


def _plain(what: str) -> str:
    """What `tomllib` says, without the keys it quotes: a lost quote can make a secret a key."""
    return "this is no TOML: " + _QUOTED.sub("it", what[:1].lower() + what[1:])


def _note_unknown_tables(raw: dict[str, Any], findings: Findings) -> None:
    for name, value in raw.items():
        if table_named(name) is None:
            what = "table" if isinstance(value, (dict, list)) else "key"
            hint = did_you_mean(name, (table.name for table in SCHEMA))
            line = findings.lines.get((name, 0, "")) or findings.lines.get(("", 0, name), 0)
            findings.add_of_file(f"there is no {what} {shown(name)}", hint, line=line)


def _tables(table: Table, value: object, findings: Findings) -> list[dict[str, Any]]:
    """The entries of one table as TOML has them, however many there may be."""
    if value is None and table.required:
        findings.add(Entry(table, 0, {}), "", "is missing", _headed(table))
    if value is None:  # a table of its own with the defaults, but no client and no route
        return [{}] if table.most == 1 and not table.required else []
    found: list[Any] = value if isinstance(value, list) else [value]
    bare = Entry(table, 0, {})
    if not all(isinstance(one, dict) for one in found):
        findings.add(bare, "", f"is {kind_of(value)}, and should be a table", _headed(table))
        return []
    if table.most > 1 and isinstance(value, dict):
        what = "is written as a single table"
        findings.add(bare, "", what, f"Write {table.heading} with two brackets")
    if table.most == 1 and isinstance(value, list):
        findings.add(bare, "", "is written as a list", f"Write {table.heading} once")
        return []
    if len(found) > table.most:
        what = f"is there {len(found)} times, and {table.most} are the most"
        findings.add(bare, "", what, "Use more than one gateway")
        return []
    return found


def _headed(table: Table) -> str:
    return f"Put the line {table.heading} before its keys"


def read_table(table: Table, raw: dict[str, Any], findings: Findings) -> Entry:
    """One table alone, for who has no use for the others."""
    return _read_entry(table, 0, raw, findings)


def _read_entry(table: Table, number: int, raw: dict[str, Any], findings: Findings) -> Entry:
    entry = Entry(table, number, {}, frozenset(raw))
    for name in raw:
        if table.key(name) is None:
            hint = did_you_mean(name, (key.name for key in table.keys))
            findings.add(entry, name, f"there is no key {shown(name)} in {table.heading}", hint)
    for key in table.keys:
        default = table.default(key.name)
        value = raw.get(key.name, default)
        if value is not None:
            _read_key(entry, key, value, findings)
        elif key.required:
            findings.add(entry, key.name, "is missing", key.hint())
    return entry


def _read_key(entry: Entry, key: Key, value: object, findings: Findings) -> None:
    """Put the value in the entry if it is good."""
    if not key.listed:
        members: list[object] = [value]
    elif isinstance(value, list) and value:
        members = value
    else:
        what = "is an empty list" if value == [] else f"is {kind_of(value)}, and should be a list"
        findings.add(entry, key.name, what, key.hint())
        return
    good = []
    for number, member in enumerate(members, start=1):
        try:
            good.append(key.read(member))
        except Unfit as unfit:
            item = number if key.listed else 0
            findings.add(entry, key.name, str(unfit), unfit.hint or key.hint(), item=item)
    if len(good) == len(members):
        entry.values[key.name] = tuple(good) if key.listed else good[0]
