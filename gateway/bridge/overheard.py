"""IKE messages of a traced client, decrypted a second time for whoever looks on.

What the exchange needs to be followed is kept here and nowhere in `ike`: the last block of each
exchange, and the public values that main mode's first IV is made of (RFC 2409, appendix B).
"""

from collections import OrderedDict
from dataclasses import replace
from typing import Final

from gateway.crypto.cbc import decrypt
from gateway.ike.fragments import Gathering, parse_piece
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.keys import Keys, first_iv, message_iv
from gateway.ike.numbers import FLAG_ENCRYPTION, Exchange, Kind
from gateway.ike.payloads import all_of, parse_chain
from gateway.ike.phase1 import Phase1, Secured
from gateway.wire.cursor import Reader, WireError

FIRST_PAYLOAD: Final = 16  # its place in the header
MOST_EXCHANGES: Final = 32  # whose last block is kept, the newest
MOST_MESSAGES: Final = 32  # repetitions of these are known
MOST_GATHERED: Final = 4  # messages that IKE itself has cut, the newest


class Overheard:
    """One phase 1, from wherever somebody began to listen."""

    def __init__(self) -> None:
        self.secured: Secured | None = None
        self._public: list[bytes] = []  # of main mode: the initiator's, then ours
        self._blocks: OrderedDict[int, bytes] = OrderedDict()  # by message id: the next IV
        self._heard: OrderedDict[bytes, bytes | None] = OrderedDict()
        self._pieces: OrderedDict[tuple[bool, int], Gathering] = OrderedDict()

    @property
    def keys(self) -> Keys | None:
        return None if self.secured is None else self.secured.keys

    def learn(self, phase: Phase1 | None) -> None:
        """What `ike` knows of it by now; it forgets sooner than we do."""
        if phase is not None and phase.keys_of is not None:
            self.secured = phase.keys_of

    def hear(self, message: bytes, *, inbound: bool) -> bytes | None:
        """The message in the clear, whole; None if it is not encrypted, or not to be opened.

        A message that came in pieces is shown with its last one.
        """
        if message in self._heard:
            return self._heard[message]
        plain = self._piece(message, inbound) if _is_piece(message) else self._open(message)
        self._heard[message] = plain
        if len(self._heard) > MOST_MESSAGES:
            self._heard.popitem(last=False)
        return plain

    def _piece(self, message: bytes, inbound: bool) -> bytes | None:
        try:
            piece = parse_piece(*parse_header(message))
        except WireError:
            return None
        key = inbound, piece.identifier
        gathering = self._pieces.setdefault(key, Gathering((0, 0), b"", 0.0))
        self._pieces.move_to_end(key)
        whole = gathering.whole if gathering.add(piece) else b""
        if whole is not None:
            del self._pieces[key]
        elif len(self._pieces) > MOST_GATHERED:
            self._pieces.popitem(last=False)
        if not whole or _is_piece(whole):
            return None
        return self._open(whole) or whole

    def _open(self, message: bytes) -> bytes | None:
        try:
            header, body = parse_header(message)
            if header.encrypted:
                return self._decrypt(header, body)
            if header.exchange == Exchange.MAIN:
                self._public += all_of(parse_chain(Reader(body), header.first), Kind.KE)
        except WireError:
            pass  # whatever it is, it is in the trace as it came
        return None

    def _decrypt(self, header: Header, body: bytes) -> bytes | None:
        keys, iv = self.keys, self._iv(header)
        if keys is None or iv is None or not body or len(body) % keys.cipher.block:
            return None
        self._keep(header.message_id, body[-keys.cipher.block :])
        plain = decrypt(keys.cipher, keys.cipher_key, iv, body)
        reader = Reader(plain)
        parse_chain(reader, header.first)  # or it was opened with a wrong IV
        shown = replace(header, flags=header.flags & ~FLAG_ENCRYPTION)
        return build_message(shown, plain[: reader.position])

    def _iv(self, header: Header) -> bytes | None:
        known = self._blocks.get(header.message_id)
        if known is not None or self.secured is None:
            return known
        if header.exchange != Exchange.MAIN:
            identifier = header.message_id_bytes
            return message_iv(self.secured.keys, self.secured.last_block, identifier)
        if len(self._public) < 2:
            return None
        return first_iv(self.secured.keys, self._public[0], self._public[1])

    def _keep(self, message_id: int, block: bytes) -> None:
        self._blocks[message_id] = block
        self._blocks.move_to_end(message_id)
        if len(self._blocks) > MOST_EXCHANGES:
            self._blocks.popitem(last=False)


def _is_piece(message: bytes) -> bool:
    return message[FIRST_PAYLOAD : FIRST_PAYLOAD + 1] == bytes((Kind.FRAGMENT,))
