from gateway.control.limits import MOST_CANDIDATES, MOST_CLIENTS, Limits
from gateway.control.schema import LIMITS
from tests.unit.control.written import GOOD, config_of, told

NUMBERS = [key.name for key in LIMITS.keys if key.name != "workers"]


def test_no_more_clients_can_share_an_address_than_there_can_be() -> None:
    assert MOST_CANDIDATES < MOST_CLIENTS


def test_each_limit_can_be_set() -> None:
    text = "[limits]\n" + "".join(f"{name} = 7\n" for name in NUMBERS)
    text += 'workers = "7"\n'
    assert config_of(GOOD + text).limits == Limits(7, 7, 7, 7, 7, 7, 7, "7")


def test_no_limit_can_be_nothing() -> None:
    text = "[limits]\n" + "".join(f"{name} = 0\n" for name in NUMBERS)
    assert [one.split(":")[0] for one in told(GOOD + text)] == [
        f"limits.{name}" for name in NUMBERS
    ]


def test_workers_are_as_many_as_the_bits_of_an_spi_can_tell() -> None:
    for wrong in ('"8"', '"-1"', "2", '"many"'):
        (problem,) = told(f"{GOOD}[limits]\nworkers = {wrong}\n")
        assert problem.startswith("limits.workers")
    assert config_of(GOOD + '[limits]\nworkers = "auto"\n').limits.workers == "auto"
    assert config_of(GOOD).limits.workers == "0"
