"""Two ends of PPP by another hand that mean it: MS-CHAP, CCP and MPPE (RFC 2433, 2759, 3078).

The server checks the user, demands MPPE, and starts IP only when the link is encrypted, as pppd
with `require-mppe` and Windows with "require data encryption" do. The client has MS-CHAP and no
CCP, as Windows 2000 inside L2TP/IPsec.
"""

from dataclasses import dataclass, field
from struct import pack

from tests.pair.peers.mppe import (
    NT_HASH,
    Direction,
    challenge_hash,
    response,
    start_keys_v1,
    start_keys_v2,
)
from tests.pair.peers.ppp_end import ACK, LCP, NAK, REQUEST, PppEnd

CHAP, CCP = b"\xc2\x23", b"\x80\xfd"
REJECT, TERMINATE, PROTOCOL_REJECT, RESET, RESET_ACK = 4, 5, 8, 14, 15
CHALLENGE, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4
ALGORITHM = {1: b"\x80", 2: b"\x81"}
STATELESS = 0x01000000
BIT = {40: 0x20, 56: 0x80, 128: 0x40}
PEER_CHALLENGE = bytes.fromhex("21402324255e262a28295f2b3a337c7e")  # RFC 2759, 9.2
AUTH_CHALLENGE = bytes.fromhex("5b5d7c7d7b3f2f3e3c2c602132262628")
V1_CHALLENGE = bytes.fromhex("102db5df085d3041")  # RFC 2433, B.2


@dataclass
class ChapClient(PppEnd):
    """Answers MS-CHAP of either version. `nt_hash` is that of what the user typed."""

    nt_hash: bytes = NT_HASH
    version: int = 0  # what the server has asked for
    asks_ccp: bool = False  # as MSL2TP with software compression: MPPC, and with it MPPE
    ccp_rejected: int = 0
    ccp_heard: list[bytes] = field(default_factory=list)  # CCP from the server: there is to be none

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        bare = frame.removeprefix(b"\xff\x03")
        if bare[:2] == CCP:
            self.ccp_heard.append(frame)
            return []
        if bare[:2] == LCP and bare[2] == PROTOCOL_REJECT:
            self.ccp_rejected += bare[6:8] == CCP
            return []
        if bare[:2] == LCP and bare[2] == REQUEST and b"\xc2\x23\x80" in bare:
            self.version = 1
        if bare[:2] == LCP and bare[2] == REQUEST and b"\xc2\x23\x81" in bare:
            self.version = 2
        if bare[:2] != CHAP:
            return super().receive(frame, now)
        code, number, data = bare[2], bare[3], bare[6:]
        if code == CHALLENGE:
            return [self._answer(CHAP, RESPONSE, number, self._proof(data[1 : 1 + data[0]]))]
        if code == SUCCESS:
            self.proved = True
            mppc = [self._control(CCP, REQUEST, b"\x12\x06\x01\0\0\x61")] * self.asks_ccp
            return [*mppc, *self._ask(now)]
        return []

    def _proof(self, challenge: bytes) -> bytes:
        user = self.user.encode()
        if self.version == 1:
            value = bytes(24) + response(challenge, self.nt_hash) + b"\1"
        else:
            eight = challenge_hash(PEER_CHALLENGE, challenge, user)
            value = PEER_CHALLENGE + bytes(8) + response(eight, self.nt_hash) + b"\0"
        return bytes((len(value),)) + value + user

    def _ask(self, now: float) -> list[bytes]:
        if self.lcp_open and self.user and not self.proved:
            self.due = None
            return []
        return super()._ask(now)


