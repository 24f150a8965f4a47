"""NAT traversal: RFC 3947 and the drafts before it, told apart by a table.

A variant is chosen by vendor ID in the first two messages, and everything else follows from its
row. Drafts 00 and 01 (8-byte marker, no float), 04 to 08 and Apple's (payloads 15 and 16) get
their rows here when they are built.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.crypto.mac import Hash, digest, equal
from gateway.ike.numbers import TRANSPORT, IdType
from gateway.ike.payloads import Identification, build_identification, parse_identification
from gateway.ike.quirks import BOTH_DRAFTS_02
from gateway.wire.udp import Endpoint


@dataclass(frozen=True, slots=True)
class Variant:
    """One row: all in which the variants differ."""

    name: str
    vendor_id: bytes
    nat_d: int  # payload type
    nat_oa: int  # payload type
    udp_tunnel: int  # encapsulation mode
    udp_transport: int  # encapsulation mode
    answers_nat_oa: int  # 2: both addresses, always. 1: our own, only if we are behind a NAT
    port: int = 4500  # where the ports float to
    marker: int = 4  # zero bytes before IKE on that port


_DRAFT: Final = (130, 131, 61443, 61444, 1)

VARIANTS: Final[tuple[Variant, ...]] = (
    # The best first; which of the two drafts 02 comes first is told in quirks.py.
    Variant("rfc3947", bytes.fromhex("4a131c81070358455c5728f20e95452f"), 20, 21, 3, 4, 2),
    Variant("draft-03", bytes.fromhex("7d9419a65310ca6f2c179d9215529d56"), *_DRAFT),
    Variant(BOTH_DRAFTS_02.first, bytes.fromhex("90cb80913ebb696e086381b5ec427b1f"), *_DRAFT),
    Variant("draft-02", bytes.fromhex("cd60464335df21f87cfdb2fc68b6a448"), *_DRAFT),
)
NAMES: Final[tuple[str, ...]] = tuple(variant.name for variant in VARIANTS)


@dataclass(frozen=True, slots=True)
class Nat:
    """Who is behind a translator."""

    client: bool = False
    gateway: bool = False

    @property
    def found(self) -> bool:
        return self.client or self.gateway


def offered_variants(vendors: Iterable[bytes]) -> tuple[str, ...]:
    """The names of those we know, in the peer's order."""
    names = {variant.vendor_id: variant.name for variant in VARIANTS}
    return tuple(dict.fromkeys(names[vendor] for vendor in vendors if vendor in names))


def choose_variant(vendors: Iterable[bytes], allowed: Iterable[str]) -> Variant | None:
    """The best that both know."""
    common = set(offered_variants(vendors)) & set(allowed)
    return next((variant for variant in VARIANTS if variant.name in common), None)


def nat_d_hash(hash: Hash, cookie_i: bytes, cookie_r: bytes, endpoint: Endpoint) -> bytes:
    """HASH(CKY-I | CKY-R | IP | Port) (RFC 3947, 3.2)."""
    port = endpoint.port.to_bytes(2, "big")
    return digest(hash, cookie_i + cookie_r + endpoint.host + port)


def find_nat(came: list[bytes], local: bytes, peer: bytes) -> Nat:
    """Compare the NAT-D bodies that came with the hashes of what we see.

    The first is of the receiver, as the sender sees it; the others are of the sender, one for each
    address it may have. Without any at all nothing is known, and no NAT is assumed.
    """
    if not came:
        return Nat()
    own = came[1:]
    return Nat(
        client=bool(own) and not any(equal(hash, peer) for hash in own),
        gateway=not equal(came[0], local),
    )


def parse_nat_oa(body: bytes) -> bytes | None:
    """The original address in a NAT-OA payload; None if it is not IPv4's (RFC 3947, 5.2)."""
    address = parse_identification(body)
    return address.data if address.kind == IdType.IPV4 and len(address.data) == 4 else None


def build_nat_oa(host: bytes) -> bytes:
    return build_identification(Identification(IdType.IPV4, host))


def nat_oa_to_send(
    variant: Variant, nat: Nat, came: int, peer: Endpoint, local: Endpoint
) -> list[bytes]:
    """The NAT-OA bodies of the second quick mode message.

    The RFC wants both addresses; but who sent none is not prepared for any (racoon refuses them).
    The drafts' form is our own address alone, and only of use if we are translated.
    """
    if variant.answers_nat_oa == 2:
        return [build_nat_oa(peer.host), build_nat_oa(local.host)] if came else []
    return [build_nat_oa(local.host)] if nat.gateway else []


def allowed_modes(variant: Variant | None, nat: Nat, local: Endpoint) -> dict[int, int]:
    """Encapsulation modes that fit the way we talk, each with its marker (0: plain ESP)."""
    floated = variant is not None and local.port == variant.port
    modes: dict[int, int] = {}
    if variant is not None and floated:
        modes[variant.udp_transport] = variant.marker
    if not (nat.found and floated):
        modes[TRANSPORT] = 0
    return modes
