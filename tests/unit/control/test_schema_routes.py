import tomllib

import pytest

from gateway.control.schema_routes import CHOICE, L2TP_IPSEC, ROUTE, ROUTE_KINDS


@pytest.mark.parametrize("kind", ROUTE_KINDS)
def test_there_is_an_example_of_each_kind(kind: str) -> None:
    kinds = [tomllib.loads(f"kind = {entry['kind']}")["kind"] for entry in ROUTE.examples]
    assert kinds.count(kind) == 1


def test_what_only_one_kind_has_is_marked() -> None:
    marked = {key.name for key in ROUTE.keys if key.kinds == (L2TP_IPSEC,)}
    assert marked == {"psk", "psk_file", "ike", "esp", "tunnels"}
    assert not any(key.kinds for key in CHOICE.keys)


def test_a_route_needs_no_single_server_for_it_may_have_several() -> None:
    assert {key.name for key in ROUTE.keys if key.required} == {"name", "kind"}
