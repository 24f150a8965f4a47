from gateway.control.limits import MOST_CANDIDATES, MOST_CLIENTS, Limits
from gateway.control.schema import LIMITS
from tests.unit.control.written import GOOD, config_of, told


def test_no_more_clients_can_share_an_address_than_there_can_be() -> None:
    assert MOST_CANDIDATES < MOST_CLIENTS


def test_each_limit_can_be_set() -> None:
    text = "[limits]\n" + "".join(f"{key.name} = 7\n" for key in LIMITS.keys)
    assert config_of(GOOD + text).limits == Limits(7, 7, 7, 7, 7, 7, 7)


def test_no_limit_can_be_nothing() -> None:
    text = "[limits]\n" + "".join(f"{key.name} = 0\n" for key in LIMITS.keys)
    assert [one.split(":")[0] for one in told(GOOD + text)] == [
        f"limits.{key.name}" for key in LIMITS.keys
    ]
