"""Informational exchanges under protection: delete, notify, dead peer detection.

RFC 2408, 4.8; RFC 2409, 5.7; RFC 3706. Those in the clear are never acted on.
"""

from collections.abc import Iterable, Sequence

from gateway.ike.errors import BadPayload, Replayed
from gateway.ike.header import Header
from gateway.ike.keys import message_iv
from gateway.ike.numbers import Exchange, Kind, Notify, Protocol
from gateway.ike.payloads import (
    Delete,
    Notification,
    Payload,
    all_of,
    build_delete,
    build_notification,
    parse_notification,
)
from gateway.ike.phase1 import Dpd, Phase1, Random, Secured
from gateway.ike.protect import check_hash, seal, unseal, with_hash

SEQUENCES = 1 << 32


def open_inform(secured: Secured, header: Header, body: bytes) -> tuple[Payload, ...]:
    """The payloads behind the hash; BadHash if it is wrong."""
    keys = secured.keys
    plain = unseal(keys, message_iv(keys, secured.last_block, header.message_id_bytes), body)
    return check_hash(keys, header.message_id_bytes, header.first, plain)


def build_inform(phase: Phase1, payloads: Sequence[Payload], random: Random) -> bytes:
    """A whole message with a message ID that was not used before."""
    secured = phase.secured()
    keys = secured.keys
    message_id = int.from_bytes(random(4), "big")
    while message_id == 0 or message_id in phase.used:
        message_id = (message_id + 1) % SEQUENCES
    phase.used.add(message_id)
    header = phase.header(Exchange.INFORMATIONAL, message_id)
    iv = message_iv(keys, secured.last_block, header.message_id_bytes)
    return seal(keys, iv, header, with_hash(keys, header.message_id_bytes, payloads))


def notifications(payloads: Iterable[Payload]) -> list[Notification]:
    return [parse_notification(body) for body in all_of(payloads, Kind.NOTIFICATION)]


def delete_pairs(spis_in: Iterable[int]) -> Payload:
    """We delete what we receive on; the peer knows its own part (RFC 2408, 3.15)."""
    spis = tuple(spi.to_bytes(4, "big") for spi in spis_in)
    return Payload(Kind.DELETE, build_delete(Delete(Protocol.ESP, spis)))


def delete_phase1(phase: Phase1) -> Payload:
    return Payload(Kind.DELETE, build_delete(Delete(Protocol.ISAKMP, (phase.cookies,))))


def refusal(protocol: Protocol, kind: int, spi: bytes = b"") -> Payload:
    return Payload(Kind.NOTIFICATION, build_notification(Notification(kind, protocol, spi)))


def dpd_notice(phase: Phase1, kind: Notify, sequence: int) -> Payload:
    """R-U-THERE or its acknowledgement (RFC 3706, 5.3)."""
    notice = Notification(kind, Protocol.ISAKMP, phase.cookies, sequence.to_bytes(4, "big"))
    return Payload(Kind.NOTIFICATION, build_notification(notice))


def dpd_sequence(phase: Phase1, notice: Notification) -> int:
    """BadPayload unless it is of this phase 1 and has a sequence number (CVE-2009-0790)."""
    if notice.spi != phase.cookies or len(notice.data) != 4:
        raise BadPayload("dead peer detection of another SA or without a sequence number")
    return int.from_bytes(notice.data, "big")


def hear_dpd(dpd: Dpd, sequence: int) -> None:
    """Take note of a peer's R-U-THERE; Replayed if it is an older one.

    The last number may come again, in a new message: so do those whose acknowledgement was lost.
    """
    if dpd.heard >= 0 and (sequence - dpd.heard) % SEQUENCES >= SEQUENCES // 2:
        raise Replayed(f"R-U-THERE {sequence} after {dpd.heard}")
    dpd.heard = sequence


def take_ack(dpd: Dpd, sequence: int) -> None:
    """Replayed if that was not asked, or was acknowledged before."""
    place = (sequence - dpd.ours) % SEQUENCES
    if place >= dpd.open:
        raise Replayed(f"acknowledgement of {sequence}, {dpd.open} asked from {dpd.ours}")
    dpd.ours = (sequence + 1) % SEQUENCES
    dpd.open -= place + 1


def ask(dpd: Dpd, tries: int) -> int:
    """The number to ask with after so many tries.

    strongSwan takes no other number than the one after the last it took, libreswan any above it.
    We cannot know whether our questions or their answers were lost, also in silences before. So a
    number never used before takes turns with the oldest that are not acknowledged.
    """
    place = dpd.open if tries % 2 else tries // 4 % 2
    place = min(place, dpd.open)
    dpd.open = max(dpd.open, place + 1)
    return (dpd.ours + place) % SEQUENCES
