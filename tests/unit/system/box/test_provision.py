"""One file sets up a box that has no owner, once, and leaves no key behind."""

import stat
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.system.box.disk import read_record
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from gateway.system.box.provision import NAME, RECORD, RESULT, Provisioning, files_of, merged
from tests.unit.control.pki_files import CA, OURS, OWN, Files
from tests.unit.system.box.machine import CONFIG, FACTORY, KEY, SECRET, Tools, put

SMALL = f'hostname = "gw-7"\n\n[[admin]]\nname = "ada"\nssh_key = "{KEY}"\n'
WITH_CLIENT = (
    SMALL
    + '\n[[client]]\nname = "old"\npsk_file = "old.psk"\nroute = "r"\n'
    + '\n[[route]]\nname = "r"\nkind = "pptp"\nserver = "10.0.0.9"\n'
)


@dataclass
class Box:
    """Provisioning on a tree of files; `taken` are the configurations that were put in force."""

    root: Path
    tools: Tools = field(default_factory=Tools)
    refuses: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.places = Places(self.root)
        outlet = Outlet(self.places, None, self.tools)
        self.provisioning = Provisioning(self.places, outlet, FACTORY)

    def accept(self, text: str) -> list[str]:
        self.taken.append(text)
        return self.refuses

    def look(self) -> str:
        outcome = self.provisioning.look(self.accept)
        return outcome.text if outcome else ""

    def config(self) -> Config:
        found = load(File(self.taken[-1].encode()), lambda name: "no file")
        assert isinstance(found, Config)
        return found


def test_without_a_file_nothing_happens(tmp_path: Path) -> None:
    assert Box(tmp_path).look() == ""


def test_a_name_and_a_key_are_enough(tmp_path: Path) -> None:
    box = Box(tmp_path)
    put(tmp_path, f"data/{NAME}", SMALL)
    assert box.look() == "the provisioning file on the data partition was taken up"
    config = box.config()
    assert config.box.hostname == "gw-7"
    assert config.outside.network == "dhcp"
    assert [admin.name for admin in config.admins] == ["ada"]
    assert box.provisioning.note() == "the provisioning file on the data partition was taken up"


def test_a_whole_configuration_is_taken_as_it_is_written(tmp_path: Path) -> None:
    box = Box(tmp_path)
    put(tmp_path, f"data/{NAME}", "# with comments\n" + CONFIG)
    box.look()
    assert box.taken == ["# with comments\n" + CONFIG]


def test_afterwards_there_is_no_key_anywhere_but_in_force(tmp_path: Path) -> None:
    box = Box(tmp_path)
    put(tmp_path, f"data/{NAME}", WITH_CLIENT)
    put(tmp_path, "data/old.psk", SECRET + "\n")
    box.look()
    assert box.config().clients[0].psk == SECRET.encode()
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in left} == {RESULT, RECORD}
    assert all(SECRET not in path.read_text() for path in left)


def test_certificates_beside_it_are_taken_in_and_their_key_is_gone(tmp_path: Path) -> None:
    box = Box(tmp_path)
    put(tmp_path, f"data/{NAME}", SMALL + OWN + CA.replace('crl_file = "ca.crl"', ""))
    for name, data in Files().data.items():
        put(tmp_path, f"data/{name}", data.decode())
    assert "taken up" in box.look()
    config = box.config()
    assert config.certificates[0].chain[0].der == OURS.der
    assert not (tmp_path / "data/gateway.key").exists()


def test_two_certificates_of_one_name_are_told(tmp_path: Path) -> None:
    box = Box(tmp_path)
    put(tmp_path, f"data/{NAME}", SMALL + OWN + OWN)
    for name, data in Files().data.items():
        put(tmp_path, f"data/{name}", data.decode())
    assert "was refused: there is more than one certificate 'own'" in box.look()


def test_an_old_key_in_a_file_is_taken_up_and_leaves_nothing_behind_too(tmp_path: Path) -> None:
    box = Box(tmp_path)
    old = 'psk = "a new key"\npsk_old_file = "old.psk"\npsk_old_until = 2030-01-31\n'
    put(tmp_path, f"data/{NAME}", WITH_CLIENT.replace('psk_file = "old.psk"\n', old))
    put(tmp_path, "data/old.psk", SECRET + "\n")
    box.look()
    [client] = box.config().clients
    assert (client.psk, client.psk_old) == (b"a new key", SECRET.encode())
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in left} == {RESULT, RECORD}


