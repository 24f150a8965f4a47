"""Users of routes into the LAN on a box: pppd's files, and what is said of them."""

import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest

from gateway.control.limits import LARGEST_FILE
from gateway.system.box import reset
from gateway.system.box.places import Places
from tests.unit.system.box.machine import ADA, CONFIG, put
from tests.unit.system.box.whole import Whole

LAN = '[[route]]\nname = "lan"\nkind = "local"\npool = "10.10.0.150-10.10.0.199"\n'
CHAP, PAP = "data/postern/ppp/chap-secrets", "data/postern/ppp/pap-secrets"
OPERATOR = {"name": "operator", "route": "lan", "known": True, "missing": ()}


def whole(root: Path, lan: str = LAN) -> Whole:
    """A box with a route into the LAN, asked by an administrator over SSH."""
    box = Whole(root).start()
    box.result("config.edit", text=CONFIG + lan)
    box.result("config.apply", comment="", deadline_s=0)
    box.who = ADA
    return box


def add(box: Whole, name: str = "operator", password: str = "type metal") -> Any:
    return box.result("users.lan.add", name=name, route="lan", password=password)


def test_an_administrator_adds_somebody_for_root_alone(tmp_path: Path) -> None:
    box = whole(tmp_path)
    assert add(box) == {"users": [OPERATOR]}
    assert (tmp_path / CHAP).read_text() == '"operator" "lan" "type metal" *\n'
    assert stat.S_IMODE((tmp_path / CHAP).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / CHAP).parent.stat().st_mode) == 0o700
    assert not (tmp_path / PAP).exists()
    assert [one.name for one in (tmp_path / CHAP).parent.iterdir()] == ["chap-secrets"]
    assert box.result("users.lan") == {"users": [OPERATOR]}


def test_a_route_that_takes_pap_too_has_both_files(tmp_path: Path) -> None:
    box = whole(tmp_path, f'{LAN}auth = ["mschap-v2", "pap"]\n')
    add(box)
    assert (tmp_path / PAP).read_bytes() == (tmp_path / CHAP).read_bytes()
    box.result("users.lan.remove", name="operator", route="lan")
    assert (tmp_path / PAP).read_bytes() == (tmp_path / CHAP).read_bytes() == b""


def test_a_persons_own_lines_stay_byte_for_byte(tmp_path: Path) -> None:
    own = b"# mine: \xe9\r\nbob\tlan 'x # y'  10.10.0.160 # \\\n"
    put(tmp_path, CHAP, "").write_bytes(own)
    box = whole(tmp_path)
    add(box)
    assert (tmp_path / CHAP).read_bytes().startswith(own)
    assert [one["name"] for one in box.result("users.lan")["users"]] == ["bob", "operator"]
    box.result("users.lan.remove", name="operator", route="lan")
    assert (tmp_path / CHAP).read_bytes() == own


def test_a_route_that_is_only_being_edited_can_have_users_already(tmp_path: Path) -> None:
    box = whole(tmp_path, "")
    asked = {"name": "operator", "route": "lan", "password": "x"}
    assert "no route into the LAN" in box.ask("users.lan.add", **asked)["error"]
    box.result("config.edit", text=CONFIG + LAN)
    assert box.result("users.lan.add", **asked) == {"users": [OPERATOR]}


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"verb": "users.lan.add", "name": "a", "route": "lan", "password": ""}, "is missing"),
        ({"verb": "users.lan.add", "name": 7, "route": "lan"}, "name is no text"),
        ({"verb": "users.lan.add", "name": "a", "route": ["lan"]}, "route is no text"),
        ({"verb": "users.lan.add", "name": "a", "route": "lan", "password": 1}, "is no text"),
        ({"verb": "users.lan.remove", "name": "bob", "route": "lan"}, "there is no user 'bob'"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, request_: dict[str, Any], what: str) -> None:
    answer = whole(tmp_path).ask(**request_)
    assert not answer["ok"]
    assert what in answer["error"]
    assert not (tmp_path / CHAP).exists()


def test_a_file_that_is_too_large_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path, CHAP, "#" * (LARGEST_FILE + 1))
    box = whole(tmp_path)
    for verb in ("users.lan", "users.lan.remove"):
        assert "too large" in box.ask(verb, name="a", route="lan")["error"]


def test_neither_audit_nor_answer_nor_bundle_has_a_password(tmp_path: Path) -> None:
    box = whole(tmp_path)
    told = str(add(box))
    box.result("users.lan.remove", name="operator", route="lan")
    add(box)
    told += box.audit() + str(box.told) + str(box.said) + str(box.result("users.lan"))
    assert "users.lan.add name=operator route=lan" in told
    assert "type metal" not in told
    bundle = box.result("support", path="")["path"]
    with tarfile.open(bundle) as archive:
        files = [archive.extractfile(one) for one in archive]
        pieces = [file.read() for file in files if file]
    assert len(pieces) > 5
    assert not [one for one in pieces if b"type metal" in one]


def test_a_reset_takes_the_files_with_it(tmp_path: Path) -> None:
    add(whole(tmp_path))
    reset.begin(Places(tmp_path), CONFIG, lambda text, keys: text, wipe=False)
    reset.finish(Places(tmp_path))
    assert not (tmp_path / CHAP).parent.exists()
    assert "type metal" not in (Places(tmp_path).sealed / reset.COPY).read_text()
