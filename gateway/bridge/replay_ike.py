"""The IKE of a recorded client, spoken again under fresh keys: the initiator's half.

It says the recorded parts in their order, with what has to be new made new, and takes the answers.
It is no initiator for a real dial: nothing is sent twice, and only what is recorded is said.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.bridge.replay_places import CLIENT, ELSEWHERE, GATEWAY, OUTSIDE
from gateway.bridge.replay_signed import Shown
from gateway.control.recorded import BadCase, Line, length, letters
from gateway.crypto.modp import choose_secret, public_value, shared_value
from gateway.ike.choice import choose_esp, choose_ike
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.keys import (
    Exchanged,
    Keys,
    derive_keys,
    first_iv,
    hash_i,
    keymat,
    message_iv,
    psk_skeyid,
    rsa_skeyid,
)
from gateway.ike.nat import NAMES, Variant, choose_variant, nat_d_hash
from gateway.ike.numbers import (
    DOI_IPSEC,
    FLAG_COMMIT,
    NO_COOKIE,
    PRE_SHARED_KEY,
    RSA_SIGNATURES,
    TRANSPORT,
    TUNNEL,
    Exchange,
    Kind,
    Protocol,
)
from gateway.ike.payloads import (
    Delete,
    Identification,
    Notification,
    Payload,
    all_of,
    build_chain,
    build_delete,
    build_identification,
    build_notification,
    one_of,
    parse_chain,
)
from gateway.ike.proposals import (
    ESP_SUITES,
    IKE_SUITES,
    IkeSuite,
    build_association,
    parse_association,
)
from gateway.ike.protect import hash_3, next_iv, seal, unseal, with_hash
from gateway.wire.cursor import Reader
from gateway.wire.udp import Endpoint

MODES: Final = frozenset((TUNNEL, TRANSPORT, 3, 4, 61443, 61444))
METHODS: Final = {PRE_SHARED_KEY: IKE_SUITES, RSA_SIGNATURES: IKE_SUITES}
HOSTS: Final = {"gateway": GATEWAY, "outside": OUTSIDE, "client": CLIENT, "other": ELSEWHERE}
EXCHANGES: Final = {
    "main": Exchange.MAIN,
    "quick": Exchange.QUICK,
    "notice": Exchange.INFORMATIONAL,
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """The client's side of a pair: keys by direction, SPIs of their receivers."""

    suite: str
    spi_in: int
    spi_out: int
    keymat_in: bytes = field(repr=False)
    keymat_out: bytes = field(repr=False)
    marker: int  # zero bytes of it, before ESP or IKE; 0 is plain ESP


@dataclass(slots=True)
class Quick:
    """A quick mode under way."""

    number: int
    spi: bytes
    nonce: bytes = b""
    theirs: bytes = b""
    iv: bytes = b""
    secret: int = 0
    answered: bool = False


