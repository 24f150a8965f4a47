"""NAT traversal: RFC 3947 and the drafts before it, told apart by a table.

A variant is chosen by vendor ID in the first two messages, and everything else follows from its
row. With 00 and 01 all stays on port 500, where eight zero bytes stand before ESP in the place of
IKE's first cookie; from 02 on the ports float to 4500, where four zero bytes stand before IKE.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Final

from gateway.crypto.mac import Hash, digest, equal
from gateway.ike.numbers import PORT_IKE, PORT_NATT, TRANSPORT, IdType
from gateway.ike.payloads import (
    Identification,
    Payload,
    all_of,
    build_identification,
    parse_identification,
)
from gateway.ike.quirks import BOTH_DRAFTS_02, NAT_D_ANSWERS
from gateway.wire.udp import Endpoint


@dataclass(frozen=True, slots=True)
class Variant:
    """One row: all in which the variants differ. Numbers are payload types and modes."""

    name: str
    vendor_id: bytes
    nat_d: int
    nat_oa: int
    udp_tunnel: int
    udp_transport: int
    nat_oas: int  # in an answer. 2: both addresses, if asked for. 1: our own, if translated
    port: int = PORT_NATT  # where the ports float to
    marker: int = 4  # zero bytes: 4 before IKE on port 4500, 8 before ESP on port 500


_STAYS: Final = (130, 131, 61443, 61444, 1, PORT_IKE, 8)
_DRAFT: Final = (130, 131, 61443, 61444, 1)
_LATE: Final = (15, 16, 3, 4, 2)  # with numbers that were given to others in the end (RFC 3547)

VARIANTS: Final[tuple[Variant, ...]] = (
    # The best first; which of the two drafts 02 comes first is told in quirks.py. Those with the
    # numbers 15 and 16 come after 03 and 02, which everybody has tried with everybody; 00 and 01
    # last, since IPsec-aware NATs take their ESP for IKE.
    Variant("rfc3947", bytes.fromhex("4a131c81070358455c5728f20e95452f"), 20, 21, 3, 4, 2),
    Variant("draft-03", bytes.fromhex("7d9419a65310ca6f2c179d9215529d56"), *_DRAFT),
    Variant(BOTH_DRAFTS_02.first, bytes.fromhex("90cb80913ebb696e086381b5ec427b1f"), *_DRAFT),
    Variant("draft-02", bytes.fromhex("cd60464335df21f87cfdb2fc68b6a448"), *_DRAFT),
    Variant("draft-08", bytes.fromhex("8f8d83826d246b6fc7a8a6a428c11de8"), *_LATE),
    Variant("draft-07", bytes.fromhex("439b59f8ba676c4c7737ae22eab8f582"), *_LATE),
    Variant("draft-06", bytes.fromhex("4d1e0e136deafa34c4f3ea9f02ec7285"), *_LATE),
    Variant("draft-05", bytes.fromhex("80d0bb3def54565ee84645d4c85ce3ee"), *_LATE),
    Variant("draft-04", bytes.fromhex("9909b64eed937c6573de52ace952fa6b"), *_LATE),
    Variant("apple", bytes.fromhex("4df37928e9fc4fd1b3262170d515c662"), *_LATE),
    Variant("draft-01", bytes.fromhex("16f6ca16e4a4066d83821a0f0aeaa862"), *_STAYS),
    Variant("draft-00", bytes.fromhex("4485152d18b6bbcd0be8a8469579ddcc"), *_STAYS),
)
NAMES: Final[tuple[str, ...]] = tuple(variant.name for variant in VARIANTS)
NOWHERE: Final = Endpoint(bytes(4), 0)  # the hash of it fits nobody
EITHER_PORT: Final = (PORT_IKE, PORT_NATT)


@dataclass(frozen=True, slots=True)
class Nat:
    """Who is behind a translator."""

    client: bool = False
    gateway: bool = False

    @property
    def found(self) -> bool:
        return self.client or self.gateway


class Answer(Enum):
    """What a client is told of our own end; the value is the configuration's word.

    HONEST: the hash of our address as it is. PARROT: the client's own hash of us comes back, so it
    sees no translator before us; and if it has none itself it is told that it has, or it would
    send plain ESP, which a router that forwards two UDP ports does not bring to us.
    """

    HONEST = "honest"
    PARROT = "parrot"


def offered_variants(vendors: Iterable[bytes]) -> tuple[str, ...]:
    """The names of those we know, in the peer's order."""
    names = {variant.vendor_id: variant.name for variant in VARIANTS}
    return tuple(dict.fromkeys(names[vendor] for vendor in vendors if vendor in names))


def choose_variant(vendors: Iterable[bytes], allowed: Iterable[str]) -> Variant | None:
    """The best that both know."""
    common = set(offered_variants(vendors)) & set(allowed)
    return next((variant for variant in VARIANTS if variant.name in common), None)


