"""A scripted IKEv1 responder that knows no NAT traversal: an old L2TP/IPsec server's IKE.

By another hand, like `ike_initiator.py`: it never imports `gateway.ike` or `gateway.crypto`, checks
all it hears by its own sums, and says what is wrong in `errors`. Its habits are those that
CLIENTS.md tells of Windows as a server; each is a knob.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from struct import pack, unpack, unpack_from

from gateway.wire.udp import Datagram, Endpoint
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import ESP_3DES_MD5, ESP_3DES_SHA, TRIPLE_SHA_1024, Esp
from tests.pair.peers.ike_state import Pair
from tests.pair.peers.isakmp import Message, Payload, Suite

NO_PROPOSAL_CHOSEN, PAYLOAD_MALFORMED, INVALID_ID = 14, 16, 18
CONNECTED, RESPONDER_LIFETIME = 16384, 24576
TRANSPORT = 2


@dataclass(slots=True)
class Habits:
    """`ports`: what it lets be its own port in the selectors. `ids`: what it sends back as
    identities. `fourth`: how quick mode ends, where the commit bit asks for it."""

    suites: tuple[Suite, ...] = (TRIPLE_SHA_1024,)
    esp: tuple[Esp, ...] = (ESP_3DES_SHA, ESP_3DES_MD5)
    ports: tuple[int, ...] = (1701, 0)
    silent: bool = False  # says nothing where it refuses
    ids: str = "echo"  # or "fqdn", "none"
    fourth: str = ""  # or "quick", "informational", "never"
    contact: bool = False  # INITIAL-CONTACT in the fourth message
    tells_life: tuple[int, int] | None = None  # seconds, kilobytes: RESPONDER-LIFETIME
    tells_phase1_life: int | None = None
    delete_old: bool = False  # the old pair at once when a new one stands


@dataclass(slots=True)
class Phase1:
    """One ISAKMP SA as the answering end has it; `step` numbers the message we wait for."""

    cookie_i: bytes
    cookie_r: bytes
    suite: Suite
    sa: bytes
    secret: int
    step: int = 3
    keys: isakmp.Keys | None = None
    nonce: bytes = b""
    peer_nonce: bytes = b""
    public: bytes = b""
    peer_public: bytes = b""
    iv: bytes = b""
    answers: dict[bytes, list[Datagram]] = field(default_factory=dict)

    @property
    def cookies(self) -> bytes:
        return self.cookie_i + self.cookie_r

    @property
    def ready(self) -> tuple[Suite, isakmp.Keys]:
        assert self.keys is not None
        return self.suite, self.keys


@dataclass(slots=True)
class Quick:
    """A quick mode, whoever began it; `iv` is that of the next message."""

    phase1: Phase1
    spi: bytes
    nonce: bytes
    peer_nonce: bytes = b""
    iv: bytes = b""
    pair: Pair | None = None
    ours: bool = False


class Responder:
    """`here` and `there` are hosts; all is on port 500. `alive` False: the machine is off."""

    def __init__(
        self,
        here: bytes,
        there: bytes,
        psk: bytes,
        random: Callable[[int], bytes],
        habits: Habits | None = None,
    ) -> None:
        self.here, self.there, self.psk = here, there, psk
        self.habits = habits or Habits()
        self.alive = True
        self.phase1s: list[Phase1] = []
        self.pairs: list[Pair] = []  # the newest last
        self.errors: list[str] = []
        self.vendors: list[bytes] = []  # of first messages
        self.selectors: list[tuple[int, int]] = []  # the two ports of every quick mode asked for
        self.offered: list[Suite] = []  # of the newest first message
        self.gone: list[bytes] = []  # SPIs and cookies that were deleted
        self._random = random
        self._quicks: dict[int, Quick] = {}

    def forget(self) -> None:
        """Restarted: it knows of nothing."""
        self.phase1s.clear()
        self.pairs.clear()
        self._quicks.clear()

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        if not self.alive:
            return []
        try:
            return self._receive(datagram)
        except (ValueError, IndexError) as error:
            self.errors.append(str(error))
            return []

    def handle_timeout(self, now: float) -> list[Datagram]:
        """It repeats nothing by itself: only what is asked again is answered again."""
        return []

    def deadline(self) -> float | None:
        return None

    def rekey_pair(self) -> list[Datagram]:
        """A quick mode of the server's own, by the phase 1 that the gateway has made."""
        phase1 = self.phase1s[-1]
        suite, keys = phase1.ready
        quick = Quick(phase1, self._random(4), self._random(20), ours=True)
        message_id = int.from_bytes(self._random(4))
        self._quicks[message_id] = quick
        esp = self.habits.esp[0]
        data = isakmp.transform(1, esp.cipher, _esp_data(esp), last=True)
        inside = [
            (
                isakmp.SA,
                isakmp.security_association(
                    [isakmp.proposal(1, isakmp.ESP, quick.spi, [data], last=True)]
                ),
            ),
            (isakmp.NONCE, quick.nonce),
            (isakmp.ID, isakmp.address_id(self.here, 17, 1701)),
            (isakmp.ID, isakmp.address_id(self.there, 17, 1701)),
        ]
        check = isakmp.prf(suite, keys.a, pack("!I", message_id), isakmp.chain(inside)[1])
        iv = isakmp.exchange_iv(suite, phase1.iv, message_id)
        sent, quick.iv = self._sealed(
            phase1, isakmp.QUICK, message_id, iv, [(isakmp.HASH, check), *inside]
        )
        return sent

    def delete_pair(self, pair: Pair) -> list[Datagram]:
        self.pairs.remove(pair)
        body = isakmp.delete(isakmp.ESP, [pair.spi_in])
        return self.inform([(isakmp.DELETE, body)])

    def delete_phase1(self) -> list[Datagram]:
        phase1 = self.phase1s[-1]
        found = self.inform([(isakmp.DELETE, isakmp.delete(isakmp.ISAKMP, [phase1.cookies]))])
        self.phase1s.remove(phase1)
        return found

    def inform(self, payloads: list[Payload], message_id: int = 0) -> list[Datagram]:
        phase1 = self.phase1s[-1]
        suite, keys = phase1.ready
        message_id = message_id or int.from_bytes(self._random(4))
        check = isakmp.prf(suite, keys.a, pack("!I", message_id), isakmp.chain(payloads)[1])
        iv = isakmp.exchange_iv(suite, phase1.iv, message_id)
        return self._sealed(
            phase1, isakmp.INFORMATIONAL, message_id, iv, [(isakmp.HASH, check), *payloads]
        )[0]

    def _receive(self, datagram: Datagram) -> list[Datagram]:
        message = isakmp.parse(datagram.payload)
        if message.exchange == isakmp.MAIN and message.cookie_r == bytes(8):
            return self._first(message, datagram.payload)
        for phase1 in self.phase1s:
            if phase1.cookies == message.cookie_i + message.cookie_r:
                if datagram.payload in phase1.answers:
                    return phase1.answers[datagram.payload]
                answer = self._of_phase1(phase1, message)
                phase1.answers[datagram.payload] = answer
                return answer
        return []

    def _of_phase1(self, phase1: Phase1, message: Message) -> list[Datagram]:
        if message.exchange == isakmp.MAIN:
            return (
                self._third(phase1, message) if phase1.step == 3 else self._fifth(phase1, message)
            )
        if message.exchange == isakmp.QUICK:
            return self._quick(phase1, message)
        return self._notice(phase1, message)

    # main mode

    def _first(self, message: Message, raw: bytes) -> list[Datagram]:
        for known in self.phase1s:
            if known.cookie_i == message.cookie_i:
                return known.answers.get(raw, [])
        payloads = isakmp.unchain(message.first, message.body)
        self.vendors += isakmp.bodies(payloads, isakmp.VENDOR)
        sa = isakmp.bodies(payloads, isakmp.SA)[0]
        offers = _ike_offers(sa)
        self.offered = [suite for suite, _ in offers]
        for wanted in self.habits.suites:
            for suite, taken in offers:
                if suite == wanted:
                    return self._second(message, raw, sa, suite, taken)
        if self.habits.silent:
            return []
        body = isakmp.notify(isakmp.ISAKMP, b"", NO_PROPOSAL_CHOSEN)
        return self._clear(message.cookie_i, self._random(8), [(isakmp.NOTIFY, body)], inform=True)

    def _second(
        self, message: Message, raw: bytes, sa: bytes, suite: Suite, taken: bytes
    ) -> list[Datagram]:
        phase1 = Phase1(
            message.cookie_i, self._random(8), suite, sa, int.from_bytes(self._random(32))
        )
        self.phase1s.append(phase1)
        answer = isakmp.security_association(
            [isakmp.proposal(1, isakmp.ISAKMP, b"", [taken], last=True)]
        )
        sent = self._clear(phase1.cookie_i, phase1.cookie_r, [(isakmp.SA, answer)])
        phase1.answers[raw] = sent
        return sent

    def _third(self, phase1: Phase1, message: Message) -> list[Datagram]:
        payloads = isakmp.unchain(message.first, message.body)
        phase1.peer_public = isakmp.bodies(payloads, isakmp.KE)[0]
        phase1.peer_nonce = isakmp.bodies(payloads, isakmp.NONCE)[0]
        if isakmp.bodies(payloads, isakmp.NAT_D_RFC, isakmp.NAT_D_DRAFT):
            self.errors.append("NAT-D towards a server that knows no NAT traversal")
        group = phase1.suite.group
        phase1.public, phase1.nonce = isakmp.public_value(group, phase1.secret), self._random(20)
        shared = isakmp.shared_value(group, phase1.secret, phase1.peer_public)
        nonces = (phase1.peer_nonce, phase1.nonce)
        phase1.keys = isakmp.derive(phase1.suite, self.psk, nonces, shared, phase1.cookies)
        phase1.step = 5
        payloads = [(isakmp.KE, phase1.public), (isakmp.NONCE, phase1.nonce)]
        return self._clear(phase1.cookie_i, phase1.cookie_r, payloads)

    def _fifth(self, phase1: Phase1, message: Message) -> list[Datagram]:
        suite, keys = phase1.ready
        mine, theirs = phase1.public, phase1.peer_public
        iv = isakmp.first_iv(suite, theirs, mine)
        plain = isakmp.decrypt(suite, keys.cipher, iv, message.body)
        try:
            payloads = isakmp.unchain(message.first, plain)
            identity = isakmp.bodies(payloads, isakmp.ID)[0]
            check = isakmp.prf(suite, keys.base, theirs, mine, phase1.cookies, phase1.sa, identity)
            good = isakmp.bodies(payloads, isakmp.HASH) == [check]
        except (ValueError, IndexError):
            good = False
        if not good:
            return self._wrong_key(phase1)
        return self._sixth(phase1, message)

    def _wrong_key(self, phase1: Phase1) -> list[Datagram]:
        if self.habits.silent:
            return []
        told = isakmp.notify(isakmp.ISAKMP, b"", PAYLOAD_MALFORMED)
        return self._clear(phase1.cookie_i, phase1.cookie_r, [(isakmp.NOTIFY, told)], inform=True)

    def _sixth(self, phase1: Phase1, message: Message) -> list[Datagram]:
        suite, keys = phase1.ready
        me = isakmp.address_id(self.here)
        crossed = phase1.cookie_r + phase1.cookie_i
        mine, theirs = phase1.public, phase1.peer_public
        proof = isakmp.prf(suite, keys.base, mine, theirs, crossed, phase1.sa, me)
        inside = [(isakmp.ID, me), (isakmp.HASH, proof)]
        if self.habits.tells_phase1_life is not None:
            data = isakmp.attribute(11, 1)
            data += isakmp.attribute(12, self.habits.tells_phase1_life, long=True)
            told = isakmp.notify(isakmp.ISAKMP, phase1.cookies, RESPONDER_LIFETIME, data)
            inside.append((isakmp.NOTIFY, told))
        sent, phase1.iv = self._sealed(phase1, isakmp.MAIN, 0, message.body[-suite.block :], inside)
        phase1.step = 0
        return sent

    # quick mode

    def _quick(self, phase1: Phase1, message: Message) -> list[Datagram]:
        quick = self._quicks.get(message.message_id)
        if quick is None:
            return self._asked(phase1, message)
        if quick.ours:
            return self._answered(quick, message)
        suite, keys = phase1.ready
        plain = isakmp.decrypt(suite, keys.cipher, quick.iv, message.body)
        number = pack("!I", message.message_id)
        check = isakmp.prf(suite, keys.a, b"\0" + number + quick.peer_nonce + quick.nonce)
        if isakmp.bodies(isakmp.unchain(message.first, plain), isakmp.HASH) != [check]:
            raise ValueError("HASH(3) is wrong")
        assert quick.pair is not None
        old = list(self.pairs)
        self.pairs.append(quick.pair)
        sent = self._fourth(phase1, message)
        if self.habits.delete_old:
            sent += [each for pair in old for each in self.delete_pair(pair)]
        return sent

    def _asked(self, phase1: Phase1, message: Message) -> list[Datagram]:
        suite, keys = phase1.ready
        number = pack("!I", message.message_id)
        iv = isakmp.exchange_iv(suite, phase1.iv, message.message_id)
        payloads = isakmp.unchain(
            message.first, isakmp.decrypt(suite, keys.cipher, iv, message.body)
        )
        (kind, given), *rest = payloads
        if kind != isakmp.HASH or given != isakmp.prf(suite, keys.a, number, isakmp.chain(rest)[1]):
            raise ValueError("HASH(1) is wrong")
        ids = isakmp.bodies(payloads, isakmp.ID)
        self._check_ids(ids)
        if self.selectors[-1][1] not in self.habits.ports:
            return self._refuse(INVALID_ID)
        found = _esp_choice(isakmp.bodies(payloads, isakmp.SA)[0], self.habits.esp)
        if found is None:
            return self._refuse(NO_PROPOSAL_CHOSEN)
        quick = Quick(phase1, self._random(4), self._random(20))
        quick.peer_nonce = isakmp.bodies(payloads, isakmp.NONCE)[0]
        self._quicks[message.message_id] = quick
        esp, peer_spi, taken = found
        nonces = quick.peer_nonce + quick.nonce
        quick.pair = _pair(phase1, esp, quick.spi, peer_spi, nonces)
        return self._second_quick(quick, message, taken, ids)

    def _second_quick(
        self, quick: Quick, message: Message, taken: bytes, ids: list[bytes]
    ) -> list[Datagram]:
        phase1, number = quick.phase1, pack("!I", message.message_id)
        suite, keys = phase1.ready
        answer = isakmp.security_association(
            [isakmp.proposal(1, isakmp.ESP, quick.spi, [taken], last=True)]
        )
        inside: list[Payload] = [(isakmp.SA, answer), (isakmp.NONCE, quick.nonce)]
        inside += [(isakmp.ID, each) for each in self._own_ids(ids)]
        if self.habits.tells_life is not None:
            seconds, kilobytes = self.habits.tells_life
            data = isakmp.attribute(1, 1) + isakmp.attribute(2, seconds, long=True)
            data += isakmp.attribute(1, 2) + isakmp.attribute(2, kilobytes, long=True)
            told = isakmp.notify(isakmp.ESP, quick.spi, RESPONDER_LIFETIME, data)
            inside.append((isakmp.NOTIFY, told))
        check = isakmp.prf(suite, keys.a, number + quick.peer_nonce, isakmp.chain(inside)[1])
        sent, quick.iv = self._sealed(
            phase1,
            isakmp.QUICK,
            message.message_id,
            message.body[-suite.block :],
            [(isakmp.HASH, check), *inside],
            commit=bool(self.habits.fourth),
        )
        return sent

    def _own_ids(self, ids: list[bytes]) -> list[bytes]:
        """CLIENTS, 3: Server 2003 sends the outer address and its own host name."""
        if self.habits.ids == "fqdn":
            outer = isakmp.address_id(bytes((203, 0, 113, 99)), 17, 1701)
            return [outer, pack("!BBH", 2, 17, 1701) + b"vtlonvpn01.example.net"]
        return ids if self.habits.ids == "echo" else []

    def _check_ids(self, ids: list[bytes]) -> None:
        mine = [unpack("!BBH", each[:4]) for each in ids]
        hosts = [each[4:] for each in ids]
        if [each[:2] for each in mine] != [(1, 17)] * 2 or hosts != [self.there, self.here]:
            raise ValueError("identities of quick mode are not UDP between the two hosts")
        self.selectors.append((mine[0][2], mine[1][2]))

    def _refuse(self, kind: int) -> list[Datagram]:
        if self.habits.silent:
            return []
        return self.inform([(isakmp.NOTIFY, isakmp.notify(isakmp.ESP, b"", kind))])

    def _fourth(self, phase1: Phase1, message: Message) -> list[Datagram]:
        if self.habits.fourth not in ("quick", "informational"):
            return []
        suite, keys = phase1.ready
        inside = [(isakmp.NOTIFY, isakmp.notify(isakmp.ESP, b"", CONNECTED))]
        if self.habits.contact:
            told = isakmp.notify(isakmp.ISAKMP, phase1.cookies, isakmp.INITIAL_CONTACT)
            inside.append((isakmp.NOTIFY, told))
        if self.habits.fourth == "informational":
            return self.inform(inside, message.message_id)
        check = isakmp.prf(suite, keys.a, pack("!I", message.message_id), isakmp.chain(inside)[1])
        return self._sealed(
            phase1,
            isakmp.QUICK,
            message.message_id,
            message.body[-suite.block :],
            [(isakmp.HASH, check), *inside],
        )[0]

    def _answered(self, quick: Quick, message: Message) -> list[Datagram]:
        """The gateway's answer to a quick mode of ours, and the third message."""
        phase1, number = quick.phase1, pack("!I", message.message_id)
        suite, keys = phase1.ready
        plain = isakmp.decrypt(suite, keys.cipher, quick.iv, message.body)
        payloads = isakmp.unchain(message.first, plain)
        (kind, given), *rest = payloads
        seed = number + quick.nonce
        if kind != isakmp.HASH or given != isakmp.prf(suite, keys.a, seed, isakmp.chain(rest)[1]):
            raise ValueError("HASH(2) is wrong")
        taken = isakmp.chosen(isakmp.bodies(payloads, isakmp.SA)[0])
        nonce = isakmp.bodies(payloads, isakmp.NONCE)[0]
        esp = Esp(taken.kind, taken.values.get(6), taken.values[5])
        old = list(self.pairs)
        self.pairs.append(_pair(phase1, esp, quick.spi, taken.spi, quick.nonce + nonce))
        check = isakmp.prf(suite, keys.a, b"\0" + number + quick.nonce + nonce)
        sent, _ = self._sealed(
            phase1,
            isakmp.QUICK,
            message.message_id,
            message.body[-suite.block :],
            [(isakmp.HASH, check)],
        )
        if self.habits.delete_old:
            sent += [each for pair in old for each in self.delete_pair(pair)]
        return sent

    # informational

    def _notice(self, phase1: Phase1, message: Message) -> list[Datagram]:
        if not message.flags & isakmp.ENCRYPTED:
            self.errors.append("an informational message in the clear")
            return []
        suite, keys = phase1.ready
        iv = isakmp.exchange_iv(suite, phase1.iv, message.message_id)
        payloads = isakmp.unchain(
            message.first, isakmp.decrypt(suite, keys.cipher, iv, message.body)
        )
        (kind, given), *rest = payloads
        seed = pack("!I", message.message_id)
        if kind != isakmp.HASH or given != isakmp.prf(suite, keys.a, seed, isakmp.chain(rest)[1]):
            raise ValueError("the hash of an informational is wrong")
        for body in isakmp.bodies(payloads, isakmp.DELETE):
            size, count = unpack_from("!BH", body, 5)
            spis = [body[8 + size * each : 8 + size * (each + 1)] for each in range(count)]
            self.gone += spis
            self.pairs = [pair for pair in self.pairs if pair.spi_out not in spis]
            self.phase1s = [each for each in self.phase1s if each.cookies not in spis]
        return []

    # bytes

    def _clear(
        self, cookie_i: bytes, cookie_r: bytes, payloads: list[Payload], inform: bool = False
    ) -> list[Datagram]:
        first, body = isakmp.chain(payloads)
        exchange = isakmp.INFORMATIONAL if inform else isakmp.MAIN
        return self._datagram(Message(cookie_i, cookie_r, first, exchange, 0, 0, body))

    def _sealed(
        self,
        phase1: Phase1,
        exchange: int,
        message_id: int,
        iv: bytes,
        payloads: list[Payload],
        commit: bool = False,
    ) -> tuple[list[Datagram], bytes]:
        """The message, and the IV of what follows it."""
        suite, keys = phase1.ready
        first, plain = isakmp.chain(payloads)
        body = isakmp.encrypt(suite, keys.cipher, iv, plain)
        flags = isakmp.ENCRYPTED | (isakmp.COMMIT if commit else 0)
        cookies = phase1.cookie_i, phase1.cookie_r
        sent = self._datagram(Message(*cookies, first, exchange, flags, message_id, body))
        return sent, body[-suite.block :]

    def _datagram(self, message: Message) -> list[Datagram]:
        here, there = Endpoint(self.here, 500), Endpoint(self.there, 500)
        return [Datagram(here, there, isakmp.build(message))]


