"""Road code: MPPE, RC4 over the frames of a PPP link (RFC 3078; keys of RFC 3079).

A frame of protocol 00FD holds two bytes, four flags and a coherency count of twelve bits, and the
encrypted frame from its protocol field on. Nothing tells whether a frame was encrypted by the right
key: `looks_right` is what can be known.

The two ways to count. Stateless: a new key before every frame, so a lost frame costs nothing but
itself. Stateful: one stream of RC4 for 256 frames, a new key with the frame whose count ends in FF;
after a loss the receiver asks (CCP Reset-Request) and drops what comes until a frame is flagged.
"""

from enum import IntEnum
from struct import Struct
from typing import Final, NamedTuple

from gateway.crypto.mac import SHA1, digest
from gateway.crypto.rc4 import stream
from gateway.ppp.mschap import HALF_KEY, WHOLE_KEY

HEADER: Final = 2  # bytes: flags and coherency count
LEAST: Final = HEADER + 2  # bytes of a frame with something in it
FLUSHED, COMPRESSED, ENCRYPTED, COUNT = 0x8000, 0x2000, 0x1000, 0x0FFF
SPACE: Final = COUNT + 1
FLAG: Final = 0xFF  # the low byte of the count with which a stateful key changes (6.2)
MOST_TRIED: Final = 32  # keys for one frame, after so many resets that were asked for
MOST_MISSED: Final = SPACE // 2  # a count further ahead than this is one of the past
SALTS: Final = {40: b"\xd1\x26\x9e", 56: b"\xd1", 128: b""}  # what a short key starts with
LENGTHS: Final = {40: HALF_KEY, 56: HALF_KEY, 128: WHOLE_KEY}  # bytes of a session key

_PAD1: Final = bytes(40)
_PAD2: Final = b"\xf2" * 40
_HEADER: Final = Struct("!H")


class Terms(NamedTuple):
    """What was agreed for one direction. `bits`: 40, 56 or 128."""

    bits: int
    stateful: bool = False


class Drop(IntEnum):
    """Why a frame was not opened. Negative, so that none is mistaken for a length."""

    TRUNCATED = -1
    NOT_ENCRYPTED = -2  # compressed only, or not flagged where it must be
    LATE = -3
    LOST_ONE = -4  # stateful, and a frame is missing: ask for a reset
    OUT_OF_STEP = -5  # stateful, and the reset has not come yet


def next_key(start: bytes, session: bytes) -> bytes:
    """GetNewKeyFromSHA: an interim key as long as the two it is made of (RFC 3079, 3.4)."""
    return digest(SHA1, start + _PAD1 + session + _PAD2)[: len(start)]


class Keys:
    """One direction's session key and its stream. `crypt` goes on where it was."""

    __slots__ = ("_salt", "_start", "crypt", "session")

    def __init__(self, start: bytes, bits: int) -> None:
        """ValueError unless `start` has the length that these bits need."""
        if len(start) != LENGTHS[bits]:
            raise ValueError(f"a start key of {len(start)} bytes for {bits} bits")
        self._start, self._salt = start, SALTS[bits]
        self.take(self._salted(next_key(start, start)))

    def change(self) -> None:
        """The next session key (RFC 3078, 6.3)."""
        interim = next_key(self._start, self.session)
        self.take(self._salted(stream(interim)(interim)))

    def renew(self) -> None:
        """The same key, and its stream from the beginning (7.2)."""
        self.crypt = stream(self.session)

    def take(self, session: bytes) -> None:
        """That key, from the beginning."""
        self.session, self.crypt = session, stream(session)

    def _salted(self, key: bytes) -> bytes:
        return self._salt + key[len(self._salt) :]


class Sender:
    """What we encrypt. `reset` is for a Reset-Request of the peer."""

    __slots__ = ("_changes_on_reset", "_count", "_flush", "_keys", "_stateless")

    def __init__(self, start: bytes, terms: Terms, *, changes_on_reset: bool = False) -> None:
        """`changes_on_reset`: the peer takes a new key after a reset (see quirks.py).

        Such a peer never learns of a flagged frame that is lost on its way to it, and would be a
        key behind for good. So it is flagged only what changes the key by its count: after a reset
        the count goes on at the next FF, as if all before it were lost.
        """
        self._keys = Keys(start, terms.bits)
        self._stateless = not terms.stateful
        self._changes_on_reset = changes_on_reset
        self._count = 0
        self._flush = False

    def seal(self, data: bytes) -> bytes:
        """The information field of the 00FD frame that carries `data`, a frame from its protocol
        field on."""
        count = self._count
        if self._flush and self._changes_on_reset:
            count |= FLAG
        self._count = count + 1 & COUNT
        keys = self._keys
        head = ENCRYPTED | count
        if self._stateless or count & FLAG == FLAG:
            keys.change()
            head |= FLUSHED
        elif self._flush:
            keys.renew()
            head |= FLUSHED
        self._flush = False
        return _HEADER.pack(head) + keys.crypt(data)

    def reset(self) -> None:
        """The peer has lost a frame: the next one is flagged."""
        self._flush = True


