"""Every file of tests/vectors/l2tp says where it comes from and is still what it was."""

import hashlib
import tomllib

from tests.captures import vectors

PLACE = vectors("l2tp")
ALLOWED = ("GPL-2.0-or-later", "MIT")


def test_the_vectors_have_a_source_and_are_unchanged() -> None:
    sources = tomllib.loads((PLACE / "sources.toml").read_text())
    assert {path.name for path in PLACE.iterdir()} - {"sources.toml"} == set(sources)
    for name, entry in sources.items():
        assert hashlib.sha256((PLACE / name).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["source"]
        assert entry["licence"] in ALLOWED
