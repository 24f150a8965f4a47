"""Which pair of a trunk sends, which is heard, and that none is left behind."""

from typing import cast

from gateway.bridge.client_leg import Counters
from gateway.bridge.trunk import Trunk
from gateway.bridge.trunk_keys import Keyring, TrunkKeys
from gateway.esp.machine import SaTable
from gateway.ike.events import PairReady
from gateway.wire.udp import Endpoint
from tests.pair.net import seeded

OWNER = cast(Trunk, "the trunk")  # only kept, never looked at
HERE, THERE = Endpoint(b"\x0a\x0a\0\1", 500), Endpoint(b"\x0a\x0a\0\2", 500)


def ready(spi: int, kilobytes: int | None = None) -> PairReady:
    return PairReady(
        sa=1, spi_in=spi, spi_out=spi + 1, suite="3des-sha1", keymat_in=bytes(44),
        keymat_out=bytes(44), natt=None, marker=0, local=HERE, peer=THERE, client_port=0,
        life_seconds=3600, life_kilobytes=kilobytes, nat_oa=None,
    )  # fmt: skip


def nobody_minds() -> None:
    """That there are other keys."""


def keys(*spis: int, confirmed: bool = True) -> TrunkKeys:
    found = TrunkKeys(Keyring(SaTable(seeded(1))), Counters(), nobody_minds)
    for spi in spis:
        found.add(OWNER, ready(spi), 0.0)
        found.pairs[spi].confirmed = confirmed
        found.current = found.pairs[spi] if confirmed else found.current
    return found


def test_a_pair_sends_when_it_is_confirmed() -> None:
    found = keys(0x1000, confirmed=False)
    assert found.seal(b"x") is None
    assert found._drops.by_reason == {"no_sa": 1}
    found.confirm(0x1000)
    assert found.seal(b"x") is not None


def test_it_can_be_found_by_its_spi() -> None:
    found = keys(0x1000)
    assert found.ring.by_spi[0x1000] == (OWNER, found.pairs[0x1000])


def test_beside_the_first_there_is_nothing_to_settle() -> None:
    assert keys(0x1000).settled
    assert not keys(0x1000, 0x2000).settled
    assert keys(0x1000, 0x2000, 0x3000).older() == [0x1000, 0x2000]


def test_a_deleted_pair_is_heard_for_a_while_and_the_next_one_sends() -> None:
    found = keys(0x1000, 0x2000)
    found.retire(0x2000, 10.0)
    found.retire(0x2000, 11.0)
    assert found.current is found.pairs[0x1000]
    assert 0x2000 in found.ring.by_spi
    found.retire(0x1000, 12.0)
    assert found.current is None
    assert found.older() == []


def test_an_unconfirmed_one_does_not_take_its_place() -> None:
    found = keys(0x1000)
    found.add(OWNER, ready(0x2000), 1.0)
    found.retire(0x1000, 2.0)
    assert found.current is None


def test_nothing_is_left_in_any_table() -> None:
    found = keys(0x1000, 0x2000)
    found.remove_all()
    assert (found.pairs, found.ring.by_spi, found.current) == ({}, {}, None)
    assert found.ring.sas.counters() == []


def test_what_a_pair_has_dropped_is_counted_by_reason() -> None:
    found = keys(0x1000, 0x2000)
    for spi in (0x1000, 0x2000):
        found.ring.sas.open(spi.to_bytes(4, "big") + bytes(4), 0, 8, 1.0)
    assert found.counted_drops() == {"short": 2}


def test_a_volume_is_a_limit_of_both_halves() -> None:
    found = TrunkKeys(Keyring(SaTable(seeded(1))), Counters(), nobody_minds)
    found.add(OWNER, ready(0x1000, kilobytes=2), 0.0)
    assert found.pairs[0x1000].inbound.limit == found.pairs[0x1000].outbound.limit == 2048
