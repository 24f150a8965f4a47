"""Legs in the kernel: for each peer its SAs, its virtual address and the UDP socket of its L2TP.

Each step compares what is wanted with what was last made so, and does only the difference.
"""

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from gateway.paths import L2tpHeard, LegPath, PathEvent, Sa, SaCounted, SaExpired
from gateway.system.kernel_sas import PORT_L2TP, KernelSas
from gateway.system.ppp_channels import adopt_udp, open_udp
from gateway.system.virtual import Place, Translation
from gateway.system.watched import Watched
from gateway.wire.udp import Endpoint
from gateway.wire.xfrm import Known

JUMP: Final = 64  # sequence numbers left out when an SA sends once more
AT_ONCE: Final = 16  # messages read of one peer before the others have their turn
LARGEST: Final = 4096  # bytes


class _Leg:
    def __init__(self, path: LegPath) -> None:
        self.path = path
        self.udp: socket.socket | None = None
        self.parked: dict[int, int] = {}  # by SPI: the newest number an SA had sent when it went


class KernelLegs:
    """`set` may raise OSError: then the leg has to be given up by `give_up`."""

    def __init__(
        self,
        sas: KernelSas,
        translation: Translation,
        watched: Watched,
        tell: Callable[[PathEvent], None],
    ) -> None:
        """`tell` is for what is counted of SAs that go."""
        self._sas = sas
        self._translation = translation
        self._watched = watched
        self._tell = tell
        self._legs: dict[int, _Leg] = {}
        self.by_virtual: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._legs)

    def path(self, number: int) -> LegPath | None:
        leg = self._legs.get(number)
        return None if leg is None else leg.path

    def udp(self, number: int) -> tuple[socket.socket, Endpoint]:
        """The socket of a leg's L2TP, and the peer it is for; OSError if there is none."""
        leg = self._legs.get(number)
        if leg is None or leg.udp is None:
            raise OSError("the kernel does not have this peer")
        return leg.udp, Endpoint(leg.path.virtual, leg.path.port)

    def set(self, number: int, path: LegPath | None, there: bool = False) -> None:
        """`there`: it is an earlier process's, of which nothing is made anew."""
        leg = self._legs.get(number)
        if path is None:
            if leg is not None:
                self._remove(number, leg)
        elif leg is None and there:
            self._take_up(number, path)
        elif leg is None:
            self._add(number, path)
        elif leg.path != path:
            self._change(number, leg, path)

    def give_up(self, number: int, *paths: LegPath | None) -> None:
        """Nothing of the leg is left, wherever making it so has ended."""
        leg = self._legs.pop(number, None)
        if leg is not None:
            self._close(leg)
        for path in (None if leg is None else leg.path, *paths):
            if path is None:
                continue
            self.by_virtual.pop(path.virtual, None)
            with suppress(OSError):
                self._translation.change(_place(path), None)
            for sa, inbound in _sas(path):
                with suppress(OSError):
                    self._sas.remove(path, sa, inbound)

    def send(self, number: int, message: bytes) -> None:
        """What cannot be sent at once is lost, as on any network: L2TP says it again."""
        with suppress(OSError):
            self.udp(number)[0].send(message)

    def look(self, number: int, spi: int) -> list[PathEvent]:
        """What an inbound SA has done by now."""
        path = self.path(number)
        for sa in () if path is None else path.inbound:
            if sa.spi == spi and path is not None:
                known = self._sas.look(path, sa, True)
                return [] if known is None else [counted(number, known, True)]
        return []

    def count(self) -> list[PathEvent]:
        """What all SAs of all legs have done by now."""
        found: list[PathEvent] = []
        for known in self._sas.every():
            place = self.whose(known)
            if place is not None:
                found.append(counted(place[0], known, place[1]))
        return found

    def wants(self, known: Known) -> bool:
        """Whether an SA of ours belongs to a leg as it is now."""
        whose = self.whose(known)
        path = None if whose is None else self.path(whose[0])
        return path is not None and any(
            (sa.spi, inbound) == (known.spi, known.source == path.virtual)
            for sa, inbound in _sas(path)
        )

    def whose(self, known: Known) -> tuple[int, bool] | None:
        """Leg and direction (inbound is true) of an SA of ours."""
        leg = self.by_virtual.get(known.source)
        if leg is not None:
            return leg, True
        leg = self.by_virtual.get(known.target)
        return None if leg is None else (leg, False)

    def _add(self, number: int, path: LegPath) -> None:
        for sa, inbound in _sas(path):
            self._sas.add(path, sa, inbound)
        leg = _Leg(path)
        self._legs[number] = leg
        self._open(number, leg)
        # Last of all: from here on the peer's packets go past us.
        self._translation.change(None, _place(path))
        self.by_virtual[path.virtual] = number

    def _take_up(self, number: int, path: LegPath) -> None:
        """How far its SAs have counted only the kernel knows: one that is not there has ended.

        A limit may have been reached while nobody heard of it.
        """
        leg = self._legs[number] = _Leg(path)
        self.by_virtual[path.virtual] = number
        self._open(number, leg)
        self._translation.change(None, _place(path))
        for sa, inbound in _sas(path):
            known = self._sas.look(path, sa, inbound)
            if known is not None:
                self._tell(counted(number, known, inbound))
            if known is None or _is_reached(sa, known):
                self._tell(SaExpired(number, sa.spi, inbound, known is None))

    def _change(self, number: int, leg: _Leg, path: LegPath) -> None:
        was = leg.path
        moved = was.peer != path.peer
        for sa in path.inbound:
            old = next((each for each in was.inbound if each.spi == sa.spi), None)
            if old is None:
                self._sas.add(path, sa, True)
            elif moved or _differ(old, sa):
                self._update(number, path, sa, True)
        self._change_outbound(number, leg, path, moved)
        if _place(was) != _place(path):
            self._translation.change(_place(was), _place(path))
        leg.path = path
        if (was.tunnel, was.port) != (path.tunnel, path.port):
            self._replace(number, leg)
        stay = {sa.spi for sa in path.inbound}
        for sa in was.inbound:
            if sa.spi not in stay:
                self._forget(number, was, sa, True)

    def _change_outbound(self, number: int, leg: _Leg, path: LegPath, moved: bool) -> None:
        """The new one sends before the old one is gone."""
        old, sa = leg.path.outbound, path.outbound
        if old is not None and sa is not None and old.spi == sa.spi:
            if moved or _differ(old, sa):
                self._update(number, path, sa, False)
            return
        if sa is not None:
            newest = max(sa.sequence, leg.parked.pop(sa.spi, 0))
            self._sas.add(path, replace(sa, sequence=newest), False)
        if old is not None:
            known = self._forget(number, leg.path, old, False)
            # Something may have been sent between our look and the end.
            leg.parked[old.spi] = (0 if known is None else known.replay.sent) + JUMP

    def _remove(self, number: int, leg: _Leg) -> None:
        self._translation.change(_place(leg.path), None)
        for sa, inbound in _sas(leg.path):
            self._forget(number, leg.path, sa, inbound)
        self._close(leg)
        del self._legs[number]
        del self.by_virtual[leg.path.virtual]

    def _update(self, number: int, path: LegPath, sa: Sa, inbound: bool) -> None:
        """One that is not there any more has come to its end, whoever took it away."""
        try:
            self._sas.update(path, sa, inbound)
        except OSError as refused:
            if refused.errno != errno.ESRCH:
                raise
            self._tell(SaExpired(number, sa.spi, inbound, True))

    def _forget(self, number: int, path: LegPath, sa: Sa, inbound: bool) -> Known | None:
        known = self._sas.remove(path, sa, inbound)
        if known is not None:
            self._tell(counted(number, known, inbound, last=True))
        else:
            self._tell(SaCounted(number, sa.spi, inbound, 0, 0, 0, last=True))
        return known

    def _open(self, number: int, leg: _Leg) -> None:
        path = leg.path
        near, peer = Endpoint(path.near, PORT_L2TP), Endpoint(path.virtual, path.port)
        name = f"leg-{number}-udp-{path.tunnel}"
        left = self._watched.inherit(name)
        udp = leg.udp = open_udp(near, peer) if left is None else adopt_udp(left)
        self._watched.add(udp.fileno(), lambda: _read(number, udp), name)

    def _replace(self, number: int, leg: _Leg) -> None:
        """The kernel gives what comes to the socket that was made last; the old one is emptied."""
        old = leg.udp
        self._open(number, leg)
        if old is not None:
            self._watched.remove(old.fileno())
            for event in _read(number, old):
                self._tell(event)
            old.close()

    def _close(self, leg: _Leg) -> None:
        if leg.udp is not None:
            self._watched.remove(leg.udp.fileno())
            leg.udp.close()
            leg.udp = None


