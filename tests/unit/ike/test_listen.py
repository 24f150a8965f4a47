"""A conversation is read by its keys, and without them only what is in the clear."""

import pytest

from gateway.ike.errors import BadPayload, OutOfStep
from gateway.ike.events import IkeEvent, Send
from gateway.ike.fragments import Piece, build_piece
from gateway.ike.header import parse_header
from gateway.ike.listen import Joiner, Listener
from gateway.ike.machine import Ike
from gateway.ike.numbers import Exchange, Kind
from gateway.ike.policy import IkePolicy
from gateway.wire.udp import Datagram
from tests.unit.ike.asker import Asker, Meeting, policy, seeded


class Overheard(Ike):
    """What goes in and out of it is in `heard`, in order."""

    def __init__(self, rules: IkePolicy) -> None:
        super().__init__(rules, seeded())
        self.heard: list[bytes] = []

    def receive(self, datagram: Datagram, now: float) -> list[IkeEvent]:
        events = super().receive(datagram, now)
        self.heard.append(datagram.payload)
        self.heard += [event.message for event in events if isinstance(event, Send)]
        return events


def conversation() -> tuple[Meeting, list[bytes]]:
    """Main mode and a quick mode, as they went over the wire."""
    ike = Overheard(policy())
    meeting = Meeting(ike, Asker())
    meeting.main_mode()
    meeting.quick_mode(7)
    return meeting, ike.heard


def test_every_message_is_read_with_the_keys() -> None:
    meeting, heard = conversation()
    listener = Listener(meeting.asker.keys)
    read = [listener.read(message) for message in heard]
    kinds = [[payload.kind for payload in payloads] for _, payloads in read]
    assert kinds == [
        [Kind.SA],
        [Kind.SA],
        [Kind.KE, Kind.NONCE],
        [Kind.KE, Kind.NONCE],
        [Kind.ID, Kind.HASH],
        [Kind.ID, Kind.HASH],
        [Kind.HASH, Kind.SA, Kind.NONCE, Kind.ID, Kind.ID],
        [Kind.HASH, Kind.SA, Kind.NONCE, Kind.ID, Kind.ID],
        [Kind.HASH],
    ]
    assert [header.exchange for header, _ in read[6:]] == [Exchange.QUICK] * 3


def test_without_the_keys_only_the_clear_is_read() -> None:
    _, heard = conversation()
    listener = Listener()
    assert len([listener.read(message) for message in heard[:4]]) == 4
    with pytest.raises(OutOfStep):
        listener.read(heard[4])


def test_who_missed_the_key_exchange_reads_nothing_behind_it() -> None:
    meeting, heard = conversation()
    with pytest.raises(OutOfStep):
        Listener(meeting.asker.keys).read(heard[4])


def test_keys_are_in_nothing_that_is_shown() -> None:
    meeting, heard = conversation()
    listener = Listener(meeting.asker.keys)
    for message in heard:
        listener.read(message)
    assert repr(listener) == "Listener()"


def pieces(message: bytes, identifier: int = 5) -> list[bytes]:
    """In three."""
    header, _ = parse_header(message)
    half = len(message) // 2
    cuts = [message[at : at + half] for at in range(0, len(message), half)]
    return [
        build_piece(header, Piece(identifier, number, number == len(cuts), data))
        for number, data in enumerate(cuts, 1)
    ]


def test_pieces_are_joined_and_everything_else_passes() -> None:
    _, heard = conversation()
    joiner = Joiner()
    assert joiner.take(heard[0]) == heard[0]
    one, other = pieces(heard[2] + b"1", 1), pieces(heard[4] + b"1", 2)
    assert [joiner.take(piece) for piece in (one[1], other[0], one[0], other[2])] == [None] * 4
    assert joiner.take(one[2]) == heard[2] + b"1"
    assert joiner.take(other[1]) == heard[4] + b"1"


def test_pieces_that_contradict_each_other_are_none() -> None:
    _, heard = conversation()
    joiner, header = Joiner(), parse_header(heard[2])[0]
    joiner.take(build_piece(header, Piece(1, 2, True, b"end")))
    with pytest.raises(BadPayload):
        joiner.take(build_piece(header, Piece(1, 3, True, b"end")))
    assert joiner.take(build_piece(header, Piece(1, 1, True, b"all"))) == b"all"
