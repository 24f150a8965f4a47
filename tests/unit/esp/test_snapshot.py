from dataclasses import replace
from random import Random

import pytest

from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.machine import SaTable
from gateway.esp.numbers import LAST_SEQUENCE
from gateway.esp.outbound import Outbound
from gateway.esp.snapshot import JUMP, SaState, restore, snapshot
from gateway.esp.suites import SUITES

OURS, THEIRS, NAME = 0x1001, 0x2002, "3des-sha1"
KEYS = bytes(range(SUITES[NAME].keymat_length))
OTHER_KEYS = KEYS[::-1]
SEGMENT = b"a segment"


def table() -> SaTable:
    return SaTable(Random(1).randbytes)


def pair(sas: SaTable) -> tuple[Inbound, Outbound]:
    inbound = sas.add_inbound(OURS, NAME, KEYS, 0.0, life_bytes=1000)
    return inbound, sas.add_outbound(OURS, THEIRS, NAME, OTHER_KEYS, 0.0, life_bytes=1000)


def client() -> Outbound:
    return Outbound(OURS, SUITES[NAME], KEYS, Random(2).randbytes)


def sealed(half: Outbound) -> bytes:
    packet = half.seal(SEGMENT)
    assert isinstance(packet, bytes)
    return packet


def state_of(sas: SaTable, halves: tuple[Inbound, Outbound]) -> SaState:
    return snapshot(sas, *halves, KEYS, OTHER_KEYS)


def test_the_pair_goes_on_where_it_was() -> None:
    sas, peer = table(), client()
    inbound, outbound = pair(sas)
    inbound.open(sealed(peer))
    inbound.open(sealed(peer))
    sealed(outbound)
    after = table()
    again, out = restore(after, state_of(sas, (inbound, outbound)), [0], [0], 5.0)
    packet = sealed(peer)
    assert after.open(packet, 0, len(packet), 5.0) == (again, SEGMENT)
    assert sealed(out)[:8] == THEIRS.to_bytes(4, "big") + (1 + JUMP + 1).to_bytes(4, "big")
    assert (again.packets, again.payload_bytes) == (3, 3 * len(SEGMENT))
    assert (out.packets, out.payload_bytes, out.limit) == (2, 2 * len(SEGMENT), 1000)


def test_the_words_know_more_than_the_state() -> None:
    sas, peer = table(), client()
    halves = inbound, outbound = pair(sas)
    heard, sent = [0], [0]
    inbound.word, outbound.word = heard, sent
    state = state_of(sas, halves)
    packets = [sealed(peer) for _ in range(5)]
    assert [inbound.open(packet) for packet in packets[:4]] == [SEGMENT] * 4
    assert [sealed(outbound)[7] for _ in range(3)] == [1, 2, 3]
    assert (heard, sent) == ([4], [3])
    again, out = restore(table(), state, heard, sent, 5.0)
    assert [again.open(packet) for packet in packets] == [Drop.REPLAY] * 4 + [SEGMENT]
    assert out.sequence == 3 + JUMP == sent[0]
    assert heard == [5]


def test_what_was_late_when_it_ended_is_refused() -> None:
    sas, peer = table(), client()
    halves = inbound, _ = pair(sas)
    late, newest = sealed(peer), sealed(peer)
    inbound.open(newest)
    again, _ = restore(table(), state_of(sas, halves), [0], [0], 5.0)
    assert again.open(late) is Drop.REPLAY


def test_a_word_that_was_lost_takes_nothing_back() -> None:
    sas = table()
    halves = pair(sas)
    state = replace(state_of(sas, halves), heard=7, sent=9)
    again, out = restore(table(), state, [2], [3], 5.0)
    assert (again.window()[0], out.sequence) == (7, 9 + JUMP)


def test_numbers_end_where_they_end() -> None:
    sas = table()
    state = replace(state_of(sas, pair(sas)), sent=LAST_SEQUENCE - 1)
    _, out = restore(table(), state, [0], [0], 5.0)
    assert out.seal(SEGMENT) is Drop.EXHAUSTED


def test_a_retired_pair_is_heard_for_as_long_as_it_would_have_been() -> None:
    sas, peer = table(), client()
    halves = inbound, _ = pair(sas)
    sas.retire(OURS, 10.0)
    state = state_of(sas, halves)
    after = table()
    again, out = restore(after, state, [0], [0], 20.0)
    assert (state.gone, after.deadline()) == (40.0, 40.0)
    assert out.seal(SEGMENT) is Drop.EXPIRED
    assert again.open(sealed(peer)) == SEGMENT


def test_a_pair_without_a_limit_has_none_again() -> None:
    sas = table()
    halves = (
        sas.add_inbound(OURS, NAME, KEYS, 0.0),
        sas.add_outbound(OURS, THEIRS, NAME, OTHER_KEYS, 0.0),
    )
    state = state_of(sas, halves)
    assert state.limit is None
    again, out = restore(table(), state, [0], [0], 0.0)
    assert again.limit == out.limit == halves[0].limit


def test_its_keys_are_not_in_its_words_for_people() -> None:
    sas = table()
    state = state_of(sas, pair(sas))
    assert "keymat" not in repr(state)
    assert KEYS.hex() not in repr(state)


@pytest.mark.parametrize("change", [{"suite": "rot13"}, {"keymat_in": b""}, {"spi_in": 3}])
def test_a_state_that_nobody_made_is_our_own_fault(change: dict[str, object]) -> None:
    sas = table()
    state = replace(state_of(sas, pair(sas)), **change)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ValueError, match=r".*"):
        restore(table(), state, [0], [0], 0.0)
