"""Every capture in the tree says where it comes from and is still what it was."""

import hashlib
import tomllib

from tests.captures import vectors

PLACE = vectors("captures")
ALLOWED = ("BSD-3-Clause", "GPL-2.0-or-later", "MIT", "Apache-2.0")


def test_a_capture_without_a_source_is_refused() -> None:
    sources = tomllib.loads((PLACE / "sources.toml").read_text())
    files = {str(path.relative_to(PLACE)) for path in PLACE.rglob("*") if path.is_file()}
    assert files - {"sources.toml", "secrets.toml"} == set(sources)
    assert all(entry["source"] for entry in sources.values())


def test_captures_are_unchanged_and_may_be_here() -> None:
    sources = tomllib.loads((PLACE / "sources.toml").read_text())
    for name, entry in sources.items():
        assert hashlib.sha256((PLACE / name).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["licence"].startswith(ALLOWED)