def _pair(phase1: Phase1, esp: Esp, spi_in: bytes, spi_out: bytes, nonces: bytes) -> Pair:
    """`nonces` is Ni_b | Nr_b, whoever began."""
    suite, keys = phase1.ready
    made = [
        isakmp.keymat(suite, keys.d, b"\3" + spi + nonces, esp.keymat_length)
        for spi in (spi_in, spi_out)
    ]
    return Pair(spi_in, spi_out, esp, made[0], made[1], TRANSPORT, (), (), 0)


def _esp_data(esp: Esp) -> bytes:
    data = isakmp.attribute(1, 1) + isakmp.attribute(2, 3600, long=True)
    data += isakmp.attribute(4, TRANSPORT) + isakmp.attribute(5, esp.auth)
    return data + (isakmp.attribute(6, esp.key_bits) if esp.key_bits else b"")


def _transforms(sa: bytes) -> tuple[bytes, list[tuple[int, bytes, bytes]]]:
    """The SPI of the one proposal, and (kind, attributes, the transform alone) of each."""
    after, _, _, _, _, spi_size, count = unpack_from("!BBHBBBB", sa, 8)
    if after:
        raise ValueError("more than one proposal")
    spi, position = sa[16 : 16 + spi_size], 16 + spi_size
    found = []
    for _ in range(count):
        _, _, length, number, kind, _ = unpack_from("!BBHBBH", sa, position)
        data = sa[position + 8 : position + length]
        found.append((kind, data, isakmp.transform(number, kind, data, last=True)))
        position += length
    if position != len(sa):
        raise ValueError("a security association of another length than it says")
    return spi, found


def _ike_offers(sa: bytes) -> list[tuple[Suite, bytes]]:
    found = []
    for _, data, taken in _transforms(sa)[1]:
        values = isakmp.attributes(data)
        if values[3] != 1:
            raise ValueError("not a pre-shared key")
        found.append((Suite(values[1], values.get(14), values[2], values[4]), taken))
    return found


def _esp_choice(sa: bytes, wanted: tuple[Esp, ...]) -> tuple[Esp, bytes, bytes] | None:
    spi, transforms = _transforms(sa)
    offers = []
    for kind, data, taken in transforms:
        values = isakmp.attributes(data)
        if values[4] != TRANSPORT:
            raise ValueError(f"encapsulation {values[4]}, not transport mode")
        offers.append((Esp(kind, values.get(6), values[5]), spi, taken))
    for esp in wanted:
        for offer in offers:
            if offer[0] == esp:
                return offer
    return None