@dataclass(slots=True)
class Initiator:
    """`say` builds the next recorded message, `hear` takes what the gateway sends."""

    psk: bytes = field(repr=False)
    random: Callable[[int], bytes] = field(repr=False)
    shown: Shown | None = None  # by which it proves itself, if not by the key
    pairs: list[Agreed] = field(default_factory=list)
    notices: int = 0
    _cookie_i: bytes = b""
    _cookie_r: bytes = NO_COOKIE
    _suite: IkeSuite | None = None
    _variant: Variant | None = None
    _sa: bytes = b""
    _nonces: list[bytes] = field(default_factory=list)
    _publics: list[bytes] = field(default_factory=list)
    _secret: int = field(default=0, repr=False)
    _exchanged: Exchanged | None = field(default=None, repr=False)
    _keys: Keys | None = field(default=None, repr=False)
    _main: bytes = b""
    _quicks: dict[str, Quick] = field(default_factory=dict)
    _ids: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._cookie_i = self.random(8)
        self._nonces = []

    def say(self, line: Line) -> bytes | None:
        """The message; None if what it needs has never come."""
        name, number, *flags = [*line.what.split(), "", ""]
        exchange = EXCHANGES.get(name)
        if exchange is None or not line.parts:
            raise BadCase(f"{line.what!r:.40} is no exchange that can be played")
        flag = FLAG_COMMIT if "commit" in flags else 0
        if exchange == Exchange.MAIN and "clear" in flags:
            return self._say_clear(line, flag)
        if self._keys is None or (exchange != Exchange.MAIN and not self._main):
            return None
        if exchange == Exchange.MAIN:
            return self._say_proof(line, self._keys)
        if exchange == Exchange.QUICK:
            return self._say_quick(line, f"quick {number}", self._keys, flag)
        return self._say_notice(line, self._keys)

    def hear(self, message: bytes) -> None:
        """WireError if it makes no sense; a message of no use is left alone."""
        header, body = parse_header(message)
        if header.cookie_i != self._cookie_i:
            return
        if header.exchange == Exchange.MAIN and not header.encrypted:
            self._hear_clear(header, body)
        elif header.exchange == Exchange.MAIN and self._keys is not None:
            self._main = next_iv(self._keys, body)
        elif header.exchange == Exchange.QUICK and self._keys is not None:
            self._hear_quick(header, body, self._keys)
        elif header.exchange == Exchange.INFORMATIONAL:
            self.notices += 1

    # main mode

    def _say_clear(self, line: Line, flag: int) -> bytes | None:
        first = line.parts[0].startswith(f"{Kind.SA.value} ")
        if not first and self._suite is None:
            return None
        payloads = [self._payload(part, line) for part in line.parts]
        if first:
            self._sa = one_of(payloads, Kind.SA, "security association")
        header = Header(self._cookie_i, self._cookie_r, payloads[0].kind, Exchange.MAIN, flags=flag)
        return build_message(header, build_chain(payloads))

    def _hear_clear(self, header: Header, body: bytes) -> None:
        payloads = parse_chain(Reader(body), header.first)
        if header.first == Kind.SA and self._suite is None:
            taken = parse_association(one_of(payloads, Kind.SA, "security association"))
            choice = choose_ike(taken, IKE_SUITES.values(), METHODS)
            self._cookie_r = header.cookie_r
            self._suite = None if choice is None else choice.suite
            self._variant = choose_variant(all_of(payloads, Kind.VENDOR), NAMES)
        elif self._suite is not None and self._publics and self._keys is None:
            theirs = one_of(payloads, Kind.KE, "key exchange")
            nonce = one_of(payloads, Kind.NONCE, "nonce")
            shared = shared_value(self._suite.group, self._secret, theirs)
            cookies = self._cookie_i, self._cookie_r
            ours = self._publics[0], self._nonces[0]
            self._exchanged = Exchanged(*cookies, self._sa, ours[0], theirs, ours[1], nonce, shared)
            skeyid = self._skeyid(self._suite, ours[1], nonce, shared)
            self._keys = derive_keys(self._suite, skeyid, self._exchanged)

    def _skeyid(self, suite: IkeSuite, own: bytes, theirs: bytes, shared: bytes) -> bytes:
        if self.shown is not None:
            return rsa_skeyid(suite.hash, own, theirs, shared)
        return psk_skeyid(suite.hash, self.psk, own, theirs)

    def _say_proof(self, line: Line, keys: Keys) -> bytes:
        """The fifth message: hash or signature is over the identity that stands beside it."""
        exchanged = self._exchanged
        if exchanged is None or self._main:
            raise BadCase("a fifth message of main mode that nothing comes before")
        payloads = [self._payload(part, line) for part in line.parts]
        proof = hash_i(keys, exchanged, one_of(payloads, Kind.ID, "identity"))
        if self.shown is not None:
            proof = self.shown.signature(proof, self.random)
        proofs = (Kind.HASH, Kind.SIGNATURE)
        payloads = [replace(one, body=proof) if one.kind in proofs else one for one in payloads]
        header = Header(self._cookie_i, self._cookie_r, Kind.NONE, Exchange.MAIN)
        iv = first_iv(keys, exchanged.g_xi, exchanged.g_xr)
        return seal(keys, iv, header, payloads)

    # behind main mode

    def _say_quick(self, line: Line, name: str, keys: Keys, flag: int) -> bytes | None:
        quick = self._quicks.get(name)
        if quick is None:
            quick = self._quicks[name] = Quick(self._number(), b"\1" + self.random(3))
            return self._say_offer(line, quick, keys, flag)
        if not quick.answered:
            return None
        number = quick.number.to_bytes(4, "big")
        if line.parts == (f"{Kind.HASH.value} hash",):
            payloads = [Payload(Kind.HASH, hash_3(keys, number, quick.nonce, quick.theirs))]
        else:
            rest = [self._payload(part, line, quick) for part in line.parts[1:]]
            payloads = with_hash(keys, number, rest)
        message = seal(keys, quick.iv, self._behind(Exchange.QUICK, quick.number, flag), payloads)
        quick.iv = next_iv(keys, message)
        return message

    def _say_offer(self, line: Line, quick: Quick, keys: Keys, flag: int) -> bytes:
        rest = [self._payload(part, line, quick) for part in line.parts[1:]]
        quick.nonce = one_of(rest, Kind.NONCE, "nonce")
        number = quick.number.to_bytes(4, "big")
        iv = message_iv(keys, self._main, number)
        header = self._behind(Exchange.QUICK, quick.number, flag)
        message = seal(keys, iv, header, with_hash(keys, number, rest))
        quick.iv = next_iv(keys, message)
        return message

    def _hear_quick(self, header: Header, body: bytes, keys: Keys) -> None:
        quick = next((q for q in self._quicks.values() if q.number == header.message_id), None)
        if quick is None or quick.answered:
            return
        payloads = parse_chain(Reader(unseal(keys, quick.iv, body)), header.first)
        quick.theirs = one_of(payloads, Kind.NONCE, "nonce")
        quick.iv, quick.answered = next_iv(keys, body), True
        taken = parse_association(one_of(payloads, Kind.SA, "security association"))
        choice = choose_esp(taken, ESP_SUITES.values(), MODES, pfs=quick.secret != 0)
        if choice is None:
            return
        shared = b""
        if choice.group is not None:
            theirs = one_of(payloads, Kind.KE, "key exchange")
            shared = shared_value(choice.group, quick.secret, theirs)
        nonces, length = quick.nonce + quick.theirs, choice.suite.keymat_length
        self.pairs.append(
            Agreed(
                suite=choice.suite.name,
                spi_in=int.from_bytes(quick.spi, "big"),
                spi_out=int.from_bytes(choice.spi, "big"),
                keymat_in=keymat(keys, Protocol.ESP, quick.spi, nonces, length, shared),
                keymat_out=keymat(keys, Protocol.ESP, choice.spi, nonces, length, shared),
                marker=self._marker(choice.mode),
            )
        )

    def _marker(self, mode: int) -> int:
        variant = self._variant
        return 0 if variant is None or mode in (TUNNEL, TRANSPORT) else variant.marker

    def _say_notice(self, line: Line, keys: Keys) -> bytes:
        number = self._number()
        rest = [self._payload(part, line) for part in line.parts[1:]]
        before = number.to_bytes(4, "big")
        iv = message_iv(keys, self._main, before)
        header = self._behind(Exchange.INFORMATIONAL, number, 0)
        return seal(keys, iv, header, with_hash(keys, before, rest))

    def _behind(self, exchange: Exchange, number: int, flag: int) -> Header:
        cookies = self._cookie_i, self._cookie_r
        return Header(*cookies, Kind.NONE, exchange, flags=flag, message_id=number)

    def _number(self) -> int:
        return int.from_bytes(self.random(4), "big") | 1

    # parts

    def _payload(self, part: str, line: Line, quick: Quick | None = None) -> Payload:
        kind, form, *rest = [*part.split(), "", ""]
        made = _FORMS.get(form)
        if made is None or not kind.isdecimal():
            raise BadCase(f"{part:.60} is no payload")
        return Payload(int(kind), made(self, [word for word in rest if word], line, quick))

    def _public(self, rest: list[str], line: Line, quick: Quick | None) -> bytes:
        if self._suite is None:
            raise BadCase("a key exchange before anything was agreed on")
        group = self._suite.group
        secret = choose_secret(group, self.random)
        made = public_value(group, secret)
        if quick is None:
            self._secret = secret
            self._publics.append(made)
        else:
            quick.secret = secret
        return made

    def _nonce(self, rest: list[str], line: Line, quick: Quick | None) -> bytes:
        made = self.random(min(max(int(rest[0]), 8), 256))
        self._nonces.append(made)
        return made

    def _certificate(self, rest: list[str], line: Line, quick: Quick | None) -> bytes:
        return self._shows().body(int(rest[0]))

    def _request(self, rest: list[str], line: Line, quick: Quick | None) -> bytes:
        return self._shows().request(int(rest[0]))

    def _identity(self, rest: list[str], line: Line, quick: Quick | None) -> bytes:
        kind, protocol, port, who = rest
        data = HOSTS.get(who)
        if who == "subject":
            data = self._shows().certificate.subject
        elif data is None:
            data = letters(who)
        return build_identification(Identification(int(kind), data, int(protocol), int(port)))

    def _shows(self) -> Shown:
        if self.shown is None:
            raise BadCase("a certificate of somebody who does not sign")
        return self.shown

    def _nat_d(self, rest: list[str], line: Line, quick: Quick | None) -> bytes:
        if self._suite is None:
            raise BadCase("a NAT-D payload before anything was agreed on")
        port = line.source or 500
        ours = Endpoint(GATEWAY, line.port)
        theirs = Endpoint(OUTSIDE, line.source)
        end = {"gateway": ours, "outside": theirs}.get(rest[0], Endpoint(CLIENT, port))
        return nat_d_hash(self._suite.hash, self._cookie_i, self._cookie_r, end)

    def _esp(self, rest: list[str], line: Line, quick: Quick | None) -> bytes:
        if quick is None:
            raise BadCase("phase 2's proposals outside of quick mode")
        association = parse_association(bytes.fromhex(rest[0]))
        proposals = tuple(replace(one, spi=quick.spi) for one in association.proposals)
        return build_association(replace(association, proposals=proposals))

    def _notify(self, rest: list[str], line: Line, quick: Quick | None) -> bytes:
        protocol, kind, size, data = rest
        spi = self._cookie_i + self._cookie_r if size == "16" else self._spi(quick, length(size))
        said = letters(data) if data.startswith("cut:") else bytes.fromhex(data.strip("-"))
        return build_notification(Notification(int(kind), int(protocol), spi, said, DOI_IPSEC))

    def _delete(self, rest: list[str], line: Line, quick: Quick | None) -> bytes:
        protocol = int(rest[0])
        own = tuple(pair.spi_in.to_bytes(4, "big") for pair in self.pairs)
        spis = (self._cookie_i + self._cookie_r,) if protocol == Protocol.ISAKMP else own
        return build_delete(Delete(protocol, spis))

    def _spi(self, quick: Quick | None, size: int) -> bytes:
        if size == 4 and quick is not None:
            return quick.spi
        return self.pairs[-1].spi_in.to_bytes(4, "big") if size == 4 and self.pairs else bytes(size)


_Form = Callable[[Initiator, list[str], Line, Quick | None], bytes]
_FORMS: Final[dict[str, _Form]] = {
    "as": lambda owner, rest, line, quick: bytes.fromhex("".join(rest)),
    "offer": lambda owner, rest, line, quick: bytes.fromhex(rest[0]),
    "esp": Initiator._esp,
    "public": Initiator._public,
    "nonce": Initiator._nonce,
    "hash": lambda owner, rest, line, quick: b"",
    "signature": lambda owner, rest, line, quick: b"",
    "certificate": Initiator._certificate,
    "request": Initiator._request,
    "id": Initiator._identity,
    "nat-d": Initiator._nat_d,
    "nat-oa": Initiator._identity,
    "notify": Initiator._notify,
    "delete": Initiator._delete,
    "cut": lambda owner, rest, line, quick: bytes(length(rest[0])),
}
