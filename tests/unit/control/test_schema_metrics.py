"""The keys of `[metrics]`."""

from gateway.control.companions import Metrics
from gateway.control.schema_metrics import METRICS
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.written import GOOD, config_of, told

TOKEN = "0123456789abcdef"
SOME = f'[metrics]\naddress = "10.10.0.1"\ntoken = "{TOKEN}"\n'


def test_without_it_no_figures_are_given_out() -> None:
    assert config_of(GOOD).metrics == Metrics(None, 9765, b"", False)


def test_its_keys_are_read() -> None:
    found = config_of(GOOD + SOME + "port = 9100\nsessions = true\n").metrics
    assert found == Metrics(host_bytes("10.10.0.1"), 9100, TOKEN.encode(), True)


def test_the_token_is_a_secret() -> None:
    config = config_of(GOOD + SOME)
    assert TOKEN not in repr(config)
    assert [key.name for key in METRICS.keys if key.secret] == ["token"]


def test_a_port_is_a_port() -> None:
    [problem] = told(GOOD + SOME + "port = 0\n")
    assert problem.startswith("metrics.port: is 0")
