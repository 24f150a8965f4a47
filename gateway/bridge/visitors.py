"""Who knocks without ever dialling: counted by source, bounded, for whoever asks why.

Road code only where a packet is dropped anyway.
"""

from struct import Struct
from typing import Final

from gateway.control.visits import AUTHIP, ESP, IKE_2, NOT_IKE, TLS, UNKNOWN_IKE, Visit
from gateway.ike.numbers import Exchange

MOST: Final = 256  # sources; the one not heard for longest makes room
# After both cookies: first payload, version, exchange (RFC 2408, 3.1).
_HEADER: Final = Struct("!16xBBB")
HEADER: Final = 28  # bytes
# Of a record of TLS (RFC 8446, 5.1) and of DTLS (RFC 6347, 4.1): its type, and its version's half.
TLS_TYPES: Final = (b"\x14", b"\x15", b"\x16", b"\x17")
TLS_VERSIONS: Final = (b"\x03", b"\xfe")


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
    """What a message on an IKE port is, by its first bytes alone."""
    if len(message) >= HEADER and int.from_bytes(message[24:28], "big") >= HEADER:
        _, version, exchange = _HEADER.unpack_from(message)
        if version >> 4 == 1:
            return AUTHIP if exchange == Exchange.AUTHIP else UNKNOWN_IKE
        if version >> 4 == 2:
            return IKE_2
    return TLS if message[:1] in TLS_TYPES and message[1:2] in TLS_VERSIONS else NOT_IKE
