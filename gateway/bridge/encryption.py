"""Encryption of the inside leg: CCP and MPPE with the server, in the client's name and behind it.

An old client has no MPPE inside L2TP/IPsec, and an old server may demand it. So CCP is talked from
here, and the client is told that there is none. Client and server authenticate each other end to
end; with the user's stored hashes the exchange that passed gives the keys (RFC 3079).

Whoever has asked for encryption gets it or no link: whatever goes wrong is `Unencrypted`, and ends
the session. Frames that would go in the clear do not go.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from gateway.crypto.passwords import Hashes
from gateway.ppp import ccp
from gateway.ppp.ccp import Ccp, asks_for_mppe
from gateway.ppp.errors import PppError
from gateway.ppp.events import EncryptionWanted, PppEvent, SendFrame
from gateway.ppp.frame import ADDRESS_CONTROL, Packet, control_frame, parse_packet, protocol_of
from gateway.ppp.mppe import LENGTHS, LIKELY, Drop, Receiver, Sender, Terms, looks_right
from gateway.ppp.mschap import Proof, is_proved, needs_lm, start_keys, without_domain
from gateway.ppp.numbers import FIRST_CONTROL, FIRST_LINK, Code, Protocol
from gateway.ppp.quirks import changes_on_reset
from gateway.ppp.refuse import protocol_reject
from gateway.ppp.witness import Witness

MPPE_FRAME: Final = b"\xff\x03\x00\xfd"
DATA: Final = 0xFD  # the protocol of encrypted frames
MOST_HELD: Final = 16  # frames of the client that wait for CCP
RESET_EVERY: Final = 1.0  # seconds between two Reset-Requests, while frames come that are no use
MOST_WRONG: Final = 8  # frames that decrypt to nothing, before the keys are held to be wrong
MOST_REJECTED: Final = 3
REJECTED_MOST: Final = 576  # bytes of a Protocol-Reject: any link takes them


class State(Enum):
    WAITING = "waiting"  # for the server to accept the user
    AGREEING = "agreeing"  # CCP is under way
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Encrypted:
    """Both directions are encrypted from now on."""

    sent: Terms
    received: Terms


@dataclass(frozen=True, slots=True)
class Unencrypted:
    """There is no encryption, and so there shall be no session. What to do is in hints.py."""

    reason: str
    detail: str


Event = PppEvent | Encrypted | Unencrypted


class Encryption:
    """One link. Road: `seal` and `open`; control frames go through `control`."""

    def __init__(
        self,
        allowed: Sequence[Terms],
        hashes_of: Callable[[str], Hashes | None],
    ) -> None:
        """`hashes_of`: by user name."""
        self.counts: dict[str, int] = {}
        self.state = State.WAITING
        self._allowed = tuple(allowed)
        self._hashes_of = hashes_of
        self.vendor = ""  # what the server calls its maker, once it has
        self._witness = Witness()
        self._ccp = Ccp(allowed)
        self._keys: tuple[Proof, Hashes] | None = None
        self._sender: Sender | None = None
        self._receiver: Receiver | None = None
        self._terms: tuple[Terms, Terms] | None = None
        self._held: list[bytes] = []
        self._reset_at = float("-inf")
        self._right = self._wrong = 0  # frames of the server, by whether they look like frames
        self._rejected = 0  # protocols that nobody has sent
        self._rejects = 0

    @property
    def text(self) -> str:
        """For a person: what this link is encrypted by."""
        if self._terms is None:
            return "not yet"
        sent, received = map(named, self._terms)
        return f"mppe {sent}" if sent == received else f"mppe {sent} in, {received} out"

    # control

    def control(
        self, frame: bytes, from_client: bool, now: float
    ) -> tuple[bytes | None, list[Event]]:
        """What goes on to the other side (None: nothing), and what comes of it."""
        try:
            protocol, at = protocol_of(frame)
            if protocol == Protocol.CCP:
                return None, self._ccp_frame(frame, at, from_client, now)
            if FIRST_CONTROL <= protocol < FIRST_LINK:
                return self._network_control(frame, from_client)
            packet = parse_packet(frame, at)
            if protocol == Protocol.LCP:
                return self._lcp(frame, packet, from_client, now)
            proof = self._witness.see(protocol, packet, from_client)
        except PppError:
            return frame, []  # the passage has let it through: it is not ours to judge
        if proof is None or self.state is not State.WAITING:
            return frame, []
        return frame, self._accepted(proof, now)

    def deadline(self) -> float | None:
        return self._ccp.deadline()

    def handle_timeout(self, now: float) -> list[Event]:
        return self._carry(self._ccp.handle_timeout(now))

    def _ccp_frame(self, frame: bytes, at: int, from_client: bool, now: float) -> list[Event]:
        if from_client:  # as a server without CCP answers: every old client stops asking then
            self._rejects = (self._rejects + 1) % 256
            answer = protocol_reject(Protocol.CCP, frame[at:], self._rejects, REJECTED_MOST)
            return [SendFrame(control_frame(Protocol.LCP, answer), to_client=True)]
        return self._carry(self._ccp.receive(parse_packet(frame, at), now))

    def _lcp(
        self, frame: bytes, packet: Packet, from_client: bool, now: float
    ) -> tuple[bytes | None, list[Event]]:
        if packet.code == Code.PROTOCOL_REJECT and not from_client:
            rejected = int.from_bytes(packet.data[:2], "big")
            if rejected in (Protocol.CCP, DATA):
                return None, self._carry(self._ccp.rejected(now))
            if self.state is State.OPEN and rejected < FIRST_CONTROL and rejected not in LIKELY:
                return None, self._not_understood()
        if packet.code in (Code.CONFIGURE_REQUEST, Code.TERMINATE_REQUEST):
            self._link_down()
        self._witness.see(Protocol.LCP, packet, from_client)
        return frame, []

    def _not_understood(self) -> list[Event]:
        """The server has made a protocol of what it was sent that nobody has."""
        self._count("server_decrypts_to_nothing")
        self._rejected += 1
        if self._rejected < MOST_REJECTED:
            return []
        return self._fail(
            "the server cannot decrypt what it is sent", "its keys are others than ours"
        )

    def _link_down(self) -> None:
        """LCP begins anew, or ends: keys of before are not used again."""
        if self.state is State.OVER:
            return
        self.state = State.WAITING
        self._witness.forget()
        self._ccp = Ccp(self._allowed)
        self._sender = self._receiver = self._terms = self._keys = None
        self._held = []

    def _network_control(self, frame: bytes, from_client: bool) -> tuple[bytes | None, list[Event]]:
        """IPCP and its like: the client's wait until the link is encrypted."""
        if self.state is State.OPEN:
            return frame, []
        if self.state is State.WAITING and not (from_client and self._witness.version):
            return None, self._fail(
                "the server does not check the user by MS-CHAP", "nothing else gives keys"
            )
        if not from_client:
            return frame, []
        if len(self._held) < MOST_HELD and self.state is not State.OVER:
            self._held.append(frame)
        return None, []

    # keys

    def _accepted(self, proof: Proof, now: float) -> list[Event]:
        """The server is content with the user: time to encrypt."""
        user, short = (
            name.decode("utf-8", "replace") for name in (proof.user, without_domain(proof.user))
        )
        hashes = self._hashes_of(user) or self._hashes_of(short)
        if hashes is None:
            return self._fail("no password is stored for that user", f"user {user}")
        if not is_proved(proof, hashes):
            return self._fail(
                "the stored password of that user is not the one the server knows", f"user {user}"
            )
        self._keys = proof, hashes
        self.state = State.AGREEING
        return self._carry(self._ccp.start(now))

    def _opened(self, sent: Terms, received: Terms) -> list[Event]:
        if self._keys is None:
            raise ValueError("CCP has opened before anybody had keys")
        proof, hashes = self._keys
        shortest = LENGTHS[min(sent.bits, received.bits)]
        if needs_lm(proof, shortest) and hashes.lm is None:
            return self._fail(
                "MS-CHAP takes short keys from a hash that is not stored", "the LM hash"
            )
        ours, _ = start_keys(proof, hashes, LENGTHS[sent.bits])
        _, theirs = start_keys(proof, hashes, LENGTHS[received.bits])
        changes = changes_on_reset(self.vendor)
        self._sender = Sender(ours, sent, changes_on_reset=changes)
        self._receiver = Receiver(theirs, received, changes_on_reset=changes)
        self._terms = sent, received
        self.state = State.OPEN
        released, self._held = self._held, []
        return [
            Encrypted(sent, received),
            *(SendFrame(frame, to_client=False) for frame in released),
        ]

    def _carry(self, events: Iterable[ccp.CcpEvent]) -> list[Event]:
        found: list[Event] = []
        for event in events:
            match event:
                case ccp.Send(packet):
                    found.append(SendFrame(control_frame(Protocol.CCP, packet), to_client=False))
                case ccp.Opened(sent, received):
                    found += self._opened(sent, received)
                case ccp.ResetAsked():
                    self._count("server_lost_step")
                    if self._sender is not None:
                        self._sender.reset()
                case ccp.Failed(reason):
                    allowed = ", ".join(map(named, self._allowed))
                    found += self._fail(reason, f"the route allows MPPE of {allowed}")
        return found

    def _fail(self, reason: str, detail: str) -> list[Event]:
        if self.state is State.OVER:
            return []
        self.state = State.OVER
        self._sender = self._receiver = None
        self._held = []
        return [Unencrypted(reason, detail)]

    # the road

    def seal(self, frame: bytes) -> bytes | None:
        """Road: a data frame of the client as the server takes it; None if it may not go."""
        if self._sender is None:
            self._count("before_encryption")
            return None
        inner = frame[2:] if frame[:2] == ADDRESS_CONTROL else frame
        if inner[:1] and inner[0] & 1:
            inner = b"\0" + inner
        if len(inner) < 2 or inner[0]:
            self._count("not_encryptable")
            return None
        return MPPE_FRAME + self._sender.seal(inner)

    def open(self, frame: bytes, now: float) -> tuple[bytes | None, list[Event]]:
        """Road: a data frame of the server as the client takes it, and what comes of it."""
        receiver = self._receiver
        if receiver is None:
            self._count("before_encryption")
            return None, []
        at = _encrypted_at(frame)
        if at < 0:
            self._count("clear_from_server")
            return None, []
        opened = receiver.open(frame, at)
        if isinstance(opened, Drop):
            return None, self._dropped(opened, now)
        self._ccp.used = True
        if not looks_right(opened):
            return None, self._looked_wrong()
        self._right += 1
        return ADDRESS_CONTROL + opened, []

    def _dropped(self, drop: Drop, now: float) -> list[Event]:
        self._count(drop.name.lower())
        lost = drop is Drop.LOST_ONE or drop is Drop.OUT_OF_STEP
        if not lost or (drop is Drop.OUT_OF_STEP and now - self._reset_at < RESET_EVERY):
            return []
        self._reset_at = now
        if self._receiver is not None:
            self._receiver.asked()
        return self._carry(self._ccp.ask_reset())

    def _looked_wrong(self) -> list[Event]:
        self._count("decrypts_to_nothing")
        self._wrong += 1
        if self._wrong < MOST_WRONG or self._wrong < self._right:
            return []
        return self._fail("what the server sends does not decrypt", "its keys are others than ours")

    def _count(self, name: str) -> None:
        self.counts[f"mppe_{name}"] = self.counts.get(f"mppe_{name}", 0) + 1


