"""How often an old server is called: never in a rush, and a client that comes and goes is slowed.

NT 4 leaks with every call that is made and dropped until its processor is full (Q193499), stops
answering (Q221331), and refuses calls for some seconds while it clears NetBEUI away (Q194465). So
there is a pause between any two calls to one server, a rest after each call of a client, and after
several short ones in a row the rests grow. Whoever has to wait does so behind an L2TP call that is
not answered yet, which costs the server nothing; but a dial that takes a minute is given up by
Windows (KB325034), and who is refused begins anew with everything, if somebody makes it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from gateway.wire.udp import Endpoint

CROWDED: Final = "too many calls wait for the server already"
APART: Final = 0.25  # seconds between any two calls to one server
REST: Final = 1.0  # seconds after a client's call, before the same client's next
NETBEUI_REST: Final = 5.0  # the same after a call that had NetBEUI on it
SHORT: Final = 30.0  # seconds: a call that did not last so long is one of those that count
FREE: Final = 3  # short calls in a row that cost nothing more
LONGEST_REST: Final = 60.0  # seconds
FORGOTTEN: Final = 600.0  # seconds after a rest, when short calls do not count any more
MOST_WAITING: Final = 160  # calls to one server that wait, 40 s at most; more are refused
LONG_WAIT: Final = 16.0  # seconds of waiting, from which on another server of the route is called
MOST_SERVERS: Final = 256
MOST_CLIENTS: Final = 4096  # remembered; who was here longest ago is forgotten first
Machine = tuple[str, str]  # a client's name, which several may have, and what it calls itself
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(slots=True)
class Habit:
    """What one client has done at one server lately."""

    short: int = 0  # short calls in a row
    rest_until: float = float("-inf")


class Pacer:
    """All servers, all clients. Times are the caller's seconds."""

    def __init__(self) -> None:
        self._next: OrderedDict[Endpoint, float] = OrderedDict()  # when the server is free
        self._habits: OrderedDict[tuple[Endpoint, Machine], Habit] = OrderedDict()

    def in_order(self, servers: Sequence[Endpoint], now: float) -> list[Endpoint]:
        """As they are, but those with a long wait come last, and of them the shortest first."""

        def wait(server: Endpoint) -> float:
            waiting = self._next.get(server, now) - now
            return waiting if waiting >= LONG_WAIT else 0.0

        return sorted(servers, key=wait)

    def turn(self, server: Endpoint, who: Machine, now: float) -> float | None:
        """When this call may be made; None if too many wait already."""
        free = max(now, self._next.get(server, now))
        if free - now >= MOST_WAITING * APART:
            return None
        _keep(self._next, server, free + APART, MOST_SERVERS)
        habit = self._habits.get((server, who))
        return free if habit is None else max(free, habit.rest_until)

    def ended(
        self, server: Endpoint, who: Machine, seconds: float, netbeui: bool, now: float
    ) -> None:
        """A call is over, which the server had been asked for `seconds` ago."""
        habit = self._habits.get((server, who), Habit())
        if now - habit.rest_until > FORGOTTEN:
            habit.short = 0
        habit.short = habit.short + 1 if seconds < SHORT else 0
        rest = NETBEUI_REST if netbeui else REST
        if habit.short > FREE:
            rest = min(LONGEST_REST, rest * 2.0 ** min(habit.short - FREE, 10))
        habit.rest_until = now + rest
        _keep(self._habits, (server, who), habit, MOST_CLIENTS)


def _keep(table: OrderedDict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Enter it as the newest; the oldest goes if there are too many."""
    table[key] = value
    table.move_to_end(key)
    if len(table) > most:
        table.popitem(last=False)
