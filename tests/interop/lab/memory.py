"""What the programs of a host hold in memory: PSS, so that what many of them share counts once."""

from contextlib import suppress
from pathlib import Path

from tests.interop.lab.world import Node


def pss_kb(node: Node) -> int:
    """kB of all its processes. A page that others of the lab map too counts by its share."""
    found = 0
    for pid in node.processes():
        with suppress(OSError):  # it ended while we looked
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            found += sum(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")
    return found
