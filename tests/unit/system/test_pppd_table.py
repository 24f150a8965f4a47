"""Which of its texts nft is given, and what is done when it refuses one."""

from collections.abc import Sequence

import pytest

from gateway.control.values_reach import NONE, reach
from gateway.system.pppd_rules import Allowed, begin_text, end_text, removal_text, whole_text
from gateway.system.pppd_table import Table
from gateway.system.run import Result, ToolFailed
from gateway.wire.ipv4 import host_bytes

ONE = Allowed((reach("10.10.0.2"),), host_bytes("10.10.0.150"))
TWO = Allowed((NONE,), host_bytes("10.10.0.151"))
PLACE = ("eth1", ("eth1",))


class Nft:
    """It takes everything, but for as many times as it refuses."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.refuses = 0

    def __call__(self, argv: Sequence[str], text: str) -> Result:
        self.given.append(text)
        if self.refuses:
            self.refuses -= 1
            raise ToolFailed("nft", 1, "No such file or directory")
        return Result("", "")


def begun() -> tuple[Nft, Table]:
    nft = Nft()
    table = Table(nft)
    table.begin("postern0", ONE, *PLACE)
    return nft, table


def test_the_first_call_makes_the_table_and_each_other_is_a_step() -> None:
    nft, table = begun()
    table.begin("postern1", TWO, *PLACE)
    assert nft.given == [whole_text({"postern0": ONE}, *PLACE), begin_text("postern1", TWO)]


def test_changes_and_ends_are_one_step_together() -> None:
    nft, table = begun()
    table.begin("postern1", TWO, *PLACE)
    table.change({"postern0": None, "postern1": ONE})
    parts = (end_text("postern0", ONE), end_text("postern1", TWO), begin_text("postern1", ONE))
    assert nft.given[-1] == "".join(parts)
    assert table.calls == {"postern1": ONE}


def test_another_place_makes_it_anew() -> None:
    nft, table = begun()
    table.begin("postern1", TWO, "eth2", ("eth1", "eth2"))
    assert nft.given[-1] == whole_text(table.calls, "eth2", ("eth1", "eth2"))


def test_if_somebody_has_emptied_the_firewall_everything_is_set_again() -> None:
    nft, table = begun()
    nft.refuses = 1
    table.begin("postern1", TWO, *PLACE)
    assert nft.given[-1] == whole_text({"postern0": ONE, "postern1": TWO}, *PLACE)


def test_what_nft_refuses_twice_has_not_been() -> None:
    nft, table = begun()
    nft.refuses = 2
    with pytest.raises(ToolFailed):
        table.change({"postern0": TWO})
    assert table.calls == {"postern0": ONE}


def test_where_there_is_nothing_to_change_nft_is_not_asked() -> None:
    nft = Nft()
    Table(nft).change({"postern0": None})
    begun_nft, table = begun()
    table.change({})
    table.change({"postern7": None})
    assert (nft.given, len(begun_nft.given)) == ([], 1)


def test_in_the_end_nothing_is_left() -> None:
    nft, table = begun()
    table.remove()
    assert nft.given[-1] == removal_text()
    table.begin("postern0", ONE, *PLACE)
    assert nft.given[-1] == whole_text({"postern0": ONE}, *PLACE)


def test_a_firewall_that_is_left_alone_is_told_nothing() -> None:
    table = Table(None)
    table.begin("postern0", ONE, *PLACE)
    table.change({"postern0": TWO})
    table.remove()
    assert (table.is_set, table.calls) == (False, {})
