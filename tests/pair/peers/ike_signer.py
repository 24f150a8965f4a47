"""A scripted client that proves itself by a certificate (RFC 2409, 5.1), and cuts long messages.

It signs and checks by Python's own arithmetic, and takes certificates apart by cryptography: the
gateway's RSA and X.509 are nowhere in it.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from struct import pack, unpack_from

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from gateway.wire.udp import Datagram
from tests import pki
from tests.pair.peers import isakmp
from tests.pair.peers.ike_initiator import MARKER, Initiator
from tests.pair.peers.ike_profiles import FRAGMENTATION, Profile
from tests.pair.peers.ike_state import Phase1
from tests.pair.peers.isakmp import Payload, Suite

CERT, CERT_REQUEST, SIGNATURE, FRAGMENT = 6, 7, 9, 132
PKCS7, X509, CRL = 1, 4, 7  # encodings (RFC 2408, 3.9)
PIECE = 500  # bytes of a message in one piece


class Signer(Initiator):
    """`shown` is what it sends as certificates, ready made; `roots` are whom it trusts.

    `requests` are the names it asks for. With `cut` every message above `PIECE` goes in pieces.
    """

    def __init__(
        self,
        profile: Profile,
        here: bytes,
        gateway: bytes,
        random: Callable[[int], bytes],
        me: pki.Owner,
        *,
        shown: list[Payload] | None = None,
        roots: tuple[pki.Owner, ...] = (),
        requests: tuple[bytes, ...] = (),
        identity: bytes = b"",
        cut: bool = False,
    ) -> None:
        super().__init__(replace(profile, method=3), here, gateway, b"", random)
        self.me, self.roots, self.requests, self.cut = me, roots, requests, cut
        self.shown = [certificate(me)] if shown is None else shown
        self.gateways: list[x509.Certificate] = []  # what the gateway has shown, own first
        self.asked_for: list[bytes] = []  # the authorities the gateway wants
        self.pieces_heard = 0
        self.signing_key = me.key
        self._identity_body = identity or pack("!BBH", 9, 0, 0) + me.subject
        self._came: dict[int, dict[int, bytes]] = {}
        self._numbers = count(1)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        marker = MARKER if datagram.source.port == 4500 else b""
        data = datagram.payload
        if data[: len(marker)] != marker:
            return []
        message = isakmp.parse(data[len(marker) :])
        if message.first != FRAGMENT:
            return super().receive(datagram, now)
        self.pieces_heard += 1
        (body,) = isakmp.bodies(isakmp.unchain(FRAGMENT, message.body), FRAGMENT)
        identifier, number, flags = unpack_from("!HBB", body)
        pieces = self._came.setdefault(identifier, {})
        pieces[number] = body[4:]
        last = number if flags & 1 else pieces.get(-1, b"\0")[0]
        pieces[-1] = bytes([last])
        if last and all(each in pieces for each in range(1, last + 1)):
            whole = b"".join(pieces[each] for each in range(1, last + 1))
            return super().receive(datagram._replace(payload=marker + whole), now)
        return []

    def _main(self, phase1: Phase1, payloads: list[Payload]) -> list[Datagram]:
        if payloads[0][0] == isakmp.KE:
            wanted = [(CERT_REQUEST, bytes([X509]) + one) for one in self.requests]
            payloads = payloads[:2] + wanted + payloads[2:]
        return super()._main(phase1, payloads)

    def _send(
        self, phase1: Phase1, first: int, exchange: int, flags: int, message_id: int, body: bytes
    ) -> list[Datagram]:
        whole = super()._send(phase1, first, exchange, flags, message_id, body)
        return [part for one in whole for part in self._pieces(one)]

    def _pieces(self, datagram: Datagram) -> list[Datagram]:
        marker = MARKER if datagram.source.port == 4500 else b""
        data = datagram.payload[len(marker) :]
        if not self.cut or len(data) <= PIECE:
            return [datagram]
        message, identifier = isakmp.parse(data), next(self._numbers)
        starts = range(0, len(data), PIECE)
        return [
            datagram._replace(
                payload=marker
                + piece(
                    message,
                    identifier,
                    number,
                    data[start : start + PIECE],
                    last=number == len(starts),
                )
            )
            for number, start in enumerate(starts, 1)
        ]

    def _derive(
        self, suite: Suite, nonces: tuple[bytes, bytes], shared: bytes, cookies: bytes
    ) -> isakmp.Keys:
        base = isakmp.prf(suite, b"".join(nonces), shared)
        return isakmp.derive_from(suite, base, shared, cookies)

    def _asked_for(self, payloads: list[Payload]) -> None:
        self.asked_for = [body[1:] for body in isakmp.bodies(payloads, CERT_REQUEST)]

    def _identity(self) -> bytes:
        return self._identity_body

    def _proof(self, check: bytes) -> list[Payload]:
        return [*self.shown, (SIGNATURE, pki.pad_and_sign(check, self.signing_key))]

    def _check_proof(self, identity: bytes, check: bytes, payloads: list[Payload]) -> None:
        shown = isakmp.bodies(payloads, CERT)
        self.gateways = [x509.load_der_x509_certificate(body[1:]) for body in shown]
        if not self.gateways:
            raise ValueError("the gateway has shown no certificate")
        own = self.gateways[0]
        public = own.public_key()
        assert isinstance(public, RSAPublicKey)
        (signature,) = isakmp.bodies(payloads, SIGNATURE)
        if pki.recover(signature, public) != check:
            raise ValueError("SIG_R is wrong")
        if identity != pack("!BBH", 9, 0, 0) + own.subject.public_bytes():
            raise ValueError("the gateway calls itself something else than its certificate does")
        if self.roots and not any(_vouches(root, self.gateways) for root in self.roots):
            raise ValueError("nobody I trust vouches for the gateway")


def certificate(owner: pki.Owner) -> Payload:
    return CERT, bytes([X509]) + owner.der


def chain(*owners: pki.Owner) -> Payload:
    """All in one payload, as Windows XP has it."""
    return CERT, bytes([PKCS7]) + pki.wrapped(*owners)


def piece(
    message: isakmp.Message, identifier: int, number: int, data: bytes, *, last: bool
) -> bytes:
    body = pack("!BBHHBB", 0, 0, 8 + len(data), identifier, number, int(last)) + data
    flags = message.flags & ~isakmp.ENCRYPTED
    return isakmp.build(message._replace(first=FRAGMENT, flags=flags, body=body))


def windows(profile: Profile) -> Profile:
    """The profile, announcing that it puts pieces together."""
    if FRAGMENTATION in profile.vendors:
        return profile
    return replace(profile, vendors=(*profile.vendors, FRAGMENTATION))


def _vouches(root: pki.Owner, shown: list[x509.Certificate]) -> bool:
    """From our own certificate up to the root, each step by cryptography's own check."""
    path = [*shown, root.certificate]
    try:
        for lower, upper in zip(path, path[1:], strict=False):
            lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