def choose_answer(vendors: Iterable[str]) -> Answer:
    """For a client that is told by the names of its vendor IDs: the first that is in the table."""
    found = (NAT_D_ANSWERS[name] for name in vendors if name in NAT_D_ANSWERS)
    quirk = next(found, None)
    return Answer.HONEST if quirk is None else Answer(quirk.answer)


def in_either_form(
    payloads: Sequence[Payload], variant: Variant, form: Callable[[Variant], int]
) -> tuple[int, list[bytes]]:
    """NAT-D or NAT-OA bodies, and the payload type they came as, which is the one to answer by.

    The variant's own type; or, where none came, that of another: SE answers in the form received.
    """
    for kind in dict.fromkeys(map(form, (variant, *VARIANTS))):
        if bodies := all_of(payloads, kind):
            return kind, bodies
    return form(variant), []


def nat_d_hash(hash: Hash, cookie_i: bytes, cookie_r: bytes, endpoint: Endpoint) -> bytes:
    """HASH(CKY-I | CKY-R | IP | Port) (RFC 3947, 3.2)."""
    port = endpoint.port.to_bytes(2, "big")
    return digest(hash, cookie_i + cookie_r + endpoint.host + port)


def either_port(endpoint: Endpoint) -> tuple[Endpoint, ...]:
    """The endpoint, and with it the same host's other port of IKE: who floats before the fifth
    message may still speak of port 500, or already of port 4500."""
    if endpoint.port not in EITHER_PORT:
        return (endpoint,)
    return endpoint, *(endpoint._replace(port=p) for p in EITHER_PORT if p != endpoint.port)


def find_nat(came: Sequence[bytes], local: Collection[bytes], peer: Collection[bytes]) -> Nat:
    """Compare the NAT-D bodies that came with the hashes of what we see, any of which will do.

    The first is of the receiver, as the sender sees it; the others are of the sender, one for each
    address it may have. Without any at all nothing is known, and no NAT is assumed.
    """
    if not came:
        return Nat()
    own = came[1:]
    return Nat(
        client=bool(own) and not _in_common(own, peer),
        gateway=not _in_common(came[:1], local),
    )


def hides(came: Sequence[bytes], nat: Nat, local: bytes, answer: Answer) -> bool:
    """Whether the translator before us is kept from the client."""
    return answer is Answer.PARROT and nat.gateway and len(came[0]) == len(local)


def nat_d_to_send(
    came: Sequence[bytes], nat: Nat, hidden: bool, local: bytes, peer: bytes, nowhere: bytes
) -> list[bytes]:
    """The NAT-D bodies of the fourth message: the client as we see it, then ourselves.

    Where the client is right its own words come back, which may be of either port.
    """
    if hidden and not nat.client:
        peer = nowhere
    elif len(came) == 2 and not nat.client:
        peer = came[1]
    return [peer, came[0] if came and (hidden or not nat.gateway) else local]


def _in_common(came: Sequence[bytes], known: Collection[bytes]) -> bool:
    return any(equal(one, other) for one, other in product(came, known))


def parse_nat_oa(body: bytes) -> bytes | None:
    """The original address in a NAT-OA payload; None if it is not IPv4's (RFC 3947, 5.2)."""
    address = parse_identification(body)
    return address.data if address.kind == IdType.IPV4 and len(address.data) == 4 else None


def build_nat_oa(host: bytes) -> bytes:
    return build_identification(Identification(IdType.IPV4, host))


def nat_oa_to_send(
    variant: Variant,
    translated: bool,
    hidden: bool,
    came: Sequence[bytes],
    peer: Endpoint,
    local: Endpoint,
) -> list[bytes]:
    """The NAT-OA bodies of the second quick mode message.

    The RFC wants both addresses; but who sent none is not prepared for any (racoon refuses them).
    The drafts' form is our own address alone, and only of use if we are translated, and if that is
    not `hidden` from the client: else what it believes of us comes back.
    """
    believed = parse_nat_oa(came[1]) if hidden and len(came) > 1 else None
    own = build_nat_oa(believed or local.host)
    if len(came) > 1 or (came and variant.nat_oas == 2):
        return [build_nat_oa(peer.host), own]
    return [own] if variant.nat_oas == 1 and translated and not hidden else []


def allowed_modes(variant: Variant | None, nat: Nat, local: Endpoint) -> dict[int, int]:
    """Encapsulation modes that fit the way we talk, each with its marker (0: plain ESP).

    ESP in UDP also for who stays on port 500 in IKE: it floats for ESP alone.
    """
    modes: dict[int, int] = {}
    if variant is not None:
        modes[variant.udp_transport] = variant.marker
    if variant is None or not nat.found or local.port != variant.port:
        modes[TRANSPORT] = 0
    return modes
