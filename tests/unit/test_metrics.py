"""`postern metrics` as a process: scraped by HTTP on loopback, beside a real daemon's socket."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.control.config import Config
from gateway.daemon import Desk, read_config
from gateway.system.box.figures import Figures
from gateway.system.calendar import Calendar
from gateway.system.clock import now
from gateway.system.control_socket import ControlSocket
from tests.pair.gateway_world import TODAY, World, meet
from tests.unit.control.written import GOOD
from tests.unit.system.box.test_figures import STATUS
from tests.unit.test_daemon import written

pytestmark = [pytest.mark.slow, pytest.mark.long]  # each starts a program
CHECKOUT = Path(__file__).parents[2]
TOKEN = "0123456789abcdef"
SOME = f'[metrics]\naddress = "127.0.0.1"\nport = {{port}}\ntoken = "{TOKEN}"\n'
Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


def free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def exporting(folder: Path, more: str = "") -> Iterator[str]:
    """The program, started as a person would; gives its address."""
    port = free_port()
    path = written(folder, GOOD + SOME.format(port=port) + more)
    argv = [sys.executable, "-m", "gateway.metrics", "--config", str(path)]
    argv += [
        "--socket",
        str(folder / "c.sock"),
        "--box",
        str(folder / "run/postern-metrics/box.json"),
    ]
    with subprocess.Popen(argv, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        try:
            assert f"ready: http://127.0.0.1:{port}/metrics" in child.stderr.readline()
            yield f"http://127.0.0.1:{port}"
        finally:
            child.send_signal(signal.SIGTERM)
            assert child.wait(timeout=60) == 0


@contextmanager
def answering(desk: Desk, folder: Path) -> Iterator[None]:
    """The daemon's desk behind its real control socket."""
    control = ControlSocket(folder / "c.sock", lambda request: desk.answer(request, control.peer))
    going = [True]

    def serve() -> None:
        import select

        while going:
            if select.select([control], [], [], 0.01)[0]:
                control.serve(now())

    thread = Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        going.clear()
        thread.join()
        control.close()


def desk_of(world: World, folder: Path, text: str = GOOD) -> Desk:
    config = read_config(written(folder, text))
    assert isinstance(config, Config)
    world.core.config = config
    return Desk(world.core, folder / "postern.toml", Calendar(TODAY, 0.0, lambda: 0.0))


def scrape(address: str, path: str = "/metrics", token: str = TOKEN) -> str:
    asking = Request(f"{address}{path}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(asking, timeout=60) as answer:
        text: bytes = answer.read()
    return text.decode()


def values(text: str) -> Values:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_session_of_the_gateway_is_in_the_scrape(tmp_path: Path) -> None:
    world = meet()
    world.call_up()
    with answering(desk_of(world, tmp_path), tmp_path), exporting(tmp_path) as address:
        found = values(scrape(address))
    nothing = frozenset[tuple[str, str]]()
    assert found["postern_up", nothing] == 1
    assert found["postern_ike_sas", nothing] == found["ipsec_ike_sas", nothing] == 1
    assert found["postern_session_setup_seconds_count", nothing] == 1
    assert found["postern_resident_memory_bytes", nothing] > 1 << 20
    assert found["postern_config_problems", nothing] == 0
    assert found["postern_rules_in_place", nothing] == 0
    [sessions] = [one for (name, _), one in found.items() if name == "postern_sessions"]
    assert sessions == 1


def test_a_gateway_that_is_down_is_told_and_is_no_error(tmp_path: Path) -> None:
    with exporting(tmp_path) as address:
        text = scrape(address)
    assert "postern_up 0.0" in text
    assert "postern_build_info" in text
    assert "postern_sessions" not in text


def test_the_boxs_own_figures_are_in_it_with_their_age(tmp_path: Path) -> None:
    figures = Figures(tmp_path, lambda: True, lambda _: STATUS, 0.0, board_known=True)
    figures.handle_timeout(now())
    with exporting(tmp_path) as address:
        text = scrape(address)
    assert 'postern_build_info{board="apu2",slot="a",version="1.2"} 1.0' in text
    assert 'postern_slot_good{slot="b"} 0.0' in text
    [age] = [one for (name, _), one in values(text).items() if name == "postern_box_age_seconds"]
    assert 0.0 <= age < 30.0


def test_a_wrong_token_is_refused(tmp_path: Path) -> None:
    with exporting(tmp_path) as address, pytest.raises(HTTPError, match="401"):
        scrape(address, token="0123456789abcdeX")


def test_series_of_sessions_are_off_unless_the_owner_wants_them(tmp_path: Path) -> None:
    with exporting(tmp_path) as address:
        with pytest.raises(HTTPError) as refused:
            scrape(address, "/metrics/sessions")
        text = refused.value.read()  # while there is somebody who says it
    assert refused.value.code == 404
    assert b"no series of sessions" in text


def test_where_they_are_wanted_each_session_has_its_own(tmp_path: Path) -> None:
    world = meet()
    world.call_up()
    more = "sessions = true\n"
    text = GOOD + SOME.format(port=9765) + more
    with answering(desk_of(world, tmp_path, text), tmp_path), exporting(tmp_path, more) as address:
        text = scrape(address, "/metrics/sessions")
    assert 'client="old-pc"' in text
    assert "postern_session_bytes_total{" in text


def test_without_a_token_it_does_not_start_and_says_why_in_one_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + '[metrics]\naddress = "127.0.0.1"\n')
    argv = [sys.executable, "-m", "gateway.metrics", "--config", str(path)]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(
        "not started: metrics.token: is missing, and without it nothing is told."
    )


def test_an_address_that_is_not_here_is_a_sentence(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + SOME.format(port=9765).replace("127.0.0.1", "192.0.2.77"))
    argv = [sys.executable, "-m", "gateway.metrics", "--config", str(path)]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("not started: 192.0.2.77:9765 cannot be had: ")
    assert TOKEN not in done.stderr


def test_the_gateways_process_does_not_load_prometheus_library() -> None:
    program = "import sys, gateway.daemon; print('prometheus_client' in sys.modules)"
    argv = [sys.executable, "-c", program]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
