"""What may happen in a week, as data: how often, and what is done. What lasts ends by itself."""

from collections.abc import Callable
from random import Random
from struct import pack
from typing import TYPE_CHECKING, Final, NamedTuple

from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.gateway_world import INSIDE, OUTSIDE
from tests.pair.net import seeded
from tests.pair.peers.ike_initiator import Initiator
from tests.pair.peers.ike_profiles import XP_SP2

if TYPE_CHECKING:
    from tests.soak.week import Week

HOUR: Final = 3600.0
FLOOD: Final = 3000  # packets, more than the queue holds
Undo = Callable[[], None]


class Fault(NamedTuple):
    """`every`: seconds between two of a kind, in the middle. `act` does it, and says for how many
    seconds it lasts and how it ends; or None where it is over at once."""

    name: str
    every: float
    act: Callable[["Week", Random], tuple[float, Undo] | None]


def _noise(**how: float) -> Callable[["Week", Random], tuple[float, Undo]]:
    def act(week: "Week", chance: Random) -> tuple[float, Undo]:
        for name, value in how.items():
            setattr(week.net, name, value)

        def undo() -> None:
            for name in how:
                setattr(week.net, name, 0.0)

        return chance.uniform(20.0, 180.0), undo

    return act


def _cut_outside(week: "Week", chance: Random) -> tuple[float, Undo]:
    week.net.cut.add(host_bytes(OUTSIDE))
    seconds = chance.choice((5.0, 40.0, 400.0))
    return seconds, lambda: week.net.cut.discard(host_bytes(OUTSIDE))


def _cut_inside(week: "Week", chance: Random) -> tuple[float, Undo]:
    """The gateway's own cable: GRE and ESP are lost, TCP says nothing."""
    week.net.cut.add(host_bytes(INSIDE))
    week.server.silent, week.server.tcp = True, "silent"

    def undo() -> None:
        week.net.cut.discard(host_bytes(INSIDE))
        week.server.silent, week.server.tcp = False, "open"

    return chance.choice((5.0, 40.0, 400.0)), undo


def _rebind(week: "Week", chance: Random) -> None:
    chance.choice(week.nats).forget()


def _move(week: "Week", chance: Random) -> None:
    week.moves += 1
    chance.choice(week.nats).move(f"203.0.114.{week.moves % 250 + 1}")


def _flap(week: "Week", chance: Random) -> tuple[float, Undo]:
    """The PPTP server restarts: connections break, and none can be had for a while."""
    week.server.tcp = chance.choice(("refused", "silent"))
    for line in [line for line in week.server.lines if line.open]:
        week.gateway.drop(line, week.net.now)
    return chance.choice((3.0, 60.0, 300.0)), lambda: setattr(week.server, "tcp", "open")


def _flap_native(week: "Week", chance: Random) -> tuple[float, Undo]:
    week.native.alive = False

    def undo() -> None:
        week.native.restart()
        week.native.alive = True

    return chance.choice((3.0, 60.0, 300.0)), undo


def _freeze(week: "Week", chance: Random) -> None:
    """The machine is suspended, or its clock jumps ahead: all timers are late at once."""
    week.gateway.frozen_until = week.net.now + chance.choice((2.0, 30.0, 200.0))


def _overflow(week: "Week", chance: Random) -> None:
    """A stranger floods while the daemon is busy: first messages, and ESP that nobody knows."""
    week.gateway.frozen_until = week.net.now + 1.0
    there = Endpoint(host_bytes(OUTSIDE), 500)
    first = Initiator(XP_SP2, bytes(4), there.host, b"x", seeded(chance.randrange(1 << 30)))
    for number in range(FLOOD):
        here = Endpoint(bytes((198, 18, number >> 8, number & 255)), 500)
        if number % 4:
            noise = Datagram(here._replace(port=0), there._replace(port=0), chance.randbytes(80))
        else:
            [said] = first.dial(week.net.now)
            noise = Datagram(here, there, chance.randbytes(8) + said.payload[8:])
        week.gateway.receive(noise, week.net.now)


def _full_disk(week: "Week", chance: Random) -> tuple[float, Undo]:
    week.gateway.disk.full = True
    return chance.uniform(60.0, 600.0), lambda: setattr(week.gateway.disk, "full", False)


def _no_memory(week: "Week", chance: Random) -> tuple[float, Undo]:
    week.gateway.chance.fails = chance.choice((2, 5, 11))
    return chance.uniform(60.0, 600.0), lambda: setattr(week.gateway.chance, "fails", 0)


def _kernel_full(week: "Week", chance: Random) -> tuple[float, Undo]:
    """The kernel takes no more associations: who comes then is carried by the daemon."""
    kernel = week.gateway.kernel
    if kernel is None:
        return 0.0, lambda: None
    kernel.refuses = "no memory"
    return chance.uniform(60.0, 600.0), lambda: setattr(kernel, "refuses", "")


def _another_day(week: "Week", chance: Random) -> None:
    """The date is set wrong, and right again: to the core it is another day."""
    week.turn_calendar(chance.choice((-400, -1, 1, 2)))


def _reload(week: "Week", chance: Random) -> None:
    week.reload()


def _hang_up(week: "Week", chance: Random) -> None:
    week.hang_up(chance.choice(week.people))


def _power_off(week: "Week", chance: Random) -> tuple[float, Undo]:
    """A machine is switched off without a word, and on again."""
    person = chance.choice(week.people)
    person.alive = False
    week.note(person)
    return chance.choice((20.0, 900.0)), lambda: week.switch_on(person)


def _disconnect(week: "Week", chance: Random) -> None:
    week.disconnect(chance)


def _junk(week: "Week", chance: Random) -> None:
    """Bytes that mean nothing, to every door and from places that have something to say."""
    there = host_bytes(OUTSIDE)
    for _ in range(20):
        port = chance.choice((0, 500, 4500))
        here = Endpoint(chance.choice(week.nats).host, port)
        data = pack("!I", 0) * chance.randrange(2) + chance.randbytes(chance.randrange(120))
        week.net.send(
            week.gateway.receive(Datagram(here, Endpoint(there, port), data), week.net.now)
        )


FAULTS: Final = (
    Fault("a lossy line", 2 * HOUR, _noise(loss=0.1)),
    Fault("packets out of order", 2 * HOUR, _noise(jitter=0.25)),
    Fault("packets twice", 3 * HOUR, _noise(duplicate=0.3)),
    Fault("outside link down", 8 * HOUR, _cut_outside),
    Fault("inside link down", 8 * HOUR, _cut_inside),
    Fault("a NAT forgets", 1 * HOUR, _rebind),
    Fault("a NAT has another address", 12 * HOUR, _move),
    Fault("the PPTP server restarts", 6 * HOUR, _flap),
    Fault("the native server restarts", 6 * HOUR, _flap_native),
    Fault("the clock jumps ahead", 6 * HOUR, _freeze),
    Fault("the queue overflows", 12 * HOUR, _overflow),
    Fault("the disk is full", 24 * HOUR, _full_disk),
    Fault("no memory", 4 * HOUR, _no_memory),
    Fault("another day", 24 * HOUR, _another_day),
    Fault("the configuration is read again", 12 * HOUR, _reload),
    Fault("a user hangs up", 3 * HOUR, _hang_up),
    Fault("a machine loses power", 6 * HOUR, _power_off),
    Fault("the owner disconnects one", 12 * HOUR, _disconnect),
    Fault("junk", 4 * HOUR, _junk),
)
OF_KERNEL: Final = (Fault("the kernel takes no more", 6 * HOUR, _kernel_full),)
