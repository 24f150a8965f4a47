"""What the daemon adds to its parts: reading the configuration, and reading it again."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from gateway.bridge.gateway import Gateway
from gateway.control.config import Config
from gateway.control.metrics import samples_from_json
from gateway.control.trace import Kind, Report, Wanted, parse_end
from gateway.daemon import FAILED, MISUSED, Desk, main, read_config
from gateway.outputs import Fact, What
from gateway.system.calendar import EVERY, Calendar
from gateway.system.callers import who
from gateway.system.clock import now
from gateway.system.control_socket import ControlSocket, Peer
from gateway.system.loop import Doors, Loop
from gateway.system.queues import Queues
from gateway.system.rules import Rules
from gateway.system.run import ToolFailed
from gateway.user.client import Daemon, DaemonError
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import build_checked_udp
from tests.pair.net import endpoint, seeded
from tests.unit.control.test_relations_routes import INSIDE as NATIVE_INSIDE
from tests.unit.control.test_relations_routes import WHOLE
from tests.unit.control.written import CLIENT, GOOD, OUTSIDE, ROUTE
from tests.unit.system.test_loop import FakeSide, FakeTcp, Pipe, Sender

TODAY = date(2026, 10, 4)
INSIDE = '[inside]\naddress = "10.10.0.1"\n'


WEAK = 'esp = ["des-md5"]\nweak_reason = "it knows no other"\nweak_until = {}\n'


def written(path: Path, text: str) -> Path:
    file = path / "postern.toml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def desk(path: Path, text: str = GOOD) -> Desk:
    file = written(path, text)
    config = read_config(file)
    assert isinstance(config, Config)
    calendar = Calendar(TODAY, 0.0, lambda: 0.0)
    return Desk(Gateway(config, seeded(1), 0.0, TODAY), file, calendar)


def test_a_bad_configuration_leaves_the_old_one_and_says_why(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    before = at_work.gateway.config
    written(tmp_path, GOOD.replace("hunter2-hunter2", ""))
    [fact] = at_work.reload(1.0)
    assert isinstance(fact, Fact)
    assert fact.details["problems"]
    assert at_work.gateway.config is before
    assert "psk" in str(at_work.answer({"verb": "status"}))


def test_a_good_configuration_is_used_from_now_on(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    written(tmp_path, GOOD.replace("press-3", "press-4"))
    [fact] = at_work.reload(1.0)
    assert fact == Fact(What.RELOADED)
    assert [client.name for client in at_work.gateway.config.clients] == ["press-4"]


def test_places_stay_until_a_restart_however_often_they_are_asked_for(tmp_path: Path) -> None:
    """GRE is heard only at the address the daemon began with: a call from another would be deaf."""
    at_work = desk(tmp_path, GOOD + INSIDE)
    written(tmp_path, OUTSIDE.replace("eth0", "eth9") + CLIENT + ROUTE)
    for moment in (1.0, 2.0):
        [_, trouble] = at_work.reload(moment)
        assert isinstance(trouble, Fact)
        assert "restarted" in trouble.details["what"]
    config = at_work.gateway.config
    assert (config.outside.interface, config.inside.address) == ("eth0", host_bytes("10.10.0.1"))


def test_a_smaller_mtu_needs_no_restart(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    written(tmp_path, OUTSIDE + "mtu = 1400\n" + CLIENT + ROUTE)
    assert at_work.reload(1.0) == [Fact(What.RELOADED)]
    assert at_work.gateway.config.outside.mtu == 1400


class Tool:
    """A firewall's tool that keeps what it was given, or refuses."""

    name = "nft"
    by_spi = True

    def __init__(self, failure: ToolFailed | None = None) -> None:
        self.given: list[Rules] = []
        self.failure = failure

    def check_works(self) -> None: ...

    def apply(self, rules: Rules) -> None:
        if self.failure is not None:
            raise self.failure
        self.given.append(rules)

    def present(self) -> bool:
        return bool(self.given)

    def remove(self) -> None: ...


def test_a_new_native_server_is_picked_up_by_a_reload(tmp_path: Path) -> None:
    """A session to it must not wait for a restart of the daemon."""
    at_work = desk(tmp_path, OUTSIDE + NATIVE_INSIDE + CLIENT + ROUTE)
    tool = at_work.tool = Tool()
    at_work.reload(1.0)
    written(tmp_path, WHOLE)
    assert at_work.reload(2.0) == [Fact(What.RELOADED)]
    assert at_work.reload(3.0) == [Fact(What.RELOADED)]
    assert [rules.inside is not None for rules in tool.given] == [False, True]


