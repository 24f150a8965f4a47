"""Keeping frames small: the MRU of both sides is lowered while LCP passes (RFC 1661, 6.1).

Neither side knows. Each asks for the MRU it likes; its peer is shown at most ours, and the peer's
answer is changed back, so that the asker sees its own options acknowledged:

    asker                      here                              peer
    Request [MRU 1600, magic]  ->  Request [MRU 1400, magic]     takes it: sends at most 1400
    Ack [MRU 1600, magic]      <-  Ack [MRU 1400, magic]
    Request [magic]            ->  Request [MRU 1400, magic]     without the option it would be 1500

A peer may not want our MRU. What it says to an option we inserted never reaches the asker, who
would not know what is meant; if nothing else is left of the answer, it is kept back, and the
asker asks again when its restart timer runs out. A peer that rejects the option, or insists on
more, has its way from then on: `refused` says so.
The MRRU of multilink stands: its fragments are bounded by the MRU (RFC 1990, 5.1.1).
"""

from dataclasses import dataclass, field

from gateway.ppp.errors import PppError
from gateway.ppp.frame import Packet, build_packet, parse_packet, protocol_of
from gateway.ppp.numbers import DEFAULT_MRU, Code, Lcp, Protocol
from gateway.ppp.options import Option, build_options, find_option, parse_options


@dataclass(slots=True)
class Asked:
    """What one side last asked for, and what its peer was shown instead."""

    insert: int  # the MRU shown where none is asked for
    refused: bool = False  # the peer does not take our MRU
    identifier: int = -1
    data: bytes = b""  # the options as the asker wrote them
    mru: int | None = None  # the one among them
    shown: list[bytes] = field(default_factory=list)  # under this identifier, if not `data`
    changed: bool = False  # whether the last one shown was not `data`


@dataclass(frozen=True, slots=True)
class Agreed:
    """What stays true of one side's request when it is answered: as in `Asked`."""

    insert: int
    refused: bool
    mru: int | None


class Clamp:
    """One link; `pass_frame` is for every LCP frame, and leaves others alone."""

    def __init__(self, mru: int, overhead: int = 0) -> None:
        """`mru`: the most bytes a frame's information may have, in either direction; `overhead`:
        how much of what the server takes is used up before it comes there."""
        self._mru = mru
        self._overhead = overhead
        self._asked = {True: Asked(mru), False: Asked(mru)}  # by whether the client asks

    def kept(self) -> tuple[Agreed, Agreed]:
        """What `resume` needs: of the client, and of the server."""
        client, server = (
            Agreed(asked.insert, asked.refused, asked.mru)
            for asked in (self._asked[True], self._asked[False])
        )
        return client, server

    def resume(self, client: Agreed, server: Agreed) -> None:
        """Go on as another has left it. What was being asked is asked again."""
        for by_client, kept in ((True, client), (False, server)):
            asked = Asked(kept.insert, kept.refused)
            asked.mru = kept.mru
            self._asked[by_client] = asked

    def asked(self, by_client: bool) -> int | None:
        """The MRU in this side's own newest request; None if there is none."""
        return self._asked[by_client].mru

    def pass_frame(self, frame: bytes, from_client: bool) -> bytes | None:
        """What goes on to the other side; None: nothing."""
        try:
            protocol, at = protocol_of(frame)
            if protocol != Protocol.LCP:
                return frame
            before = parse_packet(frame, at)
            after = self._pass_packet(before, from_client)
        except PppError:
            return frame
        if after is before:
            return frame
        return None if after is None else frame[:at] + build_packet(after)

    def refused(self, by_client: bool) -> bool:
        """Whether this side will not be told a smaller MRU, and may send what is too large."""
        return self._asked[not by_client].refused

    def _pass_packet(self, packet: Packet, from_client: bool) -> Packet | None:
        if packet.code == Code.CONFIGURE_REQUEST:
            return self._show(packet, self._asked[from_client])
        asked = self._asked[not from_client]
        if packet.identifier != asked.identifier or not asked.shown:
            return packet  # nothing was changed, or the asker will not heed it
        match packet.code:
            case Code.CONFIGURE_ACK:
                return self._ack(packet, asked)
            case Code.CONFIGURE_NAK:
                return self._nak(packet, asked)
            case Code.CONFIGURE_REJECT:
                return self._reject(packet, asked)
            case _:
                return packet

    def _show(self, packet: Packet, asked: Asked) -> Packet:
        options = parse_options(packet.data)
        if (packet.identifier, packet.data) != (asked.identifier, asked.data):
            asked.shown = []
        asked.identifier, asked.data = packet.identifier, packet.data
        asked.mru = _mru_of(options)
        shown = build_options(self._lowered(options, asked))
        asked.changed = shown != packet.data
        if not asked.changed:
            return packet
        if shown not in asked.shown:
            asked.shown = [*asked.shown[-1:], shown]
        return Packet(packet.code, packet.identifier, shown)

    def _lowered(self, options: tuple[Option, ...], asked: Asked) -> list[Option]:
        if asked.refused:
            return list(options)
        if find_option(options, Lcp.MRU) is not None:
            return [_at_most(option, self._most_of(asked)) for option in options]
        if self._mru >= DEFAULT_MRU:
            return list(options)
        return [_mru_option(asked.insert), *options]

    def _most_of(self, asked: Asked) -> int:
        """What the peer of this asker is shown at most."""
        if asked is self._asked[True] or asked.mru is None:
            return self._mru
        return min(self._mru, max(0, asked.mru - self._overhead))

    def _ack(self, packet: Packet, asked: Asked) -> Packet:
        if packet.data not in asked.shown:
            return packet
        return Packet(packet.code, packet.identifier, asked.data)

    def _nak(self, packet: Packet, asked: Asked) -> Packet | None:
        options = parse_options(packet.data)
        wanted = _mru_of(options)
        if wanted is None or not asked.changed:
            return packet
        if asked.mru is None:
            if wanted >= asked.insert:
                asked.refused = True
            asked.insert = min(wanted, asked.insert)
            return _without_mru(packet, options)
        if wanted <= self._most_of(asked):
            return packet
        asked.refused = True
        return _without_mru(packet, options) if asked.mru >= wanted else packet

    def _reject(self, packet: Packet, asked: Asked) -> Packet | None:
        options = parse_options(packet.data)
        if find_option(options, Lcp.MRU) is None:
            return packet
        asked.refused = True
        if asked.mru is None:
            return _without_mru(packet, options)
        as_asked = _mru_option(asked.mru)
        restored = [as_asked if option.kind == Lcp.MRU else option for option in options]
        return Packet(packet.code, packet.identifier, build_options(restored))


def _mru_option(mru: int) -> Option:
    return Option(Lcp.MRU, mru.to_bytes(2, "big"))


def _mru_of(options: tuple[Option, ...]) -> int | None:
    data = find_option(options, Lcp.MRU)
    return int.from_bytes(data, "big") if data is not None and len(data) == 2 else None


def _at_most(option: Option, mru: int) -> Option:
    value = _mru_of((option,))
    return option if value is None or value <= mru else _mru_option(mru)


def _without_mru(packet: Packet, options: tuple[Option, ...]) -> Packet | None:
    rest = [option for option in options if option.kind != Lcp.MRU]
    return Packet(packet.code, packet.identifier, build_options(rest)) if rest else None
