"""The policy of Windows 2000."""

from gateway.user.kit.kinds import KINDS
from gateway.user.kit.policy import policy_steps
from gateway.user.kit.subject import Subject
from tests.unit.user.kit.subjects import KEY, certified, subject


def text(about: Subject) -> str:
    found = policy_steps(about)
    assert found is not None
    return " ".join(found.data.decode().split())


def test_only_windows_2000_with_a_key_needs_one() -> None:
    needing = [kind for kind in KINDS if policy_steps(subject(kind)) is not None]
    assert needing == ["2000"]
    assert policy_steps(certified("2000")) is None


def test_the_filter_is_that_of_windows_own_policy() -> None:
    told = text(subject("2000"))
    assert "to the one address 203.0.113.9, protocol UDP, from port 1701, to any port" in told
    assert "ESP with 3DES and SHA1" in told


def test_a_filter_wants_an_address_even_where_a_name_is_dialled() -> None:
    told = text(subject("2000", dialled=("vpn.works.example",)))
    assert "(The address which vpn.works.example has now.)" in told


def test_the_policy_comes_before_what_switches_windows_own_off() -> None:
    told = text(subject("2000"))
    assert told.index("assign the policy") < told.index("Only now merge PSKON.REG")


def test_the_key_is_not_in_it() -> None:
    assert KEY not in text(subject("2000"))