def counted(leg: int, known: Known, inbound: bool, last: bool = False) -> SaCounted:
    return SaCounted(
        leg=leg,
        spi=known.spi,
        inbound=inbound,
        bytes=known.bytes,
        packets=known.packets,
        sequence=known.replay.heard if inbound else known.replay.sent,
        replays=known.replays,
        forged=known.forged,
        last=last,
    )


def _read(number: int, udp: socket.socket) -> list[PathEvent]:
    found: list[PathEvent] = []
    try:
        while len(found) < AT_ONCE:
            found.append(L2tpHeard(number, udp.recv(LARGEST)))
    except OSError:
        pass  # nothing left; or an error about what was sent before
    return found


def _place(path: LegPath) -> Place:
    return Place(path.virtual, path.near, path.peer, path.mapped)


def _sas(path: LegPath) -> list[tuple[Sa, bool]]:
    """All, each with whether it is inbound: whoever hears must be there before who sends."""
    found = [(sa, True) for sa in path.inbound]
    return found if path.outbound is None else [*found, (path.outbound, False)]


def _is_reached(sa: Sa, known: Known) -> bool:
    """Whether a limit is passed that the kernel tells of once."""
    soft = sa.soft_bytes is not None and known.bytes >= sa.soft_bytes
    return soft or (sa.soft_packets is not None and known.packets >= sa.soft_packets)


def _differ(one: Sa, other: Sa) -> bool:
    """Where an SA stood when the kernel took it over is of no matter any more."""
    return replace(one, sequence=0, seen=0) != replace(other, sequence=0, seen=0)
