"""What a RADIUS server is to be told, from what the gateway tells: a part of `postern accounting`.

No I/O: it is told what time it is, twice: `now` is the machine's clock, which never goes back and
on which sessions begin, `wall` the world's. An Acct-Session-Id is made of this boot of the machine,
and of the session's beginning and number in it, which stay whatever process has the session: so
nobody has to write it down, and it never comes again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.control.accounting import Sitting, Told
from gateway.radius.account import Account, ended
from gateway.radius.numbers import Cause, Status

LOOK_EVERY: Final = 30.0  # seconds: as old may be what is known of a session when all dies
GONE_AFTER: Final = 60.0  # seconds without a gateway: then its sessions are over, for nobody waits
BOOT_DIGITS: Final = 12  # of the boot's 32
STOPPED: Final = "the gateway is being stopped"
ENDED_PPP: Final = "the server ended PPP"
SEPARATOR: Final = " / "  # of letters that FreeRADIUS puts into its tables as they are
ENDS_HERE: Final = "PPP"  # as what a server speaks
_CAUSES: Final = {
    "client": Cause.USER_REQUEST,
    "server": Cause.LOST_SERVICE,
    "owner": Cause.ADMIN_RESET,
    "gateway": Cause.NAS_REQUEST,
    "nobody": Cause.LOST_CARRIER,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an account of the gateway was read: what an accountant goes on with."""

    boot: str = ""
    started: float = -1.0  # which process of the gateway
    last: int = 0
    off: bool = False  # the server was told that there is nobody


@dataclass(slots=True)
class Book:
    """Sessions that are up, by Acct-Session-Id, as the server was last told or is to be told."""

    boot: str
    interim: float
    mark: Mark
    living: dict[str, Account] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)  # to be written down anew, or crossed out
    _told_at: dict[str, float] = field(default_factory=dict)
    _missing: dict[str, float] = field(default_factory=dict)  # since when, on the wall's clock
    _looked: float | None = None
    _heard: float | None = None

    def begin(self, wall: float) -> list[Account]:
        """After a boot what was up before it has ended, nobody knows when; then we are there."""
        if self.mark.boot == self.boot and not self.mark.off:
            return []
        found = [self._end(name, Cause.NAS_REBOOT, wall) for name in list(self.living)]
        self.mark = Mark(self.boot)
        return [*found, Account(Status.ON, wall)]

    @property
    def wants(self) -> int:
        """The number behind which news are wanted."""
        return self.mark.last

    def wants_all(self, now: float) -> bool:
        return self._looked is None or now >= self._looked + min(LOOK_EVERY, self.interim)

    def note(self, told: Told, now: float, wall: float) -> list[Account]:
        """An answer of the gateway's. One of another process than before has news of its own."""
        self._heard = now
        ahead = wall - now
        if told.started != self.mark.started:
            self.mark, self._looked = Mark(self.boot, told.started), None
            return []  # it was asked for what is behind a number of the other's
        found = [one for sitting in told.news for one in self._news(sitting, now, ahead)]
        self.mark = replace(self.mark, last=told.last)
        if told.lost:
            self._looked = None
        if told.living is not None:
            self._looked = now
            found += self._all(told.living, now, ahead)
        return found

    def note_silence(self, now: float, wall: float) -> list[Account]:
        """There is no gateway."""
        self._heard = now if self._heard is None else self._heard
        if now < self._heard + GONE_AFTER:
            return []
        return [self._end(name, Cause.NAS_REBOOT, wall) for name in list(self.living)]

    def close(self, wall: float) -> list[Account]:
        """There is no gateway and no session, and we are to stop."""
        if self.living or self.mark.off:
            return []
        self.mark = replace(self.mark, off=True)
        return [Account(Status.OFF, wall)]

    def session_id(self, sitting: Sitting) -> str:
        began = round(sitting.began * 1000)
        return f"{self.boot.replace('-', '')[:BOOT_DIGITS]}-{began:x}-{sitting.number:x}"

    def _news(self, sitting: Sitting, now: float, ahead: float) -> Iterator[Account]:
        name = self.session_id(sitting)
        if name not in self.living:
            yield self._start(name, sitting, now, ahead)
        if sitting.over:
            account = self._counted(name, sitting, ahead)
            self.living[name] = account
            yield self._end(name, cause_of(sitting), account.at)

    def _all(self, sittings: Iterable[Sitting], now: float, ahead: float) -> Iterator[Account]:
        found = {self.session_id(one): one for one in sittings}
        for name, sitting in found.items():
            if name not in self.living:
                yield self._start(name, sitting, now, ahead)
            elif now >= self._told_at.get(name, float("-inf")) + self.interim:
                self._told_at[name] = now
                account = self._counted(name, sitting, ahead)
                self._put(name, account)
                yield account
            else:
                self._put(name, self._counted(name, sitting, ahead))
        for name in [name for name in self.living if name not in found]:
            if name in self._missing:
                yield self._end(name, Cause.NAS_ERROR, self._missing[name])
        self._missing = {name: now + ahead for name in self.living if name not in found}

    def _start(self, name: str, sitting: Sitting, now: float, ahead: float) -> Account:
        here = sitting.kind == ENDS_HERE
        account = Account(
            status=Status.START,
            at=ahead + sitting.began,
            session=name,
            user=sitting.user,
            machine=sitting.client,
            caller=sitting.peer.rpartition(":")[0],
            called=sitting.route if here else sitting.server.rpartition(":")[0],
            framed=sitting.client_ip,
            port=sitting.number,
            connection=f"{sitting.tunnel}/{sitting.call}",
            info=SEPARATOR.join(_info(sitting)),
            local=here,
        )
        self._told_at[name] = now
        self._put(name, account)
        return account

    def _counted(self, name: str, sitting: Sitting, ahead: float) -> Account:
        """Who it is stays as it was at the start, for by that the server finds it again."""
        return replace(
            self.living[name],
            status=Status.INTERIM,
            at=ahead + sitting.began + sitting.seconds,
            seconds=round(sitting.seconds),
            octets_in=sitting.bytes_in,
            octets_out=sitting.bytes_out,
            packets_in=sitting.frames_in,
            packets_out=sitting.frames_out,
        )

    def _put(self, name: str, account: Account) -> None:
        self.living[name] = account
        self.changed.add(name)

    def _end(self, name: str, cause: Cause, at: float) -> Account:
        self._told_at.pop(name, None)
        self._missing.pop(name, None)
        self.changed.add(name)
        return ended(self.living.pop(name), cause, at)


def cause_of(sitting: Sitting) -> Cause:
    """Acct-Terminate-Cause of one that is over."""
    if sitting.by == "gateway" and sitting.reason == STOPPED:
        return Cause.ADMIN_REBOOT
    if sitting.by == "server" and sitting.reason.startswith(ENDED_PPP):
        return Cause.HOST_REQUEST
    return _CAUSES.get(sitting.by, Cause.NAS_ERROR)


def _info(sitting: Sitting) -> Iterator[str]:
    """Connect-Info: whose machine it is, and how it has come."""
    yield sitting.client
    yield f"route {sitting.route}"
    yield from filter(None, (sitting.suite, sitting.natt))
