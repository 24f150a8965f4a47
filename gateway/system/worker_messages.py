"""What the daemon and a worker say to each other, as bytes: one message in one packet.

Both are of the same version and started from the same files, so there is neither version nor name
in it: one byte for the kind, then its fields as `wire/record.py` writes them. What is said for
single packets is written without it.
"""

from dataclasses import dataclass, replace
from struct import Struct
from typing import Any, Final

from gateway.paths import (
    Again,
    CallCounted,
    CallPath,
    CallRefused,
    Dropped,
    FrameHeard,
    GreHeard,
    L2tpEnd,
    L2tpHeard,
    LegPath,
    LookAt,
    Moved,
    PacketHeard,
    PathEvent,
    PathRequest,
    PptpEnd,
    SaCounted,
    SaExpired,
    SendFrame,
    SendL2tp,
    SetCall,
    SetLeg,
    Shielding,
    Spoke,
)
from gateway.wire.cursor import WireError
from gateway.wire.record import build_record, parse_record

_NUMBERED: Final = Struct("!BI")  # kind; number of a leg or call, with bytes behind it
BARE: Final[tuple[type[Any], ...]] = (PacketHeard, GreHeard)
NUMBERED: Final[tuple[type[Any], ...]] = (L2tpHeard, FrameHeard, SendL2tp, SendFrame, Again)
PING, COUNT = b"\xff", b"\xfe"  # come back once all before them is done, or told


@dataclass(frozen=True, slots=True)
class _Leg:
    number: int
    path: LegPath | None


@dataclass(frozen=True, slots=True)
class _Call:
    number: int
    inside: PptpEnd | None
    outside: L2tpEnd | None
    shield: Shielding | None


WRITTEN: Final[tuple[type[Any], ...]] = (
    _Leg, _Call, LookAt, SaCounted, CallCounted, SaExpired, Moved, Spoke, Dropped, CallRefused,
)  # fmt: skip
KINDS: Final = (*BARE, *NUMBERED, *WRITTEN)
_CODE: Final = {kind: code for code, kind in enumerate(KINDS)}


class Unknown(WireError):
    """Nobody says this."""


def build_request(request: PathRequest) -> bytes:
    match request:
        case SetLeg(number, path):
            return _build(_Leg(number, None if path is None else _plain(path)))
        case SetCall(number, call_path):
            return _build(_call(number, call_path))
        case _:
            return _build(request)


def parse_request(message: bytes) -> PathRequest:
    found = _parse(message)
    if isinstance(found, _Leg):
        return SetLeg(found.number, found.path)
    if isinstance(found, _Call):
        inside = found.inside
        path = None if inside is None else CallPath(inside, found.outside, found.shield)
        return SetCall(found.number, path)
    request: PathRequest = found
    return request


def build_event(event: PathEvent) -> bytes:
    return _build(event)


def parse_event(message: bytes) -> PathEvent:
    event: PathEvent = _parse(message)
    return event


def _build(value: Any) -> bytes:
    kind = type(value)
    code = _CODE[kind]
    if kind in BARE:
        bare: bytes = value[0]
        return bytes((code,)) + bare
    if kind in NUMBERED:
        number, data = value
        return _NUMBERED.pack(code, number) + bytes(data)
    return bytes((code,)) + build_record(value)


def _parse(message: bytes) -> Any:
    """One of `KINDS`, or a `WireError`."""
    if not message or message[0] >= len(KINDS):
        raise Unknown("a message of no kind")
    kind = KINDS[message[0]]
    if kind in BARE:
        return kind(message[1:])
    if kind in NUMBERED:
        if len(message) < _NUMBERED.size:
            raise Unknown("a message without its number")
        return kind(_NUMBERED.unpack_from(message)[1], message[_NUMBERED.size :])
    return parse_record(kind, message[1:])


def _plain(path: LegPath) -> LegPath:
    """A window below the newest number stays here: a worker takes all of it for seen."""
    return replace(path, inbound=tuple(replace(sa, seen=0) for sa in path.inbound))


def _call(number: int, path: CallPath | None) -> _Call:
    if path is None or not isinstance(path.inside, PptpEnd):
        return _Call(number, None, None, None)
    return _Call(number, path.inside, path.outside, path.shield)
