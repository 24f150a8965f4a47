"""An initiator made of the room's own codecs, to bring `Ike` where a unit test wants it.

It agrees with the room by construction; the second opinion is `tests/pair/peers/ike_initiator.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from gateway.crypto.modp import public_value, shared_value
from gateway.ike.attributes import short_attribute
from gateway.ike.choice import choose_ike
from gateway.ike.events import IkeEvent, PairReady, Send
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.keys import (
    Exchanged,
    Keys,
    derive_keys,
    first_iv,
    hash_i,
    message_iv,
    psk_skeyid,
)
from gateway.ike.machine import Ike
from gateway.ike.nat import nat_d_hash
from gateway.ike.numbers import NO_COOKIE, Exchange, IdType, Kind
from gateway.ike.payloads import (
    Delete,
    Identification,
    Payload,
    all_of,
    build_chain,
    build_identification,
    one_of,
    parse_chain,
    parse_delete,
)
from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.proposals import (
    IKE_SUITES,
    Association,
    IkeSuite,
    Proposal,
    Transform,
    build_association,
    parse_association,
)
from gateway.ike.protect import check_hash, hash_3, next_iv, seal, unseal, with_hash
from gateway.wire.cursor import Reader
from gateway.wire.udp import Datagram, Endpoint

PEER, GATEWAY = Endpoint(b"\xcb\0\x71\7", 500), Endpoint(b"\xc6\x33\x64\1", 500)
PEER_4500, GATEWAY_4500 = Endpoint(PEER.host, 61000), Endpoint(GATEWAY.host, 4500)
PRIVATE = b"\xc0\xa8\1\2"
PSK = b"a shared secret"
IKE_OLD = {1: 5, 2: 2, 3: 1, 4: 2, 11: 1, 12: 28800}  # 3DES, SHA-1, PSK, MODP1024, 8 hours
ESP_OLD = {4: 2, 5: 2, 1: 1, 2: 3600}  # transport, HMAC-SHA-1, 1 hour
SUITE = "3des-sha1-modp1024"


def seeded(seed: int = 0) -> Callable[[int], bytes]:
    return Random(seed).randbytes


def credential(name: str = "old-pc", psk: bytes = PSK, ike: Iterable[str] = (SUITE,)) -> Credential:
    return Credential(name, psk, frozenset(ike), frozenset({"3des-sha1", "aes128-sha1"}))


def policy(*credentials: Credential) -> IkePolicy:
    known = credentials or (credential(),)
    return IkePolicy(
        ("aes128-sha1-modp1024", SUITE), ("aes128-sha1", "3des-sha1", "3des-md5"), lambda _: known
    )


def ike_offer(*offers: Mapping[int, int]) -> bytes:
    transforms = tuple(
        Transform(place, 1, tuple(short_attribute(*pair) for pair in offer.items()))
        for place, offer in enumerate(offers or (IKE_OLD,), 1)
    )
    return build_association(Association((Proposal(1, 1, b"", transforms),)))


def esp_offer(numbers: Mapping[int, int] = ESP_OLD, spi: bytes = b"SPI1", kind: int = 3) -> Payload:
    attributes = tuple(short_attribute(*pair) for pair in numbers.items())
    proposal = Proposal(1, 3, spi, (Transform(1, kind, attributes),))
    return Payload(Kind.SA, build_association(Association((proposal,))))


def identity(host: bytes = PRIVATE, protocol: int = 0, port: int = 0) -> Payload:
    return Payload(Kind.ID, build_identification(Identification(IdType.IPV4, host, protocol, port)))


L2TP = (identity(PRIVATE, 17, 1701), identity(GATEWAY.host, 17, 1701))


def sent(events: Iterable[IkeEvent]) -> list[bytes]:
    return [event.message for event in events if isinstance(event, Send)]


def deletes(payloads: Iterable[Payload]) -> list[Delete]:
    return [parse_delete(body) for body in all_of(payloads, Kind.DELETE)]


@dataclass(slots=True)
class Asker:
    """One phase 1 as the initiator; `peer` and `target` are where its messages come and go."""

    sai_b: bytes = field(default_factory=ike_offer)
    vendors: tuple[bytes, ...] = ()
    psk: bytes = PSK
    cookie_i: bytes = b"cookie_i"
    peer: Endpoint = PEER
    target: Endpoint = GATEWAY
    nonce: bytes = b"a nonce of sixteen"
    cookie_r: bytes = NO_COOKIE
    exchanged: Exchanged | None = None
    keys: Keys | None = None
    iv: bytes = b""  # of the message that comes next in main mode; then phase 1's last block
    answers: dict[int, bytes] = field(default_factory=dict)  # IVs of quick modes
    nonces: dict[int, bytes] = field(default_factory=dict)
    secret: int = 0x123456789ABCDEF
    public: bytes = b""

    def datagram(self, message: bytes) -> Datagram:
        return Datagram(self.peer, self.target, message)

    def float(self) -> None:
        self.peer, self.target = PEER_4500, GATEWAY_4500

    def clear(
        self, payloads: Sequence[Payload], exchange: int = Exchange.MAIN, message_id: int = 0
    ) -> bytes:
        header = Header(
            self.cookie_i, self.cookie_r, payloads[0].kind, exchange, message_id=message_id
        )
        return build_message(header, build_chain(payloads))

    def first(self) -> bytes:
        vendors = (Payload(Kind.VENDOR, vendor) for vendor in self.vendors)
        return self.clear([Payload(Kind.SA, self.sai_b), *vendors])

    def take_second(self, message: bytes) -> tuple[Payload, ...]:
        header, body = parse_header(message)
        self.cookie_r = header.cookie_r
        return parse_chain(Reader(body), header.first)

    @property
    def suite(self) -> IkeSuite:
        choice = choose_ike(parse_association(self.sai_b), IKE_SUITES.values())
        assert choice is not None
        return choice.suite

    def third(self, nat_d: int | None = None, source: Endpoint | None = None) -> bytes:
        self.public = public_value(self.suite.group, self.secret)
        payloads = [Payload(Kind.KE, self.public), Payload(Kind.NONCE, self.nonce)]
        if nat_d is not None:
            payloads += [
                Payload(nat_d, nat_d_hash(self.suite.hash, self.cookie_i, self.cookie_r, endpoint))
                for endpoint in (self.target, source or self.peer)
            ]
        return self.clear(payloads)

    def take_fourth(self, message: bytes) -> tuple[Payload, ...]:
        header, body = parse_header(message)
        payloads = parse_chain(Reader(body), header.first)
        theirs, nr_b = (one_of(payloads, kind, "") for kind in (Kind.KE, Kind.NONCE))
        self.exchanged = Exchanged(
            self.cookie_i,
            self.cookie_r,
            self.sai_b,
            self.public,
            theirs,
            self.nonce,
            nr_b,
            shared_value(self.suite.group, self.secret, theirs),
        )
        skeyid = psk_skeyid(self.suite.hash, self.psk, self.nonce, nr_b)
        self.keys = derive_keys(self.suite, skeyid, self.exchanged)
        self.iv = first_iv(self.keys, self.public, theirs)
        return payloads

    def fifth(self, me: Payload | None = None, *more: Payload) -> bytes:
        assert self.keys is not None
        assert self.exchanged is not None
        me = me or identity()
        proof = Payload(Kind.HASH, hash_i(self.keys, self.exchanged, me.body))
        header = Header(self.cookie_i, self.cookie_r, 0, Exchange.MAIN)
        message = seal(self.keys, self.iv, header, [me, proof, *more])
        self.iv = next_iv(self.keys, message)
        return message

    def take_sixth(self, message: bytes) -> tuple[Payload, ...]:
        assert self.keys is not None
        header, body = parse_header(message)
        plain = unseal(self.keys, self.iv, body)
        self.iv = next_iv(self.keys, message)
        return parse_chain(Reader(plain), header.first)

    def quick(self, message_id: int, *payloads: Payload) -> bytes:
        """The first message of quick mode; without payloads, what an L2TP client sends."""
        nonce = Payload(Kind.NONCE, self.nonce)
        return self.protected(
            Exchange.QUICK, message_id, *(payloads or (esp_offer(), nonce, *L2TP))
        )

    def protected(self, exchange: Exchange, message_id: int, *payloads: Payload) -> bytes:
        assert self.keys is not None
        header = Header(self.cookie_i, self.cookie_r, 0, exchange, message_id=message_id)
        iv = message_iv(self.keys, self.iv, header.message_id_bytes)
        hashed = with_hash(self.keys, header.message_id_bytes, payloads)
        message = seal(self.keys, iv, header, hashed)
        self.answers[message_id] = next_iv(self.keys, message)
        return message

    def inform(self, message_id: int, *payloads: Payload) -> bytes:
        return self.protected(Exchange.INFORMATIONAL, message_id, *payloads)

    def read(self, message: bytes) -> tuple[Payload, ...]:
        """An informational, its hash checked."""
        assert self.keys is not None
        header, body = parse_header(message)
        iv = message_iv(self.keys, self.iv, header.message_id_bytes)
        plain = unseal(self.keys, iv, body)
        return check_hash(self.keys, header.message_id_bytes, header.first, plain)

    def take_quick(self, message: bytes) -> tuple[Payload, ...]:
        """The second message of quick mode, its hash checked."""
        assert self.keys is not None
        header, body = parse_header(message)
        plain = unseal(self.keys, self.answers[header.message_id], body)
        before = header.message_id_bytes + self.nonce
        payloads = check_hash(self.keys, before, header.first, plain)
        self.answers[header.message_id] = next_iv(self.keys, message)
        self.nonces[header.message_id] = one_of(payloads, Kind.NONCE, "nonce")
        return payloads

    def confirm(self, message_id: int) -> bytes:
        """The third message of quick mode."""
        assert self.keys is not None
        header = Header(self.cookie_i, self.cookie_r, 0, Exchange.QUICK, message_id=message_id)
        proof = hash_3(self.keys, header.message_id_bytes, self.nonce, self.nonces[message_id])
        return seal(self.keys, self.answers[message_id], header, [Payload(Kind.HASH, proof)])


@dataclass(slots=True)
class Meeting:
    """An `Ike` and an asker; everything that was told is in `events`."""

    ike: Ike
    asker: Asker
    events: list[IkeEvent] = field(default_factory=list)

    def give(self, message: bytes, now: float = 0.0) -> list[IkeEvent]:
        events = self.ike.receive(self.asker.datagram(message), now)
        self.events += events
        return events

    def give_for(self, message: bytes, now: float = 0.0) -> bytes:
        """The one message that answers."""
        (answer,) = sent(self.give(message, now))
        return answer

    def main_mode(self, nat_d: int | None = None, *more: Payload, now: float = 0.0) -> None:
        """All six messages; with `nat_d` the client says it is behind a NAT, and floats."""
        asker = self.asker
        asker.take_second(self.give_for(asker.first(), now))
        private = None if nat_d is None else Endpoint(PRIVATE, 500)
        asker.take_fourth(self.give_for(asker.third(nat_d, private), now))
        if nat_d is not None:
            asker.float()
        asker.take_sixth(self.give_for(asker.fifth(None, *more), now))

    def quick_mode(self, message_id: int, *payloads: Payload, now: float = 0.0) -> PairReady:
        """All three messages."""
        answer = self.give_for(self.asker.quick(message_id, *payloads), now)
        self.asker.take_quick(answer)
        self.give(self.asker.confirm(message_id), now)
        return [event for event in self.events if isinstance(event, PairReady)][-1]

    def of(self, kind: type[IkeEvent]) -> list[IkeEvent]:
        return [event for event in self.events if isinstance(event, kind)]


def meet(rules: IkePolicy | None = None, asker: Asker | None = None, **changes: Any) -> Meeting:
    """`changes` are fields of the policy."""
    rules = replace(rules or policy(), **changes)
    return Meeting(Ike(rules, seeded()), asker or Asker())
