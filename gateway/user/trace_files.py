"""A trace as it comes from the daemon, as files: the packets, and keys beside them if asked for."""

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

from gateway.control.trace import Kind, Report, Wanted, parse_end
from gateway.user.cli import show
from gateway.user.client import BadAnswer, Daemon, DaemonError

IKE_TABLE: Final = "ikev1_decryption_table"
ESP_TABLE: Final = "esp_sa"
# Wireshark's own names (preferences of its dissectors ISAKMP and ESP).
CIPHERS: Final = {
    "des": "DES-CBC [RFC2405]",
    "3des": "TripleDES-CBC [RFC2451]",
    "aes": "AES-CBC [RFC3602]",
}
HASHES: Final = {"sha1": "HMAC-SHA-1-96 [RFC2404]", "md5": "HMAC-MD5-96 [RFC2403]"}
CUT_SHORT: Final = "the gateway ended it"
STOPPED: Final = "stopped by you"
UNSEEN: Final = (
    "not in it, because the kernel or a worker carries this machine: its ESP; to see that, too, "
    'write carrier = "user" in its route, reload, and let it dial again; or workers = "0", and '
    "restart"
)


class Occupied(DaemonError):
    """There is nowhere to write to, so nothing of ours is there either."""


def record(daemon: Daemon, wanted: Wanted, path: Path) -> list[str]:
    """Write the file, and the tables if keys are asked for; what became of it, in lines."""
    keys: dict[str, list[str]] = {}
    began, report, why = time.monotonic(), None, CUT_SHORT
    try:
        with create(path) as out:
            report = write_trace(daemon.trace(wanted), out, keys)
    except Occupied:
        raise
    except DaemonError:
        if not path.stat().st_size:
            path.unlink()  # nothing was recorded
        raise
    except OSError as error:
        what = f"{path} cannot be written to its end: {error.strerror or error}"
        raise DaemonError(what, "Make room, or choose another place") from None
    except KeyboardInterrupt:  # what has come so far is a good file
        why = STOPPED
    tables = write_tables(path, keys)
    counted = "the packets" if report is None else show.counted(report.packets, "packet")
    why = why if report is None else report.why
    lines = [f"{counted} in {show.duration(time.monotonic() - began)} ({why}): {path}"]
    lines += [f"keys: {table}" for table in tables]
    if report is not None and report.lost:
        lost = show.counted(report.lost, "packet")
        lines.append(f"not in it, because the reader was too slow: {lost}")
    if report is not None and report.unseen:
        lines.append(UNSEEN)
    return [*lines, f"Read it with Wireshark, or here: postern explain --trace {path}"]


def create(path: Path) -> BinaryIO:
    """A new file that only its owner reads; `Occupied` if there cannot be one."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise Occupied(f"{path} is there already", "Choose another name") from None
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror or error}"
        raise Occupied(what, "Choose another place") from None


def write_trace(
    frames: Iterable[tuple[Kind, bytes]], out: BinaryIO, keys: dict[str, list[str]]
) -> Report | None:
    """Write the packets to `out` as they come, and put the lines of both tables into `keys`.

    None if it ended without a report.
    """
    report = None
    for kind, body in frames:
        match kind:
            case Kind.PACKETS:
                out.write(body)
                out.flush()
            case Kind.KEYS:
                name, line = _key_line(body)
                keys.setdefault(name, []).append(line)
            case Kind.END:
                report = _report(body)
    return report


def write_tables(path: Path, keys: dict[str, list[str]]) -> list[Path]:
    """The two tables beside the packets, under the names that Wireshark looks for."""
    written = []
    for name, lines in keys.items():
        table = path.with_name(f"{path.name}.{name}")
        with create(table) as file:
            file.write("".join(f"{line}\n" for line in lines).encode())
        written.append(table)
    return written


def _key_line(body: bytes) -> tuple[str, str]:
    """Which table a key belongs in, and its line there."""
    try:
        key = json.loads(body)
        if key["kind"] == "ike":
            return IKE_TABLE, f"{key['cookie']},{key['key']}"
        fields = (
            "IPv4",
            key["source"],
            key["target"],
            key["spi"],
            CIPHERS[key["cipher"]],
            f"0x{key['cipher_key']}",
            HASHES[key["hash"]],
            f"0x{key['hash_key']}",
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadAnswer("a key that the daemon sends is none") from None
    return ESP_TABLE, ",".join(f'"{field}"' for field in fields)


def _report(body: bytes) -> Report:
    try:
        return parse_end(body)
    except ValueError as error:
        raise BadAnswer(f"the end of the trace cannot be understood: {error}") from None
