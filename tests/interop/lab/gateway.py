"""Postern itself, as a service of the gateway host: its configuration, its life, its answers."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.interop.lab.topology import INSIDE, OUTSIDE, SERVER
from tests.interop.lab.world import Node, until

CONFIG = "/etc/postern/postern.toml"
SOCKET = "/run/postern/control.sock"
RELOADED = ("The configuration was loaded again", "The new configuration is wrong")
CHECKOUT = Path(__file__).parents[3]
PYTHON = str(CHECKOUT / ".venv/bin/python")


PPTP = f'[[route]]\nname = "old-nt4"\nkind = "pptp"\nserver = "{SERVER}"\n'


def configuration(
    psk: str,
    client: str = "",
    limits: str = "",
    route: str = "old-nt4",
    routes: str = PPTP,
    address: str = OUTSIDE,
    outside: str = "",
) -> str:
    """One client that takes `route`. `client`, `limits` and `outside` are lines more."""
    return (
        f'[outside]\ninterface = "eth0"\naddresses = ["{address}"]\n{outside}\n'
        f'[inside]\ninterface = "eth1"\naddress = "{INSIDE}"\n'
        + (f"[limits]\n{limits}\n" if limits else "")
        + f'[[client]]\nname = "press"\npsk = "{psk}"\nroute = "{route}"\n{client}\n'
        + routes
    )


def carried_by(config: str, carrier: str) -> str:
    """Its routes to servers as they are carried so, where they do not say it themselves."""
    if not carrier or "carrier =" in config:
        return config
    words = f'carrier = "{carrier}"\n'
    if carrier == "kernel":
        words += "shield = false\n"  # which reads every frame
    for kind in ('kind = "pptp"\n', 'kind = "l2tp-ipsec"\n'):
        config = config.replace(kind, f"{kind}{words}")
    return config


class Gateway:
    """The daemon under test. `ask` speaks to its control socket as the command does."""

    def __init__(
        self,
        node: Node,
        config: str,
        carrier: str = "",
        users: Mapping[str, str] | None = None,
    ) -> None:
        """Routes that do not say who carries get `carrier`. `users`: names and passwords that it is
        told beforehand."""
        self.node = node
        self.carrier = carrier
        self.process: subprocess.Popen[bytes] | None = None
        self.write(config)
        for name, password in (users or {}).items():
            self.store(name, password)
        self.start()

    def write(self, config: str) -> None:
        """Put this in its file."""
        self.node.write(CONFIG, carried_by(config, self.carrier), 0o600)

    def store(self, user: str, password: str, more: str = "") -> str:
        """`postern users add`, as an owner types it; what it prints. `more` are options more."""
        words = f"users add {user} --config {CONFIG} --password - {more}"
        line = f"{PYTHON} -m gateway.user.cli.main {words}"
        return self.node.sh(f"cd {CHECKOUT} && printf '%s\\n' '{password}' | {line}")

    def start(self) -> None:
        argv = [PYTHON, "-m", "gateway.daemon", "--config", CONFIG, "--socket", SOCKET]
        process = self.node.spawn(argv, "postern", folder=str(CHECKOUT))
        until(lambda: self._answers() or process.poll() is not None, 20)
        if process.poll() is not None:
            raise ConnectionError(f"the gateway did not start:\n{self.log()[-2000:]}")
        self.process = process
        self.ask("status")

    def stop(self) -> None:
        """As systemd does: SIGTERM, then wait for an orderly end."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a crash does: no chance to say good-bye."""
        self._end(signal.SIGKILL)

    def reload(self, config: str = "") -> None:
        """Read the file again, with this in it if it is given."""
        if config:
            self.write(config)
        before = self._reloads()
        os.kill(self._daemon(), signal.SIGHUP)
        until(lambda: self._reloads() > before, 10, "the reload")

    def clients(self, *arguments: str) -> str:
        """`postern clients` at work in the file of the configuration."""
        line = " ".join([PYTHON, "-m", "gateway.user.cli.main", "clients", *arguments])
        return self.node.sh(f"cd {CHECKOUT} && {line} --file {CONFIG}")

    def ask(self, verb: str, **arguments: Any) -> Any:
        """The `result` of one verb; a refusal is a RuntimeError in the daemon's words."""
        with self.node.spaces, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(30)
            line.connect(SOCKET)
            line.sendall(json.dumps({"verb": verb, **arguments}).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer = json.loads(answers.readline())
        if not answer["ok"]:
            raise RuntimeError(f"{verb}: {answer.get('error')}; {answer.get('hint')}")
        return answer["result"]

    def sessions(self) -> list[dict[str, Any]]:
        return list(self.ask("sessions"))

    def session(self) -> dict[str, Any]:
        """The one session there is."""
        (only,) = self.sessions()
        return only

    def account(self, number: int) -> list[dict[str, Any]]:
        """The steps of a dial: dictionaries with `ms` and `text`."""
        return list(self.ask("session", id=number)["account"])

    def refusals(self) -> list[str]:
        """Its own sentences for whom it did not let through, the newest first."""
        return list(self.ask("status")["refusals"])

    def wait_for_sessions(self, count: int, seconds: float = 20) -> None:
        until(lambda: len(self.sessions()) == count, seconds, f"{count} sessions at the gateway")

    def wait_for_log(self, words: str, seconds: float = 10) -> None:
        until(lambda: words in self.log(), seconds, f"'{words}' in the gateway's journal")

    def wait_for_more(self, words: str, count: int, seconds: float = 10) -> None:
        """Until they stand in the journal more often than `count` times."""
        until(lambda: self.log().count(words) > count, seconds, f"'{words}' once more")

    def command(self, *arguments: str) -> str:
        """What the `postern` command prints on the gateway, whatever its exit status."""
        line = " ".join([PYTHON, "-m", "gateway.user.cli.main", *arguments, "--socket", SOCKET])
        return self.node.ask(f"cd {CHECKOUT} && {line}")[1]

    def recorded(self, file: str, dial: Callable[[], object]) -> str:
        """What `postern record` writes of a dial, by the command an owner uses."""
        verb = [PYTHON, "-m", "gateway.user.cli.main", "record", "--client", "press"]
        options = [file, "--seconds", "60", "--socket", SOCKET]
        waiting = self.node.spawn([*verb, *options], "record", folder=str(CHECKOUT))
        until(lambda: "waiting for press" in self.node.log("record"), 20, "the recording to begin")
        dial()
        until(lambda: waiting.poll() is not None, 30, "the recording to end")
        return self.node.read(file)

    def log(self) -> str:
        """The daemon's journal."""
        return self.node.log("postern")

    def rss_kb(self) -> int:
        status = Path(f"/proc/{self._running().pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._running().pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _reloads(self) -> int:
        return sum(self.log().count(words) for words in RELOADED)

    def _end(self, number: int) -> None:
        process = self._running()
        process.send_signal(number)
        process.wait(timeout=60)
        self.process = None

    def _daemon(self) -> int:
        """Its process, whoever has started it."""
        return self._running().pid

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            raise ConnectionError("the gateway is not running")
        return self.process

    def _answers(self) -> bool:
        try:
            self.ask("status")
        except (OSError, ValueError):
            time.sleep(0.05)
            return False
        return True
