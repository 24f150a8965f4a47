from gateway.l2tp.errors import (
    BadHeader,
    BadLength,
    BadValue,
    BadVersion,
    Drop,
    L2tpError,
    NoResources,
    NotAuthorized,
    UnknownMandatory,
    UnknownMessage,
)
from gateway.wire.cursor import WireError


def test_each_fault_is_answered_with_the_code_of_4_4_2() -> None:
    faults: list[type[L2tpError]] = [BadLength, BadValue, NoResources, UnknownMandatory]
    assert [(each.result, each.answer) for each in faults] == [(2, 2), (2, 3), (2, 4), (2, 8)]
    others: list[type[L2tpError]] = [UnknownMessage, NotAuthorized, BadVersion]
    assert [(each.result, each.answer) for each in others] == [(2, 3), (4, 0), (5, 0x0100)]


def test_all_are_the_peers_fault() -> None:
    assert issubclass(L2tpError, WireError)
    assert issubclass(BadHeader, WireError)


def test_a_drop_is_never_mistaken_for_nothing() -> None:
    assert all(Drop)
