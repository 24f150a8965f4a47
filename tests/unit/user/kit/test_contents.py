"""All of a kit, held against what an old Windows can read."""

import re
import sys

import pytest

from gateway.user.kit.contents import kit_of
from gateway.user.kit.subject import Subject
from tests.unit.user.kit.subjects import EVERYBODY, KEY, certified, subject

EVERY = pytest.mark.parametrize("about", EVERYBODY, ids=lambda one: f"{one.kind.name}-{one.nat_d}")


@EVERY
def test_every_file_can_be_read_by_every_old_windows(about: Subject) -> None:
    for one in kit_of(about).machine:
        assert re.fullmatch(r"[A-Z0-9_-]{1,8}\.(TXT|REG|P12)", one.name)
        if one.name.endswith((".TXT", ".REG")):
            assert one.data.isascii()
            assert b"\n" not in one.data.replace(b"\r\n", b"")
            assert max(map(len, one.data.split(b"\r\n"))) < 80


@EVERY
def test_every_file_is_told_of_on_the_sheet(about: Subject) -> None:
    files = kit_of(about).machine
    sheet = files[0].data.decode()
    assert [one.name for one in files if one.name not in sheet] == []
    named = set(re.findall(r"\b[A-Z0-9]+\.(?:TXT|REG|P12)\b", sheet))
    assert named == {one.name for one in files}


@EVERY
def test_the_secret_is_only_where_it_is_said_to_be(about: Subject) -> None:
    kit = kit_of(about)
    secret = about.psk.encode() or about.p12
    assert {one.name for one in kit.files if secret in one.data} == {
        one.name for one in kit.files if one.secret
    }


def test_what_is_in_it() -> None:
    names = {
        each: [one.name for one in kit_of(about).machine]
        for each, about in (
            ("98", subject("98")),
            ("2000", subject("2000")),
            ("xp", certified("xp", nat_d="honest")),
        )
    }
    assert names == {
        "98": ["README.TXT", "PSK.TXT", "UPDATES.TXT"],
        "2000": [
            "README.TXT",
            "PSK.TXT",
            "UPDATES.TXT",
            "POLICY.TXT",
            "PSKON.REG",
            "PSKOFF.REG",
        ],
        "xp": ["README.TXT", "CLIENT.P12", "UPDATES.TXT", "IPSECON.REG", "NATT.REG"],
    }


def test_the_key_stands_alone_so_that_all_of_its_file_can_be_copied() -> None:
    assert kit_of(subject()).machine[1].data == KEY.encode()


def test_the_page_for_printing_is_not_for_the_machine() -> None:
    kit = kit_of(subject())
    assert [one.name for one in kit.owner] == ["SHEET.PDF"]
    assert kit.lacks == ""


def test_without_the_library_there_is_a_kit_without_that_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pydyf", None)
    kit = kit_of(subject())
    assert kit.owner == ()
    assert "pydyf is not installed" in kit.lacks
