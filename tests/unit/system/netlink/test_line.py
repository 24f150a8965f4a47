"""Netlink against the kernel of this machine, which tells anybody of its interfaces."""

import errno
from struct import Struct

import pytest

from gateway.system.netlink.line import ROUTE, KernelRefused, Line

GET_LINK, NEW_LINK = 18, 16
NO_KIND = 0x7F  # of message
HEAD = Struct("=BxHiII")  # struct ifinfomsg


def test_a_dump_is_whole_and_the_next_question_has_its_own_answer() -> None:
    line = Line(ROUTE)
    found = line.dump(GET_LINK, HEAD.pack(0, 0, 0, 0, 0), "its interfaces")
    one = line.ask(GET_LINK, HEAD.pack(0, 0, 1, 0, 0), "the loopback")
    line.close()
    assert {message.kind for message in found} == {NEW_LINK}
    assert HEAD.unpack_from(one.body)[2] == 1


def test_what_the_kernel_refuses_says_what_that_was() -> None:
    line = Line(ROUTE)
    with pytest.raises(KernelRefused, match="the kernel refuses to show nothing") as refused:
        line.ask(GET_LINK, HEAD.pack(0, 0, 0x7FFFFFFF, 0, 0), "to show nothing")
    line.close()
    assert refused.value.errno == errno.ENODEV


def test_numbers_of_a_transaction_follow_those_that_were_used() -> None:
    line = Line(ROUTE)
    before = line.next_number
    line.dump(GET_LINK, HEAD.pack(0, 0, 0, 0, 0), "its interfaces")
    assert line.next_number == before + 1
    line.close()
