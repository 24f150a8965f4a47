"""The gateway's own authority, used as its owner does: the command, and files carried by hand."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.interop.lab.gateway import CHECKOUT, CONFIG, PYTHON
from tests.interop.lab.topology import OUTSIDE
from tests.interop.lab.world import Node

FOLDER = str(Path(CONFIG).parent)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is carried to a machine: its .p12 with the password, and whom it shall trust."""

    machine: str
    pkcs12: bytes = field(repr=False)
    password: str = field(repr=False)
    authority: bytes  # DER


class Authority:
    """In a folder of the gateway host. `hash` and `bits` are those of `postern ca create`."""

    def __init__(self, node: Node, folder: str = FOLDER, hash: str = "sha1") -> None:
        self.node, self.folder = node, folder
        node.sh(f"mkdir -p {folder}")
        dialled = f"--dialled {OUTSIDE} --dialled vpn.works.example"
        self.lines = _lines(self.command(f"create {dialled} --hash {hash}"))

    def issue(self, machine: str) -> Bundle:
        told = self._json(f"issue {machine} --path {self.folder}/{machine}.p12")
        self._json(f"export --path {self.folder}/root.cer")
        return Bundle(
            machine,
            _bytes(self.node, f"{self.folder}/{machine}.p12"),
            told["password"],
            _bytes(self.node, f"{self.folder}/root.cer"),
        )

    def revoke(self, machine: str) -> str:
        return self.command(f"revoke {machine}")

    def command(self, words: str) -> str:
        line = f"{PYTHON} -m gateway.user.cli.main ca {words} --folder {self.folder}"
        return self.node.sh(f"cd {CHECKOUT} && {line}", timeout=60)

    def check(self) -> str:
        """What `postern check` says of the configuration."""
        line = f"{PYTHON} -m gateway.user.cli.main check --config {CONFIG}"
        return self.node.ask(f"cd {CHECKOUT} && {line}")[1]

    def _json(self, words: str) -> Any:
        return json.loads(self.command(f"{words} --json"))


def client_lines(machine: str, route: str = "old-nt4") -> str:
    """The machine's entry of `postern.toml`."""
    return (
        f'[[client]]\nname = "{machine}"\ncertificate = "CN={machine}"\nca = ["own"]\n'
        f'route = "{route}"\n'
    )


def put(node: Node, path: str, data: bytes) -> None:
    with node.spaces:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(data)


def _bytes(node: Node, path: str) -> bytes:
    with node.spaces:
        return Path(path).read_bytes()


def _lines(told: str) -> str:
    """What the command says is to be added to postern.toml."""
    found = re.search(r"^\[\[certificate\]\].*", told, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError(f"no lines for postern.toml in:\n{told}")
    return found[0] + "\n"
