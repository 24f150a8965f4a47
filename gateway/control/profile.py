"""A hardware profile: reading, judging, and the typed values that the rest of Postern uses."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Both take any `Table`; everything else in that file is about `postern.toml`.
from gateway.control.document import _read_entry, _tables
from gateway.control.findings import Document, Entry, Findings
from gateway.control.lines import find_lines
from gateway.control.problems import Problem, did_you_mean, printable, shown
from gateway.control.profile_schema import BOOTED, PROFILE_SCHEMA
from gateway.control.profile_values import Serial, Sign

LARGEST_PROFILE = 1 << 16  # bytes


@dataclass(frozen=True, slots=True)
class Match:
    """One way to know the board: every name and sign must fit. Names are patterns of DMI."""

    names: tuple[tuple[str, tuple[str, ...]], ...]
    pci: tuple[Sign, ...] = ()
    nics: int = 0


@dataclass(frozen=True, slots=True)
class Firmware:
    """`good_from` is empty where no version is known to be bad."""

    kinds: tuple[str, ...]
    good_from: tuple[int, ...] = ()
    says_old: str = ""


@dataclass(frozen=True, slots=True)
class Console:
    """Serial lines, and whether there is a screen."""

    devices: tuple[Serial, ...]
    vga: bool


@dataclass(frozen=True, slots=True)
class PlannedPort:
    """A plug as printed on the case. Found by `paths`, else as the `place`-th of its driver."""

    label: str
    role: str = ""  # only a proposal
    paths: tuple[str, ...] = ()
    place: int = 0
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Led:
    """The first of `names` that the kernel has is the lamp."""

    role: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """Any of the keys on any of the input devices."""

    inputs: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watchdog:
    """`module` is empty where none is known: then softdog, which does not help in a panic."""

    timeout: int  # seconds
    module: str = ""


@dataclass(frozen=True, slots=True)
class Modules:
    """What to load and to refuse with firmware from one version on and before another."""

    load: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    bios_from: tuple[int, ...] = ()
    bios_before: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardLimits:
    """0 where nothing is documented or measured."""

    ram_mb: int = 0
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Storage:
    """`wears`: keep logs in memory."""

    wears: bool
    media: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What the owner is told, and when."""

    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far the profile can be believed."""

    state: str
    sources: tuple[str, ...]
    unconfirmed: tuple[str, ...] = ()
    by: str = ""
    on: str = ""
    kernel: str = ""

    def __str__(self) -> str:
        """One line for every console."""
        if self.state == BOOTED:
            return f"{self.state} by {self.by} on {self.on}, kernel {self.kernel}"
        return f"{self.state}, not yet confirmed on this board"


@dataclass(frozen=True, slots=True)
class Profile:
    """The whole of one file of `hw-profiles/`."""

    id: str
    name: str
    generic: bool
    matches: tuple[Match, ...]
    firmware: Firmware
    console: Console
    ports: tuple[PlannedPort, ...]
    leds: tuple[Led, ...]
    button: Button
    watchdog: Watchdog
    modules: tuple[Modules, ...]
    kernel_arguments: tuple[str, ...]
    eee: bool
    limits: BoardLimits
    storage: Storage
    notes: tuple[Note, ...]
    evidence: Evidence


def load_profile(data: bytes, stem: str) -> Profile | list[Problem]:
    """The profile in the file `stem`.toml, or all of its problems in the order of its lines."""
    findings = Findings(f"{stem}.toml", {})
    raw = _parse(data, findings)
    document = {} if raw is None else _read(raw, findings)
    if document:
        _check_board(document, stem, findings)
        _check_ports(document["port"], findings)
        _check_leds_and_modules(document, findings)
        _check_evidence(document["evidence"][0], findings)
    if findings.problems:
        return sorted(findings.problems, key=lambda problem: problem.line or 0)
    return _build(document)


def check_profile(data: bytes, stem: str) -> list[Problem]:
    """What is wrong with a profile; nothing if it can be used."""
    found = load_profile(data, stem)
    return found if isinstance(found, list) else []


def _parse(data: bytes, findings: Findings) -> dict[str, Any] | None:
    """Profiles hold no secret, so a message may show what is in the file."""
    if len(data) > LARGEST_PROFILE:
        hint = "Look whether this is the right file"
        findings.add_of_file(f"the file is larger than {LARGEST_PROFILE >> 10} kB", hint)
        return None
    try:
        written = data.decode().replace("\r\n", "\n")
        raw = tomllib.loads(written)
    except (ValueError, RecursionError) as error:
        hint = "Look at that line and the one before"
        findings.add_of_file(f"this is no TOML: {printable(str(error))}", hint)
        return None
    findings.lines = find_lines(written)
    for name in raw:
        if name not in {table.name for table in PROFILE_SCHEMA}:
            hint = did_you_mean(name, (table.name for table in PROFILE_SCHEMA))
            line = findings.lines.get((name, 0, ""), 0)
            findings.add_of_file(f"there is no table {shown(name)}", hint, line=line)
    return raw


def _read(raw: dict[str, Any], findings: Findings) -> Document:
    document: Document = {}
    for table in PROFILE_SCHEMA:
        entries = _tables(table, raw.get(table.name), findings)
        document[table.name] = [_read_entry(table, i, e, findings) for i, e in enumerate(entries)]
    return document if document["board"] and document["evidence"] else {}


def _check_board(document: Document, stem: str, findings: Findings) -> None:
    board = document["board"][0]
    if board.values.get("id", stem) != stem:
        findings.add(board, "id", "is not the name of the file", f'Write id = "{stem}"')
    if board.values.get("generic") and document["match"]:
        hint = "Take out generic, or every [[match]]"
        findings.add(board, "generic", "is true, and there are ways to know the board", hint)
    if not board.values.get("generic") and not document["match"]:
        findings.add(board, "", "cannot be known by anything", "Add a [[match]]")
    for entry in document["match"]:
        if not entry.given:
            findings.add(entry, "", "fits every board", "Add a name of DMI or a PCI signature")


def _check_ports(ports: list[Entry], findings: Findings) -> None:
    for entry in ports:
        if not {"paths", "place"} & entry.given:
            findings.add(entry, "", "cannot be found", "Add paths or place")
    for key in ("label", "role", "paths", "place"):
        for entry in _repeated(ports, key):
            hint = "Look at the ports before: each is named, found and used once"
            findings.add(entry, key, "is what another port has too", hint)


def _repeated(entries: list[Entry], key: str) -> Iterator[Entry]:
    seen: set[object] = set()
    for entry in entries:
        value = entry.values.get(key)
        if key == "place" and value is not None:
            value = entry.values.get("driver"), value  # counted for each driver by itself
        found = set(value) if key == "paths" and value is not None else {value} - {None}
        if found & seen:
            yield entry
        seen |= found


def _check_leds_and_modules(document: Document, findings: Findings) -> None:
    roles = Counter(entry.values.get("role") for entry in document["led"])
    for entry in document["led"]:
        if roles[entry.values.get("role")] > 1:
            hint = "Put all names of one lamp in one list"
            findings.add(entry, "role", "is what another lamp has too", hint)
    for entry in document["modules"]:
        both = set(entry.values.get("load", ())) & set(entry.values.get("refuse", ()))
        if both:
            what = f"holds {', '.join(sorted(both))}, which is to be loaded too"
            findings.add(entry, "refuse", what, "Take it out of one of them")


def _check_evidence(evidence: Entry, findings: Findings) -> None:
    if evidence.values.get("state") != BOOTED:
        return
    for key in ("by", "on", "kernel"):
        if key not in evidence.given:
            findings.add(evidence, key, "is missing", "Say who booted it, when, with which kernel")


def _build(document: Document) -> Profile:
    """Only of a document without problems: whatever is required is then there."""
    one = {name: entries[0].values for name, entries in document.items() if len(entries) == 1}
    return Profile(
        id=one["board"]["id"],
        name=one["board"]["name"],
        generic=one["board"]["generic"],
        matches=tuple(_match(**entry.values) for entry in document["match"]),
        firmware=Firmware(**one["firmware"]),
        console=Console(**one["console"]),
        ports=tuple(PlannedPort(**entry.values) for entry in document["port"]),
        leds=tuple(Led(**entry.values) for entry in document["led"]),
        button=Button(**one["button"]),
        watchdog=Watchdog(**one["watchdog"]),
        modules=tuple(Modules(**entry.values) for entry in document["modules"]),
        kernel_arguments=one["kernel"].get("arguments", ()),
        eee=one["nic"]["eee"],
        limits=BoardLimits(**one["limits"]),
        storage=Storage(**one["storage"]),
        notes=tuple(Note(**entry.values) for entry in document["note"]),
        evidence=Evidence(**one["evidence"]),
    )


def _match(*, pci: tuple[Sign, ...] = (), nics: int = 0, **names: tuple[str, ...]) -> Match:
    return Match(tuple(names.items()), pci, nics)
