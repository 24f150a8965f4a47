"""Addresses of pools on the inside interface: what is there, what is wanted, what is changed."""

from collections.abc import Sequence

from gateway.system.addresses import Addresses, changes, present
from gateway.system.run import Result
from gateway.wire.ipv4 import host_bytes

# As `ip -j -4 route show table local proto 171` (iproute2 6.1.0) wrote it in a network namespace
# after two lines such as those below had been run.
LISTED = (
    '[{"type":"local","dst":"10.10.0.100","dev":"eth1","scope":"host","flags":[]},'
    '{"type":"local","dst":"10.10.0.101","dev":"eth1","scope":"host","flags":[]}]'
)


class Tool:
    """The `ip` of a machine that has `listed`."""

    def __init__(self, listed: str) -> None:
        self.listed = listed
        self.given: list[str] = []

    def __call__(self, argv: Sequence[str], stdin: str) -> Result:
        self.given += [stdin] if "-batch" in argv else []
        return Result("" if "-batch" in argv else self.listed, "")


def hosts(*numbers: int) -> list[bytes]:
    return [host_bytes(f"10.10.0.{number}") for number in numbers]


def test_what_is_there_is_read() -> None:
    assert present(LISTED) == {("10.10.0.100", "eth1"), ("10.10.0.101", "eth1")}
    assert present("[]") == present("") == set()
    assert present('[{"type":"unreachable","dst":"10.0.0.1","dev":"lo"}]') == set()


def test_only_what_differs_is_changed_and_what_is_too_much_goes_first() -> None:
    tool = Tool(LISTED)
    Addresses(tool).apply("eth1", hosts(101, 102))
    assert tool.given == [
        "route del local 10.10.0.100/32 dev eth1 table local proto 171\n"
        "route replace local 10.10.0.102/32 dev eth1 table local proto 171\n"
    ]


def test_what_is_so_already_is_left_alone() -> None:
    tool = Tool(LISTED)
    Addresses(tool).apply("eth1", hosts(100, 101))
    assert tool.given == []


def test_another_interface_takes_them_over() -> None:
    assert changes(present(LISTED), {("10.10.0.100", "eth2")})[-1] == (
        "route replace local 10.10.0.100/32 dev eth2 table local proto 171"
    )


def test_all_of_them_can_be_taken_away() -> None:
    tool = Tool(LISTED)
    Addresses(tool).remove()
    assert tool.given[0].count("route del local") == 2
