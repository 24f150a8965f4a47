"""systemd's journal, rsyslog and a collector in a mount namespace of their own: prints what came.

Run by test_journal.py under `unshare --mount`: /run is empty here, and nobody else's journal hears
anything. As root.
"""

import json
import os
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import AF_INET, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket
from threading import Event
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from gateway.control.companions import Syslog
from gateway.outputs import Fact, What
from gateway.system.box.sending import rsyslog_text
from gateway.system.clock import now
from gateway.system.journal import Journal
from gateway.system.journal_fields import SOCKET, Native

JOURNALD = Path("/lib/systemd/systemd-journald")
TREE = Path(__file__).parents[2] / "build/watch/tree/usr"
LIBRARIES = TREE / "lib/x86_64-linux-gnu"
NAME = "logs.example.org"
PEER = "203.0.113.7:4500"
LAST = "the last line"
PATIENCE = 40.0  # seconds
FACTS = (
    Fact(What.AUTHENTICATED, 3, PEER, {"client": "press-3"}),
    Fact(What.PPP_UP, 3, PEER, {"client_ip": "10.1.0.2"}),
    Fact(What.REFUSED, 4, "203.0.113.8:500", {"reason": "wrong key"}),
)


def main(folder: Path, name: str) -> None:
    """`name` is what the collector's certificate says."""
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    Path("/run/systemd/journal").mkdir(parents=True)
    Path("/run/log/journal").mkdir(parents=True)
    ca = certify(folder, name)
    with socket(AF_INET, SOCK_STREAM) as listener:
        listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        listener.settimeout(PATIENCE)
        port = listener.getsockname()[1]
        text = rsyslog_text(Syslog("127.0.0.1", port, NAME, ""), ca, folder)
        (folder / "rsyslog.conf").write_text(text)
        with running([str(JOURNALD)]):
            wait_for(Path(SOCKET))
            journal = Journal(sys.stderr, now, levels=True, native=Native())
            for fact in FACTS:
                journal(fact)
            journal.line(LAST)
            with running(rsyslogd(folder / "rsyslog.conf")):
                said = collect(listener, folder)
            found = subprocess.run(
                ["journalctl", "POSTERN_MACHINE=press-3", "-o", "json", "--no-pager"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
    entries = [json.loads(line) for line in found.splitlines()]
    json.dump(
        {"entries": entries, "lines": [line for line in said if "postern" in line]}, sys.stdout
    )


class running:  # noqa: N801 - used as a verb
    """A program for the length of a `with`."""

    def __init__(self, command: list[str]) -> None:
        environment = {**os.environ, "LD_LIBRARY_PATH": str(LIBRARIES)}
        environment = environment if "rsyslogd" in command[0] else dict(os.environ)
        self._child = subprocess.Popen(command, env=environment, stdout=sys.stderr)

    def __enter__(self) -> None: ...

    def __exit__(self, *_: Any) -> None:
        self._child.terminate()
        try:
            self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            raise


def rsyslogd(configuration: Path) -> list[str]:
    program = [str(TREE / "sbin/rsyslogd"), "-n", "-iNONE", "-M", str(LIBRARIES / "rsyslog")]
    return [*program, "-f", str(configuration)]


def collect(listener: socket, folder: Path) -> list[str]:
    """The lines that come by TLS until the last one has, or none if nobody would talk to us."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "collector.pem", folder / "collector.key")
    data = b""
    plain, _ = listener.accept()
    plain.settimeout(PATIENCE)
    try:
        with context.wrap_socket(plain, server_side=True) as line:
            while LAST.encode() not in data and (piece := line.recv(65536)):
                data += piece
    except OSError:
        pass  # hung up: what there is is told
    finally:
        listener.close()  # it would be called again, and wait for an answer at its end
    return unframed(data)


def unframed(data: bytes) -> list[str]:
    """RFC 5425, 4.3: the length in bytes, a space, the message."""
    found = []
    while data:
        length, _, rest = data.partition(b" ")
        found.append(rest[: int(length)].decode())
        data = rest[int(length) :]
    return found


def wait_for(path: Path) -> None:
    until = now() + PATIENCE
    while not path.exists() and now() < until:
        Event().wait(0.05)


def certify(folder: Path, name: str) -> Path:
    """An authority, and the collector's certificate by it."""
    key, own = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "works")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    root = _build(issuer, issuer, key, key, x509.BasicConstraints(ca=True, path_length=None))
    leaf = _build(subject, issuer, own, key, x509.SubjectAlternativeName([x509.DNSName(name)]))
    (folder / "collector.pem").write_bytes(leaf)
    (folder / "collector.key").write_bytes(
        own.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path = folder / "ca.pem"
    path.write_bytes(root)
    return path


def _build(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPrivateKey,
    by: rsa.RSAPrivateKey,
    extension: x509.ExtensionType,
) -> bytes:
    today = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=30))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    )
    return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
