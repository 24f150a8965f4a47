"""ESP packets of a traced client, opened a second time for whoever looks on.

The road's own contexts are not touched: each packet gets one of its own, from the keys that the
pair has kept. That costs some microseconds, and only for the client that is traced.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.crypto.cbc import decrypt
from gateway.crypto.mac import equal, hmac
from gateway.esp.numbers import HEADER, ICV, NEXT_UDP, SPI, TRAILER
from gateway.esp.suites import Suite, find_suite, split_keymat


@dataclass(frozen=True, slots=True)
class Keys:
    """One direction of a pair, as another program wants it."""

    spi: int
    suite: Suite
    cipher_key: bytes = field(repr=False)
    mac_key: bytes = field(repr=False)


def inbound_keys(pair: Pair) -> Keys:
    suite = find_suite(pair.suite)
    return Keys(pair.inbound.spi, suite, *split_keymat(suite, pair.keymat_in))


def outbound_keys(pair: Pair) -> Keys:
    suite = find_suite(pair.suite)
    return Keys(pair.outbound.spi, suite, *split_keymat(suite, pair.keymat_out))


def sent_by(packet: bytes, start: int, legs: Iterable[ClientLeg]) -> tuple[ClientLeg, Pair] | None:
    """Whose outgoing ESP packet this is: two clients may well have chosen the same SPI."""
    spi, host = int.from_bytes(packet[start : start + SPI], "big"), packet[16:20]
    found = [(leg, pair) for leg in legs for pair in leg.pairs.values() if pair.outbound.spi == spi]
    there = (one for one in found if host in (one[0].place.esp.host, one[0].place.ike.host))
    return next(there, found[0] if found else None)


def open_esp(keys: Keys, packet: bytes, start: int, end: int) -> bytes | None:
    """The UDP segment in `packet[start:end]`; None if it is not what these keys have made."""
    suite, block = keys.suite, keys.suite.cipher.block
    body_at, icv_at = start + HEADER, end - ICV
    if icv_at - body_at < 2 * block or (icv_at - body_at) % block:
        return None
    icv = hmac(suite.hash, keys.mac_key, packet[start:icv_at])[:ICV]
    if not equal(icv, packet[icv_at:end]):
        return None
    iv, sealed = packet[body_at : body_at + block], packet[body_at + block : icv_at]
    plain = decrypt(suite.cipher, keys.cipher_key, iv, sealed)
    length = len(plain) - TRAILER - plain[-2]
    return plain[:length] if length >= 0 and plain[-1] == NEXT_UDP else None
