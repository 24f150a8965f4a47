import pytest

from gateway.control.limits import MOST_CANDIDATES
from gateway.control.suites import weakness
from tests.unit.control.written import CLIENT, GOOD, OUTSIDE, ROUTE, problems_of, told


def client(name: str, psk: str, address: str = "") -> str:
    placed = f"address = '{address}'\n" if address else ""
    return f"[[client]]\nname = '{name}'\npsk = '{psk}'\nroute = 'old-nt4'\n{placed}"


OLD = "psk_old = '{}'\npsk_old_until = 2026-12-31\n"


def test_names_are_given_once() -> None:
    twice = OUTSIDE + client("a", "key-number-1") + client("a", "key-number-2") + ROUTE + ROUTE
    assert told(twice) == [
        "client[2].name: is 'a', as in client[1]",
        "route[2].name: is 'old-nt4', as in route[1]",
    ]


def test_a_route_that_does_not_exist_is_told_with_the_one_that_may_be_meant() -> None:
    (problem,) = [one for one in problems_of(GOOD.replace('route = "old-nt4"', 'route = "old-nt5"'))
                  if not one.warning]  # fmt: skip
    assert problem.what == "is 'old-nt5', and there is no such route"
    assert problem.hint == "Perhaps 'old-nt4' is meant"


def test_without_any_route_one_is_asked_for() -> None:
    (problem,) = problems_of(OUTSIDE + CLIENT)
    assert problem.hint == "Add a [[route]] of that name"


def test_a_route_that_nobody_takes_is_warned_of() -> None:
    (problem,) = problems_of(GOOD + ROUTE.replace("old-nt4", "spare"))
    assert (problem.where, problem.what, problem.warning) == (
        "route[2].name",
        "is a route that no client takes",
        True,
    )


def test_the_gateway_is_not_its_own_server() -> None:
    assert told(GOOD.replace("10.10.0.2", "203.0.113.1")) == [
        "route[1].server: is one of the gateway's own outside addresses"
    ]


def test_an_outside_address_is_given_once() -> None:
    twice = GOOD.replace('["203.0.113.1"]', '["203.0.113.1", "203.0.113.1"]')
    assert told(twice) == ["outside.addresses[2]: is there twice"]


@pytest.mark.parametrize(
    ("key", "suite"),
    [("esp", "des-sha1"), ("esp", "3des-md5"), ("ike", "3des-sha1-modp768")],
)
def test_a_weak_suite_takes_a_reason_and_a_last_day(key: str, suite: str) -> None:
    text = OUTSIDE + CLIENT + f'{key} = ["{suite}"]\n'
    [problem] = problems_of(text + ROUTE)
    assert (problem.where, problem.warning) == (f"client[1].{key}[1]", False)
    what = f"is weak ({weakness(suite)}), so it takes a reason and a last day"
    assert problem.what == what
    assert "weak_reason" in problem.hint
    assert "weak_until" in problem.hint
    [half] = problems_of(text + 'weak_reason = "it knows no other"\n' + ROUTE)
    assert "weak_reason" not in half.hint
    whole = text + 'weak_reason = "it knows no other"\nweak_until = 2026-12-31\n'
    assert told(whole + ROUTE) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (client("a", "key-number-1") + OLD.format("same-same-same"), client("b", "same-same-same")),
        (client("a", "same-same-same"), client("b", "key-number-2") + OLD.format("same-same-same")),
        (
            client("a", "key-number-1") + OLD.format("same-same-same"),
            client("b", "key-number-2") + OLD.format("same-same-same"),
        ),
    ],
)
def test_an_old_key_is_told_apart_from_all_others_too(first: str, second: str) -> None:
    [problem] = told(OUTSIDE + first + second + ROUTE)
    assert problem.startswith("client[2].psk")
    assert problem.endswith("is that of client[1] too, and both may come from one address")


