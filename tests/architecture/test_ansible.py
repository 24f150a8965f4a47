"""The collection: what decides does without Ansible, the plays are as ansible-lint wants them."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ANSIBLE = ROOT / "ansible"
COLLECTION = ANSIBLE / "collections/ansible_collections/postern/gateway"
SOURCES = sorted(ANSIBLE.rglob("*.py"))
LONGEST = 400  # lines


def roots_of(path: Path) -> set[str]:
    """What a file imports, by its first word."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found.add((node.module or "").split(".")[0])
    return found


def test_what_decides_needs_neither_ansible_nor_the_gateway() -> None:
    for path in sorted((COLLECTION / "plugins/module_utils").glob("*.py")):
        assert roots_of(path) <= {"ansible_collections", *sys.stdlib_module_names}, path


def test_what_decides_has_its_test_file() -> None:
    for path in sorted((COLLECTION / "plugins/module_utils").glob("*.py")):
        name = "specs" if path.stem == "argument_spec" else path.stem
        assert (ROOT / f"tests/unit/ansible/test_{name}.py").is_file(), path


def test_what_runs_on_a_box_needs_only_what_is_there() -> None:
    for path in sorted((COLLECTION / "plugins/modules").glob("*.py")):
        known = {"ansible", "ansible_collections", *sys.stdlib_module_names}
        assert roots_of(path) <= known, path


def test_files_are_short() -> None:
    for path in SOURCES:
        assert len(path.read_text().splitlines()) <= LONGEST, path


@pytest.mark.parametrize("path", [ANSIBLE / "README.md", COLLECTION / "README.md"], ids=str)
def test_readmes_are_a_page(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 60


def test_the_collection_has_the_gateways_version() -> None:
    version = next(
        line for line in (ROOT / "pyproject.toml").read_text().splitlines() if "version = " in line
    )
    assert version.replace(' = "', ": ").rstrip('"') in (COLLECTION / "galaxy.yml").read_text()


@pytest.mark.long
def test_ansible_lint_finds_nothing() -> None:
    lint = Path(sys.executable).with_name("ansible-lint")
    done = subprocess.run(
        [lint, "--offline", "--nocolor", "-c", str(ROOT / ".ansible-lint"), "."],
        cwd=ANSIBLE,
        env={**os.environ, "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
