"""Who knocks without ever dialling: counted by source, bounded, for whoever asks why.

Road code only where a packet is dropped anyway.
"""

from struct import Struct
from typing import Final

from gateway.control.visits import ESP, IKE_2, NOT_IKE, UNKNOWN_IKE, Visit

MOST: Final = 256  # sources; the one not heard for longest makes room
_HEADER: Final = Struct("!16xBB")  # after both cookies: first payload, version (RFC 2408, 3.1)
HEADER: Final = 28  # bytes


class Visitors:
    """Counts by source and kind. What is noted here was dropped or left unanswered."""

    def __init__(self) -> None:
        self._by_host: dict[bytes, tuple[float, dict[str, int]]] = {}

    def note(self, host: bytes, kind: str, now: float) -> None:
        _, counts = self._by_host.pop(host, (now, {}))
        counts[kind] = counts.get(kind, 0) + 1
        self._by_host[host] = now, counts  # now the last of all
        if len(self._by_host) > MOST:
            del self._by_host[next(iter(self._by_host))]

    def note_ike(self, host: bytes, message: bytes, now: float) -> None:
        """An IKE message that no phase 1 had a use for."""
        self.note(host, kind_of(message), now)

    def note_esp(self, host: bytes, now: float) -> None:
        self.note(host, ESP, now)

    def visits(self) -> list[Visit]:
        """The newest first."""
        found = [Visit(host, last, dict(counts)) for host, (last, counts) in self._by_host.items()]
        return found[::-1]


def kind_of(message: bytes) -> str:
    """What a message on an IKE port is, by its header alone."""
    if len(message) < HEADER or int.from_bytes(message[24:28], "big") < HEADER:
        return NOT_IKE
    _, version = _HEADER.unpack_from(message)
    return {1: UNKNOWN_IKE, 2: IKE_2}.get(version >> 4, NOT_IKE)