def test_rules_that_cannot_be_changed_are_told(tmp_path: Path) -> None:
    at_work = desk(tmp_path, OUTSIDE + NATIVE_INSIDE + CLIENT + ROUTE)
    at_work.tool = Tool(ToolFailed("nft -f -", 1, "no room"))
    written(tmp_path, WHOLE)
    [_, trouble] = at_work.reload(2.0)
    assert isinstance(trouble, Fact)
    assert "could not be changed" in trouble.details["what"]


def test_what_clients_hear_of_us_and_the_ways_of_nat_traversal_need_no_restart(
    tmp_path: Path,
) -> None:
    at_work = desk(tmp_path)
    written(tmp_path, OUTSIDE + 'nat_d = "parrot"\nnatt = ["draft-02n"]\n' + CLIENT + ROUTE)
    assert at_work.reload(1.0) == [Fact(What.RELOADED)]
    outside = at_work.gateway.config.outside
    assert (outside.nat_d, outside.natt) == ("parrot", ("draft-02n",))


def test_the_status_tells_what_has_a_last_day_and_which_day_it_is(tmp_path: Path) -> None:
    weak = CLIENT + WEAK.format("2026-10-20")
    said = desk(tmp_path, OUTSIDE + weak + ROUTE).answer({"verb": "status"})
    assert "may use des-md5 for 16 days more, until 2026-10-20" in str(said)
    assert "2026-10-04" in str(said)


def test_a_new_day_reaches_the_gateway_by_the_calendar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    text = OUTSIDE + CLIENT + WEAK.format("2026-10-04") + ROUTE
    config = read_config(written(tmp_path, text))
    assert isinstance(config, Config)
    wall = [1791100800.0]  # 4 October 2026, eight in the morning at Greenwich
    calendar = Calendar(TODAY, 0.0, lambda: wall[0])
    at_work = Desk(Gateway(config, seeded(1), 0.0, TODAY), tmp_path / "postern.toml", calendar)
    wall[0] += 86400.0
    calendar.handle_timeout(EVERY)
    assert at_work.gateway.watch.today == date(2026, 10, 5)
    assert "may not use des-md5 any more" in str(at_work.answer({"verb": "status"}))


def test_a_reload_looks_at_the_clock_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    text = OUTSIDE + CLIENT + WEAK.format("2026-10-04") + ROUTE
    config = read_config(written(tmp_path, text))
    assert isinstance(config, Config)
    wall = [0.0]
    calendar = Calendar(TODAY, 0.0, lambda: wall[0])
    at_work = Desk(Gateway(config, seeded(1), 0.0, TODAY), tmp_path / "postern.toml", calendar)
    wall[0] = 1791187200.0
    at_work.reload(1.0)
    assert at_work.gateway.watch.today == date(2026, 10, 5)


