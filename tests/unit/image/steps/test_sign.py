"""What an update says of itself, and whose key signs it."""

from pathlib import Path

import pytest

from image.programs import Failed
from image.release import Release
from image.steps.sign import given_or_made, manifest
from image.steps.tools import Tools

NO_TOOLS = Tools(Path("/nowhere"), Path("/nowhere"), {})


def test_an_update_names_its_kind_version_and_schema() -> None:
    text = manifest(Release("1.2", 7, "abc"))
    assert "compatible=postern-amd64\nversion=1.2\n" in text
    assert "[meta.postern]\nschema=1\n" in text
    assert "format=verity" in text


def test_keys_that_were_given_are_taken(tmp_path: Path) -> None:
    keys = given_or_made(tmp_path / "k", tmp_path / "c", NO_TOOLS, tmp_path)
    assert (keys.key, keys.keyring) == (tmp_path / "k", tmp_path / "c")


def test_a_key_without_its_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="together"):
        given_or_made(tmp_path / "k", None, NO_TOOLS, tmp_path)


def test_keys_made_once_are_kept(tmp_path: Path) -> None:
    for name in ("update.key", "update.pem"):
        (tmp_path / name).write_text("kept")
    assert given_or_made(None, None, NO_TOOLS, tmp_path).key.read_text() == "kept"
