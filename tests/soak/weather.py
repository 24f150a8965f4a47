"""A net and a gateway to which things happen: cuts, freezes, full queues, no memory, full disk."""

import errno
from collections import Counter
from collections.abc import Callable
from datetime import date
from io import StringIO
from random import Random

from gateway.bridge.gateway import Gateway
from gateway.control.config import Config
from gateway.outputs import Fact, Output
from gateway.system.journal import Journal
from gateway.system.loop import HOLD
from gateway.wire.udp import Datagram
from tests.pair.gateway_world import GatewayNode, Step, datagrams
from tests.pair.net import Net
from tests.pair.peers.inside_server import InsideServer
from tests.pair.peers.kernel import ABILITIES

Packets = Callable[[float], list[Datagram]]
QUEUE = 2048  # packets, as `system/nfqueue.py` asks for
KEPT = 1000  # lines of the journal


class WeatherNet(Net):
    """`cut` are hosts whose cable is out."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self.cut: set[bytes] = set()
        self.lost = 0

    def _is_lost(self, datagram: Datagram) -> bool:
        cut = datagram.source.host in self.cut or datagram.target.host in self.cut
        lost = cut or super()._is_lost(datagram)
        self.lost += lost
        return lost


class FullDisk(StringIO):
    """A file on a disk that is full while `full`; of the rest the last lines are kept."""

    full = False

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "no space left on device")
        if self.tell() > 100 * KEPT:
            self.seek(0)
            self.truncate()
        return super().write(text)


class Chance:
    """The gateway's chance; every `fails`th time there is no memory for what was asked for."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.fails = 0
        self._count = 0

    def __call__(self, size: int) -> bytes:
        self._count += 1
        if self.fails and self._count % self.fails == 0:
            raise MemoryError(f"no {size} bytes")
        return self._random.randbytes(size)


class WeatheredGateway(GatewayNode):
    """Stands still until `frozen_until`, while the kernel's queue holds what comes and drops the
    rest; an error in it costs one packet or one timer, as in `system/loop.py`."""

    def __init__(
        self, config: Config, servers: list[InsideServer], seed: int, now: float, today: date
    ) -> None:
        super().__init__(config, servers, seed, now, today)
        self.chance = Chance(seed)
        self.stand_in(Gateway(config, self.chance, now, today))
        if self.kernel is not None:
            self.core.carrier.abilities = ABILITIES
        self.disk = FullDisk()
        self.now = now
        self.journal = Journal(self.disk, lambda: self.now)
        self.told: Counter[str] = Counter()
        self.queue_drops = 0
        self.errors: Counter[str] = Counter()
        self.frozen_until: float | None = None
        self._queue: list[Packets] = []
        self._held = 0.0
        self.recover_at: float | None = None

    @property
    def open_connections(self) -> int:
        return len(self._lines)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        """A kernel that carries goes on while the daemon stands still."""
        self.now = now
        past_kernel = self.kernel is None or datagram.source.host in self.natives
        if self.frozen_until is not None and past_kernel:
            return self._wait(lambda when: self.receive(datagram, when))
        return self._try(lambda: super(WeatheredGateway, self).receive(datagram, now))

    def _hear(
        self, packet: bytes, queue: Callable[[bytes, float], list[Output]], now: float
    ) -> list[Datagram]:
        if self.frozen_until is None or self.kernel is None:
            return super()._hear(packet, queue, now)
        sent = self.kernel.receive(packet, now)
        if sent is None:
            return self._wait(lambda when: self._try(lambda: self.carry(queue(packet, when), when)))
        return datagrams(sent)

    def _wait(self, step: Packets) -> list[Datagram]:
        """In netfilter's queue, as long as that has room."""
        if len(self._queue) < QUEUE:
            self._queue.append(step)
        else:
            self.queue_drops += 1
        return []

    def handle_timeout(self, now: float) -> list[Datagram]:
        found: list[Datagram] = []
        self.now = now
        if self.recover_at is not None and self.recover_at <= now:
            self.recover_at = None
            self.core.recover()
        if self.frozen_until is not None:
            if now < self.frozen_until:
                return [] if self.kernel is None else datagrams(self.kernel.handle_timeout(now))
            self.frozen_until = None
            waiting, self._queue = self._queue, []
            for step in waiting:
                found += step(now)
        before = sum(self.errors.values())
        found += self._try(lambda: super(WeatheredGateway, self).handle_timeout(now))
        if sum(self.errors.values()) > before:
            self._held = now + HOLD  # or it would fail again at once
        return found

    def deadline(self) -> float | None:
        if self.frozen_until is not None:
            kernels = None if self.kernel is None else self.kernel.deadline()
            return self.frozen_until if kernels is None else min(self.frozen_until, kernels)
        due = super().deadline()
        times = [] if due is None else [max(due, self._held)]
        return min([*times, *([] if self.recover_at is None else [self.recover_at])], default=None)

    def carry(self, outputs: list[Output], now: float) -> list[Datagram]:
        self.now = now
        for output in outputs:
            if isinstance(output, Fact):
                self.told[output.what.value] += 1
                self.journal(output)
        found = super().carry(outputs, now)
        self.facts.clear()
        return found

    def _later(self, when: float, step: Step) -> None:
        super()._later(when, lambda now: self._core(step, now))

    def _core(self, step: Step, now: float) -> list[Output]:
        """What TCP has to tell: an error in the core costs that, and no more."""
        try:
            return step(now)
        except MemoryError as error:
            return self._note_error(error)

    def _try(self, step: Callable[[], list[Datagram]]) -> list[Datagram]:
        try:
            return step()
        except MemoryError as error:
            self._note_error(error)
            return []

    def _note_error(self, error: MemoryError) -> list[Output]:
        """As the loop has it."""
        self.errors[str(error)] += 1
        if self.recover_at is None:
            self.recover_at = self.now + HOLD
        return []