def test_a_file_that_is_wrong_stays_to_be_mended_and_is_not_tried_again(tmp_path: Path) -> None:
    box = Box(tmp_path)
    path = put(tmp_path, f"data/{NAME}", SMALL.replace("ssh-ed25519", "ssh-what"))
    path.chmod(0o644)
    assert "was refused: line" in box.look()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "admin[1].ssh_key" in (tmp_path / "data" / RESULT).read_text()
    assert box.look() == ""
    assert box.taken == []
    path.write_text(SMALL)
    assert "taken up" in box.look()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[", "no TOML"),
        ('hostname = "gw-7"\n', "no [[admin]]"),
        (SMALL + "\n[nonsense]\nx = 1\n", "there is no table"),
        (SMALL.replace("gw-7", "-"), "box.hostname"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, says: str) -> None:
    put(tmp_path, f"data/{NAME}", text)
    box = Box(tmp_path)
    assert says in box.look()
    assert not read_record(box.places.state / RECORD)["ok"]


def test_what_the_machine_refuses_is_said_and_the_file_stays(tmp_path: Path) -> None:
    put(tmp_path, f"data/{NAME}", SMALL)
    box = Box(tmp_path, refuses=["the network could not be set."])
    assert "was refused: the network could not be set." in box.look()
    assert (tmp_path / "data" / NAME).exists()


def test_a_stick_is_read_and_emptied_of_its_keys(tmp_path: Path) -> None:
    box = Box(tmp_path)
    put(tmp_path, "dev/disk/by-label/POSTERN", "")
    mount = box.places.mount
    put(mount, NAME, SMALL)
    assert box.look() == "the provisioning file on the stick was taken up"
    assert [path.name for path in mount.iterdir()] == [RESULT]
    assert [line.split()[0] for line in box.tools.asked] == ["mount", "umount"]


def test_a_stick_without_the_file_is_not_mounted_for_ever(tmp_path: Path) -> None:
    box = Box(tmp_path)
    stick = put(tmp_path, "dev/disk/by-label/POSTERN", "")
    assert [box.look(), box.look()] == ["", ""]
    assert len(box.tools.asked) == 2
    stick.unlink()
    box.look()
    put(tmp_path, "dev/disk/by-label/POSTERN", "")
    box.look()
    assert len(box.tools.asked) == 4


def test_a_stick_that_cannot_be_written_to_is_used_once_and_that_is_told(tmp_path: Path) -> None:
    box = Box(tmp_path, Tools(fails={"mount -o nosuid,nodev,noexec,rw": "read-only"}))
    put(tmp_path, "dev/disk/by-label/POSTERN", "")
    path = put(box.places.mount, NAME, SMALL)
    (box.places.mount / f"{RESULT}.new").mkdir()  # as if nothing could be written there
    assert "still holds keys: take the stick away" in box.look()
    assert path.exists()
    again = Box(tmp_path, box.tools)
    assert again.look() == ""
    assert len(box.taken) == 1


def test_a_stick_nobody_can_use_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "dev/disk/by-label/POSTERN", "")
    assert Box(tmp_path, Tools(fails={"mount": "no"})).look() == ""


def test_only_plain_files_beside_it_are_read(tmp_path: Path) -> None:
    put(tmp_path, "stick/a.psk", SECRET)
    put(tmp_path, "secret", SECRET)
    (tmp_path / "stick/link").symlink_to(tmp_path / "secret")
    read = files_of(tmp_path / "stick")
    assert isinstance(read("a.psk"), File)
    for name in ("../secret", "link", "none", "/etc/passwd"):
        assert isinstance(read(name), str)


def test_parts_stand_in_place_of_the_factorys() -> None:
    text = merged('[inside]\naddress = "10.0.0.1"\n[limits]\nsessions = 5\n', FACTORY)
    assert 'network = "dhcp"' in text
    assert 'address = "10.0.0.1"' in text
    assert "sessions = 5" in text
