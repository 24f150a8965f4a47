"""Back to how the box came: what goes, what stays, and who gets the sealed copy."""

from pathlib import Path

import pytest

from gateway.control.changes_outputs import Refused, Who
from gateway.system.box import reset
from gateway.system.box.places import Places
from tests.unit.system.box.machine import ADA, CONFIG, CONSOLE, FACTORY, KEY, OTHER_KEY, put

CLAIMED = FACTORY + f'\n[[admin]]\nname = "ada"\nssh_key = "{KEY}"\n'
STRANGER = FACTORY + f'\n[[admin]]\nname = "ada"\nssh_key = "{OTHER_KEY}"\n'


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for name in ("saved.toml", "history/0001.toml", "state/audit.log", "press-3.psk"):
        put(tmp_path, f"data/postern/{name}", CONFIG)
    put(tmp_path, "data/ssh/ssh_host_ed25519_key", "host key")
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
    reset.begin(places, CONFIG, wipe=False)
    reset.finish(places)
    assert left(places) == [
        "postern/sealed/last.json",
        "postern/sealed/last.toml",
        "rauc/central.status",
    ]


def test_the_authority_is_sealed_with_it_and_comes_back_with_it(places: Places) -> None:
    put(places.root, "data/postern/ca/authority.json", "the register")
    put(places.root, "data/postern/sealed/ca/ca.crl", "of a reset before")
    reset.begin(places, CONFIG, wipe=False)
    reset.finish(places)
    assert "postern/sealed/ca/authority.json" in left(places)
    assert "postern/sealed/ca/ca.crl" not in left(places)
    reset.unsealed(places, ADA, CLAIMED)
    assert (places.data / "ca/authority.json").read_text() == "the register"


def test_a_wipe_leaves_nothing_of_it(places: Places) -> None:
    reset.begin(places, CONFIG, wipe=False)
    reset.finish(places)
    reset.begin(places, CONFIG, wipe=True)
    reset.finish(places)
    assert left(places) == ["rauc/central.status"]


def test_a_power_cut_in_the_middle_is_finished_later(places: Places) -> None:
    assert not reset.unfinished(places)
    reset.begin(places, CONFIG, wipe=False)
    (places.data / "saved.toml").unlink()
    assert reset.unfinished(places)
    reset.finish(places)
    assert not reset.unfinished(places)
    assert "postern/sealed/last.toml" in left(places)


def test_who_logs_in_with_a_key_of_the_copy_gets_it_back(places: Places) -> None:
    reset.begin(places, CONFIG, wipe=False)
    assert reset.unsealed(places, ADA, CLAIMED) == CONFIG


@pytest.mark.parametrize(
    ("who", "running"),
    [
        (CONSOLE, CLAIMED),  # a public key can be typed by anybody
        (ADA, STRANGER),
        (ADA, FACTORY),
        (Who("bob", "ssh", "ssh:1", remote=True), CLAIMED),
        (ADA, "[["),
    ],
)
def test_nobody_else_does(places: Places, who: Who, running: str) -> None:
    reset.begin(places, CONFIG, wipe=False)
    with pytest.raises(Refused, match="a key that stands in it"):
        reset.unsealed(places, who, running)


def test_without_a_copy_or_with_half_of_one_there_is_nothing(places: Places) -> None:
    with pytest.raises(Refused, match="no sealed configuration"):
        reset.unsealed(places, ADA, CLAIMED)
    reset.begin(places, CONFIG, wipe=False)
    (places.sealed / "last.toml").write_text(CONFIG[:-5])
    with pytest.raises(Refused, match="damaged"):
        reset.unsealed(places, ADA, CLAIMED)


def test_links_are_removed_and_not_followed(places: Places, tmp_path: Path) -> None:
    outside = put(tmp_path, "elsewhere/file", "stays")
    (places.data / "link").symlink_to(outside.parent)
    reset.begin(places, CONFIG, wipe=True)
    reset.finish(places)
    assert outside.read_text() == "stays"
    assert not (places.data / "link").is_symlink()
