"""What stands between a client's PPP and an old server: nothing goes in that was not read first.

Control packets are built anew from their fields (`ppp/sound.py`), data frames have a true length
(`ppp/data.py`), and both are written as the server has agreed to have them written. What is not so
is dropped and counted by its reason; nobody is told, for a client that sends such things would
only send more. Road code.
"""

from dataclasses import dataclass
from typing import Final

from gateway.ppp.data import COMPRESSED, IP, KNOWN, Bad, true_length, with_mss
from gateway.ppp.errors import PppError
from gateway.ppp.events import CcpOpened, CcpRefused, LcpOpened, Terminated
from gateway.ppp.frame import ADDRESS_CONTROL, control_frame, has_packet, parse_packet, protocol_of
from gateway.ppp.numbers import DEFAULT_MRU
from gateway.ppp.sound import check_packet

USUAL: Final = b"\xff\x03\x00\x21"  # how an IP packet mostly starts
IP_AND_TCP: Final = 40  # bytes of both headers


@dataclass(frozen=True, slots=True)
class Agreement:
    """What client and server have agreed on, as far as it matters here."""

    most: int
    mss: int
    short: bool
    bare: bool
    compressed: bool


class Shield:
    """One link. `counts` says what was dropped, by reason."""

    def __init__(self, mru: int) -> None:
        """`mru`: the most bytes of information that go through the tunnel outside."""
        self.counts: dict[str, int] = {}
        self._most = DEFAULT_MRU  # bytes of information the server takes
        self._mss = mru - IP_AND_TCP
        self._short = self._bare = self._compressed = False  # as the server agreed to

    def kept(self) -> Agreement:
        """What `resume` needs."""
        return Agreement(self._most, self._mss, self._short, self._bare, self._compressed)

    def resume(self, kept: Agreement) -> None:
        """A link that is up already."""
        self._most, self._mss = kept.most, kept.mss
        self._short, self._bare, self._compressed = kept.short, kept.bare, kept.compressed

    def note(self, event: object, server_mru: int | None) -> None:
        """What has been agreed on; `server_mru` is what the server itself has asked for."""
        match event:
            case LcpOpened():
                self._most = DEFAULT_MRU if server_mru is None else server_mru
                self._mss = min(event.mru_client, event.mru_server) - IP_AND_TCP
                self._short, self._bare = event.short, event.bare
                self._compressed = False
            case CcpOpened():
                self._compressed = True
            case CcpRefused() | Terminated():
                self._compressed = False

    def control(self, frame: bytes) -> bytes | None:
        """A control frame for the server, built anew; None if it is none that it could take."""
        try:
            protocol, at = protocol_of(frame)
            if not has_packet(protocol):
                return self._drop("unknown_protocol")
            packet = parse_packet(frame, at)
            check_packet(protocol, packet)
        except PppError as error:
            return self._drop(type(error).__name__)
        if len(packet.data) + 4 > self._most:
            return self._drop("too_long")
        return control_frame(protocol, packet)

    def data(self, frame: bytes) -> bytes | None:
        """Road: a data frame for the server, as long as it says it is; None if it is dropped."""
        if frame[:4] == USUAL:
            protocol, at = IP, 4
        else:
            try:
                protocol, at = protocol_of(frame)
            except PppError:
                return self._drop("no_protocol")
            if protocol not in KNOWN and not (protocol == COMPRESSED and self._compressed):
                return self._drop("unknown_protocol")
        length = true_length(protocol, frame, at)
        if length < 0:
            return self._drop(Bad(length).name.lower())
        if length > self._most:
            return self._drop("too_long")
        if at + length != len(frame):
            frame = frame[: at + length]
        if protocol == IP:
            frame = with_mss(frame, at, self._mss)
        return frame if at == 4 else self._written(frame, protocol, at)

    def to_client(self, frame: bytes) -> bytes:
        """Road: a data frame of the server, with the MSS that fits the tunnel outside."""
        if frame[:4] == USUAL:
            return with_mss(frame, 4, self._mss)
        at = 2 if frame[:2] == ADDRESS_CONTROL else 0
        if frame[at : at + 1] == b"\x21":
            return with_mss(frame, at + 1, self._mss)
        return with_mss(frame, at + 2, self._mss) if frame[at : at + 2] == b"\x00\x21" else frame

    def _written(self, frame: bytes, protocol: int, at: int) -> bytes:
        """In the long form wherever the server has not agreed to the short one."""
        bare = frame[:2] != ADDRESS_CONTROL
        short = at == (1 if bare else 3)
        if (self._bare or not bare) and (self._short or not short):
            return frame
        head = b"" if bare and self._bare else ADDRESS_CONTROL
        wide = protocol.to_bytes(1 if short and self._short else 2, "big")
        return head + wide + frame[at:]

    def _drop(self, reason: str) -> bytes | None:
        name = f"shield_{reason.lower()}"
        self.counts[name] = self.counts.get(name, 0) + 1
        return None