@dataclass
class MppeServer(PppEnd):
    """`terms` is (bits, stateful), what it has; `knows_ccp` False: it rejects the protocol."""

    version: int = 2
    terms: tuple[int, bool] = (128, False)
    offers: int = 0  # the bits of its own request, if not just its terms
    demands: bool = True
    knows_ccp: bool = True
    linux: bool = False
    nt_hash: bytes = NT_HASH
    clear: list[bytes] = field(default_factory=list)  # data frames that came unencrypted
    accepted: str = ""
    encrypted: bool = False
    resets: int = 0  # Reset-Requests that we have sent
    reset_for: int = 0  # and those that have come
    errors: list[str] = field(default_factory=list)
    sends: Direction | None = None
    reads: Direction | None = None
    _response: bytes = b""
    _missing: int = 0

    @property
    def challenge(self) -> bytes:
        return V1_CHALLENGE if self.version == 1 else AUTH_CHALLENGE

    def say(self, protocol: int, payload: bytes) -> bytes:
        plain = super().say(protocol, payload)
        if self.sends is None:
            return plain
        return b"\xff\x03\x00\xfd" + self.sends.seal(plain.removeprefix(b"\xff\x03"))

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        bare = frame.removeprefix(b"\xff\x03")
        match bare[:2]:
            case b"\xc2\x23":
                return self._hear_chap(bare, now)
            case b"\x80\xfd":
                return self._hear_ccp(bare, now) if self.knows_ccp else [self._no_ccp(bare)]
            case b"\x00\xfd":
                return self._hear_data(bare)
        if bare[0] < 0x80:
            self.clear.append(frame)
            return []
        if bare[:2] == b"\x80\x21" and self.demands and not self.encrypted:
            return []  # pppd: networks are not open yet
        return super().receive(frame, now)

    def _lcp_options(self) -> bytes:
        return super()._lcp_options() + b"\3\5\xc2\x23" + ALGORITHM[self.version]

    def _ask(self, now: float) -> list[bytes]:
        if not self.lcp_open or self.encrypted or (self.accepted and not self.demands):
            return super()._ask(now)
        self.due = None
        if not self.accepted:
            value = bytes((len(self.challenge),)) + self.challenge
            return [self._control(CHAP, CHALLENGE, value + b"NTSERVER")]
        return []

    def _hear_chap(self, bare: bytes, now: float) -> list[bytes]:
        value, user = bare[7:56], bare[56:]
        eight = self.challenge
        if self.version == 2:
            eight = challenge_hash(value[:16], self.challenge, user)
        if value[24:48] != response(eight, self.nt_hash):
            return [self._answer(CHAP, FAILURE, bare[3], b"E=691 R=0 C=0 V=3")]
        self._response, self.accepted = value[24:48], user.decode()
        said = [self._answer(CHAP, SUCCESS, bare[3], b"S=")]
        if self.knows_ccp:
            said.append(self._control(CCP, REQUEST, self._option(self.offers or self._word())))
        return said if self.demands else [*said, *super()._ask(now)]

    def _word(self) -> int:
        bits, stateful = self.terms
        return BIT[bits] | (0 if stateful else STATELESS)

    def _option(self, word: int) -> bytes:
        return b"\x12\x06" + pack("!I", word)

    def _hear_ccp(self, bare: bytes, now: float) -> list[bytes]:
        code, number, data = bare[2], bare[3], bare[6:]
        wanted = self._option(self._word())
        match code:
            case 1 if data == wanted:
                ack = self._answer(CCP, ACK, number, data)
                return [ack, *self._ccp_half("theirs", now)]
            case 1:
                return [self._answer(CCP, NAK, number, wanted)]
            case 2:
                if data != wanted:
                    self.errors.append(f"acknowledged {data.hex()}")
                return self._ccp_half("ours", now)
            case 3:
                return [self._control(CCP, REQUEST, wanted)]
            case 14:
                return self._reset(number)
        return []

    def _reset(self, number: int) -> list[bytes]:
        self.reset_for += 1
        assert self.sends is not None
        self.sends.flush = True
        return [self._answer(CCP, RESET_ACK, number, b"")]

    def _ccp_half(self, half: str, now: float) -> list[bytes]:
        self._done.add(f"ccp {half}")
        if self.encrypted or not self._done >= {"ccp ours", "ccp theirs"}:
            return []
        bits, stateful = self.terms
        if self.version == 2:
            reads, sends = start_keys_v2(self._response, bits)
        else:
            reads, sends = start_keys_v1(self.challenge, bits)
        self.reads = Direction(reads, bits, stateful, self.linux)
        self.sends = Direction(sends, bits, stateful, self.linux)
        self.encrypted = True
        return super()._ask(now)

    def _hear_data(self, bare: bytes) -> list[bytes]:
        if self.reads is None:
            self.errors.append("encrypted before CCP was open")
            return []
        was_lost = self.reads.lost
        plain = self.reads.open(bare[2:])
        if plain is not None:
            self.got += [b"\xff\x03" + plain] if plain else []
            return []
        self._missing = self._missing + 1 if was_lost else 0
        if self._missing % 64:
            return []  # it has asked already, a second ago at most
        self.resets += 1
        return [self._control(CCP, RESET, b"")]

    def _no_ccp(self, bare: bytes) -> bytes:
        return self._control(LCP, PROTOCOL_REJECT, bare)


__all__ = ["CCP", "REJECT", "TERMINATE", "ChapClient", "MppeServer"]
