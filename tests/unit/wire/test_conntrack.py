from gateway.wire.conntrack import (
    Flow,
    build_translated,
    list_all,
    name_flow,
    parse_flows,
)
from gateway.wire.ipv4 import host_bytes
from gateway.wire.netlink import parse_attributes
from tests.unit.wire.netlink_vectors import message

NAT, GATEWAY, CLIENT, OTHER = map(
    host_bytes, ("198.51.100.7", "203.0.113.1", "100.127.0.1", "100.127.0.2")
)
IN_UDP = Flow(17, NAT, GATEWAY, 62000, 4500)
PLAIN = Flow(50, NAT, GATEWAY)
STATUS, NAT_OF_SOURCE, TIMEOUT = 3, 6, 7


def test_a_translated_flow_is_what_conntrack_sends() -> None:
    # The bytes that fill up an attribute are whatever `conntrack` had in its memory there.
    ours, theirs = build_translated(IN_UDP, CLIENT), message("new-flow-udp").body
    assert parse_flows(ours) == parse_flows(theirs) == (IN_UDP, IN_UDP.reverse)
    said, wanted = parse_attributes(ours[4:]), parse_attributes(theirs[4:])
    assert said.keys() == wanted.keys()
    assert [said[kind] for kind in (NAT_OF_SOURCE, TIMEOUT)] == [
        wanted[kind] for kind in (NAT_OF_SOURCE, TIMEOUT)
    ]
    # `conntrack` has no word for the third bit: that packets leave the timeout as it is.
    assert [int.from_bytes(each[STATUS], "big") for each in (said, wanted)] == [0x40C, 0x0C]


def test_a_flow_without_ports_is_what_conntrack_sends() -> None:
    ours = parse_attributes(build_translated(PLAIN, OTHER)[4:])
    del ours[STATUS]  # `conntrack` knows no status for a protocol it does not know
    assert ours == parse_attributes(message("new-flow-esp").body[4:])


def test_a_flow_is_named_by_its_first_direction() -> None:
    named = parse_attributes(message("delete-flow").body[4:])
    assert parse_attributes(name_flow(IN_UDP)[4:]) == {1: named[1]}


def test_both_directions_of_what_the_kernel_lists_are_read() -> None:
    there = Flow(17, GATEWAY, CLIENT, 4500, 62000)
    assert parse_flows(message("answer-flow").body) == (IN_UDP, there)


def test_a_flow_that_says_too_little_is_none() -> None:
    assert parse_flows(list_all()) == (None, None)


def test_a_port_of_another_size_is_no_port() -> None:
    cut = name_flow(IN_UDP).replace(
        bytes.fromhex("0600 0200 f230"), bytes.fromhex("0500 0200 f200")
    )
    assert parse_flows(cut)[0] == IN_UDP._replace(source_port=0)


def test_the_way_back_is_the_way_turned_round() -> None:
    assert IN_UDP.reverse == Flow(17, GATEWAY, NAT, 4500, 62000)
    assert IN_UDP.reverse.reverse == IN_UDP
