"""What the programs of a host have used of the processor: a control group's account (cgroup v2)."""

import subprocess
from pathlib import Path

from tests.interop.lab.world import Node

GROUPS = Path("/lab-hosts/.groups")


class Account:
    """Of all programs that run in the host now, and all that they start."""

    def __init__(self, node: Node) -> None:
        if not GROUPS.exists():
            GROUPS.mkdir()
            subprocess.run(["mount", "-t", "cgroup2", "none", str(GROUPS)], check=True)
        self._group = GROUPS / node.name
        self._group.mkdir(exist_ok=True)
        for pid in node.processes():
            (self._group / "cgroup.procs").write_text(str(pid))

    def seconds(self) -> float:
        """User's and kernel's time so far, of those that have ended, too."""
        fields = dict(line.split() for line in (self._group / "cpu.stat").read_text().splitlines())
        return int(fields["usage_usec"]) * 1e-6
