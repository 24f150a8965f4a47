from random import Random

import pytest

from gateway.esp.errors import BadSpi, Drop, UnknownSuite
from gateway.esp.events import Ended, Limit, NearEnd, Removed
from gateway.esp.inbound import Inbound
from gateway.esp.machine import EARLY, SLACK, SaTable
from gateway.esp.numbers import LOOK_CLOSELY, LOOK_EVERY
from gateway.esp.outbound import Outbound
from gateway.esp.quirks import GRACE
from gateway.esp.suites import SUITES

KEYMAT_IN, KEYMAT_OUT = bytes(range(44)), bytes(range(44, 88))
OURS, THEIRS = 0xC0000001, 0x30000001
SEGMENT = bytes.fromhex("06a506a500640000") + bytes(92)  # 100 bytes


def table() -> SaTable:
    return SaTable(Random(4).randbytes)


def client(spi: int = OURS) -> Outbound:
    """The client's sending half, which is the mirror of our receiving one."""
    return Outbound(spi, SUITES["3des-sha1"], KEYMAT_IN, Random(5).randbytes)


def sealed(half: Outbound) -> bytes:
    packet = half.seal(SEGMENT)
    assert isinstance(packet, bytes)
    return packet


def pair(
    sas: SaTable, now: float = 0.0, seconds: float | None = None, count: int | None = None
) -> tuple[Inbound, Outbound]:
    inbound = sas.add_inbound(
        OURS, "3des-sha1", KEYMAT_IN, now, life_bytes=count, life_seconds=seconds
    )
    outbound = sas.add_outbound(OURS, THEIRS, "3des-sha1", KEYMAT_OUT, now, life_bytes=count)
    return inbound, outbound


def receive(sas: SaTable, packet: bytes, now: float = 1.0) -> tuple[Inbound, bytes] | Drop:
    return sas.open(packet, 0, len(packet), now)


def test_a_packet_finds_its_sa_by_the_spi() -> None:
    sas = table()
    inbound, _ = pair(sas)
    assert receive(sas, sealed(client()), now=7.5) == (inbound, SEGMENT)
    assert inbound.heard_at == 7.5


def test_a_packet_may_lie_anywhere_in_the_bytes() -> None:
    sas = table()
    inbound, _ = pair(sas)
    packet = sealed(client())
    assert sas.open(b"UDP" + packet + b"!", 3, 3 + len(packet), 1.0) == (inbound, SEGMENT)


def test_a_packet_that_no_sa_knows_is_counted_by_the_table() -> None:
    sas = table()
    pair(sas)
    assert receive(sas, b"\xc0\x00\x00\x02" + bytes(60)) is Drop.NO_SA
    assert receive(sas, b"\xc0\x00\x00") is Drop.SHORT
    assert sas.open(b"", 10, 0, 1.0) is Drop.SHORT
    assert (sas.drops[Drop.NO_SA], sas.drops[Drop.SHORT]) == (1, 2)


def test_a_refused_packet_is_not_heard() -> None:
    sas = table()
    inbound, _ = pair(sas)
    assert receive(sas, sealed(client())[:-1]) is Drop.SHORT
    assert inbound.heard_at is None


def test_receiving_works_before_the_sending_half_is_there() -> None:
    # The client may send on the heels of the message that ends quick mode.
    sas = table()
    inbound = sas.add_inbound(OURS, "3des-sha1", KEYMAT_IN, 0.0)
    assert receive(sas, sealed(client())) == (inbound, SEGMENT)
    assert sas.outbound(OURS) is None


def test_the_sending_half_is_found_by_our_own_spi() -> None:
    sas = table()
    _, outbound = pair(sas)
    assert sas.outbound(OURS) is outbound
    assert sas.outbound(THEIRS) is None
    assert outbound.spi == THEIRS


def test_two_clients_may_have_chosen_the_same_spi() -> None:
    sas = table()
    pair(sas)
    sas.add_inbound(OURS + 1, "3des-sha1", KEYMAT_IN, 0.0)
    other = sas.add_outbound(OURS + 1, THEIRS, "3des-sha1", KEYMAT_OUT, 0.0)
    assert other is not sas.outbound(OURS)


