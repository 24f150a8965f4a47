"""A conversation read by somebody who has its keys: for a recording, and in this process alone.

Nothing is checked but that it can be read: the two who talk have checked the rest.
"""

from dataclasses import dataclass, field

from gateway.ike.errors import BadPayload, OutOfStep
from gateway.ike.fragments import Gathering, parse_piece
from gateway.ike.header import Header, parse_header
from gateway.ike.keys import Keys, first_iv, message_iv
from gateway.ike.numbers import Exchange, Kind
from gateway.ike.payloads import Payload, all_of, parse_chain
from gateway.ike.protect import next_iv, unseal
from gateway.wire.cursor import Reader


@dataclass(slots=True)
class Joiner:
    """Give it every message of one end, and it puts together what came in pieces."""

    _under_way: dict[int, Gathering] = field(default_factory=dict, repr=False)  # by identifier

    def take(self, message: bytes) -> bytes | None:
        """The message, or the whole of it with its last piece. WireError if it cannot be one."""
        header, body = parse_header(message)
        if header.first != Kind.FRAGMENT or header.encrypted:
            return message
        piece = parse_piece(header, body)
        fresh = Gathering((0, piece.identifier), b"", 0.0)
        gathering = self._under_way.setdefault(piece.identifier, fresh)
        fits, whole = gathering.add(piece), gathering.whole
        if not fits or whole is not None:
            del self._under_way[piece.identifier]
        if not fits:
            raise BadPayload("pieces that do not make one message")
        return whole


@dataclass(slots=True)
class Listener:
    """Give it every message once, in order. Without keys only what is in the clear is read."""

    keys: Keys | None = field(default=None, repr=False)
    _publics: list[bytes] = field(default_factory=list, repr=False)
    _main: bytes = field(default=b"", repr=False)  # the last block of main mode so far
    _others: dict[int, bytes] = field(default_factory=dict, repr=False)  # by message ID

    def read(self, message: bytes) -> tuple[Header, tuple[Payload, ...]]:
        """WireError for what cannot be read, OutOfStep among them where the keys are missing."""
        header, body = parse_header(message)
        if not header.encrypted:
            payloads = parse_chain(Reader(body), header.first)
            if header.exchange == Exchange.MAIN:
                self._publics += all_of(payloads, Kind.KE)
            return header, payloads
        if self.keys is None:
            raise OutOfStep("nobody has said the keys of this message")
        plain = unseal(self.keys, self._iv(self.keys, header), body)
        if header.exchange == Exchange.MAIN:
            self._main = next_iv(self.keys, body)
        else:
            self._others[header.message_id] = next_iv(self.keys, body)
        return header, parse_chain(Reader(plain), header.first)

    def _iv(self, keys: Keys, header: Header) -> bytes:
        if header.exchange != Exchange.MAIN:
            known = self._others.get(header.message_id)
            return known or message_iv(keys, self._main, header.message_id_bytes)
        if self._main:
            return self._main
        if len(self._publics) != 2:
            raise OutOfStep("the key exchange was not heard")
        return first_iv(keys, *self._publics)
