"""Which packages the lists mean today: asks apt, as if on an empty machine, and writes the lock."""

import re
from pathlib import Path
from typing import Final

from image.lock import Package
from image.mirror import Mirrors
from image.places import IMAGE
from image.programs import Failed, run

SETS: Final = ("root", "tools")
_URI = re.compile(r"'([^']+)' (\S+) (\d+)")


def read_list(text: str) -> list[str]:
    """The names in a package list: one a line, `#` begins a comment."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def resolve(mirrors: Mirrors, place: Path) -> list[Package]:
    """Every package of both sets. `place` holds apt's files for this, and nothing of the host's."""
    env = {"APT_CONFIG": str(_private_apt(mirrors, place))}
    run(["apt-get", "-q", "update"], env=env)
    files: dict[str, set[str]] = {}
    for what in SETS:
        names = read_list((IMAGE / "packages" / f"{what}.list").read_text())
        told = run(["apt-get", "-qq", "install", "--print-uris", "?essential", *names], env=env)
        for uri, _, _ in _URI.findall(told):
            files.setdefault(_unquoted(uri), set()).add(what)
    return described(_records(env), files, mirrors)


def described(
    records: list[dict[str, str]], files: dict[str, set[str]], mirrors: Mirrors
) -> list[Package]:
    """The lock's rows for `files` (address and sets), from apt's `records` of all packages."""
    by_file = {record["Filename"]: record for record in records}
    found = []
    for uri, sets in files.items():
        where = "security" if uri.startswith(mirrors.security + "/") else "main"
        file = uri.removeprefix(mirrors.address(where) + "/")
        if file not in by_file:
            raise Failed(f"apt offers {uri} but does not describe it")
        one = by_file[file]
        found.append(
            Package(
                one["Package"],
                one["Version"],
                ",".join(sorted(sets)),
                where,
                int(one["Size"]),
                one["SHA256"],
                file,
            )
        )
    return found


def parse_records(text: str) -> list[dict[str, str]]:
    """Debian control stanzas; of each only the fields of one line."""
    found = []
    for stanza in text.split("\n\n"):
        pairs = (line.split(": ", 1) for line in stanza.splitlines() if ": " in line)
        fields = {pair[0]: pair[1] for pair in pairs if not pair[0].startswith(" ")}
        if "Filename" in fields:
            found.append(fields)
    return found


def _records(env: dict[str, str]) -> list[dict[str, str]]:
    return parse_records(run(["apt-cache", "dumpavail"], env=env))


def _unquoted(uri: str) -> str:
    """apt writes `+` and others as in an address; the file's name has them plain."""
    return re.sub("%([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), uri)


def _private_apt(mirrors: Mirrors, place: Path) -> Path:
    for folder in ("lists/partial", "cache/archives/partial"):
        (place / folder).mkdir(parents=True, exist_ok=True)
    (place / "sources.list").write_text(mirrors.sources())
    (place / "status").write_text("")
    config = place / "apt.conf"
    config.write_text(f"""\
Dir::Etc::SourceList "{place}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "{place}";
Dir::State::Lists "{place}/lists";
Dir::State::Status "{place}/status";
Dir::Cache "{place}/cache";
APT::Install-Recommends "false";
APT::Architecture "amd64";
APT::Architectures "amd64";
Acquire::Languages "none";
""")
    return config
