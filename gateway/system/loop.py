"""The one loop: waits for packets, connections, commands, signals and time, and asks the core.

Fair by construction: of each source at most `LIMIT` packets (`FEW` of IKE) are read before the
others and the timers are looked at, and the timers are looked at every `SLICE` seconds of work
besides. With nothing to do it sleeps until the next deadline, or for ever.
"""

import selectors
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from signal import SIGHUP, SIGUSR1, Signals
from typing import Protocol

from gateway.outputs import CloseTcp, Fact, OpenPppd, OpenTcp, Output, SendIp, SendTcp, ToKeep, What
from gateway.paths import GreHeard, PacketHeard, PathEvent, PathRequest
from gateway.system.clock import now as monotonic_now
from gateway.system.tcp import TcpEvent, TcpOpened, TcpReceived

LIMIT = 64  # packets of one source before the others have their turn
FEW = 8  # of IKE where ESP does not come with it: a message costs as much as many data packets
SLICE = 0.02  # seconds of work after which timers are looked at in any case
DRAIN = 3.0  # seconds an orderly stop may take
HOLD = 1.0  # seconds for which timers rest after they failed
TRACE_EVERY = 1.0  # seconds between two traces in the journal
HAND_OVER = SIGUSR1  # end at once, nothing closed: a successor takes it up (RestartKillSignal=)

Receive = Callable[[bytes, float], Iterable[Output]]


class Core(Protocol):
    """What the loop drives. Packets are whole IPv4 packets; `now` is seconds, monotonic."""

    def receive_packet(self, packet: bytes, now: float) -> list[Output]: ...
    def receive_gre(self, packet: bytes, now: float) -> list[Output]: ...
    def receive_inside(self, packet: bytes, now: float) -> list[Output]: ...
    def receive_path(self, event: PathEvent, now: float) -> list[Output]: ...
    def tcp_opened(self, key: int, now: float) -> list[Output]: ...
    def receive_tcp(self, key: int, data: bytes, now: float) -> list[Output]: ...
    def tcp_closed(self, key: int, reason: str, now: float) -> list[Output]: ...
    def handle_timeout(self, now: float) -> list[Output]: ...
    def deadline(self) -> float | None: ...
    def stop(self, now: float) -> list[Output]: ...
    def idle(self) -> bool: ...
    def recover(self) -> None: ...


class Packets(Protocol):
    """A source of packets: `nfqueue.Queue`, `raw.GreReceiver`."""

    def fileno(self) -> int: ...
    def take(self, limit: int) -> list[bytes]: ...


class Carrying(Protocol):
    """`paths.Paths`, `workers.Workers`: what others carry."""

    def fileno(self) -> int: ...
    def take(self, limit: int) -> list[PathEvent]: ...
    def count(self) -> list[PathEvent]: ...
    def carry_out(self, request: PathRequest) -> None: ...
    def deadline(self) -> float | None: ...
    def handle_timeout(self, now: float) -> list[PathEvent]: ...


class SendsIp(Protocol):
    """`raw.Sender`."""

    def send(self, packet: bytes) -> None: ...


class Tcp(Protocol):
    """`tcp.Connections`."""

    def fileno(self) -> int: ...
    def open(self, request: OpenTcp, now: float) -> None: ...
    def open_pppd(self, request: OpenPppd, now: float) -> None: ...
    def send(self, request: SendTcp) -> None: ...
    def close(self, request: CloseTcp, now: float) -> None: ...
    def take(self, limit: int) -> list[TcpEvent]: ...
    def deadline(self) -> float | None: ...
    def handle_timeout(self, now: float) -> list[TcpEvent]: ...
    def idle(self) -> bool: ...


class Control(Protocol):
    """`control_socket.ControlSocket`."""

    def fileno(self) -> int: ...
    def serve(self, now: float) -> None: ...
    def deadline(self) -> float | None: ...
    def handle_timeout(self, now: float) -> None: ...


class SignalSource(Protocol):
    """`signals.Signals`."""

    def fileno(self) -> int: ...
    def take(self) -> list[Signals]: ...


class Manager(Protocol):
    """`service.Service`."""

    def ready(self, now: float) -> None: ...
    def reloading(self, now: float) -> None: ...
    def stopping(self) -> None: ...
    def deadline(self) -> float | None: ...
    def handle_timeout(self, now: float) -> None: ...


class Keeping(Protocol):
    """`kept.Kept`."""

    def carry_out(self, output: ToKeep) -> None: ...


