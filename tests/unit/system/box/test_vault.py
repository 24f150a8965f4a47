"""Passwords on a box: sealed by a TPM or for root alone, and handed to the gateway in memory."""

import stat
from pathlib import Path
from typing import Any

import pytest

from gateway.control.document import File
from gateway.control.users import USERS_FILE, read_users
from gateway.crypto.passwords import nt_hash
from gateway.system.box.places import Places
from gateway.system.box.vault import SEALED, UNREADABLE, Vault
from tests.unit.system.box.machine import CONFIG, Tools
from tests.unit.system.box.whole import Whole

HASH = nt_hash("type-metal").hex()
NO_TPM = {"systemd-creds has-tpm2": "no"}
ENCRYPT = "systemd-creds encrypt --name=users.nt --with-key=tpm2 --tpm2-pcrs= - -"


def whole(root: Path, tools: Tools) -> Whole:
    """A box whose route encrypts."""
    box = Whole(root, tools).start()
    text = CONFIG.replace('kind = "pptp"\n', 'kind = "pptp"\nencryption = "mppe"\n')
    box.result("config.edit", text=text)
    box.result("config.apply", comment="", deadline_s=0)
    return box


def add(box: Whole, name: str = "ada", **more: Any) -> Any:
    return box.result("users.add", name=name, password="type-metal", **more)


def test_without_a_tpm_the_file_is_for_root_alone(tmp_path: Path) -> None:
    box = whole(tmp_path, Tools(fails=NO_TPM))
    assert add(box) == {"users": [{"name": "ada", "lm": False}], "changed": True}
    assert add(box) == {"users": [{"name": "ada", "lm": False}], "changed": False}
    path = Places(tmp_path).data / USERS_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"ada:{HASH}" in path.read_text()
    assert box.result("users") == {"users": [{"name": "ada", "lm": False}]}
    assert box.result("users.remove", name="ada") == {"users": [], "changed": True}


def test_with_a_tpm_the_disk_has_only_what_it_has_sealed(tmp_path: Path) -> None:
    tools = Tools(says={"systemd-creds encrypt": "sealed by the TPM\n"})
    box = whole(tmp_path, tools)
    add(box)
    data = Places(tmp_path).data
    assert ENCRYPT in tools.asked
    assert (data / SEALED).read_text() == "sealed by the TPM\n"
    assert not (data / USERS_FILE).exists()
    assert any(HASH in given for given in tools.given)
    assert all(HASH not in line for line in tools.asked)


def test_what_was_sealed_is_opened_for_the_gateway(tmp_path: Path) -> None:
    tools = Tools(
        says={"systemd-creds encrypt": "sealed", "systemd-creds decrypt": f"ada:{HASH}\n"}
    )
    box = whole(tmp_path, tools)
    add(box)
    copy = Places(tmp_path).gateway.with_name(USERS_FILE)
    assert copy.read_text() == f"ada:{HASH}\n"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o640
    sealed = Places(tmp_path).data / SEALED
    assert f"systemd-creds decrypt --name=users.nt {sealed} -" in tools.asked


def test_the_tpm_is_asked_once_for_each_file(tmp_path: Path) -> None:
    tools = Tools(says={"systemd-creds decrypt": f"ada:{HASH}"})
    data = Places(tmp_path).data
    data.mkdir(parents=True)
    (data / SEALED).write_text("sealed")
    vault = Vault(Places(tmp_path), tools)
    found = [vault.read() for _ in range(3)]
    assert found == [File(f"ada:{HASH}".encode())] * 3
    assert len(tools.asked) == 1
    (data / "new").write_text("sealed anew")
    (data / "new").replace(data / SEALED)
    vault.read()
    assert len(tools.asked) == 2


def test_a_password_that_changes_reaches_the_gateway_without_a_restart(tmp_path: Path) -> None:
    tools = Tools(fails=NO_TPM)
    box = whole(tmp_path, tools)
    copy = Places(tmp_path).gateway.with_name(USERS_FILE)
    assert not copy.exists()
    tools.asked.clear()
    add(box)
    assert HASH in copy.read_text()
    assert "systemctl reload-or-restart --no-block postern.service" in tools.asked


