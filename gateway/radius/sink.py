"""Answering accounts that somebody else on this machine keeps, where Postern keeps its own: pppd's
RADIUS plugin cannot be told to keep none (`quirks.py`), and would wait for an answer."""

from gateway.radius.errors import NotMeant
from gateway.radius.numbers import Code
from gateway.radius.packet import Packet, build_packet, check_request, parse_packet, signed_answer


def answer(data: bytes, secret: bytes) -> bytes:
    """That it was taken; `RadiusError` if it is no account, or not that of who has our secret."""
    request = parse_packet(data)
    if request.code != Code.ACCOUNTING_REQUEST:
        raise NotMeant(f"a packet with code {request.code}")
    check_request(request, secret)
    found = Packet(Code.ACCOUNTING_RESPONSE, request.identifier)
    return build_packet(signed_answer(found, request, secret))
