"""Quick mode as the responder (RFC 2409, 5.5; RFC 3193; RFC 3947, 5)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from gateway.crypto.modp import GROUPS, public_value, shared_value
from gateway.ike.attributes import parse_attributes
from gateway.ike.errors import Refusal
from gateway.ike.events import PairReady, QuickOffered, Reason, Refused
from gateway.ike.header import Header
from gateway.ike.inform import refusal
from gateway.ike.keys import keymat
from gateway.ike.nat import VARIANTS, build_nat_oa
from gateway.ike.numbers import FLAG_COMMIT, Exchange, IdType, Kind, Notify, Protocol
from gateway.ike.payloads import (
    Identification,
    Payload,
    all_of,
    build_identification,
    one_of,
    parse_notification,
)
from gateway.ike.phase2 import MOST_CONFIRMED, check_selectors, strong_nonce
from gateway.ike.proposals import (
    ESP_SUITES,
    Association,
    build_association,
    parse_association,
)
from gateway.ike.protect import next_iv, seal
from gateway.wire.cursor import Reader
from gateway.wire.udp import Endpoint
from tests.unit.ike.asker import (
    ESP_OLD,
    GATEWAY,
    GATEWAY_4500,
    L2TP,
    PEER,
    PEER_4500,
    PRIVATE,
    Asker,
    Meeting,
    esp_offer,
    identity,
    meet,
    sent,
)

RFC3947, DRAFT = VARIANTS[0], VARIANTS[2]
FQDN = Payload(Kind.ID, build_identification(Identification(IdType.FQDN, b"old-pc", 17, 1701)))
NONCE = Payload(Kind.NONCE, Asker().nonce)


def established(natt: int | None = None, **changes: Any) -> Meeting:
    """A phase 1; `natt` is the variant by which the client is behind a NAT."""
    variant = None if natt is None else VARIANTS[natt]
    meeting = meet(asker=Asker(vendors=(variant.vendor_id,) if variant else ()), **changes)
    meeting.main_mode(variant.nat_d if variant else None)
    return meeting


def test_both_ends_have_the_same_keys_and_the_answer_echoes_what_came() -> None:
    meeting = established()
    asker = meeting.asker
    offer = esp_offer()
    payloads = asker.take_quick(meeting.give_for(asker.quick(7, offer, NONCE, *L2TP)))
    (ready,) = [event for event in meeting.events if isinstance(event, PairReady)]
    (answer,) = parse_association(one_of(payloads, Kind.SA, "SA")).proposals
    (asked,) = parse_association(offer.body).proposals
    assert answer.transforms == asked.transforms
    assert answer.spi == ready.spi_in.to_bytes(4, "big")
    assert all_of(payloads, Kind.ID) == [each.body for each in L2TP]
    nonces = asker.nonce + one_of(payloads, Kind.NONCE, "nonce")
    assert asker.keys is not None
    assert ready.keymat_in == keymat(asker.keys, Protocol.ESP, answer.spi, nonces, 44)
    assert ready.keymat_out == keymat(asker.keys, Protocol.ESP, b"SPI1", nonces, 44)
    assert (ready.suite, ready.spi_out) == ("3des-sha1", int.from_bytes(b"SPI1", "big"))
    assert (ready.natt, ready.marker, ready.client_port) == (None, 0, 1701)
    assert (ready.local, ready.peer, ready.life_seconds) == (GATEWAY, PEER, 3600)


def test_perfect_forward_secrecy_is_given_when_asked() -> None:
    meeting = established()
    asker, group, secret = meeting.asker, GROUPS[5], 0xABCDEF
    ours = Payload(Kind.KE, public_value(group, secret))
    offer = esp_offer({**ESP_OLD, 3: 5})
    payloads = asker.take_quick(meeting.give_for(asker.quick(7, offer, NONCE, ours, *L2TP)))
    g_xy = shared_value(group, secret, one_of(payloads, Kind.KE, "key exchange"))
    (ready,) = [event for event in meeting.events if isinstance(event, PairReady)]
    nonces = asker.nonce + one_of(payloads, Kind.NONCE, "nonce")
    assert asker.keys is not None
    assert ready.keymat_out == keymat(asker.keys, Protocol.ESP, b"SPI1", nonces, 44, g_xy)


@pytest.mark.parametrize(
    ("natt", "mode", "oa_in", "oa_out"),
    [
        (0, 4, [PRIVATE, GATEWAY.host], [PEER.host, GATEWAY.host]),
        (0, 4, [], []),
        (1, 61444, [PRIVATE], []),
        (2, 61444, [PRIVATE], []),
        (3, 61444, [], []),
    ],
)
def test_behind_a_nat_esp_goes_in_udp_in_the_variants_form(
    natt: int, mode: int, oa_in: list[bytes], oa_out: list[bytes]
) -> None:
    meeting = established(natt)
    kind = VARIANTS[natt].nat_oa
    addresses = [Payload(kind, build_nat_oa(host)) for host in oa_in]
    offer = esp_offer({**ESP_OLD, 4: mode})
    quick = meeting.asker.quick(7, offer, NONCE, *L2TP, *addresses)
    payloads = meeting.asker.take_quick(meeting.give_for(quick))
    assert all_of(payloads, kind) == [build_nat_oa(host) for host in oa_out]
    (ready,) = [event for event in meeting.events if isinstance(event, PairReady)]
    assert (ready.natt, ready.marker) == (VARIANTS[natt].name, 4)
    assert (ready.local, ready.peer) == (GATEWAY_4500, PEER_4500)
    assert ready.nat_oa == (PRIVATE if oa_in else None)


@pytest.mark.parametrize(("natt", "marker"), [(-1, 8), (-2, 8), (4, 4), (9, 4)])
def test_esp_is_marked_as_the_variant_has_it(natt: int, marker: int) -> None:
    meeting = established(natt)
    variant = VARIANTS[natt]
    offer = esp_offer({**ESP_OLD, 4: variant.udp_transport})
    ready = meeting.quick_mode(7, offer, NONCE, *L2TP)
    assert (ready.natt, ready.marker) == (variant.name, marker)


def test_original_addresses_go_back_by_the_payload_they_came_as() -> None:
    meeting = established(2)
    addresses = [Payload(RFC3947.nat_oa, build_nat_oa(host)) for host in (PRIVATE, GATEWAY.host)]
    offer = esp_offer({**ESP_OLD, 4: DRAFT.udp_transport})
    quick = meeting.asker.quick(7, offer, NONCE, *L2TP, *addresses)
    payloads = meeting.asker.take_quick(meeting.give_for(quick))
    assert len(all_of(payloads, RFC3947.nat_oa)) == 2
    assert all_of(payloads, DRAFT.nat_oa) == []


def test_behind_a_nat_esp_in_udp_comes_before_the_plain_one() -> None:
    meeting = meet(asker=Asker(vendors=(DRAFT.vendor_id,)))
    asker = meeting.asker
    asker.take_second(meeting.give_for(asker.first()))
    third = asker.third(DRAFT.nat_d, Endpoint(PRIVATE, 500))
    asker.take_fourth(meeting.give_for(third))
    asker.take_sixth(meeting.give_for(asker.fifth()))  # does not float
    both = [esp_offer({**ESP_OLD, 4: mode}) for mode in (2, DRAFT.udp_transport)]
    plain, in_udp = (parse_association(each.body).proposals[0] for each in both)
    offer = build_association(Association((plain, replace(in_udp, number=2))))
    ready = meeting.quick_mode(7, Payload(Kind.SA, offer), NONCE, *L2TP)
    assert (ready.marker, ready.local.port) == (4, 500)


@pytest.mark.parametrize(
    "ids",
    [
        (),  # XP in draft mode
        (identity(GATEWAY.host, 17, 1701),),
        (identity(PRIVATE, 17, 1701), identity(GATEWAY.host, 17, 0)),  # before the update
        (identity(PRIVATE, 0, 0), identity(GATEWAY.host, 0, 0)),
        (FQDN, identity(GATEWAY.host, 17, 1701)),  # KB818043
        (identity(PRIVATE, 17, 49999), identity(GATEWAY.host, 17, 1701)),
    ],
)
def test_selectors_that_can_mean_l2tp_come_back_as_they_came(ids: Sequence[Payload]) -> None:
    meeting = established()
    payloads = meeting.asker.take_quick(
        meeting.give_for(meeting.asker.quick(7, esp_offer(), NONCE, *ids))
    )
    assert all_of(payloads, Kind.ID) == [each.body for each in ids]


@pytest.mark.parametrize(
    ("ids", "port"),
    [
        ((), 0),
        ((identity(GATEWAY.host, 17, 1701),), 0),
        ((identity(PRIVATE, 17, 1701), identity(GATEWAY.host, 17, 0)), 1701),
        ((identity(PRIVATE, 17, 0), identity(GATEWAY.host, 17, 1701)), 0),
    ],
)
def test_the_clients_port_is_that_of_its_own_selector(ids: Sequence[Payload], port: int) -> None:
    assert check_selectors([each.body for each in ids]) == port


@pytest.mark.parametrize(
    "ids",
    [
        (identity(PRIVATE, 6, 1701), identity(GATEWAY.host, 17, 1701)),
        (identity(PRIVATE, 17, 1701), identity(GATEWAY.host, 17, 80)),
        (identity(), identity(), identity()),
        (Payload(Kind.ID, build_identification(Identification(IdType.KEY_ID, b"x"))), identity()),
    ],
)
def test_other_selectors_are_refused_as_invalid(ids: Sequence[Payload]) -> None:
    with pytest.raises(Refusal) as refused:
        check_selectors([each.body for each in ids])
    assert refused.value.answer == Notify.INVALID_ID_INFORMATION


@pytest.mark.parametrize(
    ("payloads", "reason", "answer"),
    [
        (
            (esp_offer({**ESP_OLD, 4: 1}), NONCE),
            Reason.UNSUITABLE_QUICK_MODE,
            Notify.NO_PROPOSAL_CHOSEN,
        ),
        (
            (esp_offer({**ESP_OLD, 5: 1}), NONCE),
            Reason.SUITE_NOT_ALLOWED,
            Notify.NO_PROPOSAL_CHOSEN,
        ),
        (
            (esp_offer(), NONCE, identity(PRIVATE, 6), identity()),
            Reason.UNSUITABLE_QUICK_MODE,
            Notify.INVALID_ID_INFORMATION,
        ),
        ((esp_offer(),), Reason.UNSUITABLE_QUICK_MODE, Notify.PAYLOAD_MALFORMED),
        (
            (Payload(Kind.SA, b"\0\0\0\1"), NONCE),
            Reason.UNSUITABLE_QUICK_MODE,
            Notify.PAYLOAD_MALFORMED,
        ),
        (
            (esp_offer(), NONCE, Payload(Kind.KE, b""), Payload(Kind.KE, b"")),
            Reason.UNSUITABLE_QUICK_MODE,
            Notify.PAYLOAD_MALFORMED,
        ),
        (
            (esp_offer({**ESP_OLD, 3: 2}), NONCE, Payload(Kind.KE, b"\1")),
            Reason.BAD_PUBLIC_VALUE,
            Notify.INVALID_KEY_INFORMATION,
        ),
    ],
)
def test_a_refused_quick_mode_is_answered_under_protection(
    payloads: Sequence[Payload], reason: Reason, answer: Notify
) -> None:
    meeting = established()
    events = meeting.give(meeting.asker.quick(7, *payloads))
    (refused,) = [event for event in events if isinstance(event, Refused)]
    assert refused.reason is reason
    (message,) = sent(events)
    notice = parse_notification(one_of(meeting.asker.read(message), Kind.NOTIFICATION, "notify"))
    assert (notice.kind, notice.protocol) == (answer, Protocol.ESP)
    assert meeting.quick_mode(8).sa == 1  # the phase 1 lives on


def test_a_refusal_says_what_was_offered_and_what_it_should_have_been() -> None:
    meeting = established(2)
    events = meeting.give(meeting.asker.quick(7, esp_offer({**ESP_OLD, 4: 4}), NONCE))
    (refused,) = [event for event in events if isinstance(event, Refused)]
    assert refused.detail == (
        "offered for ESP: 3des-sha1 (encapsulation 4); encapsulation must be 61444"
    )


def test_a_long_life_is_taken_as_it_is_unless_the_policy_says_otherwise() -> None:
    offer = esp_offer({**ESP_OLD, 2: 50000})
    assert established(longest_life=3600).quick_mode(7, offer, NONCE).life_seconds == 50000
    meeting = established(longest_life=3600, tell_life=True)
    payloads = meeting.asker.take_quick(meeting.give_for(meeting.asker.quick(7, offer, NONCE)))
    (ready,) = [event for event in meeting.events if isinstance(event, PairReady)]
    assert ready.life_seconds == 3600
    notice = parse_notification(one_of(payloads, Kind.NOTIFICATION, "notify"))
    assert (notice.kind, notice.spi) == (Notify.RESPONDER_LIFETIME, b"SPI1")
    numbers = [attribute.number for attribute in parse_attributes(Reader(notice.data))]
    assert numbers == [1, 3600]


def test_no_key_shows_in_the_representation() -> None:
    meeting = established()
    ready = meeting.quick_mode(7)
    shown = repr(meeting.events) + repr(meeting.ike.__dict__)
    assert repr(ready.keymat_in) not in shown
    assert repr(ready.keymat_out) not in shown


def fourth(meeting: Meeting, message_id: int, third: bytes, *payloads: Payload) -> bytes:
    """What a client that has set the commit bit may still say, chained behind its third message."""
    asker = meeting.asker
    assert asker.keys is not None
    header = Header(asker.cookie_i, asker.cookie_r, 0, Exchange.QUICK, message_id=message_id)
    return seal(asker.keys, next_iv(asker.keys, third), header, payloads)


def confirmed(meeting: Meeting, message_id: int) -> bytes:
    asker = meeting.asker
    asker.take_quick(meeting.give_for(asker.quick(message_id)))
    third = asker.confirm(message_id)
    meeting.give(third)
    return third


CONNECTED = refusal(Protocol.ESP, Notify.CONNECTED)


def test_a_fourth_message_is_known_for_what_it_is_and_nothing_follows() -> None:
    meeting = established()
    third = confirmed(meeting, 7)
    told = len(meeting.events)
    assert meeting.give(fourth(meeting, 7, third, Payload(Kind.HASH, bytes(20)), CONNECTED)) == []
    assert len(meeting.events) == told
    assert meeting.ike.counters["fourth quick mode message"] == 1
    assert meeting.ike.counters["replayed"] == 0


@pytest.mark.parametrize(
    "payloads",
    [(Payload(Kind.HASH, bytes(20)),), (CONNECTED, Payload(Kind.HASH, bytes(20)))],
    ids=["no notice", "no hash first"],
)
def test_what_else_comes_under_an_old_message_id_is_a_replay(payloads: tuple[Payload, ...]) -> None:
    meeting = established()
    third = confirmed(meeting, 7)
    assert meeting.give(fourth(meeting, 7, third, *payloads)) == []
    assert meeting.ike.counters["replayed"] == 1


def test_quick_modes_of_long_ago_are_forgotten() -> None:
    meeting = established()
    for message_id in range(1, MOST_CONFIRMED + 3):
        confirmed(meeting, message_id)
    (phase,) = meeting.ike.sas.phases.values()
    assert list(phase.confirmed) == list(range(3, MOST_CONFIRMED + 3))


def test_the_offer_of_a_quick_mode_is_told_before_it_is_taken_or_refused() -> None:
    meeting = established()
    meeting.quick_mode(7)
    meeting.give(meeting.asker.quick(8, esp_offer(kind=12), NONCE, FQDN, *L2TP[1:]))
    taken, refused_one = meeting.of(QuickOffered)
    assert isinstance(taken, QuickOffered)
    assert isinstance(refused_one, QuickOffered)
    assert (taken.ids, taken.ports, taken.commit) == ((1, 1), (1701, 1701), False)
    assert refused_one.quirks == ("host name in quick mode",)
    assert len(meeting.of(Refused)) == 1


def test_the_commit_bit_is_told() -> None:
    meeting = established()
    message = bytearray(meeting.asker.quick(7))
    message[19] |= FLAG_COMMIT
    meeting.give(bytes(message))
    (offered,) = meeting.of(QuickOffered)
    assert isinstance(offered, QuickOffered)
    assert offered.commit
    assert offered.quirks == ("commit bit",)


LAPSED = {"old-pc": {"3des-sha1": "2026-10-03", "des-md5-modp768": "2026-10-03"}}


def test_a_suite_whose_time_is_over_is_not_chosen_under_a_phase_1_from_before() -> None:
    meeting = established(lapsed=LAPSED.__getitem__)
    events = meeting.give(meeting.asker.quick(7))
    (refused,) = [event for event in events if isinstance(event, Refused)]
    assert refused.reason is Reason.SUITE_LAPSED
    assert refused.detail.endswith("; old-pc might use 3des-sha1 until 2026-10-03")
    aes = esp_offer({**ESP_OLD, 6: 128}, kind=12)
    assert meeting.quick_mode(8, aes, NONCE).suite == "aes128-sha1"


def test_what_has_lapsed_and_was_not_offered_is_not_spoken_of() -> None:
    meeting = established(lapsed=LAPSED.__getitem__)
    events = meeting.give(meeting.asker.quick(7, esp_offer({**ESP_OLD, 5: 1}), NONCE))
    (refused,) = [event for event in events if isinstance(event, Refused)]
    assert refused.reason is Reason.SUITE_NOT_ALLOWED


def test_our_nonce_is_drawn_again_until_neither_key_is_weak() -> None:
    """RFC 2405: such a key is rejected. Which nonce gives one cannot be found, so it is made up."""
    made = {b"1": (bytes(24), bytes(range(24))), b"2": (bytes(range(24)), b"\1\xfe" * 12)}
    strong = bytes(range(24)), bytes(range(1, 25))
    drawn = iter([b"1", b"2", b"3"])
    found = strong_nonce(
        ESP_SUITES["des-md5"], lambda nr: made.get(nr, strong), lambda _: next(drawn)
    )
    assert found == (b"3", *strong)
