"""Values as bytes and back, for what only a successor of this process reads: dataclasses, nested.

Neither names nor types are written; both come from the dataclass. So whoever reads must know that
it was written from the very same `shape`. Whatever the bytes are, they make a value or a
`WireError`; and a value is written in one way alone.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from struct import Struct
from types import UnionType
from typing import Any, Final, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from gateway.wire.cursor import Reader, WireError

Value = TypeVar("Value")
LONGEST: Final = 1 << 24  # bytes of one text, and entries of one row
_INT, _FLOAT, _SIZE = Struct("!q"), Struct("!d"), Struct("!I")


class Broken(WireError):
    """No value is written like this."""


class _Codec(NamedTuple):
    """How one type is written and read, and its name in a shape."""

    write: Callable[[bytearray, Any], None]
    read: Callable[[Reader], Any]
    shape: str


def build_record(value: object) -> bytes:
    """ValueError for what cannot be written: a number of more than 64 bits, another type."""
    out = bytearray()
    _codec(type(value)).write(out, value)
    return bytes(out)


def parse_record(kind: type[Value], data: bytes) -> Value:
    """WireError unless `data` is one value of this kind, and nothing more."""
    reader = Reader(data)
    value: Value = _codec(kind).read(reader)
    if reader.left:
        raise Broken(f"{reader.left} bytes too many")
    return value


def shape_of(kind: type) -> str:
    """All that has to be the same where it is read: the names and types of every field."""
    return _codec(kind).shape


def _codec(kind: Any) -> _Codec:
    found = _known.get(kind)
    if found is None:
        found = _known[kind] = _made(kind)
    return found


def _made(kind: Any) -> _Codec:
    if isinstance(kind, UnionType):
        return _optional(kind)
    if get_origin(kind) is tuple:
        return _row(get_args(kind))
    if is_dataclass(kind):
        return _fields(kind, tuple(each.name for each in fields(kind)))
    if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return _fields(kind, kind._fields)
    raise ValueError(f"{kind} cannot be written")


def _fields(kind: Any, names: tuple[str, ...]) -> _Codec:
    """A dataclass, or a named tuple."""
    hints = get_type_hints(kind)
    parts = [(name, _codec(hints[name])) for name in names]

    def write(out: bytearray, value: Any) -> None:
        for name, part in parts:
            part.write(out, getattr(value, name))

    def read(reader: Reader) -> Any:
        return kind(*[part.read(reader) for _, part in parts])

    inside = ", ".join(f"{name}: {part.shape}" for name, part in parts)
    return _Codec(write, read, f"{kind.__name__}({inside})")


def _row(kinds: tuple[Any, ...]) -> _Codec:
    """A tuple: any number of one type, or one of each."""
    if len(kinds) != 2 or kinds[1] is not Ellipsis:
        return _few(tuple(map(_codec, kinds)))
    each = _codec(kinds[0])

    def write(out: bytearray, value: Any) -> None:
        out += _SIZE.pack(len(value))
        for one in value:
            each.write(out, one)

    def read(reader: Reader) -> Any:
        count = reader.u32()
        if count > min(reader.left, LONGEST):
            raise Broken(f"{count} entries in {reader.left} bytes")
        return tuple(each.read(reader) for _ in range(count))

    return _Codec(write, read, f"[{each.shape}]")


def _few(parts: tuple[_Codec, ...]) -> _Codec:
    def write(out: bytearray, value: Any) -> None:
        for part, one in zip(parts, value, strict=True):
            part.write(out, one)

    def read(reader: Reader) -> Any:
        return tuple(part.read(reader) for part in parts)

    return _Codec(write, read, "(" + ", ".join(part.shape for part in parts) + ")")


def _optional(kind: UnionType) -> _Codec:
    kinds = [each for each in get_args(kind) if each is not type(None)]
    if len(kinds) != 1 or len(get_args(kind)) != 2:
        raise ValueError(f"{kind} cannot be written")
    inner = _codec(kinds[0])

    def write(out: bytearray, value: Any) -> None:
        out.append(value is not None)
        if value is not None:
            inner.write(out, value)

    def read(reader: Reader) -> Any:
        return inner.read(reader) if _read_bool(reader) else None

    return _Codec(write, read, f"{inner.shape}?")


def _write_int(out: bytearray, value: int) -> None:
    if not -1 << 63 <= value < 1 << 63:
        raise ValueError(f"{value} has more than 64 bits")
    out += _INT.pack(value)


def _read_int(reader: Reader) -> int:
    return int(_INT.unpack(reader.take(8))[0])


def _write_float(out: bytearray, value: float) -> None:
    out += _FLOAT.pack(value)


def _read_float(reader: Reader) -> float:
    return float(_FLOAT.unpack(reader.take(8))[0])


def _write_bool(out: bytearray, value: bool) -> None:
    out.append(bool(value))


def _read_bool(reader: Reader) -> bool:
    value = reader.u8()
    if value > 1:
        raise Broken(f"{value} is neither yes nor no")
    return bool(value)


def _write_bytes(out: bytearray, value: bytes) -> None:
    out += _SIZE.pack(len(value))
    out += value


def _read_bytes(reader: Reader) -> bytes:
    return reader.take(reader.u32())


def _write_text(out: bytearray, value: str) -> None:
    _write_bytes(out, value.encode())


def _read_text(reader: Reader) -> str:
    try:
        return _read_bytes(reader).decode()
    except UnicodeDecodeError as error:
        raise Broken("a text that is none") from error


_known: Final[dict[Any, _Codec]] = {  # by type; those of other types are made when first asked for
    int: _Codec(_write_int, _read_int, "int"),
    float: _Codec(_write_float, _read_float, "float"),
    bool: _Codec(_write_bool, _read_bool, "bool"),
    bytes: _Codec(_write_bytes, _read_bytes, "bytes"),
    str: _Codec(_write_text, _read_text, "text"),
}
