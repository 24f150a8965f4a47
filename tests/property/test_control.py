"""Any text as a configuration gives problems or a configuration, never an exception."""

import json
import tomllib
from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.control.check import check
from gateway.control.config import Client, Config, load
from gateway.control.document import File
from gateway.control.explain import sentence
from gateway.control.policy import candidates
from gateway.control.problems import Problem, printable
from gateway.control.schema import SCHEMA
from gateway.control.sessions import SessionView, session_from_json, to_json
from gateway.control.values import Network, network
from gateway.outputs import Fact, What
from tests.unit.control.written import GOOD, config_of, no_files

WORDS = st.sampled_from(
    [key.name for table in SCHEMA for key in table.keys]
    + [key.example for table in SCHEMA for key in table.keys]
    + [table.heading for table in SCHEMA]
    + [" = ", "\n", '"', "[", "]", "{", "}", ",", "=", "'''", "\\", "-1", "1e9", "1979-05-27"]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=60).map("".join))
LINES = st.lists(st.tuples(st.integers(0, 12), TEXTS), max_size=4)
SECRETS = st.text("XYZ\x00\n\u202e é", min_size=4).map(lambda text: "s3cr3t" + text)


def judged(data: bytes, mode: int = 0o600) -> Config | list[Problem]:
    return load(File(data, mode), lambda name: File(name.encode()))


@given(TEXTS)
def test_any_text_gives_problems_or_a_configuration(text: str) -> None:
    assert isinstance(judged(text.encode()), (Config, list))


@given(st.binary(max_size=300))
def test_any_bytes_give_problems_or_a_configuration(data: bytes) -> None:
    assert isinstance(judged(data), (Config, list))


@given(LINES)
def test_a_good_configuration_with_anything_in_it_does_not_break_the_check(
    more: list[tuple[int, str]],
) -> None:
    lines = GOOD.split("\n")
    for where, text in more:
        lines.insert(where, text)
    problems = check(File("\n".join(lines).encode()), no_files)
    assert all(one.where and one.what and one.hint for one in problems)
    assert all(printable(str(one)) == str(one) for one in problems)


@given(SECRETS, st.sampled_from(["psk = {}", "psk = [{}]", "psk = {{ a = {} }}", "psk = {} {}"]))
def test_a_secret_is_in_no_problem_and_in_no_repr(secret: str, written: str) -> None:
    quoted = tomllib_quoted(secret)
    text = GOOD.replace('psk = "hunter2-hunter2"', written.format(quoted, quoted))
    assert "s3cr3t" not in repr(judged(text.encode(), 0o644))


@given(SECRETS)
def test_a_secret_in_a_file_of_its_own_is_in_no_problem_and_in_no_repr(secret: str) -> None:
    text = GOOD.replace('psk = "hunter2-hunter2"', 'psk_file = "x"')
    found = load(File(text.encode()), lambda name: File(secret.encode()))
    assert "s3cr3t" not in repr(found)


def tomllib_quoted(text: str) -> str:
    """A TOML basic string of which `tomllib` makes this text."""
    quoted = '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'
    assert tomllib.loads(f"x = {quoted}")["x"] == text
    return quoted


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_a_network_is_what_it_is_written_as(host: int, length: int) -> None:
    first = host >> (32 - length) << (32 - length)
    written = ".".join(map(str, first.to_bytes(4, "big"))) + f"/{length}"
    found = network(written)
    assert str(found) == written.removesuffix("/32")
    assert found.holds(first.to_bytes(4, "big"))


@given(
    st.sampled_from(list(What)),
    st.text(max_size=30),
    st.dictionaries(st.text(max_size=12), st.text(max_size=60), max_size=6),
)
def test_any_fact_is_a_line_fit_for_a_terminal(
    what: What, peer: str, details: dict[str, str]
) -> None:
    text = sentence(Fact(what, 1, peer, details))
    assert printable(text) == text


@given(
    st.builds(
        SessionView,
        id=st.integers(),
        client=st.text(),
        since=st.floats(allow_nan=False),
        drops=st.dictionaries(st.text(), st.integers()),
    )
)
def test_any_session_survives_json(view: SessionView) -> None:
    assert session_from_json(json.loads(json.dumps(to_json(view)))) == view


@given(
    st.dictionaries(
        st.sampled_from([one.name for one in fields(SessionView)]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.integers())),
    )
)
def test_any_object_is_a_session_or_refused(data: dict[str, object]) -> None:
    try:
        view = session_from_json(data)
    except ValueError:
        return
    assert {name: to_json(view)[name] for name in data} == data


PLACES = st.builds(
    lambda host, length: (host >> (32 - length) << (32 - length), 1 << (32 - length)),
    st.sampled_from([0, 0xCB00710A, 0xCB00710B, 0xFFFFFFFF]),
    st.sampled_from([0, 1, 24, 31, 32]),
)


@given(st.lists(PLACES, max_size=8), st.sampled_from([0xCB00710A, 0xCB00710B, 0, 0xFFFFFFFF]))
def test_candidates_are_those_whose_network_holds_the_address_the_smallest_first(
    places: list[tuple[int, int]], where: int
) -> None:
    networks = [Network(first, first + size - 1) for first, size in places]
    config = replace(
        config_of(GOOD),
        clients=tuple(Client(str(i), b"", (), (), "r", net) for i, net in enumerate(networks)),
    )
    host = where.to_bytes(4, "big")
    holding = [client for client in config.clients if client.address.holds(host)]
    found = candidates(config, host)
    assert list(found) == sorted(holding, key=lambda client: client.address.size())
