"""Where the box keeps things. Everything hangs from `root`, so tests run on a tree of files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ADMINS: Final = "postern-admin"  # the group of those who may ask the agent
# Who may ask the gateway. The gateway is in it and must not be in the other: it faces strangers.
ASKERS: Final = "postern-ask"
DAEMON: Final = "postern"  # the user the gateway runs as


@dataclass(frozen=True, slots=True)
class Places:
    """`root` is the whole machine's."""

    root: Path = Path("/")

    @property
    def data(self) -> Path:
        """The configuration and all that outlives an update."""
        return self.root / "data/postern"

    @property
    def state(self) -> Path:
        """Small records of the box itself, for root alone."""
        return self.data / "state"

    @property
    def sealed(self) -> Path:
        """What a factory reset keeps of the configuration before it."""
        return self.data / "sealed"

    @property
    def recordings(self) -> Path:
        """Handshakes of this site's machines, one a file, by which updates are tried."""
        return self.data / "recordings"

    @property
    def run(self) -> Path:
        """Gone at the next boot."""
        return self.root / "run/postern-box"

    @property
    def files(self) -> Path:
        """Reports, captures and bundles: administrators fetch them here, and it is all in RAM."""
        return self.root / "run/postern-files"

    @property
    def gateway(self) -> Path:
        """The daemon's own copy of the configuration, its interfaces by the kernel's names."""
        return self.root / "run/postern-config/postern.toml"

    @property
    def exporter(self) -> Path:
        """What the program that gives figures out gets of the configuration."""
        return self.root / "run/postern-config/metrics.toml"

    @property
    def accountant(self) -> Path:
        """What the program that tells a RADIUS server of sessions gets of the configuration."""
        return self.root / "run/postern-config/accounting.toml"

    @property
    def rsyslog(self) -> Path:
        """What rsyslog gets to read."""
        return self.root / "run/postern-config/rsyslog.conf"

    @property
    def keepalived(self) -> Path:
        """What keepalived gets to read."""
        return self.root / "run/postern-config/keepalived.conf"

    @property
    def fleet(self) -> Path:
        """The address on loopback that directors answer for."""
        return self.root / "run/postern-config/fleet"

    @property
    def control(self) -> Path:
        """The daemon's socket."""
        return self.root / "run/postern/control.sock"

    @property
    def stick(self) -> Path:
        """The partition of a USB stick labelled POSTERN, while one is in."""
        return self.root / "dev/disk/by-label/POSTERN"

    @property
    def mount(self) -> Path:
        return self.run / "stick"

    def etc(self, name: str) -> Path:
        return self.root / "etc" / name
