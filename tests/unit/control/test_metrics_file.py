"""What the exporter reads: one table, out of the whole configuration or of an excerpt."""

from gateway.control.companions import Metrics
from gateway.control.document import File
from gateway.control.excerpts import metrics_of
from gateway.control.metrics_file import read_metrics
from gateway.control.problems import Problem
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.test_schema_metrics import SOME, TOKEN
from tests.unit.control.written import GOOD

WANTED = Metrics(host_bytes("10.10.0.1"), 9765, TOKEN.encode(), False)


def read(text: str) -> Metrics | list[Problem]:
    return read_metrics(File(text.encode()), "postern.toml")


def problem(data: bytes) -> str:
    found = read_metrics(File(data), "postern.toml")
    assert isinstance(found, list)
    [only] = found
    return str(only)


def test_it_is_read_out_of_the_whole_and_of_the_excerpt_alike() -> None:
    assert read(GOOD + SOME) == WANTED
    assert read(metrics_of(GOOD + SOME)) == WANTED


def test_an_excerpt_holds_nothing_else_and_all_of_that() -> None:
    whole = SOME + "port = 9100\nsessions = true\n"
    found = metrics_of(GOOD + whole)
    assert "hunter2" not in found
    assert read(found) == Metrics(host_bytes("10.10.0.1"), 9100, TOKEN.encode(), True)
    assert metrics_of(GOOD) == ""


def test_what_is_wrong_elsewhere_is_not_its_affair() -> None:
    assert read(GOOD.replace("hunter2-hunter2", "") + SOME) == WANTED


def test_without_a_token_it_says_so_in_one_sentence() -> None:
    said = problem((GOOD + '[metrics]\naddress = "10.10.0.1"\n').encode())
    assert said.startswith("metrics.token: is missing, and without it nothing is told. Take")


def test_without_the_table_there_is_nothing_to_give_out() -> None:
    assert "no [metrics]" in problem(GOOD.encode())


def test_bytes_that_are_no_toml_are_a_problem_that_repeats_nothing() -> None:
    for data in (b"psk = 'secret", b"\xff\xfe", b"[metrics", b"[" * 5000):
        assert "no TOML" in problem(data)
        assert "secret" not in problem(data)