class NoEncryption:
    """The owner wants none on this leg: both sides hear that there is no CCP."""

    text: Final = "clear"

    def __init__(self) -> None:
        self._rejects = 0

    def control(
        self, frame: bytes, from_client: bool, now: float
    ) -> tuple[bytes | None, list[Event]]:
        """As `Encryption.control`."""
        protocol, at = protocol_of(frame)
        if protocol != Protocol.CCP:
            return frame, []
        self._rejects = (self._rejects + 1) % 256
        answer = protocol_reject(Protocol.CCP, frame[at:], self._rejects, REJECTED_MOST)
        events: list[Event] = [SendFrame(control_frame(Protocol.LCP, answer), from_client)]
        return None, [*events, *([] if from_client else _wanted(frame, at))]


def _wanted(frame: bytes, at: int) -> list[Event]:
    """Whether a frame of CCP asks for encryption."""
    try:
        return [EncryptionWanted()] if asks_for_mppe(parse_packet(frame, at)) else []
    except PppError:
        return []


def _encrypted_at(frame: bytes) -> int:
    """Where the information of an encrypted frame begins; -1 if it is another."""
    at = 2 if frame[:2] == ADDRESS_CONTROL else 0
    if frame[at : at + 1] == b"\xfd":
        return at + 1
    return at + 2 if frame[at : at + 2] == b"\0\xfd" else -1


def named(terms: Terms) -> str:
    """As the configuration writes it."""
    return f"{terms.bits}-stateful" if terms.stateful else str(terms.bits)
