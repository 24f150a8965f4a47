"""Whether the journal is sent to a collector: rsyslog's configuration, and its unit.

rsyslog reads the journal itself and sends RFC 5424 by TLS (RFC 5425: the length before each line).
What the gateway tells has its fields as structured data; 32473 is the number for those who have
none of their own (RFC 5612). Two thousand lines wait in memory while nobody takes them.
"""

from pathlib import Path
from typing import Final

from gateway.control.companions import Syslog
from gateway.system.box.disk import write_file
from gateway.system.box.places import Places
from gateway.system.run import Run, run

UNIT: Final = "postern-syslog.service"
WORK: Final = "/run/postern-syslog"  # of the unit, gone with it
CA: Final = f"/run/credentials/{UNIT}/ca.pem"
FIELDS: Final = ("machine", "session", "peer", "cause", "route", "server")
WAITING: Final = 2000  # lines


class Sending:
    def __init__(self, places: Places, tool: Run = run) -> None:
        self._text, self._ca = places.rsyslog, places.rsyslog.with_name("syslog-ca.pem")
        self._run = tool

    def apply(self, syslog: Syslog) -> None:
        """Make it so; `ToolFailed` or OSError if that cannot be."""
        if syslog.server:
            write_file(self._ca, syslog.ca.encode())
            write_file(self._text, rsyslog_text(syslog).encode())
            self._run(["systemctl", "restart", "--no-block", UNIT], "")
        elif self._text.exists():
            self._text.unlink()
            self._ca.unlink(missing_ok=True)
            self._run(["systemctl", "stop", "--no-block", UNIT], "")


def rsyslog_text(syslog: Syslog, ca: str | Path = CA, work: str | Path = WORK) -> str:
    """All that rsyslogd reads (rsyslog.conf(5)). The values are names and numbers: nothing of them
    can end a string."""
    name = syslog.name or syslog.server
    data = " & ".join(f"' {field}=\"' & $!POSTERN_{field.upper()} & '\"'" for field in FIELDS)
    return f"""\
# Made by Postern from the configuration.
global(
  workDirectory="{work}"
  defaultNetstreamDriver="ossl"
  defaultNetstreamDriverCAFile="{ca}"
)
module(load="imjournal" stateFile="imjournal.state" persistStateInterval="100")
template(name="rfc5424" type="string"
  string="<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% %APP-NAME% %PROCID% %$.id% %$.data% %msg%")
set $.id = "-";
set $.data = "-";
if $!POSTERN_FACT != "" then {{
  set $.id = $!POSTERN_FACT;
  set $.data = '[postern@32473' & {data} & ']';
}}
action(
  type="omfwd" target="{syslog.server}" port="{syslog.port}" protocol="tcp"
  tcp_framing="octet-counted" template="rfc5424"
  streamDriver="ossl" streamDriverMode="1"
  streamDriverAuthMode="x509/name" streamDriverPermittedPeers="{name}"
  queue.type="LinkedList" queue.size="{WAITING}" queue.timeoutEnqueue="0"
  action.resumeRetryCount="-1" action.resumeInterval="5" action.resumeIntervalMax="60"
)
"""
