"""A recorded IKE exchange read with its secrets by the gateway's own parsers and sums.

`read` walks main mode; `quick_modes` and `informationals` what stands under its protection. All
hashes are checked on the way by the code that checks them in the gateway, which raises.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.crypto.mac import equal
from gateway.ike import keys as schedule
from gateway.ike import protect
from gateway.ike.choice import choose_esp, choose_ike
from gateway.ike.errors import BadHash
from gateway.ike.header import Header, parse_header
from gateway.ike.keys import Exchanged, Keys
from gateway.ike.nat import NAMES, Variant, choose_variant
from gateway.ike.numbers import Exchange, Kind, Protocol
from gateway.ike.payloads import Payload, all_of, one_of, parse_chain
from gateway.ike.proposals import ESP_SUITES, IKE_SUITES, IkeSuite, parse_association
from gateway.wire.cursor import Reader, WireError
from gateway.wire.udp import Datagram
from tests.captures import ip_packets, udp_datagrams

NATT_PORT, ESP_PROTOCOL = 4500, 50
MODES = frozenset({1, 2, 3, 4, 61443, 61444})

Payloads = tuple[Payload, ...]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What went in the clear, and what follows from it and a key."""

    clear: tuple[Payloads, ...]
    suite: IkeSuite
    exchanged: Exchanged
    keys: Keys


@dataclass(frozen=True, slots=True)
class Reading:
    """A main mode that was read to its end, and all that came."""

    sent: list[Datagram]
    main: tuple[Payloads, ...]  # six of them, decrypted
    suite: IkeSuite
    exchanged: Exchanged
    keys: Keys
    last_block: bytes

    @property
    def variant(self) -> Variant | None:
        return choose_variant(all_of(self.main[1], Kind.VENDOR), NAMES)


@dataclass(frozen=True, slots=True)
class Half:
    """One direction of what a quick mode agreed on; the SPI is the receiver's."""

    suite: str
    spi: int
    keymat: bytes


def ike_messages(path: Path) -> list[Datagram]:
    """Without markers, keepalives, ESP and repetitions."""
    found: list[Datagram] = []
    for datagram in udp_datagrams(path):
        data = datagram.payload
        if NATT_PORT in (datagram.source.port, datagram.target.port):
            if data[:4] != bytes(4):
                continue
            data = data[4:]
        found.append(datagram._replace(payload=data))
    return list(dict.fromkeys(found))


def esp_packets(path: Path) -> list[bytes]:
    """From the SPI on, whether they went in UDP or by themselves."""
    found: list[bytes] = []
    for packet in ip_packets(path):
        if packet[9] == ESP_PROTOCOL:
            found.append(packet[(packet[0] & 0x0F) * 4 :])
    for datagram in udp_datagrams(path):
        if NATT_PORT in (datagram.source.port, datagram.target.port):
            found.append(datagram.payload)
    return [packet for packet in found if len(packet) > 8 and packet[:4] != bytes(4)]


def begin(
    sent: list[Datagram], g_xy: bytes, *, psk: bytes = b"", skeyid: bytes | None = None
) -> Beginning:
    """The four clear messages of main mode and the keys they lead to."""
    messages = main_mode(sent)
    clear = tuple(_clear(message) for message in messages[:4])
    header = parse_header(messages[1])[0]
    sa = parse_association(one_of(clear[1], Kind.SA, "SA"))
    choice = choose_ike(sa, IKE_SUITES.values())
    assert choice is not None
    exchanged = Exchanged(
        cookie_i=header.cookie_i,
        cookie_r=header.cookie_r,
        sai_b=one_of(clear[0], Kind.SA, "SA"),
        g_xi=one_of(clear[2], Kind.KE, "KE"),
        g_xr=one_of(clear[3], Kind.KE, "KE"),
        ni_b=one_of(clear[2], Kind.NONCE, "nonce"),
        nr_b=one_of(clear[3], Kind.NONCE, "nonce"),
        g_xy=g_xy,
    )
    if skeyid is None:
        hash = choice.suite.hash
        skeyid = schedule.psk_skeyid(hash, psk, exchanged.ni_b, exchanged.nr_b)
    keys = schedule.derive_keys(choice.suite, skeyid, exchanged)
    return Beginning(clear, choice.suite, exchanged, keys)


def open_fifth(beginning: Beginning, message: bytes) -> Payloads:
    """The client's proof of its key; WireError if it proves nothing."""
    keys, exchanged = beginning.keys, beginning.exchanged
    iv = schedule.first_iv(keys, exchanged.g_xi, exchanged.g_xr)
    fifth = _decrypt(keys, iv, message)
    _check(fifth, schedule.hash_i(keys, exchanged, one_of(fifth, Kind.ID, "ID")))
    return fifth


