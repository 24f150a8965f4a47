"""A recording on its stage: what came of it, what is no longer so, and files that are none."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bridge.outcome import STEPS
from gateway.bridge.replay import configuration, replay
from gateway.control.recorded import BadCase, Case, Line, parse_case
from tests.captures import vectors
from tests.pair.net import seeded

CASE = parse_case((vectors("recorded") / "scripted-xp-sp2.toml").read_text())
PARTS = [part for line in CASE.lines for part in line.parts]


def test_a_fresh_gateway_does_what_the_recorded_one_did() -> None:
    found = replay(CASE, seeded(1))
    assert (found.problems, found.changes) == ((), ())
    assert (found.came, dict(found.found)) == (CASE.came, dict(CASE.found))


def test_the_configuration_allows_what_the_site_allowed_in_our_order() -> None:
    config = configuration(CASE, b"a key", None)
    [client] = config.clients
    assert set(client.ike) == set(CASE.ike)
    assert client.psk == b"a key"
    assert config.routes[0].name == client.route


def test_a_gateway_that_does_less_has_problems() -> None:
    lines = tuple(line for line in CASE.lines if line.layer != "l2tp")
    found = replay(replace(CASE, lines=lines), seeded(1))
    assert found.problems[:3] == (
        "it no longer comes to tunnel-opened",
        "it no longer comes to call-requested",
        "it no longer comes to session-opened",
    )


def test_a_gateway_that_does_more_has_changes() -> None:
    found = replay(replace(CASE, came=CASE.came[:-1], found={}), seeded(1))
    assert found.problems == ()
    assert found.changes[0] == "it now comes to session-opened"


def test_only_what_the_client_said_is_played() -> None:
    lines = tuple(replace(line, by_client=False) for line in CASE.lines)
    assert replay(replace(CASE, lines=lines), seeded(1)).came == ()


def with_parts(number: int, parts: tuple[str, ...]) -> Case:
    lines = list(CASE.lines)
    lines[number] = replace(lines[number], parts=parts, by_client=True)
    return replace(CASE, lines=tuple(lines))


@pytest.mark.long
@given(
    st.integers(0, len(CASE.lines) - 1),
    st.lists(st.one_of(st.sampled_from(PARTS), st.text("0123456789 abcdefx:-", max_size=20))),
)
def test_any_file_plays_or_is_refused(number: int, parts: list[str]) -> None:
    with suppress(BadCase):
        found = replay(with_parts(number, tuple(parts)), seeded(1))
        assert set(found.came) <= {step.value for step in STEPS}


@pytest.mark.parametrize(
    "part",
    [
        "300 as 00",
        "11 notify 1 99999999 16 -",
        "5 id 1 0 99999 client",
        "99 cut 999999999999",
        "5 id 2 0 0 name:999999999999",
        "6 certificate 4",
        "7 request 4",
    ],
)
def test_numbers_that_fit_nowhere_are_refused(part: str) -> None:
    bad = Line(0, True, "ike", "main 1 clear", 500, 500, (CASE.lines[0].parts[0], part))
    with pytest.raises(BadCase):
        replay(replace(CASE, lines=(bad,)), seeded(1))
