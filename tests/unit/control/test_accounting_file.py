"""What the accountant reads: one table, out of the whole configuration or of an excerpt."""

from dataclasses import replace

from gateway.control.accounting_file import read_accounting
from gateway.control.companions import Accounting
from gateway.control.document import File
from gateway.control.excerpts import accounting_of
from gateway.control.problems import Problem
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.test_relations_accounting import INSIDE
from tests.unit.control.test_schema_accounting import SECRET, SOME
from tests.unit.control.written import GOOD

WANTED = Accounting(
    host_bytes("10.10.0.5"), secret=SECRET.encode(), address=host_bytes("10.10.0.1")
)
MORE = 'interim_seconds = 60\ndisconnect = true\nnas_identifier = "postern-1"\n'


def read(text: str) -> Accounting | list[Problem]:
    return read_accounting(File(text.encode()), "postern.toml")


def problem(data: bytes) -> str:
    found = read_accounting(File(data), "postern.toml")
    assert isinstance(found, list)
    [only] = found
    return str(only)


def test_it_is_read_out_of_the_whole_and_of_the_excerpt_alike() -> None:
    assert read(GOOD + SOME) == WANTED
    whole = GOOD + SOME + MORE
    wanted = replace(WANTED, interim_seconds=60, disconnect=True, nas_identifier="postern-1")
    assert read(accounting_of(whole)) == read(whole) == wanted


def test_the_address_is_that_of_inside_where_it_has_none_of_its_own() -> None:
    text = GOOD + INSIDE + SOME.replace('address = "10.10.0.1"\n', "")
    assert read(text) == WANTED
    assert read(accounting_of(text)) == WANTED
    other = GOOD + INSIDE.replace("10.10.0.1", "10.10.0.9") + SOME
    assert read(other) == read(accounting_of(other)) == WANTED


def test_an_excerpt_holds_nothing_else() -> None:
    found = accounting_of(GOOD + SOME)
    assert "hunter2" not in found
    assert accounting_of(GOOD) == ""


def test_without_an_address_it_says_so_in_one_sentence() -> None:
    wrong = SOME.replace("10.10.0.1", "10.10.0")
    assert problem((GOOD + wrong).encode()).startswith("accounting.address: ")
    for inside in ("", "[inside]\naddress = 7\n"):
        text = inside + SOME.replace('address = "10.10.0.1"\n', "")
        assert problem(text.encode()).startswith("accounting.address: is missing")


def test_without_the_table_there_is_nobody_to_tell() -> None:
    assert "no [accounting]" in problem(GOOD.encode())


def test_bytes_that_are_no_toml_are_a_problem_that_repeats_nothing() -> None:
    for data in (b"psk = 'secret", b"\xff\xfe", b"[accounting"):
        assert "no TOML" in problem(data)
        assert "secret" not in problem(data)
