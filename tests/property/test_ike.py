"""Any value survives building and parsing; any bytes are answered or refused, and nothing grows."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.ike.attributes import Attribute, build_attributes, parse_attributes
from gateway.ike.choice import choose_esp, choose_ike, offered_esp, offered_ike
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.nat import parse_nat_oa
from gateway.ike.payloads import (
    Delete,
    Identification,
    Notification,
    Payload,
    build_chain,
    build_delete,
    build_identification,
    build_notification,
    parse_chain,
    parse_delete,
    parse_identification,
    parse_notification,
)
from gateway.ike.phase2 import check_selectors
from gateway.ike.proposals import (
    ESP_SUITES,
    IKE_SUITES,
    Association,
    Proposal,
    Transform,
    build_association,
    parse_association,
)
from gateway.ike.vendors import name_vendor
from gateway.wire.cursor import Reader, WireError
from gateway.wire.udp import Datagram, Endpoint
from tests.unit.ike.asker import Asker, Meeting, meet, sent

byte = st.integers(0, 255)
word = st.integers(0, 0xFFFF)
cookie = st.binary(min_size=8, max_size=8)
junk = st.binary(max_size=600)

headers = st.builds(
    Header, cookie, cookie, byte, byte, byte, st.integers(0, 0xFFFFFFFF), version=byte
)
payloads = st.builds(Payload, st.integers(1, 255), st.binary(max_size=40), byte)
attributes = st.one_of(
    st.builds(Attribute, st.integers(0, 0x7FFF), st.binary(min_size=2, max_size=2)),
    st.builds(Attribute, st.integers(0, 0x7FFF), st.binary(max_size=9), st.just(False)),
)
transforms = st.builds(
    Transform, byte, byte, st.lists(attributes, max_size=6).map(tuple), reserved=word
)
proposals = st.builds(
    Proposal,
    byte,
    byte,
    st.binary(max_size=16),
    st.lists(transforms, min_size=1, max_size=4).map(tuple),
)
associations = st.lists(proposals, min_size=1, max_size=4).map(lambda ps: Association(tuple(ps)))


@given(headers, junk)
def test_a_header_survives(header: Header, body: bytes) -> None:
    assert parse_header(build_message(header, body)) == (header, body)


@given(st.lists(payloads, min_size=1, max_size=8))
def test_a_chain_survives(chain: list[Payload]) -> None:
    reader = Reader(build_chain(chain))
    assert parse_chain(reader, chain[0].kind) == tuple(chain)
    assert reader.left == 0


@given(st.lists(attributes, max_size=8))
def test_attributes_survive(chosen: list[Attribute]) -> None:
    assert parse_attributes(Reader(build_attributes(chosen))) == tuple(chosen)


@given(associations)
def test_an_association_survives(association: Association) -> None:
    assert parse_association(build_association(association)) == association


@given(associations, st.booleans())
def test_any_offer_can_be_told_and_chosen_from(association: Association, pfs: bool) -> None:
    assert offered_ike(association)
    assert offered_esp(association)
    choose_ike(association, IKE_SUITES.values())
    choose_esp(association, ESP_SUITES.values(), frozenset({2}), pfs)


@given(byte, st.binary(max_size=40), byte, word)
def test_an_identity_survives_and_can_be_told(
    kind: int, data: bytes, protocol: int, port: int
) -> None:
    identity = Identification(kind, data, protocol, port)
    assert parse_identification(build_identification(identity)) == identity
    assert str(identity).isprintable()


@given(word, byte, st.binary(max_size=16), st.binary(max_size=40), st.integers(0, 2**32 - 1))
def test_a_notification_survives(
    kind: int, protocol: int, spi: bytes, data: bytes, doi: int
) -> None:
    notification = Notification(kind, protocol, spi, data, doi)
    assert parse_notification(build_notification(notification)) == notification


@given(byte, st.lists(st.binary(min_size=4, max_size=4), max_size=9).map(tuple))
def test_a_delete_survives(protocol: int, spis: tuple[bytes, ...]) -> None:
    assert parse_delete(build_delete(Delete(protocol, spis))) == Delete(protocol, spis)


@given(junk, byte)
def test_any_bytes_parse_or_are_refused(data: bytes, first: int) -> None:
    for parse in (
        parse_header,
        parse_association,
        parse_identification,
        parse_notification,
        parse_delete,
        parse_nat_oa,
        name_vendor,
        lambda data: parse_chain(Reader(data), first),
        lambda data: parse_attributes(Reader(data)),
        lambda data: check_selectors([data, data]),
    ):
        try:
            parse(data)
        except WireError:
            continue


ENDPOINTS = st.builds(
    Endpoint, st.binary(min_size=4, max_size=4), st.sampled_from((500, 4500, 61000))
)


def size(meeting: Meeting) -> int:
    sas = meeting.ike.sas
    tables = (sas.phases, sas.openings, sas.quicks, sas.pairs, sas.peers, sas.timers)
    return sum(len(table) for table in tables) + len(meeting.ike.counters)


@given(st.lists(st.tuples(junk, ENDPOINTS), max_size=20))
def test_any_bytes_at_the_door_are_survived(came: list[tuple[bytes, Endpoint]]) -> None:
    meeting = meet(half_open=4)
    for now, (data, source) in enumerate(came):
        meeting.ike.receive(Datagram(source, meeting.asker.target, data), float(now))
        meeting.ike.handle_timeout(float(now))
    assert size(meeting) <= 5 * 4 + 12


@given(st.data())
def test_a_dial_spoiled_anywhere_never_ends_in_an_exception(data: st.DataObject) -> None:
    meeting = meet(asker=Asker(vendors=(b"vendor",)))
    asker = meeting.asker

    def give(message: bytes) -> bytes:
        """A spoiled copy first, the right one behind it."""
        place = data.draw(st.integers(0, len(message) - 1))
        spoiled = bytearray(message)
        spoiled[place] ^= data.draw(st.integers(1, 255))
        meeting.give(bytes(spoiled))
        meeting.give(message[:place])
        return b"".join(sent(meeting.give(message)))

    for build, take in (
        (asker.first, asker.take_second),
        (asker.third, asker.take_fourth),
        (asker.fifth, asker.take_sixth),
        (lambda: asker.quick(7), asker.take_quick),
    ):
        answer = give(build())
        try:
            take(answer)
        except (WireError, ValueError):  # the spoiled copy was lawful, and taken or refused
            return


@given(st.lists(st.tuples(st.integers(0, 3), junk), max_size=12))
def test_junk_inside_protection_never_ends_in_an_exception(
    came: list[tuple[int, bytes]],
) -> None:
    meeting = meet()
    meeting.main_mode()
    kinds = (1, 10, 11, 12)
    for message_id, (kind, body) in enumerate(came, 1):
        meeting.give(meeting.asker.inform(2 * message_id, Payload(kinds[kind], body)))
        meeting.give(meeting.asker.quick(2 * message_id + 1, Payload(kinds[kind], body)))
    assert len(meeting.ike.sas.phases) == 1
    assert meeting.ike.sas.pairs == {}
