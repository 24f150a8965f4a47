"""Quick mode as the asking end, in transport mode for L2TP (RFC 2409, 5.5; RFC 3193, 4).

The identities that come back are not looked at: some servers answer with their host name, or with
addresses as they see them (quirks.ECHOED_IDS). What both ends protect is what we asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.ike.attributes import parse_attributes
from gateway.ike.choice import Life
from gateway.ike.events import PairReady
from gateway.ike.header import Header
from gateway.ike.initiator_steps import QuickStep
from gateway.ike.keys import check_strong, keymat, message_iv
from gateway.ike.numbers import (
    FLAG_COMMIT,
    LIFE_KILOBYTES,
    LIFE_SECONDS,
    NONCE_OURS,
    PORT_L2TP,
    UDP,
    EspAttribute,
    Exchange,
    IdType,
    IkeAttribute,
    Kind,
    Notify,
    Protocol,
)
from gateway.ike.offers import offer_esp, taken_esp
from gateway.ike.payloads import (
    Identification,
    Notification,
    Payload,
    all_of,
    build_identification,
    one_of,
    parse_notification,
)
from gateway.ike.phase1 import Phase1, Random, take_nonce
from gateway.ike.proposals import EspSuite
from gateway.ike.protect import check_hash, hash_3, next_iv, seal, unseal, with_hash
from gateway.ike.resend import Retry
from gateway.wire.cursor import Reader, WireError

_LIFE_TYPES = (EspAttribute.LIFE_TYPE, IkeAttribute.LIFE_TYPE)
_LIFE_DURATIONS = (EspAttribute.LIFE_DURATION, IkeAttribute.LIFE_DURATION)


@dataclass(slots=True, eq=False)
class Asking:
    """A quick mode of ours. `server_port` is what we call the server's port in the selectors."""

    phase: Phase1
    message_id: int
    spi_in: int
    server_port: int
    nonce: bytes
    iv: bytes = field(repr=False)  # of the next message that comes
    retry: Retry
    step: QuickStep = QuickStep.AWAIT_SECOND
    refused: str = ""  # in the server's own words, once it has said so

    def header(self) -> Header:
        return self.phase.header(Exchange.QUICK, self.message_id)


def ask_pair(
    phase: Phase1,
    spi_in: int,
    server_port: int,
    suites: Sequence[EspSuite],
    life: Life,
    retry: Retry,
    random: Random,
) -> Asking:
    """The first message is in the retry; its message ID is used up."""
    keys, message_id = phase.secured().keys, _free_id(phase, random)
    phase.used.add(message_id)
    nonce = random(NONCE_OURS)
    asking = Asking(phase, message_id, spi_in, server_port, nonce, b"", retry)
    number = asking.header().message_id_bytes
    payloads = [
        Payload(Kind.SA, offer_esp(suites, life, spi_in.to_bytes(4, "big"))),
        Payload(Kind.NONCE, nonce),
        Payload(Kind.ID, _selector(phase.local.host, PORT_L2TP)),
        Payload(Kind.ID, _selector(phase.peer.host, server_port)),
    ]
    iv = message_iv(keys, phase.secured().last_block, number)
    retry.message = seal(keys, iv, asking.header(), with_hash(keys, number, payloads))
    asking.iv = next_iv(keys, retry.message)
    return asking


@dataclass(frozen=True, slots=True)
class Taken:
    """The second message, checked, and the third."""

    third: bytes
    ready: PairReady
    commit: bool  # the server wants us to wait for its fourth message


def take_second(asking: Asking, header: Header, body: bytes, suites: Sequence[EspSuite]) -> Taken:
    keys, number = asking.phase.secured().keys, header.message_id_bytes
    plain = unseal(keys, asking.iv, body)
    payloads = check_hash(keys, number + asking.nonce, header.first, plain)
    choice = taken_esp(one_of(payloads, Kind.SA, "security association"), suites)
    nr_b = take_nonce(payloads)
    nonces = asking.nonce + nr_b
    life = told_life(payloads, choice.life)
    phase, spi = asking.phase, asking.spi_in.to_bytes(4, "big")
    length, size = choice.suite.keymat_length, choice.suite.key_length
    keymat_in, keymat_out = (
        keymat(keys, Protocol.ESP, each, nonces, length) for each in (spi, choice.spi)
    )
    check_strong(choice.suite.cipher, keymat_in[:size], keymat_out[:size])
    ready = PairReady(
        sa=phase.sa,
        spi_in=asking.spi_in,
        spi_out=int.from_bytes(choice.spi, "big"),
        suite=choice.suite.name,
        keymat_in=keymat_in,
        keymat_out=keymat_out,
        natt=None,
        marker=0,
        local=phase.local,
        peer=phase.peer,
        client_port=0,
        life_seconds=life.seconds,
        life_kilobytes=life.kilobytes,
        nat_oa=None,
    )
    proof = [Payload(Kind.HASH, hash_3(keys, number, asking.nonce, nr_b))]
    third = seal(keys, next_iv(keys, body), asking.header(), proof)
    return Taken(third, ready, bool(header.flags & FLAG_COMMIT))


def take_fourth(asking: Asking, header: Header, body: bytes) -> list[Notification]:
    """What the server says when it has our third message: CONNECTED, and other notices.

    It belongs to the same exchange (quirks.FOURTH_MESSAGE), or is an informational one with its
    message ID (RFC 2408, 3.1).
    """
    keys, number = asking.phase.secured().keys, header.message_id_bytes
    iv = asking.iv
    if header.exchange == Exchange.INFORMATIONAL:
        iv = message_iv(keys, asking.phase.secured().last_block, number)
    payloads = check_hash(keys, number, header.first, unseal(keys, iv, body))
    return readable_notices(payloads)


def readable_notices(payloads: Sequence[Payload]) -> list[Notification]:
    """Those that can be read; one that cannot hides none beside it."""
    found = []
    for body in all_of(payloads, Kind.NOTIFICATION):
        try:
            found.append(parse_notification(body))
        except WireError:
            continue
    return found


def told_life(payloads: Sequence[Payload], life: Life) -> Life:
    """The lifetime agreed on, cut to what RESPONDER-LIFETIME says (RFC 2407, 4.6.3.1)."""
    for notice in readable_notices(payloads):
        if notice.kind == Notify.RESPONDER_LIFETIME:
            life = shorter(life, notice.data)
    return life


def shorter(life: Life, told: bytes) -> Life:
    """The shorter of each; a notice that makes no sense changes nothing.

    Its attributes are numbered as those of either phase: peers do not agree on which.
    """
    seconds, kilobytes, unit = life.seconds, life.kilobytes, 0
    try:
        attributes = parse_attributes(Reader(told))
    except WireError:
        return life
    for attribute in attributes:
        if attribute.kind in _LIFE_TYPES:
            unit = attribute.number
        elif attribute.kind in _LIFE_DURATIONS and attribute.number:
            if unit == LIFE_SECONDS:
                seconds = min(seconds, attribute.number)
            elif unit == LIFE_KILOBYTES:
                kilobytes = min(kilobytes or attribute.number, attribute.number)
    return Life(seconds, kilobytes)


def _selector(host: bytes, port: int) -> bytes:
    return build_identification(Identification(IdType.IPV4, host, UDP, port))


def _free_id(phase: Phase1, random: Random) -> int:
    message_id = int.from_bytes(random(4), "big")
    while message_id == 0 or message_id in phase.used:
        message_id = (message_id + 1) % (1 << 32)
    return message_id
