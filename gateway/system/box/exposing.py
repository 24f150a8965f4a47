"""Whether figures are given out on this box: the exporter's file, its port, its unit.

The exporter gets `[metrics]` and nothing else of the configuration, as a credential of its unit
(systemd.exec(5)): it runs as a user who may read neither the configuration nor the agent's socket.
"""

from typing import Final

from gateway.control.companions import Metrics
from gateway.control.excerpts import metrics_of
from gateway.system.box.disk import write_file
from gateway.system.box.places import Places
from gateway.system.run import Run, run

UNIT: Final = "postern-metrics.service"
PORTS: Final = "metrics_ports"  # the set in /etc/nftables.conf: inside alone


class Exposing:
    def __init__(self, places: Places, tool: Run = run) -> None:
        self._path = places.exporter
        self._run = tool

    def apply(self, metrics: Metrics, text: str) -> None:
        """Make it so; `ToolFailed` or OSError if that cannot be."""
        wanted = metrics.address is not None
        self._run(["nft", "-f", "-"], nft_set(metrics))
        if wanted:
            write_file(self._path, metrics_of(text).encode())
            self._run(["systemctl", "restart", "--no-block", UNIT], "")
        elif self._path.exists():
            self._path.unlink()
            self._run(["systemctl", "stop", "--no-block", UNIT], "")


def nft_set(metrics: Metrics) -> str:
    """For `nft -f`, in one transaction."""
    text = f"flush set inet box {PORTS}\n"
    if metrics.address is not None:
        text += f"add element inet box {PORTS} {{ {metrics.port} }}\n"
    return text
