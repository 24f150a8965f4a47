"""A tree of files in place of a machine, and programs that only say what they were asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.control.changes_outputs import Who
from gateway.system.run import Result, ToolFailed

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmsZQVHFCxFfOSiCDC048uH1f8XaDZzDpgFtvjED4tj ada"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f bob"
SECRET = "a key nobody may ever read anywhere"
CONSOLE = Who("console", "console")
ADA = Who("ada", "ssh", "ssh:100", remote=True)
FACTORY = """\
[outside]
interface = "outside"
network = "dhcp"

[inside]
interface = "inside"
network = "dhcp"
"""
CONFIG = f"""\
[box]
hostname = "gw-lab-1"

[outside]
interface = "outside"
network = "static"
addresses = ["203.0.113.9"]
prefix = 24
gateway = "203.0.113.1"
dns = ["203.0.113.53"]

[inside]
interface = "inside"
network = "static"
address = "10.10.0.1"
prefix = 24
gateway = "10.10.0.254"

[[client]]
name = "press-3"
psk = "{SECRET}"
route = "old-nt4"

[[route]]
name = "old-nt4"
kind = "pptp"
server = "10.20.0.2"

[[admin]]
name = "ada"
ssh_key = "{KEY}"

[[port]]
role = "outside"
path = "pci0000:00/0000:00:02.0"
mac = "52:54:00:00:00:01"

[[port]]
role = "inside"
path = "pci0000:00/0000:00:03.0"
mac = "52:54:00:00:00:02"
"""


@dataclass
class Tools:
    """Every program succeeds and says nothing, unless `says` or `fails` have its first words."""

    says: dict[str, str] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)
    status: int = 1
    asked: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)  # on standard input

    def __call__(self, argv: Sequence[str], stdin: str = "") -> Result:
        line = " ".join(argv)
        self.asked.append(line)
        self.given += [stdin] if stdin else []
        for words, reason in self.fails.items():
            if line.startswith(words):
                raise ToolFailed(line, self.status, reason)
        said = [text for words, text in self.says.items() if line.startswith(words)]
        return Result(said[0] if said else "", "")


def put(root: Path, name: str, text: str) -> Path:
    """A file below the root."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
