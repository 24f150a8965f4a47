"""The asking end, as small as it can be: one main mode, one quick mode, then it hangs up.

It dials as an old client does that sits behind no NAT (RFC 2409, 5.4 and 5.5), with the one pair of
suites every such client has, and believes nothing it cannot check. What it is for: a gateway that
proves to its own box that dials are answered. It carries no data, and nothing is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from gateway.crypto.mac import equal
from gateway.crypto.modp import choose_secret, public_value, shared_value
from gateway.ike.attributes import Attribute, short_attribute
from gateway.ike.errors import BadHash, BadPayload
from gateway.ike.events import Send
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.inform import delete_pairs
from gateway.ike.keys import (
    Exchanged,
    Keys,
    derive_keys,
    first_iv,
    hash_i,
    hash_r,
    message_iv,
    psk_skeyid,
)
from gateway.ike.numbers import (
    ESP_CIPHERS,
    ESP_HASHES,
    IKE_CIPHERS,
    IKE_HASHES,
    KEY_IKE,
    LIFE_SECONDS,
    LOWEST_SPI,
    NO_COOKIE,
    NONCE_OURS,
    PORT_L2TP,
    PRE_SHARED_KEY,
    TRANSPORT,
    UDP,
    EspAttribute,
    Exchange,
    IdType,
    IkeAttribute,
    Kind,
    Protocol,
)
from gateway.ike.payloads import (
    Delete,
    Identification,
    Payload,
    build_chain,
    build_delete,
    build_identification,
    one_of,
    parse_chain,
)
from gateway.ike.proposals import (
    IKE_SUITES,
    Association,
    Proposal,
    Transform,
    build_association,
    parse_association,
)
from gateway.ike.protect import check_hash, hash_3, next_iv, seal, unseal, with_hash
from gateway.ike.resend import Retry
from gateway.wire.cursor import Reader, WireError
from gateway.wire.udp import Datagram, Endpoint

IKE_SUITE: Final = "3des-sha1-modp1024"  # what every old client has, and no new cipher library
ESP_SUITE: Final = "3des-sha1"
LIFE: Final = 120  # seconds: it is deleted at once, and this is for when that is lost
WAIT, TRIES = 1.0, 4  # seconds before a message is sent again, and how often
_SUITE: Final = IKE_SUITES[IKE_SUITE]
_OFFER: Final = build_association(
    Association(
        (
            Proposal(
                1,
                Protocol.ISAKMP,
                b"",
                (
                    Transform(
                        1,
                        KEY_IKE,
                        (
                            short_attribute(IkeAttribute.ENCRYPTION, IKE_CIPHERS["3des"]),
                            short_attribute(IkeAttribute.HASH, IKE_HASHES["sha1"]),
                            short_attribute(IkeAttribute.GROUP, _SUITE.group.number),
                            short_attribute(IkeAttribute.AUTHENTICATION, PRE_SHARED_KEY),
                            short_attribute(IkeAttribute.LIFE_TYPE, LIFE_SECONDS),
                            Attribute(IkeAttribute.LIFE_DURATION, LIFE.to_bytes(4, "big"), False),
                        ),
                    ),
                ),
            ),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Proved:
    """The gateway has the key, and has agreed on a pair; what is sent with this ends it all."""

    spi_in: int
    spi_out: int


@dataclass(frozen=True, slots=True)
class Failed:
    """`reason` ends the sentence "the handshake failed: ..."."""

    reason: str


ProbeEvent = Send | Proved | Failed
_AWAITED: Final = ("the second message", "the fourth message", "the sixth message", "quick mode")


@dataclass(slots=True, eq=False)
class Probe:
    """One handshake from `here` to `there`. Times are seconds on the caller's clock."""

    psk: bytes = field(repr=False)
    here: Endpoint
    there: Endpoint
    random: Callable[[int], bytes] = field(repr=False)
    _step: int = 0  # of `_AWAITED`
    _header: Header = field(init=False)
    _nonce: bytes = field(init=False, repr=False)
    _secret: int = field(init=False, repr=False)
    _keys: Keys | None = field(default=None, repr=False)
    _exchanged: Exchanged | None = field(default=None, repr=False)
    _iv: bytes = field(default=b"", repr=False)  # of the answer that is awaited
    _last_block: bytes = field(default=b"", repr=False)  # of main mode
    _quick: bytes = field(default=b"", repr=False)  # quick mode's nonce
    _spi: int = 0
    _retry: Retry | None = None

    def __post_init__(self) -> None:
        cookie = self.random(8)
        self._header = Header(cookie, NO_COOKIE, Kind.SA, Exchange.MAIN)
        self._nonce = self.random(NONCE_OURS)
        self._secret = choose_secret(_SUITE.group, self.random)

    def start(self, now: float) -> list[ProbeEvent]:
        return self._ask(self._clear([Payload(Kind.SA, _OFFER)]), now)

    def receive(self, datagram: Datagram, now: float) -> list[ProbeEvent]:
        """An ISAKMP message; what is not of this handshake is not looked at."""
        if self._retry is None:
            return []
        steps = (self._second, self._fourth, self._sixth, self._agreed)
        try:
            header, body = parse_header(datagram.payload)
            if header.cookie_i != self._header.cookie_i:
                return []
            if header.exchange == Exchange.INFORMATIONAL:
                return self._fail("the gateway refused")
            return steps[self._step](header, body, now)
        except (WireError, ValueError) as error:
            return self._fail(f"{_AWAITED[self._step]} is not as it must be: {error}")

    def deadline(self) -> float | None:
        return None if self._retry is None else self._retry.due

    def handle_timeout(self, now: float) -> list[ProbeEvent]:
        retry = self._retry
        if retry is None or now < retry.due:
            return []
        if not retry.again(now):
            return self._fail(f"{_AWAITED[self._step]} never came")
        return [Send(self.here, self.there, retry.message)]

    def _ask(self, message: bytes, now: float) -> list[ProbeEvent]:
        self._retry = Retry(message, now + WAIT, WAIT, TRIES)
        return [Send(self.here, self.there, message)]

    def _fail(self, reason: str) -> list[ProbeEvent]:
        self._retry = None
        return [Failed(reason)]

    def _clear(self, payloads: list[Payload]) -> bytes:
        header = Header(
            self._header.cookie_i, self._header.cookie_r, payloads[0].kind, Exchange.MAIN
        )
        return build_message(header, build_chain(payloads))

    def _second(self, header: Header, body: bytes, now: float) -> list[ProbeEvent]:
        if header.exchange != Exchange.MAIN or header.encrypted:
            return []
        taken = one_of(parse_chain(Reader(body), header.first), Kind.SA, "security association")
        if taken != _OFFER:
            raise BadPayload("the answer is not what was offered")
        if header.cookie_r == NO_COOKIE:
            raise BadPayload("no cookie of the gateway")
        self._header = Header(header.cookie_i, header.cookie_r, Kind.NONE, Exchange.MAIN)
        self._step = 1
        public = public_value(_SUITE.group, self._secret)
        return self._ask(
            self._clear([Payload(Kind.KE, public), Payload(Kind.NONCE, self._nonce)]), now
        )

    def _fourth(self, header: Header, body: bytes, now: float) -> list[ProbeEvent]:
        if header.first == Kind.SA or header.encrypted:
            return []  # the second message again
        payloads = parse_chain(Reader(body), header.first)
        theirs = one_of(payloads, Kind.KE, "key exchange")
        nonce = one_of(payloads, Kind.NONCE, "nonce")
        ours = public_value(_SUITE.group, self._secret)
        shared = shared_value(_SUITE.group, self._secret, theirs)
        cookies = self._header.cookie_i, self._header.cookie_r
        exchanged = Exchanged(*cookies, _OFFER, ours, theirs, self._nonce, nonce, shared)
        skeyid = psk_skeyid(_SUITE.hash, self.psk, self._nonce, nonce)
        keys = derive_keys(_SUITE, skeyid, exchanged)
        identity = build_identification(Identification(IdType.IPV4, self.here.host))
        proof = [Payload(Kind.ID, identity), Payload(Kind.HASH, hash_i(keys, exchanged, identity))]
        message = seal(keys, first_iv(keys, ours, theirs), self._header, proof)
        self._keys, self._exchanged, self._step = keys, exchanged, 2
        self._iv = next_iv(keys, message)
        return self._ask(message, now)

    def _sixth(self, header: Header, body: bytes, now: float) -> list[ProbeEvent]:
        keys, exchanged = self._keys, self._exchanged
        if not header.encrypted or keys is None or exchanged is None:
            return []
        payloads = parse_chain(Reader(unseal(keys, self._iv, body)), header.first)
        identity = one_of(payloads, Kind.ID, "identity")
        came = one_of(payloads, Kind.HASH, "hash")
        if not equal(came, hash_r(keys, exchanged, identity)):
            raise BadHash("the gateway does not have the key")
        self._last_block, self._step = next_iv(keys, body), 3
        return self._ask(self._offer_pair(keys), now)

    def _offer_pair(self, keys: Keys) -> bytes:
        self._quick = self.random(NONCE_OURS)
        self._spi = LOWEST_SPI + int.from_bytes(self.random(3), "big")
        number = int.from_bytes(self.random(4), "big") | 1
        self._header = self._exchange(Exchange.QUICK, number)
        payloads = [
            Payload(Kind.SA, _offer_esp(self._spi)),
            Payload(Kind.NONCE, self._quick),
            *(
                Payload(Kind.ID, build_identification(_selector(host)))
                for host in (self.here.host, self.there.host)
            ),
        ]
        message_id = self._header.message_id_bytes
        iv = message_iv(keys, self._last_block, message_id)
        message = seal(keys, iv, self._header, with_hash(keys, message_id, payloads))
        self._iv = next_iv(keys, message)
        return message

    def _agreed(self, header: Header, body: bytes, now: float) -> list[ProbeEvent]:
        """The third message of quick mode, and at once the end of both security associations."""
        keys = self._keys
        if header.exchange != Exchange.QUICK or keys is None:
            return []  # the sixth message again
        number = self._header.message_id_bytes
        plain = unseal(keys, self._iv, body)
        payloads = check_hash(keys, number + self._quick, header.first, plain)
        nonce = one_of(payloads, Kind.NONCE, "nonce")
        spi = _chosen_spi(one_of(payloads, Kind.SA, "security association"))
        proof = [Payload(Kind.HASH, hash_3(keys, number, self._quick, nonce))]
        third = seal(keys, next_iv(keys, body), self._header, proof)
        self._retry = None
        cookies = self._header.cookie_i + self._header.cookie_r
        gone = Payload(Kind.DELETE, build_delete(Delete(Protocol.ISAKMP, (cookies,))))
        goodbye = [self._inform(keys, payload) for payload in (delete_pairs([self._spi]), gone)]
        sent = [Send(self.here, self.there, message) for message in (third, *goodbye)]
        return [*sent, Proved(self._spi, spi)]

    def _inform(self, keys: Keys, payload: Payload) -> bytes:
        header = self._exchange(Exchange.INFORMATIONAL, int.from_bytes(self.random(4), "big") | 1)
        number = header.message_id_bytes
        iv = message_iv(keys, self._last_block, number)
        return seal(keys, iv, header, with_hash(keys, number, [payload]))

    def _exchange(self, exchange: Exchange, message_id: int) -> Header:
        cookies = self._header.cookie_i, self._header.cookie_r
        return Header(*cookies, Kind.NONE, exchange, message_id=message_id)


def _offer_esp(spi: int) -> bytes:
    attributes = (
        short_attribute(EspAttribute.LIFE_TYPE, LIFE_SECONDS),
        Attribute(EspAttribute.LIFE_DURATION, LIFE.to_bytes(4, "big"), False),
        short_attribute(EspAttribute.ENCAPSULATION, TRANSPORT),
        short_attribute(EspAttribute.AUTHENTICATION, ESP_HASHES["sha1"]),
    )
    transform = Transform(1, ESP_CIPHERS["3des"], attributes)
    proposal = Proposal(1, Protocol.ESP, spi.to_bytes(4, "big"), (transform,))
    return build_association(Association((proposal,)))


def _selector(host: bytes) -> Identification:
    return Identification(IdType.IPV4, host, UDP, PORT_L2TP)


def _chosen_spi(body: bytes) -> int:
    """The gateway's SPI, if it took the one thing that was offered."""
    proposals = parse_association(body).proposals
    if len(proposals) != 1 or len(proposals[0].spi) != 4:
        raise BadPayload("not one ESP proposal with its SPI")
    return int.from_bytes(proposals[0].spi, "big")
