"""The two processes that a menu asks, and what the header needs of both."""

from dataclasses import dataclass
from pathlib import Path

from gateway.control.sessions import StatusView
from gateway.user.box_client import Box, Who
from gateway.user.box_views import BoxStatus
from gateway.user.cli.show import cut
from gateway.user.client import Absence, Busy, Daemon, DaemonError, NotAllowed, NotRunning, Silent

GLANCE = 2.0  # seconds that a header may wait
AGAIN = 5.0  # seconds for which a box agent that is not there is asked again: it may start anew
LONGEST_WORK = 24  # letters of what somebody is busy with


@dataclass(frozen=True, slots=True)
class Glance:
    """Both at one moment; where one did not answer, a sentence on it (`in_a_line`)."""

    box: BoxStatus | None
    gateway: StatusView | None
    box_trouble: str = ""
    gateway_trouble: str = ""
    cpu: int | None = None  # per cent since the glance before


def in_a_line(error: DaemonError, who: str, unit: str) -> str:
    """Why `who` cannot be asked: a whole sentence of at most 80 letters."""
    match error:
        case Busy(work=work):
            return f"The {who} is busy with {cut(work, LONGEST_WORK)}: ask again in a moment."
        case NotRunning():
            return f"The {who} is not running: see `systemctl status {unit}`."
        case NotAllowed():
            return f"You have no right to ask the {who}: log in as an administrator."
        case Silent():
            return f"The {who} is there, but is busy with something and does not answer yet."
    return f"The {who} gives no answer that makes sense: see `journalctl -u {unit}`."


class Ends:
    """The box agent and the gateway's daemon, asked by this user on this face."""

    def __init__(
        self,
        box: str,
        daemon: str,
        who: Who,
        stat: Path = Path("/proc/stat"),
        *,
        own_console: bool = False,
        again: float = AGAIN,
    ) -> None:
        """`own_console`: this menu keeps a console of the box, where anybody may stand."""
        absence = Absence(again)
        self.box = Box(box, absence=absence)
        self.daemon = Daemon(daemon)
        self.who = who
        self.own_console = own_console
        self._quick_box = Box(box, GLANCE, absence)
        self._quick_daemon = Daemon(daemon, patience=GLANCE)
        self._stat = stat
        self._ticks = (0, 0)
        self.latest = Glance(None, None)

    def glance(self) -> Glance:
        """Never raises: a header is drawn whatever is the matter."""
        box, gateway, box_trouble, gateway_trouble = None, None, "", ""
        try:
            box = self._quick_box.status()
        except DaemonError as error:
            box_trouble = in_a_line(error, "box agent", "postern-box")
        try:
            gateway = self._quick_daemon.status()
        except DaemonError as error:
            gateway_trouble = in_a_line(error, "gateway", "postern")
        self.latest = Glance(box, gateway, box_trouble, gateway_trouble, self._cpu())
        return self.latest

    def hostname(self) -> str:
        """What is to be typed before the box is stopped or emptied."""
        return self.box.status().hostname

    def _cpu(self) -> int | None:
        """Per cent of all processors' time since it was last asked (proc(5), /proc/stat)."""
        try:
            words = self._stat.read_text().split("\n", 1)[0].split()
            ticks = [int(word) for word in words[1:9]]
        except (OSError, ValueError):
            return None
        whole, idle = sum(ticks), sum(ticks[3:5])
        before, self._ticks = self._ticks, (whole, idle)
        if not before[0] or whole <= before[0]:
            return None
        return round(100 * (1 - (idle - before[1]) / (whole - before[0])))