def test_the_next_start_hands_them_over_again(tmp_path: Path) -> None:
    add(whole(tmp_path, Tools(fails=NO_TPM)))
    copy = Places(tmp_path).gateway.with_name(USERS_FILE)
    copy.unlink()
    Whole(tmp_path, Tools(fails=NO_TPM), boot="boot-2").start()
    assert HASH in copy.read_text()


def test_a_box_that_gets_a_tpm_seals_what_it_has_at_the_next_change(tmp_path: Path) -> None:
    add(whole(tmp_path, Tools(fails=NO_TPM)))
    tools = Tools(says={"systemd-creds encrypt": "sealed", "systemd-creds decrypt": f"ada:{HASH}"})
    box = Whole(tmp_path, tools).start()
    add(box, "bob")
    assert not (Places(tmp_path).data / USERS_FILE).exists()
    given = next(text for text in tools.given if "bob:" in text)
    assert "ada:" in given


def test_a_tpm_that_refuses_changes_nothing(tmp_path: Path) -> None:
    box = whole(tmp_path, Tools(fails={"systemd-creds encrypt": "broken"}))
    answer = box.ask("users.add", name="ada", password="type-metal")
    assert not answer["ok"]
    assert "the TPM does not seal it" in answer["error"]
    assert not (Places(tmp_path).data / SEALED).exists()


def test_what_the_tpm_does_not_open_any_more_is_told_and_stored_again(tmp_path: Path) -> None:
    data = Places(tmp_path).data
    data.mkdir(parents=True)
    (data / SEALED).write_text("of another board")
    box = Whole(tmp_path, Tools(fails={"systemd-creds decrypt": "no"})).start()
    for verb in ("users", "users.remove"):
        refused = box.ask(verb, name="ada")
        assert refused["error"] == "this box's TPM does not open the stored passwords"
        assert refused["hint"] == "Store them again: postern users add NAME"
    assert (data / SEALED).read_text() == "of another board"
    assert add(box) == {"users": [{"name": "ada", "lm": False}], "changed": True}
    assert (data / SEALED).read_text() != "of another board"
    assert (data / UNREADABLE).read_text() == "of another board"


def test_what_cannot_be_read_at_all_is_not_written_over(tmp_path: Path) -> None:
    (Places(tmp_path).data / USERS_FILE).mkdir(parents=True)
    box = Whole(tmp_path, Tools(fails=NO_TPM)).start()
    assert "is a directory" in box.ask("users.add", name="ada", password="x")["error"]


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"verb": "users.add", "name": "ada", "password": ""}, "a password is missing"),
        ({"verb": "users.add", "name": 7, "password": "x"}, "name is no text"),
        ({"verb": "users.remove", "name": "bob"}, "there is no user 'bob'"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, request_: dict[str, Any], what: str) -> None:
    box = whole(tmp_path, Tools(fails=NO_TPM))
    answer = box.ask(**request_)
    assert not answer["ok"]
    assert what in answer["error"]


def test_neither_audit_nor_answer_has_a_password_or_a_hash(tmp_path: Path) -> None:
    box = whole(tmp_path, Tools(fails=NO_TPM))
    add(box)
    told = box.audit() + str(box.told) + str(box.result("users"))
    assert "users.add name=ada" in told
    assert "type-metal" not in told
    assert HASH not in told


def test_other_files_are_read_as_before(tmp_path: Path) -> None:
    vault = Vault(Places(tmp_path), Tools())
    read_file = vault.reader(lambda name: File(name.encode()))
    assert read_file("press-3.psk") == File(b"press-3.psk")
    assert read_file(USERS_FILE) == "there is no such file"
    (tmp_path / "data/postern").mkdir(parents=True)
    (tmp_path / "data/postern" / USERS_FILE).write_text(f"ada:{HASH}\n")
    found = read_file(USERS_FILE)
    assert isinstance(found, File)
    assert read_users(found)[0].names() == ["ada"]
