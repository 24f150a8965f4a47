"""A kit for whoever asks the box: where it goes, and what leaves by the socket."""

from pathlib import Path
from typing import Any

import pytest

from gateway.control.changes_outputs import Refused
from gateway.control.config import Config
from gateway.control.kits import Order, Product
from gateway.system.box.kit import begin_kit
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from tests.unit.system.box.machine import CONFIG, SECRET, Tools, put
from tests.unit.system.box.test_network import config
from tests.unit.system.box.whole import Whole
from tests.unit.system.test_media import PROGRAMS

CONTEXT = {"config": config()}
PIECES = (("README.TXT", b"read me"), ("PSK.TXT", b"the key"))


class Made:
    """What was asked of the maker."""

    def __init__(self) -> None:
        self.orders: list[tuple[Order, bytes]] = []

    def __call__(self, config: Config, order: Order, p12: bytes) -> Product:
        self.orders.append((order, p12))
        data = b"" if order.form == "folder" else b"an image"
        return Product(f"kit-{order.machine}", PIECES, data, ("made",))


def ask(root: Path, made: Made, tools: Tools | None = None, **request: object) -> Any:
    outlet = Outlet(Places(root), None, tools or Tools())
    return begin_kit({"name": "press-3", **request}, CONTEXT, outlet, made)()


@pytest.mark.parametrize(("form", "ending"), [("zip", "zip"), ("floppy", "img"), ("iso", "iso")])
def test_it_goes_into_ram_under_the_machines_name(tmp_path: Path, form: str, ending: str) -> None:
    found = ask(tmp_path, Made(), form=form)
    path = tmp_path / f"run/postern-files/kit-press-3.{ending}"
    assert found == {"path": str(path), "told": ["made"]}
    assert path.read_bytes() == b"an image"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_folder_goes_on_a_stick_file_by_file(tmp_path: Path) -> None:
    put(tmp_path, "dev/disk/by-label/POSTERN", "")
    tools = Tools()
    found = ask(tmp_path, Made(), tools, form="folder", path="usb")
    assert found["path"] == "usb/kit-press-3"
    folder = tmp_path / "run/postern-box/stick/kit-press-3"
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == dict(PIECES)
    assert [line.split()[0] for line in tools.asked] == ["mount", "umount"]


def test_a_folder_in_ram_is_no_file_to_fetch(tmp_path: Path) -> None:
    made = Made()
    with pytest.raises(Refused, match="a folder is for a USB stick"):
        ask(tmp_path, made, form="folder")
    assert made.orders == []


def test_a_kit_goes_nowhere_else(tmp_path: Path) -> None:
    made = Made()
    with pytest.raises(Refused, match="files are put into"):
        ask(tmp_path, made, path="/root/kit.zip")
    with pytest.raises(Refused, match="no plain name"):
        ask(tmp_path, made, name="../../etc/shadow")
    assert made.orders == []


def test_a_certificate_is_fetched_from_where_ca_issue_has_put_it(tmp_path: Path) -> None:
    put(tmp_path, "run/postern-files/press-3.p12", "0 it")
    made = Made()
    ask(tmp_path, made, p12="press-3.p12")
    assert made.orders[0][1] == b"0 it"
    with pytest.raises(Refused, match=r"there is no press-4\.p12") as told:
        ask(tmp_path, made, p12="press-4.p12")
    assert told.value.hint == "Make it: postern ca issue press-3"
    with pytest.raises(Refused, match="no plain name"):
        ask(tmp_path, made, p12="../../data/postern/ca/authority.key")


def test_without_a_configuration_there_is_no_kit(tmp_path: Path) -> None:
    outlet = Outlet(Places(tmp_path), None, Tools())
    with pytest.raises(Refused, match="no configuration is in force"):
        begin_kit({"name": "press-3"}, {"config": None}, outlet, Made())


@PROGRAMS
def test_a_whole_agent_makes_it_notes_who_asked_and_answers_without_the_key(
    tmp_path: Path,
) -> None:
    whole = Whole(tmp_path)
    put(tmp_path, "data/postern/saved.toml", CONFIG)
    whole.start()
    found = whole.result("kit", name="press-3", windows="98", form="floppy")
    assert SECRET.encode() in Path(found["path"]).read_bytes()
    assert SECRET not in str(found)
    assert SECRET not in str(whole.told)
    assert "kit name=press-3" in whole.audit()