class Receiver:
    """What the peer encrypts. A `Drop` of LOST_ONE means that it has to be asked for a reset."""

    __slots__ = ("_asked", "_changes_on_reset", "_expected", "_keys", "_lost", "_stateless")

    def __init__(self, start: bytes, terms: Terms, *, changes_on_reset: bool = False) -> None:
        """`changes_on_reset`: the peer makes a new key after a reset (see quirks.py)."""
        self._keys = Keys(start, terms.bits)
        self._stateless = not terms.stateful
        self._changes_on_reset = changes_on_reset
        self._expected = 0  # the count of the next frame, if none is lost
        self._lost = False
        self._asked = 0  # Reset-Requests since it was lost

    def open(self, frame: bytes, at: int) -> bytes | Drop:
        """What `frame` carries, whose information field begins at `at`: a protocol field and on."""
        if len(frame) - at < LEAST:
            return Drop.TRUNCATED
        head = _HEADER.unpack_from(frame, at)[0]
        if head & (ENCRYPTED | COMPRESSED) != ENCRYPTED:
            return Drop.NOT_ENCRYPTED
        count, flushed = head & COUNT, bool(head & FLUSHED)
        missed = count - self._expected & COUNT
        if missed >= MOST_MISSED:
            return Drop.LATE
        body = frame[at + HEADER :]
        if not self._stateless:
            return self._open_stateful(body, count, flushed, missed)
        if not flushed:
            return Drop.NOT_ENCRYPTED
        for _ in range(missed + 1):  # as many keys as frames were sent (RFC 3078, 7.1)
            self._keys.change()
        self._expected = count + 1 & COUNT
        return self._keys.crypt(body)

    def asked(self) -> None:
        """The peer has been sent a Reset-Request."""
        self._asked += 1

    def _open_stateful(self, body: bytes, count: int, flushed: bool, missed: int) -> bytes | Drop:
        """In step, or lost until a frame is flagged (RFC 3078, 7.2)."""
        if not flushed and (missed or self._lost):
            was, self._lost = self._lost, True
            return Drop.OUT_OF_STEP if was else Drop.LOST_ONE
        changes = _flags(self._expected, count)
        for _ in range(changes):
            self._keys.change()
        self._expected, self._lost = count + 1 & COUNT, False
        asked, self._asked = self._asked, 0
        flag = count & FLAG == FLAG
        if flushed and self._changes_on_reset:
            return self._after_resets(body, 0 if flag else 1, asked)
        if flushed and not flag:
            self._keys.renew()
        return self._keys.crypt(body)

    def _after_resets(self, body: bytes, least: int, asked: int) -> bytes:
        """Every reset was a change of key, and of how many the peer has heard is not known."""
        found: dict[int, bytes] = {}
        for changes in range(1 + max(least, min(asked, MOST_TRIED))):
            if changes:
                self._keys.change()
            if changes >= least:
                found.setdefault(likeness(self._keys.crypt(body)), self._keys.session)
        self._keys.take(found[max(found)])
        return self._keys.crypt(body)


def _flags(first: int, last: int) -> int:
    """How many counts of `first` to `last`, both included, end in FF."""
    distance = last - first & COUNT
    return ((first & FLAG) + distance + 1) // 256


# What is carried on such links; anything else is held to be what the wrong key has made.
LIKELY: Final = frozenset({0x21, 0x23, 0x27, 0x29, 0x2B, 0x2D, 0x2F, 0x35, 0x3F, 0x57})
IP_VERSIONS: Final = {0x21: 4, 0x57: 6}


def looks_right(data: bytes) -> bool:
    """Whether what was decrypted can be a frame from its protocol field on.

    Of what a wrong key makes, one in thirty does.
    """
    at = 0 if data[0] & 1 else 1
    if at and data[0]:
        return False
    protocol = data[at] if at < len(data) else 0
    if protocol not in LIKELY:
        return False
    version = IP_VERSIONS.get(protocol)
    return version is None or (len(data) > at + 1 and data[at + 1] >> 4 == version)


def likeness(data: bytes) -> int:
    """How sure it is that `data` was decrypted rightly: 0 not, 1 perhaps, 2 an IPv4 packet of just
    that length."""
    if not looks_right(data):
        return 0
    ip = data[1:] if data[0] & 1 else data[2:]
    whole = data[len(data) - len(ip) - 1] == 0x21 and int.from_bytes(ip[2:4]) == len(ip)
    return 2 if whole else 1
