"""What the kernel is to carry, made so; and what it tells of that, as events for the bridge.

What is asked for is done at once, in order. What cannot be done is told as an event, as everything
else: the bridge goes on without, or ends what cannot be carried.
"""

import socket
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from gateway.paths import (
    CallRefused,
    LegRefused,
    LookAt,
    PathEvent,
    PathRequest,
    SaExpired,
    SaMapped,
    SendFrame,
    SendL2tp,
    SetCall,
    SetLeg,
)
from gateway.system.begun import ENCAP_NAME, is_carrying
from gateway.system.estate import Keeper, Nobody
from gateway.system.kernel_calls import KernelCalls
from gateway.system.kernel_legs import KernelLegs, counted
from gateway.system.kernel_sas import PORT_NATT, KernelSas
from gateway.system.netlink.events import Events
from gateway.system.pool_route import PoolRoute
from gateway.system.ppp_channels import adopt_udp
from gateway.system.run import ToolFailed
from gateway.system.virtual import Pool, Translation
from gateway.system.watched import LIMIT, Watched
from gateway.wire.ipv4 import host_text
from gateway.wire.xfrm import Expired, Mapped

COUNT_EVERY: Final = 5.0  # seconds between two times that all counters are read
ENCAP, ESP_IN_UDP, NO_ROOM = 100, 2, 1  # setsockopt of UDP; its value; bytes that may wait
_PROTOCOL_UDP: Final = 17


class Paths:
    """Everything of ours in the kernel, from `start` to `stop`.

    `refused` is why the kernel carries nothing at all, if that has turned out.
    """

    def __init__(
        self,
        pool: Pool,
        translation: Translation,
        keeper: Keeper | None = None,
        left: dict[str, int] | None = None,
    ) -> None:
        """`left` are descriptors of an earlier process, as `Watched` has them."""
        self.pool = pool
        self.goes_on = False  # what an earlier process had in the kernel is there still
        self._left = {} if left is None else left
        self._translation = translation
        self._route = PoolRoute(pool)
        self._watched = Watched(keeper or Nobody(), self._left)
        self._sas = KernelSas()
        self._events = Events()
        self._told: deque[PathEvent] = deque()
        self.legs = KernelLegs(self._sas, translation, self._watched, self._told.append)
        self.calls = KernelCalls(self.legs, self._watched, self._told.append)
        self._decapsulating: list[socket.socket] = []
        self._count_at: float | None = None

    def start(self) -> None:
        """Ready, with nothing to carry. What an earlier daemon has left goes on until `settle`, if
        it is for the same virtual addresses; else it is gone."""
        self.goes_on = is_carrying(self._left) and self._sas.has_policies(self.pool)
        if not self.goes_on:
            self._sas.flush()
        self._translation.start(self.goes_on)
        self._route.apply()
        if not self.goes_on:
            self._sas.add_policies(self.pool)
        for host in self.pool.addresses or (bytes(4),):
            name = f"{ENCAP_NAME}{host_text(host)}"
            left = self._watched.inherit(name)
            made = decapsulating(host) if left is None else adopt_udp(left)
            self._decapsulating.append(made)
            self._watched.add(made.fileno(), None, name)
        self._watched.add(self._events.fileno(), self._from_kernel)

    def settle(self) -> None:
        """Of what an earlier daemon has left, all that nobody has asked for is gone."""
        if not self.goes_on:
            return
        self._translation.settle()
        for known in list(self._sas.every()):
            if not self.legs.wants(known):
                with suppress(OSError):
                    self._sas.drop(known)

    def stop(self) -> None:
        """Nothing of ours is left in the kernel; what is still carried ends."""
        self._sas.flush()
        with suppress(OSError, ToolFailed):
            self._translation.stop()
        with suppress(OSError):
            self._route.remove()
        for made in self._decapsulating:
            self._watched.remove(made.fileno())
            made.close()
        self._decapsulating.clear()

    def fileno(self) -> int:
        return self._watched.fileno()

    def carry_out(self, request: PathRequest) -> None:
        """Do as the bridge asks."""
        match request:
            case SendFrame(call, frame):
                self.calls.send(call, frame)
            case SendL2tp(leg, message):
                self.legs.send(leg, message)
            case SetLeg(number, path, there):
                try:
                    self.legs.set(number, path, there)
                except (OSError, ToolFailed) as refused:
                    self.legs.give_up(number, path)
                    self._told.append(LegRefused(number, str(refused)))
            case SetCall():
                self._set_call(request)
            case LookAt(leg, spi):
                with suppress(OSError):
                    self._told.extend(self.legs.look(leg, spi))

    def take(self, limit: int = LIMIT) -> list[PathEvent]:
        """What has come, without waiting."""
        found = [*self._watched.take(limit)]
        return [*self._drain(), *found]

    def count(self) -> list[PathEvent]:
        """Every counter as it is now."""
        with suppress(OSError):
            return [*self._drain(), *self.legs.count(), *self.calls.count()]
        return self._drain()

    def deadline(self) -> float | None:
        """At once if there is something to tell; else when counters are to be read."""
        if self._told:
            return 0.0
        return self._count_at if len(self.legs) else None

    def handle_timeout(self, now: float) -> list[PathEvent]:
        if self._count_at is None or self._count_at <= now:
            self._count_at = now + COUNT_EVERY
            with suppress(OSError, ToolFailed):
                self._translation.mend()
            return self.count()
        return self._drain()

    def _set_call(self, request: SetCall) -> None:
        path = request.path
        try:
            self.calls.set(request.number, path, request.there)
        except OSError as refused:
            joining = path is not None and path.outside is not None
            if not joining:
                self.calls.give_up(request.number)
            self._told.append(CallRefused(request.number, str(refused), joining))

    def _drain(self) -> list[PathEvent]:
        found = list(self._told)
        self._told.clear()
        return found

    def _from_kernel(self) -> list[PathEvent]:
        missed = self._events.missed
        found: list[PathEvent] = []
        for event in self._events.take():
            found += self._expired(event) if isinstance(event, Expired) else self._mapped(event)
        return [*found, *self.count()] if self._events.missed > missed else found

    def _expired(self, event: Expired) -> Sequence[PathEvent]:
        whose = self.legs.whose(event.known)
        if whose is None:
            return []
        leg, inbound = whose
        count = counted(leg, event.known, inbound, last=event.hard)
        return [count, SaExpired(leg, event.known.spi, inbound, event.hard)]

    def _mapped(self, event: Mapped) -> Sequence[PathEvent]:
        leg = self.legs.by_virtual.get(event.was[0])
        by = self.legs.by_virtual.get(event.now[0])
        return [] if leg is None or by is None else [SaMapped(leg, event.spi, by)]


def decapsulating(host: bytes) -> socket.socket:
    """The socket by which the kernel takes ESP out of UDP; what else comes to it is not read."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NO_ROOM)
        made.setsockopt(_PROTOCOL_UDP, ENCAP, ESP_IN_UDP)
        made.bind((host_text(host), PORT_NATT))
    except OSError:
        made.close()
        raise
    return made
