"""The box agent as a whole process, on a tree of files, with programs that only listen."""

import json
import os
import signal
import socket
from base64 import b64encode
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway import box
from gateway.control.button import KEYS, Meant
from gateway.control.diagnosis import Diagnosis, diagnosis_to_json
from gateway.control.returning import Leaving, leaving_to_data
from gateway.control.trace import Kind, build_frame
from gateway.system.box.desk import BoxDesk
from gateway.system.box.figures import PLACE, read_figures
from gateway.system.box.places import Places
from gateway.system.box.power import RESCUE_NEXT
from gateway.system.button import EV_KEY, EVENT
from gateway.system.clock import now
from gateway.system.control_socket import ControlSocket, Later, Peer
from gateway.system.journal import Journal
from gateway.user.box_client import Box
from gateway.user.client import DaemonError
from tests.boards import FIXTURES, build, fixture
from tests.unit.control.test_schema_metrics import SOME
from tests.unit.crypto.test_seal import opened, pair
from tests.unit.system.box.machine import CONFIG, FACTORY, KEY, SECRET, Tools, put
from tests.unit.system.box.test_slots import status as slots
from tests.unit.user.cli.test_record import daemon
from tests.unit.user.daemon import answering_bytes

PROFILES = Path(__file__).parents[2] / "hw-profiles"


def test_a_box_that_nobody_set_up_has_a_configuration_that_holds(tmp_path: Path) -> None:
    tools = Tools()
    parts = box.build(Places(tmp_path), PROFILES, print, tools)
    box.begin(parts, BoxDesk(parts, now))
    assert parts.applier.config is not None
    assert 'network = "dhcp"' in (tmp_path / "run/postern-config/postern.toml").read_text()
    assert "systemctl restart --no-block postern.service" in tools.asked


def test_the_factorys_configuration_is_the_one_the_tests_know(tmp_path: Path) -> None:
    parts = box.build(Places(tmp_path), PROFILES, print, Tools())
    text = parts.config.changes.state.running
    assert text.split("\n\n", 1)[1] == FACTORY


def test_an_agent_that_is_started_anew_disturbs_nothing(tmp_path: Path) -> None:
    put(tmp_path, "proc/sys/kernel/random/boot_id", "one\n")
    put(tmp_path, "data/postern/saved.toml", CONFIG)
    for tools in (Tools(), second := Tools()):
        parts = box.build(Places(tmp_path), PROFILES, print, tools)
        box.begin(parts, BoxDesk(parts, now))
    assert not any(line.startswith(("systemctl", "networkctl")) for line in second.asked)
    assert parts.applier.config is not None
    assert parts.applier.network.problems


def test_a_file_sets_the_box_up_at_its_first_start(tmp_path: Path) -> None:
    put(tmp_path, "data/provision.toml", CONFIG)
    parts = box.build(Places(tmp_path), PROFILES, print, Tools())
    desk = BoxDesk(parts, now)
    box.begin(parts, desk)
    assert desk.claimed


@pytest.mark.long
def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """The socket is the real one, and so is the asking end."""
    path, told = tmp_path / "box.sock", StringIO()
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(Box(str(path), patience=10).status())
            answers.append(Box(str(path), patience=10).board())
            answers.append(Box(str(path), patience=10).selftest("watchdog"))
        except DaemonError as error:
            answers.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    put(tmp_path, "data/postern/reset.json", '{"wipe": true}')
    asking = Thread(target=_when_there, args=(path, ask))
    asking.start()
    box.serve(Places(tmp_path), path, PROFILES, Journal(told, now), Tools())
    asking.join()
    assert [type(one).__name__ for one in answers] == ["BoxStatus", "dict", "list"]
    assert "a factory reset that was cut short is complete" in told.getvalue()
    assert not path.exists()
    assert (tmp_path / "data/postern/state/clock.json").exists()


def _when_there(path: Path, then: Callable[[], None]) -> None:
    """Once somebody listens at the socket."""
    for _ in range(1000):
        with socket.socket(socket.AF_UNIX) as trying:
            if trying.connect_ex(str(path)) == 0:
                break
        Event().wait(0.01)
    then()


def test_the_boxs_figures_are_told_where_the_configuration_wants_them(tmp_path: Path) -> None:
    put(tmp_path, "proc/sys/kernel/random/boot_id", "one\n")
    for text, wanted in ((CONFIG, False), (CONFIG + SOME, True)):
        put(tmp_path, "data/postern/saved.toml", text)
        parts = box.build(Places(tmp_path), PROFILES, print, Tools())
        box.begin(parts, desk := BoxDesk(parts, now))
        box.figures_of(parts, desk).handle_timeout(now())
        assert (read_figures(tmp_path / PLACE).at is not None) == wanted


def test_what_a_reset_keeps_is_opened_by_the_owners_own_key_and_by_nothing_else(
    tmp_path: Path,
) -> None:
    key, private = pair(Ed25519PrivateKey.generate())
    line = f"{key.kind} {b64encode(key.blob).decode()} ada"
    put(tmp_path, "data/postern/saved.toml", CONFIG.replace(KEY, line))
    parts = box.build(Places(tmp_path), PROFILES, print, Tools())
    desk = BoxDesk(parts, now)
    desk.stops.press(Meant.RESET)
    kept = (tmp_path / "data/postern/sealed/last.age").read_text()
    assert SECRET not in kept
    assert opened(kept, private).decode() == CONFIG.replace(KEY, line)


