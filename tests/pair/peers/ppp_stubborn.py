"""PPP ends that do not come up, each in the way its class says; none uses `gateway.ppp`."""

from dataclasses import dataclass
from struct import pack

from tests.pair.peers.ppp_end import ACK, IPCP, LCP, NAK, PAP, REQUEST, TERMINATE, PppEnd

CHAP, CCP = b"\xc2\x23", b"\x80\xfd"
CHALLENGE, RESPONSE, FAILURE, PROTOCOL_REJECT = 1, 2, 4, 8
RAS_MARK = bytes.fromhex("003ccd74")  # in a Terminate-Request of Windows: see gateway/ppp/quirks.py


class Mute(PppEnd):
    """Says nothing, whatever it hears."""

    def start(self, now: float) -> list[bytes]:
        return []

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        return []

    def handle_timeout(self, now: float) -> list[bytes]:
        self.due = None
        return []


class Unwilling(PppEnd):
    """Takes no LCP request as it is."""

    def _hear_lcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        if code == REQUEST:
            return [self._answer(LCP, NAK, number, b"\1\4" + pack("!H", 64))]
        return []


class OnlyChap(PppEnd):
    """A client that is not to send its password in the clear."""

    def _hear_lcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        if code == REQUEST and b"\3\4" + PAP in data:
            return [self._answer(LCP, NAK, number, b"\3\5" + CHAP + b"\x81")]
        return super()._hear_lcp(code, number, data, now)


class RefusesPap(PppEnd):
    """A server that asks for a password, and takes none."""

    def _hear_pap(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        text = b"no such account"
        return [self._answer(PAP, NAK, number, bytes([len(text)]) + text)]


@dataclass
class ChapServer(PppEnd):
    """MS-CHAP version 2 that always fails, with one of Windows' numbers (RFC 2759, 6)."""

    error: int = 691

    def _lcp_options(self) -> bytes:
        return b"\3\5" + CHAP + b"\x81" + b"\5\6" + self.magic

    def _half(self, what: str, now: float) -> list[bytes]:
        before = self.lcp_open
        found = super()._half(what, now)
        if self.lcp_open and not before:
            return [self._control(CHAP, CHALLENGE, b"\x10" + bytes(16) + b"NTSERVER")]
        return found

    def _hear_ipcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        return []  # not before the other has proved itself

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        if frame[2:4] == CHAP and frame[4] == RESPONSE:
            text = f"E={self.error} R=0 C={'00' * 16} V=3 M=no".encode()
            return [self._answer(CHAP, FAILURE, frame[5], text)]
        return super().receive(frame, now)


class ChapClient(PppEnd):
    """Answers a challenge with a response that proves nothing, and waits for the verdict."""

    response = bytes(49)

    def _ask(self, now: float) -> list[bytes]:
        if not self.lcp_open:
            return super()._ask(now)
        self.due = None
        return []

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        if frame[2:4] == CHAP and frame[4] == CHALLENGE:
            return [self._answer(CHAP, RESPONSE, frame[5], b"\x31" + self.response + b"operator")]
        return super().receive(frame, now)


class DemandsEncryption(PppEnd):
    """A Windows with "require data encryption", at either end: CCP first, error 742 without it."""

    def _half(self, what: str, now: float) -> list[bytes]:
        before = self.lcp_open
        found = super()._half(what, now)
        if self.lcp_open and not before:
            return [self._control(CCP, REQUEST, b"\x12\6\1\0\0\x60")]
        return found

    def _hear_ipcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        return []  # not in the clear

    def _hear_lcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        if code == PROTOCOL_REJECT:
            return [self._control(LCP, TERMINATE, self.magic + RAS_MARK + pack("!I", 742))]
        return super()._hear_lcp(code, number, data, now)


class NoCcp(PppEnd):
    """As Windows 2000 is inside L2TP/IPsec, or a server without MPPE: it rejects CCP."""

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        if frame[2:4] == CCP:
            return [self._control(LCP, PROTOCOL_REJECT, frame[2:])]
        return super().receive(frame, now)


class NoIp(PppEnd):
    """A server on which TCP/IP is not bound to dial-in: it rejects IPCP."""

    def _half(self, what: str, now: float) -> list[bytes]:
        super()._half(what, now)
        self.due = None
        return []

    def _hear_ipcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        rest = pack("!BBH", code, number, 4 + len(data)) + data
        return [self._control(LCP, PROTOCOL_REJECT, IPCP + rest)] if code != ACK else []