def read(
    sent: list[Datagram], g_xy: bytes, *, psk: bytes = b"", skeyid: bytes | None = None
) -> Reading:
    """Main mode from its six messages; WireError where a hash or a byte is wrong."""
    beginning = begin(sent, g_xy, psk=psk, skeyid=skeyid)
    keys, exchanged, messages = beginning.keys, beginning.exchanged, main_mode(sent)
    fifth = open_fifth(beginning, messages[4])
    sixth = _decrypt(keys, protect.next_iv(keys, messages[4]), messages[5])
    _check(sixth, schedule.hash_r(keys, exchanged, one_of(sixth, Kind.ID, "ID")))
    last = protect.next_iv(keys, messages[5])
    return Reading(sent, (*beginning.clear, fifth, sixth), beginning.suite, exchanged, keys, last)


def main_mode(sent: list[Datagram]) -> list[bytes]:
    return [each.payload for each in sent if exchange_of(each.payload) == Exchange.MAIN]


def quick_modes(reading: Reading, g_xy: bytes = b"") -> Iterator[tuple[list[Payloads], list[Half]]]:
    """For each: the payloads of all three messages behind their hashes, and both directions.

    No directions where the suite is none of ours.
    """
    keys = reading.keys
    for header, messages in _by_id(reading, Exchange.QUICK):
        before = header.message_id_bytes
        iv = schedule.message_iv(keys, reading.last_block, before)
        first = _checked(keys, before, iv, messages[0])
        ni_b = one_of(first, Kind.NONCE, "nonce")
        second = _checked(keys, before + ni_b, protect.next_iv(keys, messages[0]), messages[1])
        nr_b = one_of(second, Kind.NONCE, "nonce")
        plain = protect.unseal(keys, protect.next_iv(keys, messages[1]), messages[2][28:])
        third = protect.hash_3(keys, before, ni_b, nr_b)
        protect.check_hash_3(keys, third, Kind.HASH, plain)
        yield [first, second], _halves(keys, first, second, ni_b + nr_b, g_xy)


def informationals(reading: Reading) -> Iterator[Payloads]:
    """The payloads behind the hash of each that came whole."""
    for header, (message, *_) in _by_id(reading, Exchange.INFORMATIONAL):
        before = header.message_id_bytes
        iv = schedule.message_iv(reading.keys, reading.last_block, before)
        yield _checked(reading.keys, before, iv, message)


def exchange_of(message: bytes) -> int | None:
    try:
        return parse_header(message)[0].exchange
    except WireError:
        return None


def _check(payloads: Payloads, expected: bytes) -> None:
    if not equal(one_of(payloads, Kind.HASH, "hash"), expected):
        raise BadHash("HASH_I or HASH_R")


def _clear(message: bytes) -> Payloads:
    header, body = parse_header(message)
    return parse_chain(Reader(body), header.first)


def _decrypt(keys: Keys, iv: bytes, message: bytes) -> Payloads:
    header, body = parse_header(message)
    return parse_chain(Reader(protect.unseal(keys, iv, body)), header.first)


def _checked(keys: Keys, before: bytes, iv: bytes, message: bytes) -> Payloads:
    header, body = parse_header(message)
    return protect.check_hash(keys, before, header.first, protect.unseal(keys, iv, body))


def _by_id(reading: Reading, exchange: int) -> Iterator[tuple[Header, list[bytes]]]:
    found: dict[int, list[bytes]] = {}
    headers: dict[int, Header] = {}
    for each in reading.sent:
        if exchange_of(each.payload) == exchange:
            header, _ = parse_header(each.payload)
            headers.setdefault(header.message_id, header)
            found.setdefault(header.message_id, []).append(each.payload)
    return ((headers[number], messages) for number, messages in found.items())


def _halves(
    keys: Keys, first: Payloads, second: Payloads, nonces: bytes, g_xy: bytes
) -> list[Half]:
    suites = ESP_SUITES.values()
    associations = [parse_association(one_of(each, Kind.SA, "SA")) for each in (first, second)]
    choices = [choose_esp(each, suites, MODES, bool(g_xy)) for each in associations]
    answered = choices[1]
    if answered is None:
        return []
    spis = [associations[0].proposals[0].spi, answered.spi]
    name, length = answered.suite.name, answered.suite.keymat_length
    return [
        Half(
            name,
            int.from_bytes(spi, "big"),
            schedule.keymat(keys, Protocol.ESP, spi, nonces, length, g_xy),
        )
        for spi in spis
    ]
