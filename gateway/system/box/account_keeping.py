"""Whether a RADIUS server is told of sessions on this box: the accountant's file, its unit, and the
port at which that server may ask for a session's end.

The accountant gets `[accounting]` and nothing else of the configuration, as a credential of its
unit: it runs as a user who may read neither the configuration nor the agent's socket.
"""

from typing import Final

from gateway.control.companions import Accounting
from gateway.control.excerpts import accounting_of
from gateway.system.box.disk import write_file
from gateway.system.box.places import Places
from gateway.system.run import Run, run
from gateway.wire.ipv4 import host_text

UNIT: Final = "postern-accounting.service"
ASKERS: Final = "disconnect_servers"  # the set in /etc/nftables.conf: inside alone


class AccountKeeping:
    def __init__(self, places: Places, tool: Run = run) -> None:
        self._path = places.accountant
        self._run = tool

    def apply(self, accounting: Accounting, text: str) -> None:
        """Make it so; `ToolFailed` or OSError if that cannot be."""
        self._run(["nft", "-f", "-"], nft_set(accounting))
        if accounting.server is not None:
            write_file(self._path, accounting_of(text).encode())
            self._run(["systemctl", "restart", "--no-block", UNIT], "")
        elif self._path.exists():
            self._path.unlink()
            self._run(["systemctl", "stop", "--no-block", UNIT], "")


def nft_set(accounting: Accounting) -> str:
    """For `nft -f`, in one transaction."""
    text = f"flush set inet box {ASKERS}\n"
    if accounting.server is not None and accounting.disconnect:
        member = f"{host_text(accounting.server)} . {accounting.disconnect_port}"
        text += f"add element inet box {ASKERS} {{ {member} }}\n"
    return text