def test_the_button_of_a_board_moves_its_lamps_and_restarts_the_box(tmp_path: Path) -> None:
    tree = build(fixture(FIXTURES[0].with_name("pcengines-apu2.toml")), tmp_path)
    put(tree, "sys/class/input/event0/device/name", "gpio-keys\n")
    (tree / "dev/input").mkdir(parents=True)
    os.mkfifo(tree / "dev/input/event0")
    tools = Tools()
    parts = box.build(Places(tree), PROFILES, print, tools)
    lamps, button = box.lamps_and_button(parts, BoxDesk(parts, now))
    button.handle_timeout(0.0)
    finger = os.open(tree / "dev/input/event0", os.O_WRONLY)
    os.write(finger, EVENT.pack(0, 0, EV_KEY, KEYS["BTN_1"], 1))
    button.serve(100.0)
    button.handle_timeout(101.0)
    lamps.handle_timeout(101.0)
    assert (tree / "sys/class/leds/apu2:green:led3/delay_on").read_text() == "500"
    os.write(finger, EVENT.pack(0, 0, EV_KEY, KEYS["BTN_1"], 0))
    button.serve(102.0)
    assert tools.asked[-2:] == [" ".join(RESCUE_NEXT), "systemctl reboot --no-block"]
    os.close(finger)
    button.close()


def test_a_second_agent_touches_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "box.sock"
    first = ControlSocket(path, lambda request: {})
    assert box.main(["--root", str(tmp_path), "--socket", str(path)]) == 1
    first.close()
    assert "not started: a daemon is already running" in capfd.readouterr().err
    assert not (tmp_path / "data").exists()


def trace(folder: Path) -> dict[str, object]:
    """Asked of the agent, which asks the daemon."""
    parts = box.build(Places(folder), PROFILES, print, Tools())
    desk = BoxDesk(parts, now)
    box.begin(parts, desk)
    found = desk.answer({"verb": "trace", "target": "press-3"}, Peer(os.getpid(), 0, 0))
    assert isinstance(found, Later)
    while (answer := found.ready()) is None:
        Event().wait(1 / 256)
    return answer


def test_a_trace_is_fetched_from_the_daemon_and_ends_when_it_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "run/postern").mkdir(parents=True)
    block = build_frame(Kind.PACKETS, bytes(3 << 20))
    sent = b'{"ok": true, "result": {}}\n' + build_frame(Kind.KEYS, b"{}") + 7 * block
    with answering_bytes(tmp_path / "run/postern", sent, "control.sock") as daemon:
        answer = trace(tmp_path)
    assert answer["ok"], answer
    result = answer["result"]
    assert isinstance(result, dict)
    assert result["bytes"] == Path(result["path"]).stat().st_size == 5 * (3 << 20)
    assert daemon.asked[0]["for"] == "console (console)"


def test_a_trace_without_a_daemon_is_one_sentence(tmp_path: Path) -> None:
    answer = trace(tmp_path)
    assert not answer["ok"]
    assert "is not running" in str(answer["error"])


def test_a_machine_that_stays_away_after_an_update_is_asked_after_and_takes_the_box_back(
    tmp_path: Path,
) -> None:
    put(tmp_path, "proc/cmdline", "rauc.slot=A postern.hash=bb\n")
    put(tmp_path, "proc/sys/kernel/random/boot_id", "two\n")
    put(tmp_path, "data/postern/saved.toml", CONFIG + "[upgrade]\nredial_minutes = 1\n")
    leaving = Leaving("aa", "one", "0.2.0", ("press-3",))
    put(tmp_path, "data/postern/state/leaving.json", json.dumps(leaving_to_data(leaving)))
    (tmp_path / "run/postern").mkdir(parents=True)
    (tmp_path / "run/postern/control.sock").symlink_to(tmp_path / "s")
    tools = Tools(says={"rauc status --detailed": slots()})
    parts = box.build(Places(tmp_path), PROFILES, print, tools)
    box.begin(parts, BoxDesk(parts, now))
    found = diagnosis_to_json(Diagnosis("wrong-key", "Its key is another.", "", dial=7))
    with daemon(tmp_path, [], {"diagnoses": [found]}) as (_, asked):
        parts.returning.handle_timeout(now() + 60.0)
        parts.returning.join()
    assert asked == [{"verb": "sessions"}, {"verb": "explain", "word": "press-3"}]
    assert tools.asked[-1] == "systemctl reboot --no-block"
    assert "within 1 min of its start (Its key is another)" in parts.audit.path.read_text()


def test_a_gateway_that_does_not_answer_has_nobody_back_and_knows_nothing(tmp_path: Path) -> None:
    put(tmp_path, "proc/cmdline", "rauc.slot=A postern.hash=aa\n")
    parts = box.build(Places(tmp_path), PROFILES, print, Tools())
    parts.returning.installed("0.2.0")
    record = json.loads((tmp_path / "data/postern/state/leaving.json").read_text())
    assert (record["system"], record["machines"]) == ("aa", [])
