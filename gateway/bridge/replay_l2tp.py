"""The L2TP and PPP of a recorded client, spoken again: its own ids, new numbers.

What it says is recorded; of what it hears only the ids and the acknowledgements count.
"""

from dataclasses import dataclass, field

from gateway.control.recorded import BadCase, Line, length
from gateway.l2tp.avp import Avp, build_avp
from gateway.l2tp.data import Road, seal_data
from gateway.l2tp.errors import Drop
from gateway.l2tp.header import SIZE, Header, build_header, parse_header
from gateway.l2tp.messages import parse_body
from gateway.l2tp.numbers import Kind, MessageType
from gateway.ppp.frame import ADDRESS_CONTROL, Packet, build_packet


@dataclass(slots=True)
class Lac:
    """One tunnel with one call. `heard` are the types of the messages that came."""

    tunnel: int = 0
    peer_tunnel: int = 0
    peer_call: int = 0
    heard: list[int] = field(default_factory=list)
    _ns: int = 0
    _nr: int = 0

    def say(self, line: Line) -> bytes | None:
        """A recorded control message; None if it is for a call that was never answered."""
        in_call = line.what.endswith(" call")
        if (in_call and not self.peer_call) or (self._ns and not self.peer_tunnel):
            return None
        avps = [_avp(part) for part in line.parts]
        own = [avp.value for avp in avps if avp.kind == Kind.ASSIGNED_TUNNEL and not avp.vendor]
        if own and not self._ns:
            self.tunnel = int.from_bytes(own[0], "big")
        header = Header(self.peer_tunnel, self.peer_call if in_call else 0, self._ns, self._nr)
        self._ns = (self._ns + 1) & 0xFFFF
        return build_header(header, b"".join(map(build_avp, avps)))

    def hear(self, message: bytes) -> bytes | None:
        """What acknowledges a control message that came, if it wants that; WireError as it is."""
        if not message[:1] or not message[0] & 0x80:
            return None
        header, raw = parse_header(message)
        if not raw or header.ns != self._nr:
            return None
        self._nr = (header.ns + 1) & 0xFFFF
        body = parse_body(raw, None)
        self.heard.append(body.message_type)
        if body.message_type == MessageType.SCCRP:
            self.peer_tunnel = body.assigned(Kind.ASSIGNED_TUNNEL)
        elif body.message_type == MessageType.ICRP:
            self.peer_call = body.assigned(Kind.ASSIGNED_CALL)
        return build_header(Header(self.peer_tunnel, 0, self._ns, self._nr), b"")

    def frame(self, line: Line) -> bytes | None:
        """A recorded PPP frame as a data message; None while there is no call."""
        if not self.peer_call:
            return None
        road = Road(self.tunnel, self.peer_tunnel, self.peer_call, sequencing=False)
        message = seal_data({1: road}, 1, _frame(line))
        return None if isinstance(message, Drop) else message


def _avp(part: str) -> Avp:
    """`KIND VENDOR m|- FORM ARGUMENT`."""
    try:
        kind, vendor, mandatory, form, *rest = part.split()
        value = _value(form, rest)
        if len(value) > 0x3FF - SIZE:
            raise BadCase(f"{part:.60} is too long for a pair")
        return Avp(int(kind), value, int(vendor), mandatory == "m")
    except ValueError as error:
        raise BadCase(f"{part:.60} is no pair: {error}") from None


def _frame(line: Line) -> bytes:
    """`PROTOCOL CODE FORM ARGUMENT`, behind FF 03 where that was sent."""
    try:
        protocol, code, form, *rest = line.parts[0].split()
        packet = build_packet(Packet(int(code) & 0xFF, 1, _value(form, rest)))
        head = ADDRESS_CONTROL if line.what == "headed" else b""
        return head + bytes.fromhex(protocol) + packet
    except (ValueError, IndexError) as error:
        raise BadCase(f"{line.parts!r:.60} is no frame: {error}") from None


def _value(form: str, rest: list[str]) -> bytes:
    match form, rest:
        case "as", _:
            return bytes.fromhex("".join(rest))
        case "name", [size]:
            return b"X" * length(size)
        case "cut", [size]:
            return bytes(length(size))
    raise BadCase(f"{form!r:.20} is no form")
