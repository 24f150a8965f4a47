"""What pppd's RADIUS client tells is taken, and goes nowhere."""

import pytest

from gateway.radius.errors import NotMeant, WrongSecret
from gateway.radius.numbers import NOBODY, Code, Kind
from gateway.radius.packet import (
    Packet,
    build_packet,
    check_answer,
    parse_packet,
    signed_request,
    text,
)
from gateway.radius.sink import answer
from tests.unit.radius_samples import SECRET


def request(code: int = Code.ACCOUNTING_REQUEST) -> Packet:
    faulty = text(Kind.ACCT_SESSION_ID, "%lX%05X%04hX")  # as the plugin of ppp 2.4.9 has it
    return signed_request(Packet(code, 9, NOBODY, (faulty,)), SECRET)


def test_an_account_is_answered_so_that_nobody_waits() -> None:
    found = parse_packet(answer(build_packet(request()), SECRET))
    check_answer(found, request(), SECRET)
    assert (found.code, found.identifier) == (Code.ACCOUNTING_RESPONSE, 9)


def test_other_packets_and_other_secrets_are_not() -> None:
    with pytest.raises(NotMeant):
        answer(build_packet(request(Code.DISCONNECT_REQUEST)), SECRET)
    with pytest.raises(WrongSecret):
        answer(build_packet(request()), b"another-secret-altogether")
