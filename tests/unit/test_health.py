"""`postern health`: what it makes of what it finds. The real dial is in tests/interop."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway import health
from gateway.bridge.answers import answer
from gateway.bridge.gateway import Gateway
from gateway.bridge.guest import LOOPBACK
from gateway.outputs import SendIp
from gateway.system.box import health as keeping
from gateway.system.box.disk import read_record
from gateway.system.box.health import Unhealthy
from gateway.system.box.places import Places
from gateway.system.box.recordings import Recordings
from gateway.system.box.slots import Slot
from gateway.user.client import NotRunning, Refused
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4, parse_ipv4
from gateway.wire.udp import Endpoint, build_checked_udp, parse_udp
from tests.pair.gateway_world import configure
from tests.pair.net import seeded
from tests.unit.system.box.machine import CONFIG, Tools, put
from tests.unit.system.box.players import follow_here
from tests.unit.system.box.test_recordings import GOOD, OTHER

HERE, THERE = Endpoint(LOOPBACK, 40000), Endpoint(LOOPBACK, 500)
KEY = b"half a minute's key"


def test_the_asking_end_and_a_gateway_come_to_a_proof() -> None:
    gateway = Gateway(configure(), seeded(1), 0.0)
    answer(gateway, {"verb": "probe", "port": 40000, "key": KEY.hex()}, 0.0)
    dialling = health.Dialling(KEY, HERE, THERE)
    turn = dialling.start(0.0)
    while not turn.proved:
        assert turn.failed is None
        segment = build_checked_udp(HERE, THERE, turn.messages[0])
        packet = build_ipv4(LOOPBACK, LOOPBACK, PROTOCOL_UDP, segment)
        (back,) = [one for one in gateway.receive_packet(packet, 0.0) if isinstance(one, SendIp)]
        header = parse_ipv4(back.packet)
        turn = dialling.receive(parse_udp(back.packet[header.start : header.end])[2], 0.0)
    assert len(turn.messages) == 3
    assert dialling.deadline() is None


def test_a_silence_is_a_failure_in_the_end() -> None:
    dialling = health.Dialling(KEY, HERE, THERE)
    dialling.start(0.0)
    for now in (1.0, 3.0, 7.0, 15.0):
        assert dialling.handle_timeout(now).messages
    assert dialling.handle_timeout(31.0).failed == "the second message never came"


class Daemon:
    """Refuses in one way or another, or says yes."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[Any] = []

    def ask(self, verb: str, **more: object) -> None:
        self.asked.append((verb, more))
        if self.error is not None:
            raise self.error


def asked(daemon: Daemon) -> health.Asked:
    return health.Asked(daemon)  # type: ignore[arg-type]  # it is only asked


def test_a_daemon_that_is_not_there_yet_is_another_thing_than_one_that_refuses() -> None:
    gone, refuses = NotRunning("nobody answers", "start it"), Refused("no", "why")
    for error in (gone, refuses):
        with pytest.raises(ConnectionError):
            asked(Daemon(error))({"verb": "status"})
    with pytest.raises(Unhealthy, match="takes no dial of its own: no"):
        asked(Daemon(refuses))({"verb": "probe", "port": 1})


def test_a_request_is_handed_on_whole() -> None:
    daemon = Daemon()
    asked(daemon)({"verb": "probe", "port": 1, "key": "00"})
    assert daemon.asked == [("probe", {"port": 1, "key": "00"})]


