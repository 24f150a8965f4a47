"""image/ knows of the gateway only what a profile means, and what runs inside knows nothing."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "image").rglob("*.py"))
LONGEST = 400  # lines
FIXED_PLACES = {
    "subprocess": {"programs.py", "qemu.py", "inside/setup.py", "inside/initrd.py"},
    "fabric": {"remote.py"},  # its type alone: connections come from SHARED
    "paramiko": {"remote.py"},
}
# One judge of who answers by SSH: the gateway's own command has it, and flashing asks it.
SHARED = {"remote.py": {"gateway.user.remote.connection"}}


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add(node.module or "")
    return found


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / "image"))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_of_the_gateway_only_control_is_known(path: Path) -> None:
    known = {one for one in imports_of(path) if one.split(".")[0] == "gateway"}
    known -= SHARED.get(name(path), set())
    assert all(one.startswith("gateway.control.") for one in known)


@pytest.mark.parametrize("path", sorted((ROOT / "image/inside").glob("*.py")), ids=name)
def test_what_runs_in_the_new_root_needs_only_python(path: Path) -> None:
    for one in imports_of(path):
        assert one.startswith("image.inside") or one.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("package", sorted(FIXED_PLACES))
def test_some_packages_have_one_place(package: str) -> None:
    users = {name(one) for one in SOURCES if package in {w.split(".")[0] for w in imports_of(one)}}
    assert users == FIXED_PLACES[package]


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


def test_the_readme_is_a_page() -> None:
    assert len((ROOT / "image/README.md").read_text().splitlines()) <= 60
