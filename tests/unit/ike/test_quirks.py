"""Every quirk says whose it is and how we know."""

from gateway.ike.nat import Answer
from gateway.ike.quirks import (
    BOTH_DRAFTS_02,
    NAT_D_ANSWERS,
    PHASE_1_STAYS,
    SELECTOR_COUNTS,
    SELECTOR_TYPES,
    SERVER_PORTS,
    Quirk,
)
from gateway.ike.vendors import SAFENET, WINDOWS_RELEASES, name_vendor


def test_every_quirk_has_client_version_and_evidence() -> None:
    entries: list[Quirk] = [BOTH_DRAFTS_02, PHASE_1_STAYS, *SELECTOR_COUNTS.values()]
    entries += [*SERVER_PORTS.values(), *SELECTOR_TYPES.values(), *NAT_D_ANSWERS.values()]
    assert all(entry.client and entry.version and entry.evidence for entry in entries)


def test_answers_of_nat_discovery_are_for_clients_that_have_a_name() -> None:
    known = {*WINDOWS_RELEASES.values(), name_vendor(SAFENET[0])}
    assert set(NAT_D_ANSWERS) <= known
    assert {quirk.answer for quirk in NAT_D_ANSWERS.values()} == {one.value for one in Answer}


def test_the_servers_port_may_be_left_open_and_a_name_may_stand_for_a_selector() -> None:
    assert set(SERVER_PORTS) == {1701, 0}
    assert {1, 2, 3} <= set(SELECTOR_TYPES)