Play = Callable[..., int]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Run the program with a handshake that ends as told."""
    put(tmp_path, "proc/cmdline", "rauc.slot=B postern.hash=ab12\n")
    tools = Tools(says={"journalctl": "the journal\n"})
    monkeypatch.setattr(keeping.keep_journal, "__defaults__", (tools,))
    monkeypatch.setattr(health, "Slots", lambda: _Slots(tmp_path))
    monkeypatch.setattr(keeping, "wait_for", lambda ask, patience: None)
    monkeypatch.setattr(Recordings.__init__, "__defaults__", (follow_here,))

    def run(error: Exception | None, *options: str) -> int:
        def handshake(ask: object, make: object) -> float:
            if error is not None:
                raise error
            return 0.012

        monkeypatch.setattr(keeping, "handshake", handshake)
        return health.main(["--root", str(tmp_path), *options])

    return run


class _Slots:
    def __init__(self, root: Path) -> None:
        self.root = root

    def mark_good(self) -> None:
        put(self.root, "marked", "good")

    def mark_bad(self) -> None:
        put(self.root, "marked", "bad")

    def read(self) -> list[Slot]:
        other = "good" if (self.root / "other").exists() else "empty"
        return [Slot("A", other), Slot("B", "trying", booted=True)]


def test_a_dial_that_was_answered_makes_the_system_good(
    play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(None, "--keep", "--mark-good") == 0
    assert "answered a dial by loopback in 12 ms" in capsys.readouterr().out
    assert (tmp_path / "marked").exists()
    assert "ab12" in (tmp_path / "data/postern/state/proved.json").read_text()


def test_a_new_system_that_does_not_answer_is_not_good_and_its_journal_is_kept(
    play: Play, tmp_path: Path
) -> None:
    assert play(Unhealthy("nothing came"), "--keep", "--mark-good") == 1
    assert not (tmp_path / "marked").exists()
    kept = tmp_path / "data/postern/state/failed-boots/slot-B-ab12.log"
    assert kept.read_text() == "nothing came\n\nthe journal\n"


def test_a_system_that_has_answered_before_stays(
    play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    play(None, "--keep")
    assert play(Unhealthy("nothing came"), "--keep", "--mark-good") == 0
    assert (tmp_path / "marked").exists()
    assert "the cause is elsewhere" in capsys.readouterr().err


def test_by_hand_it_only_tells(play: Play, tmp_path: Path) -> None:
    assert play(None) == 0
    assert play(OSError("no loopback")) == 1
    assert not (tmp_path / "data").exists()


def test_what_cannot_be_noted_is_not_called_good(play: Play, tmp_path: Path) -> None:
    put(tmp_path, "data", "no folder")
    assert play(None, "--keep") == 1
    assert play(Unhealthy("nothing came"), "--keep") == 1


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A box of one machine whose dial was recorded, and a good system in the other slot."""
    put(tmp_path, "other", "")
    put(tmp_path, "data/postern/saved.toml", CONFIG)
    return put(tmp_path, "data/postern/recordings/press-3.toml", GOOD)


def test_a_new_system_that_answers_as_the_old_one_did_is_good(
    play: Play, recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(None, "--keep", "--mark-good") == 0
    assert (tmp_path / "marked").read_text() == "good"
    assert "recorded handshakes go as they went: press-3" in capsys.readouterr().out


def test_a_new_system_that_does_not_is_bad_and_the_next_start_says_of_whom(
    play: Play, recorded: Path, tmp_path: Path
) -> None:
    recorded.write_text(OTHER)
    places = Places(tmp_path)
    keeping.note_boot(places, "9.1.0")
    assert play(None, "--keep", "--mark-good") == 1
    assert (tmp_path / "marked").read_text() == "bad"
    put(tmp_path, "proc/cmdline", "rauc.slot=A postern.hash=cd34\n")
    told = keeping.note_boot(places, "9.0.0")
    assert told.startswith(
        "slot B (Postern 9.1.0) was started and is no good: press-3 does not get what it got when "
        "it was recorded: chosen-suite was rot13, and is "
    )
    assert told.endswith(health.ALL_THE_SAME)
    assert "press-3 does not get" in keeping.failed_boots(places)[0].read_text()


def test_with_no_other_system_it_stays_and_says_so(
    play: Play, recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded.write_text(OTHER)
    (tmp_path / "other").unlink()
    assert play(None, "--keep", "--mark-good") == 0
    assert (tmp_path / "marked").read_text() == "good"
    assert "no other good system to go back to" in capsys.readouterr().err


def test_a_recording_that_is_broken_blocks_nothing(
    play: Play, recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded.write_text("no [ TOML")
    assert play(None, "--keep", "--mark-good") == 0
    assert (tmp_path / "marked").read_text() == "good"
    assert "the recording of press-3 cannot be played: no TOML" in capsys.readouterr().err


def test_a_system_that_was_good_once_is_not_tried_again(
    play: Play, recorded: Path, tmp_path: Path
) -> None:
    assert play(None, "--keep", "--mark-good") == 0
    recorded.write_text(OTHER)
    assert play(None, "--keep", "--mark-good") == 0
    assert (tmp_path / "marked").read_text() == "good"


def test_by_hand_the_recordings_are_played_each_time(play: Play, recorded: Path) -> None:
    assert play(None) == 0
    recorded.write_text(OTHER)
    assert play(None) == 1


def test_a_reason_is_kept_only_of_a_start_that_was_noted_and_is_bounded(tmp_path: Path) -> None:
    places = Places(tmp_path)
    keeping.note_why(places, "why")
    assert not (tmp_path / "data").exists()
    put(tmp_path, "proc/cmdline", "rauc.slot=B postern.hash=ab12\n")
    keeping.note_boot(places, "1")
    keeping.note_why(places, "x" * 5000)
    kept = read_record(places.state / keeping.BOOT)["why"]
    assert len(kept) == keeping.LONGEST_WHY
