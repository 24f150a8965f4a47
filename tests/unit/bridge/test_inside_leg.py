"""Both kinds of leg have all that a session needs of one."""

import pytest

from gateway.bridge.inside_leg import Ended, InsideLeg, Told
from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.pptp_leg import PptpLeg
from gateway.outputs import What

NAMES = [name for name, value in vars(InsideLeg).items() if name[0] != "_" and callable(value)]


@pytest.mark.parametrize("kind", [PptpLeg, L2tpLeg])
@pytest.mark.parametrize("name", NAMES)
def test_a_leg_does_all_that_the_protocol_has(kind: type[InsideLeg], name: str) -> None:
    assert hasattr(kind, name)


def test_an_end_is_not_busy_unless_it_says_so() -> None:
    assert not Ended("gone", was_open=True).busy


def test_what_is_told_is_a_kind_of_fact_with_its_details() -> None:
    assert Told(What.SERVER_KEYED, {"suite": "3des-sha1"}).details == {"suite": "3des-sha1"}
