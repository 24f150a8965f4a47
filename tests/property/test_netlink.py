"""Any value comes back from netlink as it was built; any bytes are read or refused."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.conntrack import Flow, build_translated, parse_flows
from gateway.wire.cursor import WireError
from gateway.wire.netlink import (
    attribute,
    build_message,
    each_attribute,
    error_number,
    parse_attributes,
    parse_messages,
)
from gateway.wire.nft import parse_elements
from gateway.wire.route import Route, build_route, parse_route
from gateway.wire.xfrm import (
    Association,
    Replay,
    Selector,
    build_association,
    build_policy,
    parse_association,
    parse_expired,
    parse_mapping,
    parse_policy,
)

u16, u32 = st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF)
hosts = st.binary(min_size=4, max_size=4)
selectors = st.builds(
    Selector, hosts, st.integers(0, 32), hosts, st.integers(0, 32), st.integers(0, 255), u16, u16
)
associations = st.builds(
    Association,
    source=hosts,
    target=hosts,
    spi=u32,
    reqid=u32,
    cipher=st.just("cbc(aes)"),
    cipher_key=st.binary(max_size=32),
    digest=st.just("hmac(sha1)"),
    digest_key=st.binary(max_size=20),
    selector=selectors,
    ports=st.none() | st.tuples(u16, u16),
    replay=st.builds(Replay, u32, u32, st.integers(0, 2**256 - 1)),
    soft_bytes=st.none() | u32,
    hard_bytes=st.none() | u32,
)
flows = st.builds(Flow, st.just(17), hosts, hosts, u16, u16) | st.builds(
    Flow, st.just(50), hosts, hosts, st.just(0), st.just(0)
)


@given(associations)
def test_an_association_comes_back(sa: Association) -> None:
    known = parse_association(build_association(sa))
    assert (known.source, known.target, known.spi) == (sa.source, sa.target, sa.spi)
    assert (known.reqid, known.ports, known.replay) == (sa.reqid, sa.ports, sa.replay)


@given(selectors, st.integers(0, 2), u32)
def test_a_policy_comes_back(selector: Selector, direction: int, reqid: int) -> None:
    assert parse_policy(build_policy(selector, direction, reqid, 1)) == (selector, direction, reqid)


@given(flows, hosts)
def test_a_flow_comes_back(flow: Flow, source: bytes) -> None:
    assert parse_flows(build_translated(flow, source)) == (flow, flow.reverse)


@given(st.builds(Route, hosts, st.integers(0, 32), u32, st.integers(0, 255)))
def test_a_route_comes_back(route: Route) -> None:
    assert parse_route(build_route(route)) == route


@given(st.lists(st.tuples(u16, u16, u32, st.binary(max_size=40)), max_size=5))
def test_messages_come_back_in_order(parts: list[tuple[int, int, int, bytes]]) -> None:
    data = b"".join(
        each + bytes(-len(each) % 4) for each in (build_message(*part) for part in parts)
    )
    assert [tuple(message) for message in parse_messages(data)] == parts


@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=40)), max_size=5))
def test_attributes_come_back_in_order(parts: list[tuple[int, bytes]]) -> None:
    data = b"".join(attribute(kind, value) for kind, value in parts)
    assert list(each_attribute(data)) == parts


READERS: list[Callable[[bytes], object]] = [
    lambda data: [error_number(message) for message in parse_messages(data)],
    parse_attributes,
    parse_association,
    parse_expired,
    parse_mapping,
    parse_policy,
    parse_route,
    parse_flows,
    lambda data: list(parse_elements(data)),
]


@pytest.mark.parametrize("read", READERS)
@given(data=st.binary(max_size=400) | st.binary(min_size=150, max_size=400))
def test_any_bytes_are_read_or_refused(read: Callable[[bytes], object], data: bytes) -> None:
    with suppress(WireError):
        read(data)