def test_an_spi_of_ours_is_given_once() -> None:
    sas = table()
    pair(sas)
    with pytest.raises(BadSpi, match="in use"):
        sas.add_inbound(OURS, "3des-sha1", KEYMAT_IN, 0.0)
    with pytest.raises(BadSpi, match="has its outbound half"):
        sas.add_outbound(OURS, THEIRS, "3des-sha1", KEYMAT_OUT, 0.0)


def test_an_sa_that_is_not_there_cannot_be_changed() -> None:
    sas = table()
    with pytest.raises(BadSpi, match="no SA"):
        sas.add_outbound(OURS, THEIRS, "3des-sha1", KEYMAT_OUT, 0.0)
    with pytest.raises(BadSpi, match="no SA"):
        sas.retire(OURS, 0.0)
    with pytest.raises(BadSpi, match="no SA"):
        sas.remove(OURS)


def test_a_suite_we_do_not_have_leaves_no_trace() -> None:
    sas = table()
    with pytest.raises(UnknownSuite):
        sas.add_inbound(OURS, "null-sha1", bytes(20), 0.0)
    assert sas.counters() == []


def test_what_is_removed_is_gone_for_whoever_still_holds_it() -> None:
    sas = table()
    inbound, outbound = pair(sas, seconds=3600.0, count=1000)
    sas.remove(OURS)
    assert receive(sas, sealed(client())) is Drop.NO_SA
    assert inbound.open(sealed(client())) is Drop.EXPIRED
    assert outbound.seal(SEGMENT) is Drop.EXPIRED
    assert (sas.counters(), sas.deadline(), sas.handle_timeout(9999.0)) == ([], None, [])


def test_an_sa_that_was_never_whole_can_be_removed_or_retired() -> None:
    sas = table()
    sas.add_inbound(OURS, "3des-sha1", KEYMAT_IN, 0.0)
    sas.retire(OURS, 0.0)
    sas.remove(OURS)
    assert sas.counters() == []


def test_rekeying_loses_no_packet() -> None:
    # CLIENTS.md, 4: Windows deletes the old SA in the moment the new one stands.
    sas = table()
    old, old_out = pair(sas)
    under_way = sealed(client())
    new = sas.add_inbound(OURS + 1, "3des-sha1", KEYMAT_IN, 0.0)
    assert receive(sas, sealed(client(OURS + 1))) == (new, SEGMENT)
    sas.retire(OURS, 100.0)
    assert old_out.seal(SEGMENT) is Drop.EXPIRED
    assert receive(sas, under_way, now=100.0 + GRACE / 2) == (old, SEGMENT)
    assert receive(sas, sealed(client(OURS + 1))) is Drop.REPLAY


def test_a_retired_sa_is_gone_after_its_time_of_grace_however_often_it_is_retired() -> None:
    sas = table()
    pair(sas, seconds=3600.0)
    sas.retire(OURS, 100.0)
    sas.retire(OURS, 110.0)
    assert sas.deadline() == 100.0 + GRACE
    assert sas.handle_timeout(100.0 + GRACE - 0.5) == []
    assert sas.handle_timeout(100.0 + GRACE) == [Removed(OURS)]
    assert receive(sas, sealed(client())) is Drop.NO_SA
    assert sas.deadline() is None


def test_an_sa_without_limits_wants_no_timeout() -> None:
    sas = table()
    pair(sas)
    assert sas.deadline() is None
    assert sas.handle_timeout(1e9) == []


def test_the_lifetime_in_seconds_is_told_at_nine_tenths_and_at_its_end() -> None:
    sas = table()
    inbound, outbound = pair(sas, now=1000.0, seconds=3600.0)
    assert sas.deadline() == 4240.0
    assert sas.handle_timeout(4239.0) == []
    assert sas.handle_timeout(4241.0) == [NearEnd(OURS, Limit.SECONDS)]
    assert sas.deadline() == 4600.0
    assert sas.handle_timeout(4599.0) == []
    assert sas.handle_timeout(4600.0) == [Ended(OURS, Limit.SECONDS)]
    assert receive(sas, sealed(client())) is Drop.EXPIRED
    assert outbound.seal(SEGMENT) is Drop.EXPIRED
    assert (sas.handle_timeout(9999.0), sas.deadline()) == ([], None)
    assert inbound.counters().drops == {"EXPIRED": 1}


