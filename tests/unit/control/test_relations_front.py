"""Standing in front of servers: what an owner can get wrong, and what is said of it."""

import pytest

from gateway.control.problems import Problem
from tests.unit.control.test_relations_routes import INSIDE, OF_NATIVE
from tests.unit.control.test_relations_routes import WHOLE as NATIVE_WHOLE
from tests.unit.control.written import CLIENT, OUTSIDE, ROUTE, problems_of, told

WHOLE = NATIVE_WHOLE
SOME = '["10.10.0.3"]'
PPTP_WHOLE = OUTSIDE + INSIDE + CLIENT + ROUTE


def front(servers: str = SOME, **more: str) -> str:
    lines = {"servers": servers} if servers else {}
    return "[front]\n" + "".join(f"{key} = {value}\n" for key, value in (lines | more).items())


def only(text: str) -> Problem:
    [problem] = problems_of(text)
    return problem


def test_a_server_of_a_route_is_right_of_either_kind() -> None:
    assert told(WHOLE + front()) == []
    assert told(PPTP_WHOLE + front('["10.10.0.2"]')) == []


@pytest.mark.parametrize(
    ("servers", "where", "what"),
    [
        ('["10.10.0.9"]', "front.servers[1]", "is 10.10.0.9, and no route leads there"),
        ('["10.10.0.3", "10.10.0.3"]', "front.servers[2]", "is there twice"),
        ('["10.10.0.3", "10.10.0.1"]', "front.servers[2]", "is an address of the gateway's own"),
        ('["203.0.113.1"]', "front.servers[1]", "is an address of the gateway's own"),
    ],
)
def test_other_servers_are_not(servers: str, where: str, what: str) -> None:
    problem = only(WHOLE + front(servers))
    assert (problem.where, problem.what) == (where, what)
    assert problem.hint


def test_without_servers_the_other_keys_mean_nothing() -> None:
    problem = only(WHOLE + front("", fail='"open"'))
    assert (problem.where, problem.what) == ("front.servers", "is missing")
    assert "leave [front] out" in problem.hint


def test_it_takes_two_interfaces() -> None:
    bare = OUTSIDE + CLIENT + ROUTE + front('["10.10.0.2"]')
    assert told(bare) == ["inside.interface: is missing, and [front] needs it"]
    shared = bare + '[inside]\ninterface = "eth0"\n'
    assert told(shared) == [
        "inside.interface: is that of outside too, so Postern stands in front of nothing"
    ]


def test_direct_clients_of_servers_without_ipsec_are_a_warning() -> None:
    problem = only(PPTP_WHOLE + front('["10.10.0.2"]', direct='["203.0.113.64/26"]'))
    assert (problem.where, problem.warning) == ("front.direct", True)


def test_a_call_to_such_a_server_can_be_chosen_by_it() -> None:
    choice = '[[choice]]\nname = "front"\ncalled = "10.10.0.3"\nroute = "old-w2k"\n'
    assert told(WHOLE + front() + choice) == []
    [problem] = told(OUTSIDE + INSIDE + OF_NATIVE + WHOLE[WHOLE.index("[[route]]") :] + choice)
    assert "clients do not find Postern there" in problem
