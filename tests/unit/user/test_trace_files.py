"""Frames of a trace become files; what the daemon sends is not trusted to be one."""

import json
import stat
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from gateway.control.trace import (
    Kind,
    Report,
    Wanted,
    build_end,
    build_frame,
    build_json,
)
from gateway.user import trace_files
from gateway.user.client import BadAnswer, Daemon, DaemonError
from gateway.user.trace_files import create, record, write_tables, write_trace
from tests.unit.user.daemon import answering_bytes, refusing

ANSWER = b'{"ok": true, "result": {"seconds": 60}}\n'
ESP = {
    "kind": "esp",
    "spi": "0x00001000",
    "source": "203.0.113.7",
    "target": "198.51.100.1",
    "cipher": "3des",
    "cipher_key": "aa",
    "hash": "md5",
    "hash_key": "bb",
}
IKE = {"kind": "ike", "cookie": "0123456789abcdef", "key": "cc"}
ESP_LINE = (
    '"IPv4","203.0.113.7","198.51.100.1","0x00001000",'
    '"TripleDES-CBC [RFC2451]","0xaa","HMAC-MD5-96 [RFC2403]","0xbb"'
)
KEYS = Wanted("press-3", passwords=True, keys=True)


def key(value: object) -> tuple[Kind, bytes]:
    return Kind.KEYS, json.dumps(value).encode()


def test_packets_are_written_as_they_come_and_the_report_is_the_answer() -> None:
    out = BytesIO()
    frames = [(Kind.PACKETS, b"one"), (Kind.PACKETS, b"two"), (Kind.END, build_end(REPORT)[5:])]
    assert write_trace(frames, out, {}) == REPORT
    assert out.getvalue() == b"onetwo"


REPORT = Report(2, 1, "the time is over")


def test_a_trace_without_an_end_has_no_report() -> None:
    assert write_trace([(Kind.PACKETS, b"one")], BytesIO(), {}) is None


def test_keys_are_lines_as_wireshark_wants_them() -> None:
    keys: dict[str, list[str]] = {}
    write_trace([key(ESP), key(IKE)], BytesIO(), keys)
    assert keys == {"esp_sa": [ESP_LINE], "ikev1_decryption_table": ["0123456789abcdef,cc"]}


@pytest.mark.parametrize(
    "frame",
    [
        (Kind.KEYS, b"no json"),
        (Kind.KEYS, b"[" * 9999),
        key([]),
        key({"kind": "ike"}),
        key(ESP | {"cipher": "rot13"}),
        (Kind.END, b"{}"),
    ],
)
def test_what_cannot_be_understood_is_told(frame: tuple[Kind, bytes]) -> None:
    with pytest.raises(BadAnswer):
        write_trace([frame], BytesIO(), {})


def test_tables_are_beside_the_file_and_only_for_its_owner(tmp_path: Path) -> None:
    written = write_tables(tmp_path / "x.pcapng", {"esp_sa": [ESP_LINE]})
    assert [path.name for path in written] == ["x.pcapng.esp_sa"]
    assert written[0].read_text() == f"{ESP_LINE}\n"
    assert stat.S_IMODE(written[0].stat().st_mode) == 0o600


def test_a_file_is_new_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    create(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(DaemonError, match="is there already"):
        create(path)
    with pytest.raises(DaemonError, match="cannot be written"):
        create(tmp_path / "nowhere" / "x")


def test_a_link_somebody_has_laid_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DaemonError, match="is there already"):
        create(path)


def test_a_trace_is_recorded_and_told_in_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    sent = ANSWER + build_frame(Kind.PACKETS, b"two packets") + build_json(Kind.KEYS, ESP)
    with answering_bytes(tmp_path, sent + build_end(REPORT)) as daemon:
        lines = record(Daemon(daemon.path), KEYS, path)
    assert path.read_bytes() == b"two packets"
    assert lines[0].startswith("2 packets in ")
    assert lines[0].endswith(f"(the time is over): {path}")
    assert lines[1:] == [
        f"keys: {path}.esp_sa",
        "not in it, because the reader was too slow: 1 packet",
        f"Read it with Wireshark, or here: postern explain --trace {path}",
    ]


def test_a_trace_that_stops_without_a_report_is_a_file_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    with answering_bytes(tmp_path, ANSWER + build_frame(Kind.PACKETS, b"one")) as daemon:
        lines = record(Daemon(daemon.path), Wanted("press-3"), path)
    assert "the gateway ended it" in lines[0]
    assert path.read_bytes() == b"one"


def test_a_trace_that_is_refused_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    with refusing(tmp_path, "'x' is nobody", "Name it") as daemon, pytest.raises(DaemonError):
        record(Daemon(daemon.path), Wanted("x"), path)
    assert not path.exists()


def test_what_has_come_before_the_daemon_was_killed_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    sent = ANSWER + build_frame(Kind.PACKETS, b"one") + build_frame(Kind.PACKETS, b"two")[:-1]
    with answering_bytes(tmp_path, sent) as daemon, pytest.raises(BadAnswer):
        record(Daemon(daemon.path), Wanted("press-3"), path)
    assert path.read_bytes() == b"one"


class Interrupted(Daemon):
    """Somebody presses Ctrl-C behind the first packet."""

    def trace(self, wanted: Wanted, behalf: str = "") -> Iterator[tuple[Kind, bytes]]:
        yield Kind.PACKETS, b"one"
        raise KeyboardInterrupt


def test_what_has_come_before_an_interruption_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    lines = record(Interrupted("/nowhere"), Wanted("x"), path)
    assert "stopped by you" in lines[0]
    assert path.read_bytes() == b"one"


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_files, "create", lambda path: path.open("wb"))
    sent = ANSWER + build_frame(Kind.PACKETS, b"one")
    with (
        answering_bytes(tmp_path, sent) as daemon,
        pytest.raises(DaemonError, match="to its end: No space left"),
    ):
        record(Daemon(daemon.path), Wanted("x"), Path("/dev/full"))


def test_a_file_that_is_there_already_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.write_text("precious")
    with pytest.raises(DaemonError, match="is there already"):
        record(Daemon(str(tmp_path / "s")), Wanted("x"), path)
    assert path.read_text() == "precious"
