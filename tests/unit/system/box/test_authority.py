"""The authority of a box: its files, its thread, and the gateway that is told."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from gateway.control.authority_files import FILES, LIST
from gateway.control.changes_outputs import Activate, ActivationFailed, Refused
from gateway.control.parts import Part
from gateway.system.box.answer import Worker
from gateway.system.box.authority import BoxAuthority
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from gateway.system.control_socket import Later
from gateway.user.files import beside
from gateway.x509.crl import read_crls


class Box:
    """A box's authority on a tree of files; `told` is what was put in force."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.data.mkdir(parents=True)
        self.told: list[Activate] = []
        self.worker = Worker(lambda text: None)
        read = beside(self.places.data / "saved.toml")
        outlet = Outlet(self.places, None)
        self.authority = BoxAuthority(self.places, read, outlet, self.told.append, print)

    def ask(self, verb: str, **more: object) -> Any:
        request = {"verb": f"ca.{verb}", "bits": 1024, **more}
        found = self.authority.answer(request, self.worker, "running")
        if isinstance(found, Later):
            self.worker.join("authority")
            found = found.ready() or {}
        assert found["ok"], found
        return found["result"]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path)
    made.ask("create", names=["vpn.works"])
    return made


def test_its_files_are_for_root_alone(box: Box) -> None:
    found = [box.places.data / name for name in FILES]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in found)
    assert (box.places.data / "ca").stat().st_mode & 0o777 == 0o700


def test_a_machines_file_is_put_where_administrators_fetch_them(box: Box) -> None:
    found = box.ask("issue", name="press-3")
    path = Path(found["path"])
    assert path == box.places.files / "press-3.p12"
    assert path.stat().st_mode & 0o777 == 0o640
    assert "data" not in found
    assert box.ask("export")["path"].endswith("authority.cer")
    assert box.ask("export", key=True)["path"].endswith("authority.p12")
    assert box.ask("crl", path="list.pem")["path"].endswith("list.pem")


def test_who_is_revoked_is_refused_by_the_gateway_at_once(box: Box) -> None:
    box.ask("issue", name="press-3")
    assert box.told == []
    box.ask("revoke", name="press-3")
    assert box.told == [Activate("running", "running", frozenset({Part.GATEWAY}))]
    text = (box.places.data / LIST).read_text()
    assert len(read_crls(text)[0].revoked) == 1


def test_looking_disturbs_nobody_and_applying_is_asked_for(box: Box) -> None:
    assert [one["name"] for one in box.ask("list")["issued"]] == ["gateway"]
    assert box.told == []
    assert box.ask("apply") == {}
    assert len(box.told) == 1


def test_a_gateway_that_cannot_be_told_is_told_of(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.ask("create", names=[])

    def fail(wanted: Activate) -> None:
        raise ActivationFailed("systemctl said no")

    read, outlet = beside(box.places.data / "saved.toml"), Outlet(box.places, None)
    authority = BoxAuthority(box.places, read, outlet, fail, print)
    found = authority.answer({"verb": "ca.crl"}, box.worker, "running")
    assert isinstance(found, dict)
    assert found["error"] == "it is written, and the gateway could not be told (systemctl said no)"


def test_nothing_else_is_done_while_it_is_at_work(box: Box) -> None:
    done = Event()
    box.worker.start("authority", done.wait)
    for verb in ("ca.list", "ca.issue"):
        with pytest.raises(Refused, match=r"at work|under way"):
            box.authority.answer({"verb": verb}, box.worker, "running")
    done.set()
    box.worker.join("authority")


def test_it_answers_its_own_verbs_alone(box: Box) -> None:
    assert box.authority.answers("ca.apply")
    assert box.authority.answers("ca.issue")
    assert not box.authority.answers("status")
