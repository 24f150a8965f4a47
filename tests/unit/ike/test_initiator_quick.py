"""Quick mode's messages as the asking end makes them, and lifetimes the server tells."""

from dataclasses import replace

import pytest

from gateway.ike.attributes import Attribute, build_attributes, short_attribute
from gateway.ike.choice import Life
from gateway.ike.errors import BadHash
from gateway.ike.header import parse_header
from gateway.ike.initiator_quick import (
    Asking,
    ask_pair,
    readable_notices,
    shorter,
    take_fourth,
    take_second,
    told_life,
)
from gateway.ike.numbers import Exchange, Kind, Notify, Protocol
from gateway.ike.payloads import Notification, Payload, build_notification
from gateway.ike.proposals import ESP_SUITES
from gateway.ike.resend import Retry
from gateway.wire.cursor import WireError
from gateway.wire.udp import Datagram
from tests.pair.initiator_world import THEM, US, World, meet
from tests.pair.net import seeded
from tests.pair.peers.ike_responder import Habits

SUITES = [ESP_SUITES["3des-sha1"]]
LIFE = Life(3600, 250_000)


def asked(habits: Habits | None = None, server_port: int = 1701) -> tuple[World, Asking]:
    """A phase 1 that stands, and one more quick mode's first message."""
    world = meet(habits)
    world.start()
    (phase,) = world.gateway.core.answering.sas.phases.values()
    retry = Retry(b"", 0.0, 1.0, 1)
    return world, ask_pair(phase, 0x1234567, server_port, SUITES, LIFE, retry, seeded(5))


def answer(world: World, message: bytes) -> list[bytes]:
    return [each.payload for each in world.server.receive(Datagram(US, THEM, message), 0.0)]


def test_the_server_takes_the_first_message_and_both_have_the_same_keys() -> None:
    world, asking = asked()
    (second,) = answer(world, asking.retry.message)
    taken = take_second(asking, *parse_header(second), SUITES)
    assert answer(world, taken.third) == []
    theirs, ready = world.server.pairs[-1], taken.ready
    assert (theirs.keymat_in, theirs.keymat_out) == (ready.keymat_out, ready.keymat_in)
    assert (ready.spi_in, ready.spi_out) == (0x1234567, int.from_bytes(theirs.spi_in))
    assert (ready.life_seconds, ready.life_kilobytes, taken.commit) == (3600, 250_000, False)
    assert ready.keymat_in.hex() not in repr(taken)


@pytest.mark.parametrize("port", [1701, 0])
def test_the_selectors_are_our_1701_and_what_the_server_is_to_be_called(port: int) -> None:
    world, asking = asked(server_port=port)
    answer(world, asking.retry.message)
    assert world.server.selectors[-1] == (1701, port)


def test_a_message_id_is_never_used_twice_nor_zero() -> None:
    world, asking = asked()
    (phase,) = world.gateway.core.answering.sas.phases.values()
    drawn = iter([bytes(4), asking.message_id.to_bytes(4, "big"), b"n" * 20, b"n" * 20])

    def chance(size: int) -> bytes:
        return next(drawn)

    again = ask_pair(phase, 1 << 9, 1701, SUITES, LIFE, Retry(b"", 0.0, 1.0, 1), chance)
    assert again.message_id == 1
    assert again.message_id in phase.used


def test_a_second_message_that_was_changed_is_refused() -> None:
    world, asking = asked()
    (second,) = answer(world, asking.retry.message)
    header, body = parse_header(second)
    with pytest.raises(BadHash):
        take_second(
            replace(asking, nonce=b"another nonce of twenty bytes"[:20]), header, body, SUITES
        )


@pytest.mark.parametrize("way", ["quick", "informational"])
def test_the_fourth_message_is_read_in_either_form(way: str) -> None:
    world, asking = asked(Habits(fourth=way))
    (second,) = answer(world, asking.retry.message)
    taken = take_second(asking, *parse_header(second), SUITES)
    assert taken.commit
    asking.iv = taken.third[-8:]
    (fourth,) = answer(world, taken.third)
    header, body = parse_header(fourth)
    assert header.exchange == {"quick": Exchange.QUICK}.get(way, Exchange.INFORMATIONAL)
    assert [notice.kind for notice in take_fourth(asking, header, body)] == [Notify.CONNECTED]
    with pytest.raises(WireError):
        take_fourth(replace(asking, message_id=1, iv=bytes(8)), replace(header, message_id=1), body)


def lifetime(*pairs: tuple[int, int]) -> bytes:
    attributes = [
        each
        for kind, (unit, number) in zip((1, 1), pairs, strict=False)
        for each in (
            short_attribute(kind, unit),
            Attribute(kind + 1, number.to_bytes(4, "big"), short=False),
        )
    ]
    return build_attributes(attributes)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (lifetime((1, 900)), Life(900, 250_000)),
        (lifetime((2, 100_000)), Life(3600, 100_000)),
        (lifetime((1, 900), (2, 100_000)), Life(900, 100_000)),
        (lifetime((1, 0)), LIFE),
        (lifetime((1, 99_999)), LIFE),
        (lifetime((7, 5)), LIFE),
        (b"\x80", LIFE),
        (b"", LIFE),
        (bytes.fromhex("800b0001000c000400000384"), Life(900, 250_000)),
    ],
)
def test_the_shorter_of_each_lifetime_holds(told: bytes, kept: Life) -> None:
    assert shorter(LIFE, told) == kept


def test_a_volume_is_taken_where_we_have_set_none() -> None:
    assert shorter(Life(3600), lifetime((2, 5000))) == Life(3600, 5000)


def notify(kind: int, data: bytes = b"") -> Payload:
    notice = Notification(kind, Protocol.ESP, b"spi!", data)
    return Payload(Kind.NOTIFICATION, build_notification(notice))


def test_only_a_responders_lifetime_counts() -> None:
    replay = notify(Notify.REPLAY_STATUS, lifetime((1, 5)))
    told = notify(Notify.RESPONDER_LIFETIME, lifetime((1, 900)))
    assert told_life([replay, told], LIFE).seconds == 900
    assert told_life([replay], LIFE) == LIFE


def test_a_notice_that_cannot_be_read_hides_none_beside_it() -> None:
    broken = Payload(Kind.NOTIFICATION, b"\0")
    assert [each.kind for each in readable_notices([broken, notify(5)])] == [5]
