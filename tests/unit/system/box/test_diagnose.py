"""Ping, links, capture, self-test and bundle, as the socket asks for them."""

import tarfile
from pathlib import Path
from typing import Any

import pytest

from gateway.control.board import Facts
from gateway.control.board_view import Board
from gateway.control.changes_outputs import Refused
from gateway.control.config import Config
from gateway.control.kits import Order, Product
from gateway.control.trace import Wanted
from gateway.system.box import capture
from gateway.system.box.diagnose import Diagnose
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from gateway.system.run import ToolFailed
from tests.unit.system.box.machine import CONFIG, SECRET, Tools, put
from tests.unit.system.box.test_network import config
from tests.unit.system.box.test_ports import ports, profile

CONTEXT = {
    "running": CONFIG,
    "texts": (CONFIG, CONFIG, ""),
    "config": config(),
    "status": {"version": "1.0", "leak": SECRET},
    "wall": 1_800_000_000.0,
    "who": "console",
}


def no_daemon(verb: str) -> object:
    raise ValueError("nobody answers")


def no_trace(wanted: Wanted, behalf: str, most: int) -> bytes:
    raise Refused("nobody answers", "Start it")


def no_kit(config: Config, order: Order, p12: bytes) -> Product:
    raise Refused(f"no kit for {order.machine}", "Another day")


def diagnose(root: Path, tools: Tools | None = None) -> Diagnose:
    places = Places(root)
    outlet = Outlet(places, None, tools or Tools())
    board = Board(Facts(), profile())
    return Diagnose(places, board, ports(), outlet, no_daemon, no_trace, no_kit, tools or Tools())


def ask(one: Diagnose, verb: str, **request: Any) -> Any:
    found = one.verb(verb)
    assert found is not None
    return found[1](request, CONTEXT)()


def test_a_ping_is_bounded_and_no_option_can_be_smuggled_in(tmp_path: Path) -> None:
    tools = Tools(says={"ping": "64 bytes\n\n3 packets\n"})
    found = ask(diagnose(tmp_path, tools), "network.ping", host="192.0.2.1")
    assert found == {"lines": ["64 bytes", "3 packets"]}
    assert tools.asked == ["ping -4 -c 3 -i 0.5 -W 2 -w 8 -- 192.0.2.1"]
    for host in ("-f", "", "a b", "x;reboot", None, "a" * 300):
        with pytest.raises(Refused):
            ask(diagnose(tmp_path, tools), "network.ping", host=host)


def test_silence_is_an_answer_and_an_error_is_one(tmp_path: Path) -> None:
    quiet = Tools(fails={"ping": ""}, status=1)
    found = ask(diagnose(tmp_path, quiet), "network.ping", host="192.0.2.1")
    assert found == {"lines": ["192.0.2.1 does not answer"]}
    broken = Tools(fails={"ping": "unknown host"}, status=2)
    with pytest.raises(ToolFailed):
        ask(diagnose(tmp_path, broken), "network.ping", host="nowhere")


def test_links_are_told_of_every_port(tmp_path: Path) -> None:
    found = ask(diagnose(tmp_path), "link")
    assert found[0] == {"port": "1", "role": "outside", "link": "no link"}
    assert found[2]["role"] == "not assigned"


def test_a_capture_goes_into_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(capture, "open_tap", opened.append)
    monkeypatch.setattr(capture, "capture", lambda tap, seconds, packets: b"pcap")
    found = ask(diagnose(tmp_path), "capture", port="outside", seconds=1, packets=10)
    assert opened == ["enp0s2"]
    assert Path(found["path"]).read_bytes() == b"pcap"
    assert Path(found["path"]).name == "capture-outside-1800000000.pcap"
    with pytest.raises(Refused, match="no such port"):
        ask(diagnose(tmp_path), "capture", port="lo")
    with pytest.raises(Refused, match="lasts 1 to"):
        ask(diagnose(tmp_path), "capture", port="outside", seconds=10_000)
    with pytest.raises(Refused, match="files are put into"):
        ask(diagnose(tmp_path), "capture", port="outside", path="/etc/passwd")


def test_why_there_is_no_trace_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nobody answers"):
        ask(diagnose(tmp_path), "trace", target="press-3")


def test_the_self_test_is_run_as_asked(tmp_path: Path) -> None:
    found = ask(diagnose(tmp_path), "selftest", which="watchdog")
    assert [one["name"] for one in found] == ["watchdog"]


def test_the_bundle_is_listed_first_and_holds_no_secret(tmp_path: Path) -> None:
    put(tmp_path, "data/postern/state/audit.log", f"somebody typed {SECRET}\n")
    put(tmp_path, "data/postern/state/failed-boots/slot-B-ab.log", "panic\n")
    listed = ask(diagnose(tmp_path), "support", list=True)
    assert listed["path"] == ""
    found = ask(diagnose(tmp_path), "support")
    assert found["contents"] == listed["contents"]
    with tarfile.open(found["path"]) as archive:
        files = {one.name.split("/")[1]: archive.extractfile(one) for one in archive}
        texts = {name: file.read().decode() for name, file in files.items() if file}
    assert [line.split(":")[0] for line in listed["contents"]] == list(texts)
    assert SECRET not in str(texts)
    assert "somebody typed ********" in texts["audit.txt"]
    assert "panic" in texts["slot-B-ab.log"]
    assert "nobody answers" in texts["sessions.json"]


def test_a_bundle_goes_nowhere_else(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        ask(diagnose(tmp_path), "support", path="/root/x.tar.gz")


def test_other_verbs_are_not_its_own(tmp_path: Path) -> None:
    assert diagnose(tmp_path).verb("status") is None
