"""A kit in the form that was asked for."""

import sys
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from gateway.control.kits import Order, Product
from gateway.user.kit.make import Pieces, make
from tests.unit.user.kit.configurations import config, with_certificate
from tests.unit.user.kit.subjects import DAY, KEY

FILES = ["README.TXT", "PSK.TXT", "UPDATES.TXT"]


def carry(pieces: Pieces, day: date) -> bytes:
    """Stands for another program: the real ones are in tests/unit/system/test_media.py."""
    return f"{day}: {' '.join(name for name, _ in pieces)}".encode()


def made(form: str, **order: Any) -> Product:
    wanted = Order("press-3", form, "98", **order)
    return make(config(), wanted, b"", DAY, {"floppy": carry, "iso": carry})


def test_a_zip_holds_a_folder_named_after_the_machine() -> None:
    product = made("zip")
    with ZipFile(BytesIO(product.data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"press-3/{name}" for name in [*FILES, "SHEET.PDF"]]
        assert archive.read("press-3/PSK.TXT") == KEY.encode()
        assert {one.external_attr >> 16 for one in archive.infolist()} == {0o600}
    assert product.name == "kit-press-3"
    assert product.data == made("zip").data


def test_a_folder_is_its_pieces() -> None:
    product = made("folder")
    assert [name for name, _ in product.pieces] == [*FILES, "SHEET.PDF"]
    assert product.data == b""


@pytest.mark.parametrize("form", ["floppy", "iso"])
def test_a_disk_for_the_machine_has_nothing_on_it_that_it_cannot_read(form: str) -> None:
    assert made(form).data == b"2026-11-27: README.TXT PSK.TXT UPDATES.TXT"


def test_whoever_asks_is_told_what_is_secret_and_not_the_secret() -> None:
    told = "\n".join(made("zip").told)
    assert told.startswith("A kit for press-3, Windows 98, that dials 203.0.113.9:\n")
    assert "  PSK.TXT       SECRET  the pre-shared key alone" in told
    assert "It has the pre-shared key." in told
    assert KEY not in told


def test_of_a_certificate_the_password_is_told_on_another_way() -> None:
    order = Order("press-3", "zip", "xp")
    product = make(with_certificate(config()), order, b"0\x82 it", DAY, {})
    assert "not the password of CLIENT.P12" in product.told[-1]


def test_that_the_page_is_missing_is_told_where_it_would_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pydyf", None)
    assert "There is no SHEET.PDF" in made("zip").told[-1]
    assert "SHEET.PDF" not in "\n".join(made("floppy").told)
