"""Where one who starts pppd keeps what has to be taken back, and taking it back in its stead."""

from pathlib import Path
from typing import Final

from gateway.system.control_socket import make_way
from gateway.system.pppd_files import Files
from gateway.system.pppd_links import Links
from gateway.system.pppd_rules import TABLE
from gateway.system.pppd_table import Table
from gateway.system.run import Run, ToolMissing

_NOTE, _FILES = ".opened", ".radius"  # beside the socket
_ROOT: Final = Path("/")


def links_of(socket: Path, root: Path = _ROOT) -> Links:
    return Links(socket.with_suffix(_NOTE), root)


def files_of(socket: Path) -> Files:
    return Files(socket.with_suffix(_FILES))


def remove_remains(socket: Path, tool: Run, root: Path = _ROOT) -> bool:
    """Whether one that was killed had left rules. AlreadyRunning, and nothing is done, if one is at
    work. The switch is closed before the rules go."""
    make_way(socket)
    links_of(socket, root).close()
    files_of(socket).clear()
    try:
        listed = tool(["nft", "list", "tables"], "").stdout
    except ToolMissing:
        return False
    if TABLE not in listed.split():
        return False
    Table(tool).remove()
    return True