class Chore(Protocol):
    """What has a time of its own and no packets: `calendar.Calendar`."""

    def deadline(self) -> float | None: ...
    def handle_timeout(self, now: float) -> list[Output]: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything between the core and the world."""

    queue: Packets
    inside: Packets
    front: Packets  # on their way to a server that we stand in front of, and ours
    gre: Packets
    sender: SendsIp
    tcp: Tcp
    control: Control
    signals: SignalSource
    service: Manager
    esp: Sequence[Packets] = ()  # what of clients' packets is not in `queue`
    paths: Carrying | None = None  # None: the kernel carries nothing
    kept: Keeping | None = None  # None: nothing outlives this process


@dataclass(slots=True)
class _Timer:
    deadline: Callable[[], float | None]
    handle: Callable[[float], Sequence[Output]]
    held: float = 0.0  # not before this

    def due(self) -> float | None:
        due = self.deadline()
        return None if due is None else max(due, self.held)


class Loop:
    """`run` returns after an orderly stop. `reload` is what SIGHUP asks for; its outputs go out.

    `more` has its turn whenever it says.
    """

    def __init__(
        self,
        core: Core,
        doors: Doors,
        journal: Callable[[Fact], None],
        reload: Callable[[float], list[Output]],
        clock: Callable[[], float] = monotonic_now,
        selector: selectors.BaseSelector | None = None,
        more: Iterable[Chore] = (),
    ) -> None:
        self._core = core
        self._doors = doors
        self._journal = journal
        self._reload = reload
        self._clock = clock
        self._leave_at: float | None = None  # set once stopping
        self.handed_over = False  # somebody else goes on with everything
        self._look_at = 0.0  # when timers are to be looked at amid work
        self._trace_at, self._untold = 0.0, 0  # of errors: the next trace; how many since the last
        self._recover_at: float | None = None  # set by an error
        self._timers = [
            _Timer(core.deadline, core.handle_timeout),
            _Timer(doors.tcp.deadline, self._tcp_timeout),
            _Timer(doors.control.deadline, self._control_timeout),
            _Timer(doors.service.deadline, self._service_timeout),
            *(_Timer(chore.deadline, chore.handle_timeout) for chore in more),
            _Timer(lambda: self._recover_at, self._recover),
        ]
        self._selector = selector or selectors.DefaultSelector()
        for source, handle in (
            (doors.signals, self._from_signals),
            (doors.control, self._from_control),
            (doors.tcp, self._from_tcp),
            (doors.gre, self._from_gre),
            (doors.inside, self._from_inside),
            (doors.queue, self._from_queue),
        ):
            self._selector.register(source, selectors.EVENT_READ, handle)
        for queue in (*doors.esp, doors.front):
            self._selector.register(queue, selectors.EVENT_READ, partial(self._from_data, queue))
        if doors.paths is not None:
            self._timers.append(_Timer(doors.paths.deadline, self._paths_timeout))
            self._selector.register(doors.paths, selectors.EVENT_READ, self._from_paths)

    def run(self) -> None:
        """Say that we are ready, then work until a signal has stopped us in order."""
        self._doors.service.ready(self._clock())
        while not self._finished():
            self.step()
        self._selector.close()

    def step(self) -> None:
        """Wait once, and do what has become due by then."""
        for ready, _ in self._selector.select(self._patience()):
            self._do(ready.data)
        self._look_at_timers(self._clock())

    def drive(self, core: Core) -> None:
        """From now on this one, which stands before the one before it, or stood behind it."""
        self._core = core
        self._timers[0] = _Timer(core.deadline, core.handle_timeout, self._timers[0].held)

    def carry_out(self, outputs: Iterable[Output]) -> None:
        """Do what a core asks for, in order."""
        send = self._doors.sender.send
        for output in outputs:
            if type(output) is SendIp:  # nearly all are
                send(output.packet)
            else:
                self._carry_out_rare(output)

    def _carry_out_rare(self, output: Output) -> None:
        if isinstance(output, Fact):
            self._journal(output)
        elif isinstance(output, SendTcp):
            self._doors.tcp.send(output)
        elif isinstance(output, OpenTcp):
            self._doors.tcp.open(output, self._clock())
        elif isinstance(output, OpenPppd):
            self._doors.tcp.open_pppd(output, self._clock())
        elif isinstance(output, CloseTcp):
            self._doors.tcp.close(output, self._clock())
        elif isinstance(output, ToKeep):
            if self._doors.kept is not None:
                self._doors.kept.carry_out(output)
        elif self._doors.paths is not None and not isinstance(output, SendIp):
            self._doors.paths.carry_out(output)

    def refresh(self) -> None:
        """Have the core know what the kernel has carried until now."""
        if self._doors.paths is not None:
            self._tell_paths(self._doors.paths.count(), self._clock())

    def _patience(self) -> float | None:
        times = [timer.due() for timer in self._timers] + [self._leave_at]
        due = min((time for time in times if time is not None), default=None)
        return None if due is None else max(0.0, due - self._clock())

    def _finished(self) -> bool:
        if self._leave_at is None:
            return False
        return (self._core.idle() and self._doors.tcp.idle()) or self._clock() >= self._leave_at

    def _look_at_timers(self, now: float) -> None:
        self._look_at = now + SLICE
        for timer in self._timers:
            due = timer.due()
            if due is not None and due <= now and not self._do(timer.handle, now):
                timer.held = now + HOLD  # or it would fail again at once, for ever

    def _receive(self, packets: list[bytes], receive: Receive) -> Sequence[Output]:
        rest = iter(packets)
        while not self._do(self._hand_over, rest, receive):
            pass  # one packet is lost by an error, the others follow
        return ()

    def _hand_over(self, packets: Iterator[bytes], receive: Receive) -> Sequence[Output]:
        clock, carry_out = self._clock, self.carry_out
        for packet in packets:
            now = clock()
            if now >= self._look_at:
                self._look_at_timers(now)
            carry_out(receive(packet, now))
        return ()

    def _from_queue(self) -> Sequence[Output]:
        few = FEW if self._doors.esp else LIMIT
        return self._receive(self._doors.queue.take(few), self._core.receive_packet)

    def _from_data(self, queue: Packets) -> Sequence[Output]:
        return self._receive(queue.take(LIMIT), self._core.receive_packet)

    def _from_gre(self) -> Sequence[Output]:
        return self._receive(self._doors.gre.take(LIMIT), self._core.receive_gre)

    def _from_inside(self) -> Sequence[Output]:
        return self._receive(self._doors.inside.take(LIMIT), self._core.receive_inside)

    def _from_tcp(self) -> Sequence[Output]:
        self._tell_core(self._doors.tcp.take(LIMIT), self._clock())
        return ()

    def _from_paths(self) -> Sequence[Output]:
        if self._doors.paths is not None:
            self._tell_paths(self._doors.paths.take(LIMIT), self._clock())
        return ()

    def _tell_paths(self, events: list[PathEvent], now: float) -> None:
        core = self._core
        for event in events:
            if isinstance(event, PacketHeard | GreHeard):
                outside = isinstance(event, PacketHeard)
                self._do(core.receive_packet if outside else core.receive_gre, event.packet, now)
            else:
                self._do(core.receive_path, event, now)

    def _paths_timeout(self, now: float) -> Sequence[Output]:
        if self._doors.paths is not None:
            self._tell_paths(self._doors.paths.handle_timeout(now), now)
        return ()

    def _from_control(self) -> Sequence[Output]:
        self._doors.control.serve(self._clock())
        return ()

    def _from_signals(self) -> Sequence[Output]:
        for number in self._doors.signals.take():
            now = self._clock()
            if number == HAND_OVER:
                self._leave_at, self.handed_over = now, True
            elif number == SIGHUP:
                self._doors.service.reloading(now)
                self._do(self._reload, now)
                self._doors.service.ready(now)
            else:
                self._stop(now)
        return ()

    def _stop(self, now: float) -> None:
        """In order the first time, at once the second."""
        if self._leave_at is None:
            self._leave_at = now + DRAIN
            self._doors.service.stopping()
            self._do(self._core.stop, now)
        else:
            self._leave_at = now

    def _tell_core(self, events: list[TcpEvent], now: float) -> None:
        for event in events:
            if isinstance(event, TcpReceived):
                self._do(self._core.receive_tcp, event.key, event.data, now)
            elif isinstance(event, TcpOpened):
                self._do(self._core.tcp_opened, event.key, now)
            else:
                self._do(self._core.tcp_closed, event.key, event.reason, now)

    def _tcp_timeout(self, now: float) -> Sequence[Output]:
        self._tell_core(self._doors.tcp.handle_timeout(now), now)
        return ()

    def _control_timeout(self, now: float) -> Sequence[Output]:
        self._doors.control.handle_timeout(now)
        return ()

    def _service_timeout(self, now: float) -> Sequence[Output]:
        self._doors.service.handle_timeout(now)
        return ()

    def _do(self, step: Callable[..., Sequence[Output]], *arguments: object) -> bool:
        """Take one step and carry out what it asks for; whether that went without an error.

        An error here is ours. One packet or one timer is lost by it, not the daemon.
        """
        try:
            self.carry_out(step(*arguments))
        except Exception as error:  # noqa: BLE001 - the only place: see above
            self._tell_error(error)
            return False
        return True

    def _recover(self, _: float) -> Sequence[Output]:
        """Once for all errors of a second: it looks at everybody's time."""
        self._recover_at = None
        self._core.recover()
        return ()

    def _tell_error(self, error: Exception) -> None:
        now = self._clock()
        if self._recover_at is None:
            self._recover_at = now + HOLD
        if now < self._trace_at:
            self._untold += 1
            return
        place = traceback.extract_tb(error.__traceback__)[-1]
        details = {"what": "an error in Postern itself", "where": f"{place.name}: {error!r}"}
        if self._untold:
            details["untold before"] = str(self._untold)
        details["trace"] = "".join(traceback.format_exception(error, limit=-8))
        self._journal(Fact(What.TROUBLE, details=details))
        self._trace_at, self._untold = now + TRACE_EVERY, 0