@pytest.mark.parametrize("terms", ["40", "40-stateful", "56"])
def test_short_keys_towards_a_server_are_warned_of(terms: str) -> None:
    problems = problems_of(OUTSIDE + CLIENT + ROUTE + f'mppe = ["{terms}"]')
    assert [(one.where, one.what, one.warning) for one in problems] == [
        ("route[1].mppe[1]", f"is weak ({weakness(terms)})", True)
    ]


def test_a_suite_is_listed_once() -> None:
    text = OUTSIDE + CLIENT + 'esp = ["3des-sha1", "3des-sha1"]' + ROUTE
    assert told(text) == ["client[1].esp[2]: is there twice"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ("", "203.0.113.10"),
        ("203.0.113.10", ""),
        ("203.0.113.10", "203.0.113.10"),
        ("203.0.113.0/24", "203.0.113.10"),
        ("203.0.113.10", "203.0.112.0/20"),
    ],
)
def test_two_clients_of_one_key_that_may_come_from_one_address_are_told(
    first: str, second: str
) -> None:
    text = OUTSIDE + client("a", "same-same-same", first) + client("b", "same-same-same", second)
    assert told(text + ROUTE) == [
        "client[2].psk: is that of client[1] too, and both may come from one address"
    ]


def test_one_key_at_two_addresses_and_two_keys_at_one_are_well() -> None:
    apart = client("a", "same-same-same", "192.0.2.0/25") + client(
        "b", "same-same-same", "192.0.2.128"
    )
    together = client("c", "key-number-1", "192.0.2.9") + client("d", "key-number-2", "192.0.2.9")
    assert told(OUTSIDE + apart + together + ROUTE) == []


def test_a_wide_network_is_compared_with_all_that_lie_in_it() -> None:
    clients = [
        client("wide", "same-same-same", "192.0.2.0/24"),
        client("in", "same-same-same", "192.0.2.5"),
        client("in-too", "same-same-same", "192.0.2.200"),
        client("out", "same-same-same", "192.0.3.1"),
    ]
    assert [one.split(":")[0] for one in told(OUTSIDE + "".join(clients) + ROUTE)] == [
        "client[2].psk",
        "client[3].psk",
    ]


def test_an_unreadable_address_is_one_problem_and_not_two() -> None:
    text = OUTSIDE + client("a", "same-same-same", "nowhere") + client("b", "same-same-same")
    assert [one.split(":")[0] for one in told(text + ROUTE)] == ["client[1].address"]


def test_as_many_clients_share_an_address_as_keys_can_be_tried() -> None:
    most = "".join(client(f"c{i}", f"key-number-{i}") for i in range(MOST_CANDIDATES))
    one_more = client("placed", "key-number-one-more", "192.0.2.1")
    assert told(OUTSIDE + most + ROUTE) == []
    assert told(OUTSIDE + most + one_more + ROUTE) == [
        "postern.toml: 257 keys may be used from one address, and 256 are the most"
    ]
    assert told(OUTSIDE + most + OLD.format("an-old-key") + ROUTE) == [
        "postern.toml: 257 keys may be used from one address, and 256 are the most"
    ]


def test_many_clients_of_one_key_at_addresses_of_their_own_are_compared_quickly() -> None:
    many = "".join(client(f"c{i}", "same-same-same", f"10.0.{i // 250}.{i % 250 + 1}")
                   for i in range(1000))  # fmt: skip
    assert told(OUTSIDE + many + ROUTE) == []


@pytest.mark.parametrize("network", ["203.0.113.0/24", "10.10.0.0/16"])
def test_virtual_addresses_are_no_real_ones(network: str) -> None:
    (problem,) = told(OUTSIDE + f'virtual = "{network}"\n' + CLIENT + ROUTE)
    assert problem.startswith("outside.virtual: holds ")


@pytest.mark.parametrize(("network", "size"), [("198.18.0.1", 1), ("64.0.0.0/8", 1 << 24)])
def test_there_are_enough_virtual_addresses_and_not_too_many(network: str, size: int) -> None:
    wrong = OUTSIDE + f'virtual = "{network}"\n' + CLIENT + ROUTE
    assert told(wrong) == [f"outside.virtual: has {size} addresses"]
