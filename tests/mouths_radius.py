"""The two ends of RADIUS as mouths: what a server answers, and what it asks."""

from contextlib import suppress
from dataclasses import replace

from gateway.radius.disconnect import Answerer, Wish, is_meant
from gateway.radius.machine import Courier, Entry
from gateway.radius.numbers import Code, Status
from gateway.radius.packet import build_packet, parse_packet, signed_request, text
from gateway.wire.cursor import WireError
from tests.unit.radius_samples import ACCOUNT, NAS, SECRET, SERVER


def answers(data: bytes) -> None:
    """To a request that is under way."""
    courier = Courier(SECRET, 0)
    courier.put(Entry(1, Status.START, "a", 0.0, (text(1, "ada"),)))
    courier.handle_timeout(1.0)
    for packet in (data, bytes((Code.ACCOUNTING_RESPONSE, 1)) + data[2:]):
        with suppress(WireError):
            courier.receive(packet, 2.0)


def wishes(data: bytes) -> None:
    """As it came, and as somebody would have made it who has our secret."""
    desk = Answerer(SECRET, NAS)
    for packet in (data, _signed(data)):
        with suppress(WireError):
            wish = desk.receive(packet, SERVER, 10.0, 1_700_000_000.0)
            if isinstance(wish, Wish):
                is_meant(wish.request, ACCOUNT)
                desk.answer(wish, wish.refusal, 10.0)


def _signed(data: bytes) -> bytes:
    head = bytes((Code.DISCONNECT_REQUEST, 1)) + (20 + len(data)).to_bytes(2, "big") + bytes(16)
    try:
        packet = parse_packet(head + data)
    except WireError:
        return data
    return build_packet(signed_request(replace(packet, code=Code.DISCONNECT_REQUEST), SECRET))
