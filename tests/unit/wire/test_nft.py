import pytest

from gateway.wire.ipv4 import host_bytes
from gateway.wire.netlink import parse_attributes, parse_messages
from gateway.wire.nft import (
    Change,
    build_changes,
    join_key,
    name_map,
    parse_elements,
)
from tests.unit.wire.netlink_vectors import message, recorded

NAT, GATEWAY, CLIENT = map(host_bytes, ("198.51.100.7", "203.0.113.1", "100.127.0.1"))
KEY = join_key(NAT, (62000).to_bytes(2, "big"), GATEWAY)
SET_ID = 4  # `nft` names the map by a number of its own, too


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("add", Change("udp_in", KEY, CLIENT)),
        ("delete", Change("udp_in", KEY, None)),
        ("add-plain", Change("away", CLIENT, NAT)),
    ],
)
def test_a_change_is_what_nft_sends(name: str, change: Change) -> None:
    ours = list(parse_messages(build_changes("postern_paths", [change], 0)))
    theirs = list(parse_messages(recorded("nft.toml", name)))
    assert [each.kind for each in ours] == [each.kind for each in theirs]
    assert (ours[0].body, ours[2].body) == (theirs[0].body, theirs[2].body)
    wanted = parse_attributes(theirs[1].body[4:])
    wanted.pop(SET_ID, None)
    assert parse_attributes(ours[1].body[4:]) == wanted


def test_each_change_is_acknowledged_by_its_own_number() -> None:
    changes = [Change("away", CLIENT, None), Change("away", CLIENT, NAT)]
    sent = list(parse_messages(build_changes("postern_paths", changes, 7)))
    assert [each.sequence for each in sent] == [7, 8, 9, 10]
    assert [bool(each.flags & 4) for each in sent] == [False, True, True, False]


def test_what_the_kernel_lists_is_read() -> None:
    answer = message("answer", "nft.toml")
    assert answer.body[4:].startswith(name_map("postern_paths", "away")[4:20])
    assert list(parse_elements(answer.body)) == [(CLIENT, NAT)]


def test_a_list_without_elements_is_empty() -> None:
    assert list(parse_elements(name_map("postern_paths", "away"))) == []
