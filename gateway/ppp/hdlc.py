"""PPP frames on a stream of bytes: flags, escapes and the check sequence (RFC 1662). Road code.

This is how pppd speaks to whatever is at the other end of its line. The 16-bit check sequence is
that of X.25, least bit first; the C library's `crc_hqx` is the same sum most bit first, so bytes go
into it reversed. Every control character is escaped, whatever was negotiated: the client knows
nothing of this line, and pppd drops a bare one unless the client has said that it may come.
"""

from binascii import crc_hqx
from typing import Final

FLAG, ESCAPE, FLIP = 0x7E, 0x7D, 0x20
LONGEST: Final = 1600  # bytes of a frame with its check sequence, no escapes in it
START: Final = 0xFFFF
GOOD: Final = 0x1D0F  # what a whole frame, check sequence and all, sums up to, most bit first
FCS: Final = 2  # bytes
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ESCAPED: Final = tuple(
    (bytes((byte,)), bytes((ESCAPE, byte ^ FLIP))) for byte in (ESCAPE, FLAG, *range(0x20))
)  # the escape first, or it would escape what the others have put in
_FLAG: Final = bytes((FLAG,))


def sealed(frame: bytes) -> bytes:
    """A frame as it goes over the line, a flag at each end."""
    total = crc_hqx(frame.translate(_REVERSED), START) ^ 0xFFFF
    line = frame + bytes((_REVERSED[total >> 8], _REVERSED[total & 0xFF]))
    for plain, escaped in _ESCAPED:
        line = line.replace(plain, escaped)
    return _FLAG + line + _FLAG


class Opener:
    """Frames out of what comes over the line, in pieces of any length."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._rest = b""  # of a frame whose end has not come
        self._lost = True  # what is before the first flag is no frame

    def open(self, data: bytes) -> list[bytes]:
        """The frames that are complete now, their check sequences gone."""
        *whole, self._rest = (self._rest + data).split(_FLAG)
        found = []
        for line in whole:
            lost, self._lost = self._lost, False
            frame = None if lost or not line else self._opened(line)
            if frame is not None:
                found.append(frame)
        if len(self._rest) > 2 * LONGEST:
            self._rest, self._lost = b"", True
            self._drop("too_long")
        return found

    def _opened(self, line: bytes) -> bytes | None:
        if ESCAPE in line:
            first, *others = line.split(bytes((ESCAPE,)))
            if not all(others):
                return self._drop("aborted")  # an escape and nothing behind it (RFC 1662, 4.3)
            line = first + b"".join(bytes((each[0] ^ FLIP,)) + each[1:] for each in others)
        if not FCS < len(line) <= LONGEST:
            return self._drop("length")
        if crc_hqx(line.translate(_REVERSED), START) != GOOD:
            return self._drop("check_sequence")
        return line[:-FCS]

    def _drop(self, reason: str) -> bytes | None:
        name = f"line_{reason}"
        self.counts[name] = self.counts.get(name, 0) + 1
        return None
