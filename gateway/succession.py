"""From one daemon to the next: what is kept, by whom, and how it is taken up.

The only file beside `daemon.py` that knows the bridge and the system; it is the daemon's.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from gateway.bridge.gateway import Gateway
from gateway.bridge.household import shape
from gateway.bridge.taking_up import TakingUp
from gateway.crypto.mac import SHA256, digest
from gateway.outputs import CloseTcp, Output
from gateway.paths import Left
from gateway.system.chance import Chance
from gateway.system.estate import Estate, Keeper, Nobody, estate_of
from gateway.system.kept import Kept
from gateway.system.service import Service
from gateway.system.tcp import Connections

DROPPED: Final = "of what an earlier Postern has left nothing is taken up"


class Succession:
    """One for a daemon's life. `said` is for the journal."""

    def __init__(self, service: Service, folder: Path, environment: Mapping[str, str]) -> None:
        """`folder` is for a socket of ours, where systemd keeps nothing."""
        self.said: list[str] = []
        self.kept: Kept | None = None
        self._estate: Estate = estate_of(service, folder, environment)
        self._chance = Chance()
        if isinstance(self._estate.keeper, Nobody):
            self.said.append("nobody keeps anything for us: sessions end when Postern does")
            return
        stamp = digest(SHA256, shape().encode())
        try:
            self.kept = Kept(self._estate.keeper, self._estate.found, stamp, self._chance)
        except OSError as error:
            self.said.append(f"no memory to keep anything in ({error.strerror}): {DROPPED}")
            return
        if self.kept.trouble:
            self.said.append(f"{DROPPED}: {self.kept.trouble}")

    @property
    def keeper(self) -> Keeper:
        return self._estate.keeper

    @property
    def left(self) -> dict[str, int]:
        """Descriptors that are there still; whoever takes one takes it out."""
        return self._estate.found

    def settle(self) -> None:
        """What nobody has taken is closed."""
        self._estate.settle()

    @property
    def chores(self) -> Sequence[Kept]:
        return () if self.kept is None else (self.kept,)

    def take_up(
        self,
        gateway: Gateway,
        tcp: Connections,
        now: float,
        today: date,
        left: Left | None = None,
    ) -> list[Output]:
        """Put everything that was kept into the gateway; what follows from it. `left` is what the
        kernel still has."""
        connections = self._estate.connections()
        kept = self.kept
        if kept is None:
            return []
        gateway.keeping.begin(kept.words, kept.key)
        for key, descriptor in connections.items():
            tcp.adopt(key, descriptor)
        heir = TakingUp(gateway, kept.words, connections, self._chance, now, left)
        found = heir.take_up(kept.found)
        unwanted = [CloseTcp(key) for key in connections if key not in heir.wanted]
        kept.begin(now)
        if heir.refused:
            self.said.append(f"{heir.refused} of {len(kept.found)} clients could not be taken up")
        if gateway.sessions:
            self.said.append(f"sessions that go on: {len(gateway.sessions)}")
        return [*found, *unwanted, *gateway.tell_date(today, now)]

    def end(self) -> None:
        """An orderly stop: nothing is left for anybody."""
        self._estate.end()
