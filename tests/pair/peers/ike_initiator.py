"""A scripted IKEv1 initiator: an old Windows client that dials, rekeys and hangs up on command.

It checks everything the gateway sends by its own sums and raises nothing: what is wrong is a
sentence in `errors`. What the profile says, it does; nothing here is clever.
"""

from collections.abc import Callable
from struct import pack, unpack

from gateway.wire.udp import Datagram, Endpoint
from tests.pair.peers import ike_offers as offers
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import DPD, NATT, Esp, Profile
from tests.pair.peers.ike_state import FIRST_WAIT, Pair, Phase1, Quick, Retry
from tests.pair.peers.isakmp import Message, Payload, Suite

MARKER = bytes(4)


class Initiator:
    """`here` is the client's own (private) address; ports are 500 and, after the float, 4500."""

    def __init__(
        self,
        profile: Profile,
        here: bytes,
        gateway: bytes,
        psk: bytes,
        random: Callable[[int], bytes],
    ) -> None:
        self.profile, self.here, self.gateway, self.psk = profile, here, gateway, psk
        self.phase1s: list[Phase1] = []
        self.pairs: list[Pair] = []
        self.errors: list[str] = []
        self.notices: list[int] = []  # kinds of notify that came with a good hash
        self.asked: list[int] = []  # sequence numbers of R-U-THERE
        self.gone: list[bytes] = []  # SPIs and cookies the gateway deleted
        self.listening = True  # False: nothing that comes in is heard
        self._random = random
        self._quicks: dict[int, Quick] = {}
        self._retries: dict[bytes | int, Retry] = {}
        self._sequence = 0

    @property
    def up(self) -> bool:
        return bool(self.pairs)

    @property
    def phase1(self) -> Phase1:
        """The newest that stands; while none does, the newest there is."""
        return next((each for each in reversed(self.phase1s) if not each.step), self.phase1s[-1])

    def dial(self, now: float, *, floated: bool = False) -> list[Datagram]:
        """Main mode, and quick mode as soon as it stands."""
        number = int.from_bytes
        phase1 = Phase1(
            self._random(8), self._random(20), number(self._random(32)), floated=floated
        )
        phase1.sa = offers.ike_offer(self.profile)
        self.phase1s.append(phase1)
        payloads = [(isakmp.SA, phase1.sa)]
        payloads += [(isakmp.VENDOR, vendor) for vendor in self.profile.vendors]
        return self._request(now, phase1.cookie_i, "MM1", phase1, self._main(phase1, payloads))

    def rekey_phase1(self, now: float) -> list[Datagram]:
        """A new ISAKMP SA beside the old one, from the port the old one ended on."""
        return self.dial(now, floated=self.phase1.floated)

    def rekey_pair(self, now: float) -> list[Datagram]:
        return self._quick(self.phase1, now)

    def hang_up(self, now: float) -> list[Datagram]:
        """Delete ESP, then delete ISAKMP, as Windows does."""
        phase1 = self.phase1
        gone = [isakmp.delete(isakmp.ESP, [pair.spi_in]) for pair in self.pairs]
        gone.append(isakmp.delete(isakmp.ISAKMP, [phase1.cookies]))
        self.pairs.clear()
        self._retries.clear()
        return [each for body in gone for each in self.inform([(isakmp.DELETE, body)])]

    def ask_alive(self, sequence: int) -> list[Datagram]:
        body = isakmp.notify(1, self.phase1.cookies, isakmp.R_U_THERE, pack("!I", sequence))
        return self.inform([(isakmp.NOTIFY, body)])

    def inform(
        self,
        payloads: list[Payload],
        *,
        spoil_hash: bool = False,
        clear: bool = False,
        phase1: Phase1 | None = None,
    ) -> list[Datagram]:
        """One informational, on the newest phase 1 unless told; spoiled or clear if asked."""
        phase1 = phase1 or self.phase1
        suite, keys = phase1.ready
        message_id = int.from_bytes(self._random(4))
        if clear:
            first, body = isakmp.chain(payloads)
            return self._send(phase1, first, isakmp.INFORMATIONAL, 0, message_id, body)
        _, rest = isakmp.chain(payloads)
        check = isakmp.prf(suite, keys.a, pack("!I", message_id), rest)
        if spoil_hash:
            check = bytes(len(check))
        first, plain = isakmp.chain([(isakmp.HASH, check), *payloads])
        iv = isakmp.exchange_iv(suite, phase1.iv, message_id)
        body = isakmp.encrypt(suite, keys.cipher, iv, plain)
        return self._send(phase1, first, isakmp.INFORMATIONAL, isakmp.ENCRYPTED, message_id, body)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        data = datagram.payload
        if datagram.source.port == 4500:
            if data[:4] != MARKER:
                return []  # ESP, or a keepalive
            data = data[4:]
        if not self.listening:
            return []
        message = isakmp.parse(data)
        for phase1 in self.phase1s:
            if phase1.cookie_i == message.cookie_i:
                return self._receive(phase1, message, now)
        return []

    def handle_timeout(self, now: float) -> list[Datagram]:
        sent: list[Datagram] = []
        for key, retry in list(self._retries.items()):
            if retry.due > now:
                continue
            if not retry.left:
                self.errors.append(f"no answer to {retry.what}")
                del self._retries[key]
                continue
            retry.left, retry.wait = retry.left - 1, retry.wait * 2
            retry.due = now + retry.wait
            sent += retry.datagrams
        return sent

    def deadline(self) -> float | None:
        return min((retry.due for retry in self._retries.values()), default=None)

    def _receive(self, phase1: Phase1, message: Message, now: float) -> list[Datagram]:
        try:
            if message.exchange == isakmp.MAIN:
                return self._receive_main(phase1, message, now)
            if message.exchange == isakmp.QUICK:
                return self._receive_quick(message)
            return self._receive_notice(phase1, message)
        except ValueError as error:
            self.errors.append(str(error))
            return []

    def _receive_main(self, phase1: Phase1, message: Message, now: float) -> list[Datagram]:
        if phase1.step == 2 and not message.flags & isakmp.ENCRYPTED:
            return self._second(phase1, message, now)
        if phase1.step == 4 and message.first == isakmp.KE:
            return self._fourth(phase1, message, now)
        if phase1.step == 6 and message.flags & isakmp.ENCRYPTED:
            return self._sixth(phase1, message, now)
        return []  # an answer we have had

    def _second(self, phase1: Phase1, message: Message, now: float) -> list[Datagram]:
        payloads = isakmp.unchain(message.first, message.body)
        taken = isakmp.chosen(isakmp.bodies(payloads, isakmp.SA)[0])
        if taken.data != offers.ike_attributes(self.profile)[taken.transform - 1]:
            raise ValueError("the chosen transform is not as it was offered")
        values = taken.values
        phase1.suite = Suite(values[1], values.get(14), values[2], values[4])
        phase1.cookie_r = message.cookie_r
        vendors = isakmp.bodies(payloads, isakmp.VENDOR)
        ways = [name for name in self.profile.natt if NATT[name].vendor in vendors]
        phase1.natt = ways[0] if ways else None
        phase1.peer_dpd = DPD in vendors
        if len(ways) > 1:
            self.errors.append("more than one way of NAT traversal was answered")
        phase1.public = isakmp.public_value(phase1.suite.group, phase1.secret)
        phase1.step = 4
        payloads = [(isakmp.KE, phase1.public), (isakmp.NONCE, phase1.nonce)]
        phase1.floated |= self.profile.floats_at == "mm3" and offers.floats(phase1)
        payloads += offers.nat_d(self.profile, phase1, self.here, self.gateway)
        return self._request(now, phase1.cookie_i, "MM3", phase1, self._main(phase1, payloads))

    def _fourth(self, phase1: Phase1, message: Message, now: float) -> list[Datagram]:
        payloads = isakmp.unchain(message.first, message.body)
        phase1.peer_public = isakmp.bodies(payloads, isakmp.KE)[0]
        nonce = isakmp.bodies(payloads, isakmp.NONCE)[0]
        suite = phase1.suite
        assert suite is not None
        shared = isakmp.shared_value(suite.group, phase1.secret, phase1.peer_public)
        keys = self._derive(suite, (phase1.nonce, nonce), shared, phase1.cookies)
        phase1.keys = keys
        self._asked_for(payloads)
        if phase1.natt is not None:
            self._compare(phase1, payloads)
        if phase1.nat_there and self.profile.refuses_natted_server:
            self._retries.pop(phase1.cookie_i)
            raise ValueError("the server is behind a NAT")
        phase1.floated |= self.profile.floats_at == "mm5" and self._wants_to_float(phase1)
        identity = self._identity()
        mine, theirs = phase1.public, phase1.peer_public
        check = isakmp.prf(suite, keys.base, mine, theirs, phase1.cookies, phase1.sa, identity)
        inside = [(isakmp.ID, identity), *self._proof(check)]
        if self.profile.initial_contact == "mm5":
            told = isakmp.notify(1, phase1.cookies, isakmp.INITIAL_CONTACT)
            inside.append((isakmp.NOTIFY, told))
        first, plain = isakmp.chain(inside)
        body = isakmp.encrypt(suite, keys.cipher, isakmp.first_iv(suite, mine, theirs), plain)
        phase1.iv, phase1.step = body[-suite.block :], 6
        sent = self._send(phase1, first, isakmp.MAIN, isakmp.ENCRYPTED, 0, body)
        return self._request(now, phase1.cookie_i, "MM5", phase1, sent)

    def _sixth(self, phase1: Phase1, message: Message, now: float) -> list[Datagram]:
        suite, keys = phase1.ready
        plain = isakmp.decrypt(suite, keys.cipher, phase1.iv, message.body)
        payloads = isakmp.unchain(message.first, plain)
        identity = isakmp.bodies(payloads, isakmp.ID)[0]
        mine, theirs = phase1.peer_public, phase1.public
        crossed = phase1.cookie_r + phase1.cookie_i
        check = isakmp.prf(suite, keys.base, mine, theirs, crossed, phase1.sa, identity)
        self._check_proof(identity, check, payloads)
        phase1.iv, phase1.step = message.body[-suite.block :], 0
        self._retries.pop(phase1.cookie_i)
        sent: list[Datagram] = []
        if self.profile.initial_contact == "informational":
            for kind, data in ((24577, pack("!I", 1)), (isakmp.INITIAL_CONTACT, b"")):
                body = isakmp.notify(1, phase1.cookies, kind, data)
                sent += self.inform([(isakmp.NOTIFY, body)])
        return sent + ([] if self.pairs else self._quick(phase1, now))

    def _wants_to_float(self, phase1: Phase1) -> bool:
        return offers.floats(phase1) and (phase1.nat_here or phase1.nat_there)

    # How the two ends prove who they are: by a key here, by certificates in ike_signer.py.

    def _derive(
        self, suite: Suite, nonces: tuple[bytes, bytes], shared: bytes, cookies: bytes
    ) -> isakmp.Keys:
        return isakmp.derive(suite, self.psk, nonces, shared, cookies)

    def _asked_for(self, payloads: list[Payload]) -> None:
        """What the fourth message asks for."""

    def _identity(self) -> bytes:
        return isakmp.address_id(offers.own_address(self.profile, self.here))

    def _proof(self, check: bytes) -> list[Payload]:
        return [(isakmp.HASH, check)]

    def _check_proof(self, identity: bytes, check: bytes, payloads: list[Payload]) -> None:
        if isakmp.bodies(payloads, isakmp.HASH) != [check]:
            raise ValueError("HASH_R is wrong")

    def _quick(self, phase1: Phase1, now: float) -> list[Datagram]:
        suite, keys = phase1.ready
        phase1.floated |= self.profile.floats_at == "quick" and self._wants_to_float(phase1)
        quick = Quick(
            phase1,
            int.from_bytes(self._random(4)),
            self._random(4),
            self._random(20),
            int.from_bytes(self._random(32)),
        )
        self._quicks[quick.message_id] = quick
        inside = [
            (
                isakmp.SA,
                offers.esp_offer(self.profile, quick.spi, offers.mode(self.profile, phase1)),
            ),
            (isakmp.NONCE, quick.nonce),
        ]
        if self.profile.pfs is not None:
            quick.public = isakmp.public_value(self.profile.pfs, quick.secret)
            inside.append((isakmp.KE, quick.public))
        inside += offers.quick_ids(self.profile, self.here, self.gateway)
        inside += offers.nat_oa(self.profile, phase1, self.here, self.gateway)
        number = pack("!I", quick.message_id)
        check = isakmp.prf(suite, keys.a, number, isakmp.chain(inside)[1])
        first, plain = isakmp.chain([(isakmp.HASH, check), *inside])
        iv = isakmp.exchange_iv(suite, phase1.iv, quick.message_id)
        body = isakmp.encrypt(suite, keys.cipher, iv, plain)
        quick.iv = body[-suite.block :]
        flags = isakmp.ENCRYPTED | (isakmp.COMMIT if self.profile.commit else 0)
        sent = self._send(phase1, first, isakmp.QUICK, flags, quick.message_id, body)
        return self._request(now, quick.message_id, "QM1", phase1, sent)

    def _receive_quick(self, message: Message) -> list[Datagram]:
        quick = self._quicks.get(message.message_id)
        if quick is None:
            raise ValueError("a quick mode nobody began")
        if quick.third:
            return quick.third
        suite, keys = quick.phase1.ready
        plain = isakmp.decrypt(suite, keys.cipher, quick.iv, message.body)
        payloads = isakmp.unchain(message.first, plain)
        number = pack("!I", message.message_id)
        _check_hash(suite, keys.a, number + quick.nonce, payloads)
        taken = isakmp.chosen(isakmp.bodies(payloads, isakmp.SA)[0])
        nonce = isakmp.bodies(payloads, isakmp.NONCE)[0]
        old = list(self.pairs)
        self.pairs.append(self._make_pair(quick, taken, nonce, payloads))
        check = isakmp.prf(suite, keys.a, b"\0" + number + quick.nonce + nonce)
        first, plain = isakmp.chain([(isakmp.HASH, check)])
        body = isakmp.encrypt(suite, keys.cipher, message.body[-suite.block :], plain)
        quick.third = self._send(
            quick.phase1, first, isakmp.QUICK, isakmp.ENCRYPTED, message.message_id, body
        )
        self._retries.pop(message.message_id)
        sent = quick.third + (self._fourth_quick(quick, body) if self.profile.commit else [])
        return sent + (self._drop(old) if self.profile.delete_old else [])

    def _fourth_quick(self, quick: Quick, third: bytes) -> list[Datagram]:
        """CONNECTED behind the third message, as who has set the commit bit may say it."""
        suite, keys = quick.phase1.ready
        told = (isakmp.NOTIFY, isakmp.notify(isakmp.ESP, quick.spi, 16384))
        number = pack("!I", quick.message_id)
        check = isakmp.prf(suite, keys.a, number, isakmp.chain([told])[1])
        first, plain = isakmp.chain([(isakmp.HASH, check), told])
        body = isakmp.encrypt(suite, keys.cipher, third[-suite.block :], plain)
        flags = isakmp.ENCRYPTED | isakmp.COMMIT
        return self._send(quick.phase1, first, isakmp.QUICK, flags, quick.message_id, body)

    def _make_pair(
        self, quick: Quick, taken: isakmp.Chosen, nonce: bytes, payloads: list[Payload]
    ) -> Pair:
        suite, keys = quick.phase1.ready
        values, way = taken.values, quick.phase1.natt
        if self.profile.with_ah and taken.proposal == 1:
            raise ValueError("half of a bundle was chosen")
        esp = Esp(taken.kind, values.get(6), values[5])
        if esp not in self.profile.esp or values[4] != offers.mode(self.profile, quick.phase1):
            raise ValueError("the chosen ESP transform was not offered")
        seed = b""
        if self.profile.pfs is not None:
            peer = isakmp.bodies(payloads, isakmp.KE)[0]
            seed = isakmp.shared_value(self.profile.pfs, quick.secret, peer)
        made = [
            isakmp.keymat(
                suite, keys.d, seed + b"\3" + spi + quick.nonce + nonce, esp.keymat_length
            )
            for spi in (quick.spi, taken.spi)
        ]
        kind = self.profile.nat_oa_kind or (NATT[way].nat_oa if way else 0)
        addresses = isakmp.bodies(payloads, kind) if way else []
        return Pair(
            spi_in=quick.spi,
            spi_out=taken.spi,
            esp=esp,
            keymat_in=made[0],
            keymat_out=made[1],
            encapsulation=values[4],
            ids=tuple(isakmp.bodies(payloads, isakmp.ID)),
            nat_oa=tuple(addresses),
            seconds=self.profile.pair_life,
            port=4500 if way is None or NATT[way].floats else 500,
        )

    def _drop(self, pairs: list[Pair]) -> list[Datagram]:
        self.pairs = [pair for pair in self.pairs if pair not in pairs]
        gone = [isakmp.delete(isakmp.ESP, [pair.spi_in]) for pair in pairs]
        return [each for body in gone for each in self.inform([(isakmp.DELETE, body)])]

    def _receive_notice(self, phase1: Phase1, message: Message) -> list[Datagram]:
        if not message.flags & isakmp.ENCRYPTED:
            for body in isakmp.bodies(isakmp.unchain(message.first, message.body), isakmp.NOTIFY):
                self.errors.append(f"notify {unpack('!H', body[6:8])[0]} in the clear")
            return []
        suite, keys = phase1.ready
        iv = isakmp.exchange_iv(suite, phase1.iv, message.message_id)
        payloads = isakmp.unchain(
            message.first, isakmp.decrypt(suite, keys.cipher, iv, message.body)
        )
        _check_hash(suite, keys.a, pack("!I", message.message_id), payloads)
        sent: list[Datagram] = []
        for body in isakmp.bodies(payloads, isakmp.NOTIFY):
            sent += self._noticed(phase1, body)
        for body in isakmp.bodies(payloads, isakmp.DELETE):
            self._deleted(body)
        return sent

    def _noticed(self, phase1: Phase1, body: bytes) -> list[Datagram]:
        spi_size, kind = unpack("!BH", body[5:8])
        self.notices.append(kind)
        if kind != isakmp.R_U_THERE:
            return []
        self.asked.append(int.from_bytes(body[8 + spi_size :]))
        answer = isakmp.notify(1, phase1.cookies, isakmp.R_U_THERE_ACK, body[8 + spi_size :])
        return self.inform([(isakmp.NOTIFY, answer)], phase1=phase1)

    def _deleted(self, body: bytes) -> None:
        size, count = unpack("!BH", body[5:8])
        spis = [body[8 + size * each : 8 + size * (each + 1)] for each in range(count)]
        self.gone += spis
        self.pairs = [pair for pair in self.pairs if pair.spi_out not in spis]

    def _compare(self, phase1: Phase1, payloads: list[Payload]) -> None:
        mine = offers.nat_d(self.profile, phase1, self.here, self.gateway)
        received = isakmp.bodies(payloads, mine[0][0])
        if len(received) < 2:
            raise ValueError("NAT-D payloads are missing")
        ours, *theirs = (body for _, body in reversed(mine))
        phase1.nat_here = received[0] != ours
        phase1.nat_there = theirs[0] not in received[1:]

    def _main(self, phase1: Phase1, payloads: list[Payload]) -> list[Datagram]:
        first, body = isakmp.chain(payloads)
        return self._send(phase1, first, isakmp.MAIN, 0, 0, body)

    def _send(
        self, phase1: Phase1, first: int, exchange: int, flags: int, message_id: int, body: bytes
    ) -> list[Datagram]:
        message = Message(
            phase1.cookie_i, phase1.cookie_r, first, exchange, flags, message_id, body
        )
        port, marker = (4500, MARKER) if phase1.floated else (500, b"")
        data = marker + isakmp.build(message)
        return [Datagram(Endpoint(self.here, port), Endpoint(self.gateway, port), data)]

    def _request(
        self, now: float, key: bytes | int, what: str, phase1: Phase1, sent: list[Datagram]
    ) -> list[Datagram]:
        self._retries[key] = Retry(what, sent, now + FIRST_WAIT)
        return sent


def _check_hash(suite: Suite, key: bytes, seed: bytes, payloads: list[Payload]) -> None:
    """HASH(1), HASH(2) or that of an informational: over all that follows it."""
    (kind, given), *rest = payloads
    if kind != isakmp.HASH or given != isakmp.prf(suite, key, seed, isakmp.chain(rest)[1]):
        raise ValueError("a hash is wrong")
