"""The tunnels of one client as values that outlive this process, and its LNS made of them again.

Kept are tunnels that are up, with their calls that are up, and what the client has not acknowledged
yet: the control connection goes on with its own numbers. What was under way ends: nobody knows any
more what the client was to be told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.l2tp.call import Call
from gateway.l2tp.call_states import State
from gateway.l2tp.control import Numbered
from gateway.l2tp.data import Road
from gateway.l2tp.machine import Lns
from gateway.l2tp.quirks import CLIENTS, STRICT
from gateway.l2tp.tunnel import Tunnel
from gateway.wire.words import Word

JUMP: Final = 64  # numbers of data messages that are never used: as in esp/snapshot.py


@dataclass(frozen=True, slots=True)
class CallValue:
    """An open call. Its numbers, if it has any, are in a word."""

    call: int
    peer_call: int
    serial: int
    called: str
    calling: str
    sequencing: bool


@dataclass(frozen=True, slots=True)
class TunnelValue:
    """`first` is the number of the oldest message in `unacknowledged`, `nr` that of the next one
    expected; `quirk` names whose. `ending` is as `Tunnel.ending` has it."""

    tunnel: int
    peer_tunnel: int
    window: int
    nr: int
    first: int
    unacknowledged: tuple[tuple[int, bytes], ...] = field(repr=False)
    quirk: str
    ending: tuple[float | None, bool]
    calls: tuple[CallValue, ...]


def snapshot(lns: Lns) -> tuple[TunnelValue, ...]:
    """All that is up, the oldest first."""
    return tuple(map(_value, lns.tunnels()))


def restore(lns: Lns, values: Iterable[TunnelValue], now: float, words: Mapping[int, Word]) -> None:
    """Into an LNS that has nothing yet; `words` are those of the calls, by our id.

    What is unacknowledged is due at once. ValueError for two of one id.
    """
    for value in values:
        tunnel = lns.take_up(value.tunnel, value.peer_tunnel, now)
        quirk = next((each for each in CLIENTS if each.client == value.quirk), STRICT)
        tunnel.resume(quirk, value.ending)
        queue = tuple(Numbered(*each) for each in value.unacknowledged)
        tunnel.channel.resume(value.nr, value.first, queue, value.window, now)
        for each in value.calls:
            call = Call(each.call, each.peer_call, each.serial, each.called, each.calling)
            call.sequencing, call.state = each.sequencing, State.ESTABLISHED
            road = Road(value.tunnel, value.peer_tunnel, each.peer_call, each.sequencing)
            road.word = words[each.call]
            road.ns = road.word[0] = (road.word[0] + JUMP) & 0xFFFF
            tunnel.calls.add(call, road)


def _value(tunnel: Tunnel) -> TunnelValue:
    nr, first, queue, window = tunnel.channel.kept()
    return TunnelValue(
        tunnel=tunnel.tunnel,
        peer_tunnel=tunnel.channel.peer_tunnel,
        window=window,
        nr=nr,
        first=first,
        unacknowledged=tuple((each.call, each.body) for each in queue),
        quirk=tunnel.quirk.client,
        ending=tunnel.ending,
        calls=tuple(
            CallValue(c.call, c.peer_call, c.serial, c.called, c.calling, c.sequencing)
            for c in tunnel.calls.open()
        ),
    )
