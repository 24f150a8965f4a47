import pytest

from gateway.control.values import Unfit
from gateway.control.values_reach import ALL, ICMP, NONE, TCP, UDP, USUAL, Reach, reach
from gateway.wire.ipv4 import host_bytes


def number(text: str) -> int:
    return int.from_bytes(host_bytes(text))


@pytest.mark.parametrize(
    ("written", "first", "last", "rest"),
    [
        ("10.10.0.2", "10.10.0.2", "10.10.0.2", (USUAL,)),
        ("10.10.0.0/24", "10.10.0.0", "10.10.0.255", (USUAL,)),
        ("10.10.0.2-10.10.0.9", "10.10.0.2", "10.10.0.9", (USUAL,)),
        ("10.10.0.2 icmp", "10.10.0.2", "10.10.0.2", ((ICMP,),)),
        ("10.10.0.2 tcp", "10.10.0.2", "10.10.0.2", ((TCP,),)),
        ("10.10.0.2 udp/53", "10.10.0.2", "10.10.0.2", ((UDP,), 53, 53)),
        ("10.10.0.0/30  tcp/139-445", "10.10.0.0", "10.10.0.3", ((TCP,), 139, 445)),
        ("10.10.0.2 ip/50", "10.10.0.2", "10.10.0.2", ((50,),)),
    ],
)
def test_a_place_is_a_host_or_network_with_protocol_and_ports(
    written: str, first: str, last: str, rest: tuple[object, ...]
) -> None:
    assert reach(written) == Reach(number(first), number(last), *rest)  # type: ignore[arg-type]


def test_two_words_stand_for_all_and_for_none() -> None:
    assert (reach("everything"), reach("nothing")) == (ALL, NONE)
    assert NONE.protocols == ()


@pytest.mark.parametrize(
    ("written", "what"),
    [
        (7, "should be text"),
        ("", "is empty"),
        ("old-pc", "does not begin with a host"),
        ("10.10.0.256", "does not begin with a host"),
        ("10.10.0.1/24", "does not begin with a host"),
        ("10.10.0.9-10.10.0.2", "ends before it begins"),
        ("10.10.0.2-old-pc", "does not begin with a host"),
        ("10.10.0.2:139", "does not begin with a host"),
        ("10.10.0.2 smb", "names no protocol"),
        ("10.10.0.2 tcp/", "names no protocol"),
        ("10.10.0.2 tcp/0", "numbers from 1 to 65535"),
        ("10.10.0.2 udp/65536", "numbers from 1 to 65535"),
        ("10.10.0.2 tcp/445-139", "numbers from 1 to 65535"),
        ("10.10.0.2 icmp/8", "numbers from 1 to 65535"),
        ("10.10.0.2 ip", "one protocol's number"),
        ("10.10.0.2 ip/256", "one protocol's number"),
        ("10.10.0.2 ip/4-9", "one protocol's number"),
        ("10.10.0.2 ip/6", "has a name"),
    ],
)
def test_what_is_no_place_is_told(written: object, what: str) -> None:
    with pytest.raises(Unfit, match=what):
        reach(written)
