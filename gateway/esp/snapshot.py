"""A pair of SAs as a value that outlives this process, and the pair made of it again.

Its numbers are in words: the last one sent, and the newest one let through, each written before the
packet goes on. So nothing is sent twice, and nothing let in twice: of what was late when the
process ended, all up to the newest is refused.
"""

from dataclasses import dataclass, field
from typing import Final

from gateway.esp.inbound import Inbound
from gateway.esp.machine import SaTable
from gateway.esp.numbers import LAST_SEQUENCE
from gateway.esp.outbound import Outbound
from gateway.esp.sa import ENDLESS
from gateway.wire.words import Word

JUMP: Final = 1024  # numbers that are never sent, for the case that a word was lost with its writer


@dataclass(frozen=True, slots=True)
class SaState:
    """`limit` is each half's, in payload bytes. Counters are as they were when it was made."""

    spi_in: int
    spi_out: int
    suite: str
    keymat_in: bytes = field(repr=False)
    keymat_out: bytes = field(repr=False)
    limit: int | None
    packets_in: int
    packets_out: int
    bytes_in: int
    bytes_out: int
    heard: int  # the newest number let through
    sent: int
    gone: float | None  # when a retired one is forgotten; seconds on the caller's clock


def snapshot(
    table: SaTable, inbound: Inbound, outbound: Outbound, keymat_in: bytes, keymat_out: bytes
) -> SaState:
    """The halves do not keep their keys as they were given, so the caller has to."""
    gone = table.gone_at(inbound.spi)
    return SaState(
        spi_in=inbound.spi,
        spi_out=outbound.spi,
        suite=inbound.suite.name,
        keymat_in=keymat_in,
        keymat_out=keymat_out,
        limit=None if inbound.limit == ENDLESS else inbound.limit,
        packets_in=inbound.packets,
        packets_out=outbound.packets,
        bytes_in=inbound.payload_bytes,
        bytes_out=outbound.payload_bytes,
        heard=inbound.window()[0],
        sent=outbound.sequence,
        gone=gone,
    )


def restore(
    table: SaTable, state: SaState, heard: Word, sent: Word, now: float
) -> tuple[Inbound, Outbound]:
    """Both halves, in the table again, their numbers behind all that the words and the state have.

    BadSpi, UnknownSuite or BadKeymat if the state is not one that `snapshot` has made.
    """
    inbound = table.add_inbound(
        state.spi_in, state.suite, state.keymat_in, now, life_bytes=state.limit
    )
    outbound = table.add_outbound(
        state.spi_in, state.spi_out, state.suite, state.keymat_out, now, life_bytes=state.limit
    )
    newest, last = max(state.heard, heard[0]), max(state.sent, sent[0])
    inbound.word, outbound.word = heard, sent
    inbound.resume(newest)
    outbound.resume(min(last + JUMP, LAST_SEQUENCE))
    inbound.packets, outbound.packets = state.packets_in, state.packets_out
    inbound.payload_bytes, outbound.payload_bytes = state.bytes_in, state.bytes_out
    if state.gone is not None:
        table.retire(state.spi_in, now, until=state.gone)
    return inbound, outbound
