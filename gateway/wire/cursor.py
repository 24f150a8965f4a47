"""Reading bytes in order: the one place where a length is checked before it is trusted."""

from struct import Struct

_U16 = Struct("!H")
_U32 = Struct("!I")


class WireError(Exception):
    """What came is not what the protocol allows: the peer's fault, never ours."""


class Truncated(WireError):
    """A field ends behind the end of the bytes that came."""


class Reader:
    """A cursor over bytes. Every method takes what it names or raises `Truncated`."""

    __slots__ = ("data", "end", "position")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        """Read `data[start:end]`; `data` itself is not copied."""
        self.data = data
        self.position = start
        self.end = len(data) if end is None else end

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return self.end - self.position

    def _advance(self, count: int) -> int:
        start = self.position
        if count < 0 or start + count > self.end:
            raise Truncated(f"{count} bytes wanted, {self.left} left")
        self.position = start + count
        return start

    def u8(self) -> int:
        return self.data[self._advance(1)]

    def u16(self) -> int:
        value: int = _U16.unpack_from(self.data, self._advance(2))[0]
        return value

    def u32(self) -> int:
        value: int = _U32.unpack_from(self.data, self._advance(4))[0]
        return value

    def take(self, count: int) -> bytes:
        start = self._advance(count)
        return self.data[start : start + count]

    def rest(self) -> bytes:
        """All that is left, possibly nothing."""
        return self.take(self.left)

    def part(self, count: int) -> "Reader":
        """A reader of the next `count` bytes, which this one then has behind it."""
        start = self._advance(count)
        return Reader(self.data, start, start + count)
