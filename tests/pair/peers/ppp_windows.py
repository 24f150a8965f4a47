"""The PPP end of an old Windows client: what it asks for, what it tells, what it stumbles over.

From CLIENTS.md, section 6: MRU 1400, magic, PFC, ACFC, callback; after a Reject the same without;
then Identification twice; IPCP with DNS and NBNS; no compression inside IPsec.
"""

from dataclasses import dataclass, field
from struct import pack

from tests.pair.peers.ppp_end import IPCP, LCP, NAK, REQUEST, PppEnd

REJECT, PROTOCOL_REJECT, IDENTIFICATION = 4, 8, 12
CCP, EAP = b"\x80\xfd", b"\xc2\x27"
MRU, AUTHENTICATION, MAGIC, PFC, ACFC, CALLBACK, MRRU, BAP = 1, 3, 5, 7, 8, 13, 17, 23
SERVERS = (129, 130, 131, 132)  # DNS, NBNS, and each a second time (RFC 1877)


@dataclass(frozen=True)
class Habits:
    """What one kind of client asks of LCP. `says` are its Identifications."""

    options: tuple[tuple[int, bytes], ...] = ((PFC, b""), (ACFC, b""))
    mru: int | None = 1400
    says: tuple[str, ...] = ()
    lowest_mru: int = 0  # asked for less it gives up
    eap: str = "naks"  # or "stumbles": hears nothing more once it was asked for EAP


# CLIENTS, 6: the pfSense log is of a later Windows, in the old order; multilink from 2000 on.
WINDOWS_2000 = Habits(
    ((PFC, b""), (ACFC, b""), (CALLBACK, b"\6"), (MRRU, b"\6\x4e"), (BAP, b"\0\1"))
)
# MS-RNAP 2.2.1.2: XP says MSRASV5.10, all but 2000 and XP say MSRASV5.20.
WINDOWS_XP = Habits(
    ((PFC, b""), (ACFC, b""), (CALLBACK, b"\6")), says=("MSRASV5.10", "MSRAS-0-OLDBOX")
)
WINDOWS_2003 = Habits(
    ((PFC, b""), (ACFC, b""), (CALLBACK, b"\6"), (MRRU, b"\6\x4e")),
    says=("MSRASV5.20", "MSRAS-0-OLDBOX"),
)
# CLIENTS, 5: "lowest possible" 1410; whether it stumbles over EAP is open, so both are tried.
DIALUP_98 = Habits(((PFC, b""), (ACFC, b""), (CALLBACK, b"\6")), mru=None, lowest_mru=1410)


@dataclass
class WindowsPpp(PppEnd):
    """A client's end. What hurt it is a sentence in `errors`."""

    habits: Habits = WINDOWS_XP
    errors: list[str] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)  # options it does without
    refused_eap: bool = False
    _deaf: bool = False
    _told: bool = False

    def receive(self, frame: bytes, now: float) -> list[bytes]:
        bare = frame.removeprefix(b"\xff\x03")
        if self._deaf:
            return []
        if bare[:2] == CCP:
            return [self._control(LCP, PROTOCOL_REJECT, bare)]
        answers = super().receive(frame, now)
        if self.lcp_open and not self._told:
            self._told = True
            return [*self._identify(), *answers]
        return answers

    def _identify(self) -> list[bytes]:
        said = enumerate(self.habits.says, 200)  # numbers of its own
        return [
            self._answer(LCP, IDENTIFICATION, number, self.magic + text.encode())
            for number, text in said
        ]

    def _lcp_options(self) -> bytes:
        wanted = [] if self.habits.mru is None else [(MRU, pack("!H", self.habits.mru))]
        wanted += [(MAGIC, self.magic), *self.habits.options]
        left = [(kind, data) for kind, data in wanted if kind not in self.rejected]
        return b"".join(bytes((kind, 2 + len(data))) + data for kind, data in left)

    def _hear_lcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        options = dict(_options(data)) if code in (REQUEST, REJECT, NAK) else {}
        if code == REJECT and number == self._number:
            self.rejected |= set(options)
            return self._ask(now)
        if code == REQUEST:
            answer = self._judge(number, options)
            if answer is not None:
                return answer
        return super()._hear_lcp(code, number, data, now)

    def _judge(self, number: int, options: dict[int, bytes]) -> list[bytes] | None:
        """What is not simply acknowledged of what the server asks for; None: it is."""
        if options.get(MAGIC) == self.magic:
            self.errors.append("loopback detected")
        mru = int.from_bytes(options.get(MRU, b"\x05\xdc"))
        if mru < self.habits.lowest_mru:
            self.errors.append(f"an MRU of {mru} is too small")
            self._deaf = True
            return []
        if options.get(AUTHENTICATION, b"")[:2] != EAP:
            return None
        if self.habits.eap == "stumbles":
            self._deaf = True
            self.errors.append("was asked for EAP")
            return []
        self.refused_eap = True
        return [self._answer(LCP, NAK, number, b"\3\5\xc2\x23\x81")]

    def _ask(self, now: float) -> list[bytes]:
        found = super()._ask(now)
        ours = [frame for frame in found if frame[2:4] == IPCP]
        return [_with_servers(frame) for frame in ours] or found


@dataclass
class EapFirstServer(PppEnd):
    """A server that asks for EAP, and for MS-CHAPv2 once EAP was refused; no proof is made."""

    eap_only: bool = False
    asked: list[bytes] = field(default_factory=list)
    _instead: bool = False

    def _lcp_options(self) -> bytes:
        method = b"\3\5\xc2\x23\x81" if self._instead and not self.eap_only else b"\3\4" + EAP
        self.asked.append(method)
        return method + b"\5\6" + self.magic

    def _hear_lcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        if code == NAK and number == self._number:
            self._instead = True
            return self._ask(now)
        return super()._hear_lcp(code, number, data, now)


def _with_servers(frame: bytes) -> bytes:
    """The IPCP request with DNS and NBNS asked for as well."""
    number, length = frame[5], int.from_bytes(frame[6:8])
    asked = frame[8 : 4 + length] + b"".join(bytes((kind, 6)) + bytes(4) for kind in SERVERS)
    return frame[:4] + pack("!BBH", REQUEST, number, 4 + len(asked)) + asked


def _options(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while data:
        found.append((data[0], data[2 : data[1]]))
        data = data[data[1] :]
    return found