def test_a_caller_who_comes_late_hears_only_of_the_end() -> None:
    sas = table()
    sas.add_inbound(OURS, "3des-sha1", KEYMAT_IN, 0.0, life_seconds=10.0)
    assert sas.handle_timeout(20.0) == [Ended(OURS, Limit.SECONDS)]


def test_a_timeout_that_is_due_stays_due_when_another_sa_comes() -> None:
    sas = table()
    pair(sas, seconds=100.0)
    sas.add_inbound(OURS + 1, "3des-sha1", KEYMAT_IN, 95.0, life_seconds=1000.0)
    assert sas.deadline() == 90.0
    assert sas.handle_timeout(95.0) == [NearEnd(OURS, Limit.SECONDS)]


def test_bytes_are_looked_at_from_time_to_time_and_told_once() -> None:
    sas = table()
    _, outbound = pair(sas, count=1000)
    assert sas.deadline() == LOOK_EVERY
    for _ in range(9):
        sealed(outbound)
    assert sas.handle_timeout(LOOK_EVERY) == [NearEnd(OURS, Limit.OUTBOUND_BYTES)]
    assert sas.deadline() == LOOK_EVERY + LOOK_CLOSELY
    assert sas.handle_timeout(2 * LOOK_EVERY) == []
    assert sas.deadline() == 2 * LOOK_EVERY + LOOK_CLOSELY
    sealed(outbound)
    assert sas.handle_timeout(3 * LOOK_EVERY) == [Ended(OURS, Limit.OUTBOUND_BYTES)]
    assert receive(sas, sealed(client())) is Drop.EXPIRED
    assert (sas.handle_timeout(99.0), sas.deadline()) == ([], None)


def test_bytes_that_came_in_count_for_themselves() -> None:
    sas = table()
    sas.add_inbound(OURS, "3des-sha1", KEYMAT_IN, 0.0, life_bytes=1000)
    sender = client()
    for _ in range(9):
        receive(sas, sealed(sender))
    assert sas.handle_timeout(LOOK_EVERY) == [NearEnd(OURS, Limit.INBOUND_BYTES)]


def test_a_limit_for_the_sending_half_alone_is_looked_at_too() -> None:
    sas = table()
    sas.add_inbound(OURS, "3des-sha1", KEYMAT_IN, 0.0)
    outbound = sas.add_outbound(OURS, THEIRS, "3des-sha1", KEYMAT_OUT, 1.0, life_bytes=100)
    sealed(outbound)
    assert sas.deadline() == 1.0 + LOOK_EVERY
    assert sas.handle_timeout(1.0 + LOOK_EVERY) == [Ended(OURS, Limit.OUTBOUND_BYTES)]


def test_counters_come_for_every_half_in_order() -> None:
    sas = table()
    pair(sas)
    sas.add_inbound(OURS + 1, "aes128-md5", bytes(32), 0.0)
    receive(sas, sealed(client()))
    seen = [(each.spi, each.direction, each.suite, each.packets) for each in sas.counters()]
    assert seen == [
        (OURS, "inbound", "3des-sha1", 1),
        (THEIRS, "outbound", "3des-sha1", 0),
        (OURS + 1, "inbound", "aes128-md5", 0),
    ]


def crowd(count: int) -> SaTable:
    """So many SAs with a limit in bytes, made one after the other within the time of one look."""
    sas = table()
    for number in range(count):
        now = number * LOOK_EVERY / count
        sas.add_inbound(OURS + number, "3des-sha1", KEYMAT_IN, now, life_bytes=1000)
    return sas


def wakes(sas: SaTable, since: float, until: float) -> int:
    """How often the table wants to be called between two moments."""
    count = 0
    while (due := sas.deadline()) is not None and due <= until:
        sas.handle_timeout(due)
        count += due > since
    return count


def test_a_thousand_sas_do_not_wake_us_more_often_than_a_few() -> None:
    assert 0 < wakes(crowd(1000), 60.0, 120.0) <= 60.0 / (EARLY * LOOK_EVERY)


def test_deadlines_out_of_date_do_not_pile_up() -> None:
    sas = table()
    for number in range(2000):
        sas.add_inbound(OURS + number, "3des-sha1", KEYMAT_IN, 0.0, life_seconds=3600.0)
        sas.retire(OURS + number, 0.0)
        sas.remove(OURS + number)
    assert len(sas._heap) <= SLACK + 1
