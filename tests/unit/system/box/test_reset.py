"""Back to how the box came: what goes, what stays, and who gets the sealed copy."""

from pathlib import Path

import pytest

from gateway.control.changes_outputs import Refused
from gateway.system.box import reset
from gateway.system.box.places import Places
from tests.unit.system.box.machine import CONFIG, FACTORY, KEY, OTHER_KEY, SECRET, put

TWO = (
    FACTORY
    + f"""
[[admin]]
name = "ada"
ssh_keys = ["{KEY}", "{OTHER_KEY}"]

[[admin]]
name = "bob"
ssh_key = "{KEY}"
"""
)


def seal(text: str, keys: list[str]) -> str:
    """What matters here: for whom, and that nothing of it can be read."""
    return f"sealed for {len(keys)}\n" if keys else ""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for name in (
        "saved.toml",
        "history/0001.toml",
        "state/audit.log",
        "press-3.psk",
        "ppp/chap-secrets",
    ):
        put(tmp_path, f"data/postern/{name}", CONFIG)
    put(tmp_path, "data/ssh/ssh_host_ed25519_key", "host key")
    put(tmp_path, "data/accounting/accounts.sqlite", "who was on when")
    put(tmp_path, "data/rauc/central.status", "slots")
    return Places(tmp_path)


def left(places: Places) -> list[str]:
    data = places.root / "data"
    return sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file())


def test_the_name_of_the_host_must_be_typed() -> None:
    reset.check_typed("gw-lab-1", "gw-lab-1")
    for typed in ("y", "", None, "gw-lab-2"):
        with pytest.raises(Refused, match="not that of this box"):
            reset.check_typed(typed, "gw-lab-1")


def test_one_sealed_copy_and_the_slots_stay(places: Places) -> None:
    reset.begin(places, CONFIG, seal, wipe=False)
    reset.finish(places)
    assert left(places) == ["postern/sealed/last.age", "rauc/central.status"]


def test_the_authority_is_sealed_with_it(places: Places) -> None:
    put(places.root, "data/postern/ca/authority.json", "the register")
    reset.begin(places, TWO, seal, wipe=False)
    reset.finish(places)
    assert "postern/ca/authority.json" not in left(places)
    assert reset.sealed(places, reset.AUTHORITY) == "sealed for 2\n"


def test_a_wipe_leaves_nothing_of_it(places: Places) -> None:
    reset.begin(places, CONFIG, seal, wipe=False)
    reset.finish(places)
    reset.begin(places, CONFIG, seal, wipe=True)
    reset.finish(places)
    assert left(places) == ["rauc/central.status"]


def test_a_power_cut_in_the_middle_is_finished_later(places: Places) -> None:
    assert not reset.unfinished(places)
    reset.begin(places, CONFIG, seal, wipe=False)
    (places.data / "saved.toml").unlink()
    assert reset.unfinished(places)
    reset.finish(places)
    assert not reset.unfinished(places)
    assert "postern/sealed/last.age" in left(places)


def test_the_copy_is_for_every_key_of_every_administrator_once(places: Places) -> None:
    assert reset.begin(places, TWO, seal, wipe=False)
    assert reset.sealed(places) == "sealed for 2\n"


def test_no_secret_is_left_anywhere(places: Places) -> None:
    reset.begin(places, CONFIG, seal, wipe=False)
    reset.finish(places)
    data = places.root / "data"
    assert not [one for one in data.rglob("*") if one.is_file() and SECRET in one.read_text()]


@pytest.mark.parametrize("text", [FACTORY, "[[", ""])
def test_without_a_key_that_could_open_it_nothing_is_kept(places: Places, text: str) -> None:
    assert not reset.begin(places, text, seal, wipe=False)
    reset.finish(places)
    with pytest.raises(Refused, match="no such sealed copy"):
        reset.sealed(places)


def test_a_second_reset_without_an_owner_leaves_the_copy_of_the_first(places: Places) -> None:
    for text in (TWO, FACTORY):
        reset.begin(places, text, seal, wipe=False)
        reset.finish(places)
    assert reset.sealed(places) == "sealed for 2\n"


def test_links_are_removed_and_not_followed(places: Places, tmp_path: Path) -> None:
    outside = put(tmp_path, "elsewhere/file", "stays")
    (places.data / "link").symlink_to(outside.parent)
    reset.begin(places, CONFIG, seal, wipe=True)
    reset.finish(places)
    assert outside.read_text() == "stays"
    assert not (places.data / "link").is_symlink()
