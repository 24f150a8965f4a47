import pytest

from gateway.wire.cursor import Truncated
from gateway.wire.ipv4 import host_bytes
from gateway.wire.netlink import attribute, parse_attributes
from gateway.wire.route import Route, build_route, list_routes, parse_route
from tests.unit.wire.netlink_vectors import message

POOL = Route(host_bytes("100.127.0.0"), 16, 2, 171)
HEAD = 12  # bytes of a struct rtmsg


def test_a_route_is_what_ip_sends() -> None:
    assert build_route(POOL) == message("new-route").body


def test_a_route_is_taken_away_by_the_same_words() -> None:
    # `ip` says "any scope" where we say which.
    theirs = message("delete-route").body
    assert build_route(POOL)[:6] == theirs[:6]
    assert parse_attributes(build_route(POOL)[HEAD:]) == parse_attributes(theirs[HEAD:])


def test_what_the_kernel_lists_is_read() -> None:
    assert parse_route(message("answer-route").body) == POOL


@pytest.mark.parametrize(
    "body",
    [
        bytes((10,)) + build_route(POOL)[1:],
        build_route(POOL)[:4] + bytes((255,)) + build_route(POOL)[5:],
        build_route(POOL)[:7] + bytes((2,)) + build_route(POOL)[8:],
        build_route(POOL)[:HEAD],
        build_route(POOL)[:HEAD] + attribute(1, POOL.target) + attribute(4, b"\2"),
    ],
    ids=["IPv6", "another table", "a local address", "the default", "a false interface"],
)
def test_routes_of_other_kinds_are_not_ours(body: bytes) -> None:
    assert parse_route(body) is None


def test_what_is_cut_is_refused() -> None:
    with pytest.raises(Truncated):
        parse_route(bytes(11))


def test_a_dump_asks_for_all_of_ipv4() -> None:
    assert list_routes() == bytes((2,)) + bytes(HEAD - 1)