def test_what_the_control_socket_hears_can_be_said_in_json(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    for verb in ("status", "sessions", "session", "disconnect", "sing", None):
        json.dumps(at_work.answer({"verb": verb, "id": 1}))


def test_a_daemon_without_a_configuration_does_not_start(tmp_path: Path) -> None:
    missing, socket = tmp_path / "none.toml", tmp_path / "control.sock"
    assert main(["--config", str(missing), "--socket", str(socket)]) == FAILED
    assert not socket.exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--sing"], "option --sing not recognized"),
        (["--config"], "option --config requires argument"),
        (["--remove-rules=all"], "option --remove-rules must not have an argument"),
        (["--remove-rules", "all"], "all"),
    ],
)
def test_what_there_is_not_is_asked_for_in_vain(
    words: list[str], why: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == MISUSED
    said = capfd.readouterr().err
    assert f"not started: {why} (`postern run --help` tells what there is)\n" in said


class AtWork:
    """A daemon's desk with a real control socket and a real loop; packets come by a pipe."""

    def __init__(self, folder: Path) -> None:
        self.did: list[object] = []
        self.facts: list[Fact] = []
        self.desk = desk(folder)
        self.control = ControlSocket(
            folder / "s", lambda request: self.desk.answer(request, self.control.peer)
        )
        pipes = [Pipe() for _ in range(5)]
        self.pipes = [*pipes, FakeTcp(self.did), FakeSide(self.did)]
        queue, inside, front, gre, signals, tcp, service = self.pipes
        assert isinstance(tcp, FakeTcp)
        assert isinstance(service, FakeSide)
        self.queue, self.service = queue, service
        service.on_timeout = self.wake
        self.wake()
        sender = Sender(self.did)
        doors = Doors(queue, inside, front, gre, sender, tcp, self.control, signals, service)
        self.loop = Loop(self.desk.gateway, doors, self.facts.append, self.desk.reload)
        self.desk.loop = self.loop

    def wake(self) -> None:
        """The loop sleeps no longer than this, so it sees when a thread has ended."""
        self.service.due = now() + 1 / 64

    def run(self, work: Callable[[], object], packet: bytes) -> None:
        """Go on until this has ended; the packet comes when somebody looks on."""
        thread = Thread(target=work)
        thread.start()
        while not self.desk.tracer.traces and thread.is_alive():
            self.loop.step()
        self.queue.put(packet)
        while thread.is_alive():
            self.loop.step()

    def close(self) -> None:
        self.control.close()
        for pipe in self.pipes:
            pipe.shut()


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[AtWork]:
    made = AtWork(tmp_path)
    yield made
    made.close()


def test_a_trace_is_fetched_while_the_loop_goes_on_and_the_audit_has_it(
    tmp_path: Path, at_work: AtWork
) -> None:
    source, target = endpoint("203.0.113.7:500"), endpoint("198.51.100.1:500")
    hello = build_checked_udp(source, target, b"cookie_i" + bytes(20))
    packet = build_ipv4(source.host, target.host, PROTOCOL_UDP, hello)
    frames: list[tuple[Kind, bytes]] = []
    wanted = Wanted("203.0.113.7", seconds=30, packets=1)
    client = Daemon(str(tmp_path / "s"))
    at_work.run(lambda: frames.extend(client.trace(wanted, "ada (ssh)")), packet)
    assert packet in b"".join(body for kind, body in frames if kind is Kind.PACKETS)
    kind, body = frames[-1]
    assert kind is Kind.END
    assert parse_end(body) == Report(1, 0, "enough packets")
    [told] = [fact for fact in at_work.facts if fact.what is What.TRACED]
    assert told.details["target"] == "203.0.113.7"
    assert told.details["by"] == who(Peer(0, os.getuid(), 0), {"for": "ada (ssh)"})


def test_the_loop_drives_the_gateway_itself_when_nobody_looks_on(
    tmp_path: Path, at_work: AtWork
) -> None:
    client = Daemon(str(tmp_path / "s"))

    driven: list[object] = []

    def look_and_leave() -> None:
        frames = client.trace(Wanted("203.0.113.7", seconds=30))
        next(frames)
        driven.append(at_work.loop._core)

    at_work.run(look_and_leave, b"")
    while at_work.desk.tracer.traces:
        at_work.loop.step()
    driven.append(at_work.loop._core)
    assert driven == [at_work.desk.tracer, at_work.desk.gateway]


def test_a_trace_of_nobody_is_refused_and_nothing_is_told(tmp_path: Path, at_work: AtWork) -> None:
    errors: list[DaemonError] = []

    def look() -> None:
        try:
            list(Daemon(str(tmp_path / "s")).trace(Wanted("nobody")))
        except DaemonError as error:
            errors.append(error)

    at_work.run(look, b"")
    assert [str(error) for error in errors] == ["'nobody' is nobody"]
    assert at_work.facts == []


@pytest.mark.long
def test_neither_the_daemon_nor_the_menu_loads_scapy() -> None:
    """Half a second and 64 MB: only what explains a trace loads it, in a process of its own."""
    asked = (
        "import sys, gateway.daemon, gateway.box, gateway.user.cli.main;"
        "print('scapy' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@pytest.mark.long
def test_the_daemon_loads_no_second_openssl() -> None:
    """Python's own would cost 4 MB beside cryptography's, a tenth of what the daemon may use."""
    asked = "import sys, gateway.daemon; print(sorted({'_hashlib', '_ssl'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.long
def test_the_daemon_loads_nothing_that_only_a_command_or_a_mistake_needs() -> None:
    """argparse brings shutil, and this three libraries that compress: a megabyte together."""
    unwanted = {"argparse", "shutil", "lzma", "bz2", "difflib"}
    asked = f"import sys, gateway.daemon; print(sorted({unwanted} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


FRONT = '[front]\nservers = ["10.10.0.3"]\n'


def test_in_front_of_a_server_without_forwarding_the_owner_is_told(tmp_path: Path) -> None:
    at_work = desk(tmp_path, WHOLE)
    written(tmp_path, WHOLE + FRONT)
    at_work.forwards = lambda interfaces: True
    assert at_work.reload(1.0) == [Fact(What.RELOADED)]
    at_work.forwards = lambda interfaces: False
    [_, trouble] = at_work.reload(2.0)
    assert isinstance(trouble, Fact)
    assert "nothing for 10.10.0.3 arrives" in trouble.details["what"]
    assert "ip_forward" in trouble.details["what"]


def test_to_stand_in_front_is_begun_and_ended_by_a_reload(tmp_path: Path) -> None:
    at_work = desk(tmp_path, WHOLE)
    tool = at_work.tool = Tool()
    at_work.forwards = lambda interfaces: True
    for moment, text in enumerate((WHOLE + FRONT, WHOLE)):
        written(tmp_path, text)
        at_work.reload(float(moment))
    assert [rules.front is not None for rules in tool.given] == [True, False]


def told(at_work: Desk, **more: object) -> dict[tuple[str, str], float]:
    """The figures by name and the first of their labels."""
    answer: Any = at_work.answer({"verb": "metrics", **more})
    samples = samples_from_json(answer["result"]["samples"])
    return {(one.name, next(iter(one.labels.values()), "")): one.value for one in samples}


class FakeQueue:
    """A queue in which three packets wait, and which has lost five, and had one too long."""

    truncated = 1

    def waiting(self) -> int:
        return 3

    def kernel_drops(self) -> int:
        return 5


def test_figures_tell_of_this_process_and_its_queues(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    queues = at_work.queues = Queues(lambda packet: False)
    queues.outside = queues.inside = queues.front = one = FakeQueue()  # type: ignore[assignment]
    queues.esp = (one, one)  # type: ignore[assignment]  # they are only asked
    found = told(at_work)
    assert found["postern_nfqueue_depth", "outside"] == 3
    assert found["postern_nfqueue_dropped_total", "outside"] == 5
    assert found["postern_nfqueue_depth", "esp"] == 6
    assert found["postern_nfqueue_dropped_total", "esp"] == 10
    status: Any = at_work.answer({"verb": "status"})
    assert status["result"]["queue_drops"] == 25
    assert found["postern_resident_memory_bytes", ""] > 1 << 20
    assert found["postern_config_age_seconds", ""] >= 0
    assert found["postern_rules_in_place", ""] == 0
    tool = at_work.tool = Tool()
    tool.apply(Rules(("eth0",), (), 7))
    assert told(at_work)["postern_rules_in_place", ""] == 1


def test_a_reload_that_was_refused_is_a_figure(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    assert told(at_work)["postern_config_problems", ""] == 0
    written(tmp_path, GOOD.replace("hunter2-hunter2", ""))
    at_work.reload(1.0)
    assert told(at_work)["postern_config_problems", ""] >= 1


class FakeSender:
    """One that could not send two packets."""

    failed: ClassVar = {"EMSGSIZE": 2}
    fragmented = 0


def test_what_could_not_be_sent_is_a_figure(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    at_work.sender = FakeSender()  # type: ignore[assignment]  # it is only asked
    assert told(at_work)["postern_counted_total", "send_emsgsize"] == 2


def test_series_of_sessions_are_the_owners_to_allow(tmp_path: Path) -> None:
    answer: Any = desk(tmp_path).answer({"verb": "metrics", "sessions": True})
    assert not answer["ok"]
    assert "sessions = true" in answer["hint"]
    some = '[metrics]\naddress = "10.10.0.1"\ntoken = "0123456789abcdef"\nsessions = true\n'
    assert told(desk(tmp_path, GOOD + some), sessions=True) == {}


def test_who_gives_out_figures_cannot_end_a_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.system.callers._name", lambda uid: "postern-metrics")
    exporter, at_work = Peer(1, 990, 990), desk(tmp_path)
    for verb in ("disconnect", "status", "trace"):
        answer = at_work.answer({"verb": verb, "id": 1}, exporter)
        assert isinstance(answer, dict)
        assert answer["error"] == "this program may ask for nothing else"
    answer = at_work.answer({"verb": "metrics"}, exporter)
    assert isinstance(answer, dict)
    assert answer["ok"]


def test_workers_stay_as_many_until_a_restart(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    written(tmp_path, GOOD + '[limits]\nworkers = "2"\n')
    found = [fact for fact in at_work.reload(1.0) if isinstance(fact, Fact)]
    assert found[-1].details["what"] == "workers change only when postern is restarted"
    assert at_work.gateway.config.limits.workers == "0"
