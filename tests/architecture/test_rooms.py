"""The house of DESIGN.md: floors, rooms, who may import whom, and how large a file is."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GATEWAY = ROOT / "gateway"
GROUND = {"wire", "crypto", "outputs", "paths", "x509"}
PROTOCOLS = {"ike", "esp", "l2tp", "ppp", "pptp"}
ALLOWED = {
    "wire": {"wire"},
    "crypto": {"crypto"},
    "outputs": {"wire", "paths"},
    "paths": {"wire"},
    "x509": {"x509", "wire", "crypto"},
    **{room: {room} | GROUND for room in PROTOCOLS},
    "control": {"control", "wire", "outputs", "x509", "crypto"},
    "radius": {"radius", "wire", "crypto"},
    "bridge": {"bridge", "control"} | PROTOCOLS | GROUND,
    "system": {"system", "wire", "outputs", "paths", "control"},
    "user": {"user", "control"},
    "box": {"control", "system", "user", "wire", "crypto", "outputs"},
    "health": {"control", "system", "user", "wire", "crypto", "ike"},
    "replays": {"bridge", "control", "system"},
    "pppd": {"control", "system", "user", "radius", "wire"},
    "kit": {"control", "system", "user"},
    "metrics": {"control", "system", "user", "wire"},
    "accounting": {"bookkeeping", "radius", "control", "system", "user", "wire"},
    "bookkeeping": {"radius", "control"},
    "succession": {"bridge", "system", "wire", "outputs", "paths", "crypto"},
    "worker": {"bridge", "system", "wire"},
    "daemon": {"succession", "bridge", "control", "system", "user", "crypto"} | PROTOCOLS | GROUND,
}
EDGES = {
    "system", "user", "daemon", "worker", "succession", "box", "health", "replays", "pppd", "kit",
    "metrics", "accounting",
}  # fmt: skip
IO = {
    "asyncio", "fcntl", "io", "logging", "multiprocessing", "os", "pathlib", "random",
    "secrets", "select", "selectors", "shutil", "signal", "socket", "socketserver", "ssl",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
ASKING = {"today", "fromtimestamp"}  # methods of `date` that look at a clock or a time zone
FIXED_PLACES = {
    "netfilterqueue": {"gateway/system/nfqueue.py"},
    "subprocess": {"gateway/system/run.py"},
    "gmpy2": {"gateway/crypto/modp.py", "gateway/crypto/rsa.py"},
    "scapy": {"gateway/user/cli/trace.py"},
    "fabric": {f"gateway/user/remote/{name}.py" for name in ("connection", "line")},
    "paramiko": {f"gateway/user/remote/{name}.py" for name in ("connection", "line")},
    "prometheus_client": {"gateway/system/exposition.py"},
    "sqlite3": {"gateway/system/account_store.py"},
    "pydyf": {"gateway/user/kit/pdf.py"},
    "cryptography": {f"gateway/crypto/{name}.py" for name in ("aead", "cbc", "mac", "rc4", "seal")},
}
SIX = {"README.md", "numbers.py", "errors.py", "events.py", "quirks.py", "machine.py"}
VAGUE = {"utils", "helpers", "common", "misc", "base", "manager"}
LONGEST = 400  # lines
SOURCES = sorted(GATEWAY.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(GATEWAY).parts
    return parts[0].removesuffix(".py")


@cache
def imports_of(path: Path) -> frozenset[str]:
    return frozenset(_imports_of(path))


def _imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            assert all(name.name != "*" for name in node.names), f"{path}: import *"
            yield node.module or ""


def own_rooms(path: Path) -> set[str]:
    names = (name.split(".") for name in imports_of(path))
    return {name[1] for name in names if name[0] == "gateway" and len(name) > 1}


def dates_of(path: Path) -> tuple[set[str], set[str], set[str]]:
    """Modules imported whole, names taken from datetime, and what `date` is asked for."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    whole = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    taken = {name.name for node in nodes if isinstance(node, ast.ImportFrom)
             and node.module == "datetime" for name in node.names}  # fmt: skip
    asked = {node.attr for node in nodes if isinstance(node, ast.Attribute)
             and isinstance(node.value, ast.Name) and node.value.id == "date"}  # fmt: skip
    return whole, taken, asked


def files_of(room: str) -> list[Path]:
    return [path for path in SOURCES if room_of(path) == room]


ROOMS = sorted({room_of(path) for path in SOURCES} - {"__init__"})


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_its_floor_allows(room: str) -> None:
    for path in files_of(room):
        assert own_rooms(path) <= ALLOWED[room], path


@pytest.mark.parametrize("room", ROOMS)
def test_below_the_edges_there_is_no_io_no_clock_and_no_chance(room: str) -> None:
    for path in files_of(room):
        used = {name.split(".")[0] for name in imports_of(path)}
        assert room in EDGES or not used & IO, path


@pytest.mark.parametrize("room", ROOMS)
def test_below_the_edges_a_day_is_a_value_and_nobody_asks_for_todays(room: str) -> None:
    for path in files_of(room):
        whole, taken, asked = dates_of(path)
        assert room in EDGES or (
            taken <= {"date"} and not asked & ASKING and "datetime" not in whole
        ), path


@pytest.mark.parametrize("name", sorted(FIXED_PLACES))
def test_some_packages_have_one_place(name: str) -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if any(used.split(".")[0] == name for used in imports_of(path))
    }
    assert users == FIXED_PLACES[name]


def test_the_command_loads_fabric_only_to_talk_to_other_machines() -> None:
    program = (
        "import sys, gateway.user.cli.main;"
        "print([name for name in ('fabric', 'paramiko', 'invoke') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_what_talks_to_other_machines_is_known_to_its_verb_alone() -> None:
    room = GATEWAY / "user/remote"
    users = {
        path.relative_to(GATEWAY).as_posix()
        for path in SOURCES
        if room not in path.parents
        and any(name.startswith("gateway.user.remote") for name in imports_of(path))
    }
    assert users == {"user/cli/remote.py", "user/cli/remote_lines.py"}


@pytest.mark.parametrize("room", sorted({*PROTOCOLS, "radius"}))
def test_every_protocol_room_has_the_same_six_files(room: str) -> None:
    assert {path.name for path in (GATEWAY / room).iterdir()} >= SIX


def test_files_are_short_and_their_names_say_something() -> None:
    for path in SOURCES:
        assert len(path.read_text().splitlines()) <= LONGEST, path
        assert path.stem not in VAGUE, path


@pytest.mark.parametrize("path", sorted(GATEWAY.rglob("README.md")), ids=str)
def test_room_readmes_are_a_page(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 60


def test_no_file_is_empty_but_for_a_mark() -> None:
    empty = [path for path in GATEWAY.rglob("*") if path.is_file() and not path.stat().st_size]
    assert [path.name for path in empty] == ["py.typed"]
