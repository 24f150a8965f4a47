"""How the asking end of main mode proves who it is, and checks who answers (RFC 2409, 5).

All that a method of authentication changes for an initiator is in these four names. Signatures
(5.1) stand beside the pre-shared key with the same four, and `initiator_main.py` stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gateway.crypto.mac import Hash, equal
from gateway.ike.errors import BadHash
from gateway.ike.keys import Exchanged, Keys, hash_i, hash_r, psk_skeyid
from gateway.ike.numbers import PRE_SHARED_KEY, Kind
from gateway.ike.payloads import Payload, one_of


@dataclass(frozen=True, slots=True)
class PskProof:
    """A pre-shared key (5.4)."""

    psk: bytes = field(repr=False)
    method: ClassVar[int] = PRE_SHARED_KEY  # as the offer says it

    def skeyid(self, hash: Hash, exchanged: Exchanged) -> bytes:
        return psk_skeyid(hash, self.psk, exchanged.ni_b, exchanged.nr_b)

    def prove(self, keys: Keys, exchanged: Exchanged, idii_b: bytes) -> list[Payload]:
        """What goes behind our identity in the fifth message."""
        return [Payload(Kind.HASH, hash_i(keys, exchanged, idii_b))]

    def check(
        self, keys: Keys, exchanged: Exchanged, idir_b: bytes, payloads: Sequence[Payload]
    ) -> None:
        """BadHash unless the sixth message proves that its sender is who it should be."""
        came = one_of(payloads, Kind.HASH, "hash")
        if not equal(came, hash_r(keys, exchanged, idir_b)):
            raise BadHash("the server does not have the key")


Proof = PskProof
