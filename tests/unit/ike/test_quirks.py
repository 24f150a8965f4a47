"""Every quirk says whose it is and how we know."""

from gateway.ike.quirks import (
    BOTH_DRAFTS_02,
    PHASE_1_STAYS,
    SELECTOR_COUNTS,
    SELECTOR_TYPES,
    SERVER_PORTS,
    Quirk,
)


def test_every_quirk_has_client_version_and_evidence() -> None:
    entries: list[Quirk] = [BOTH_DRAFTS_02, PHASE_1_STAYS, *SELECTOR_COUNTS.values()]
    entries += [*SERVER_PORTS.values(), *SELECTOR_TYPES.values()]
    assert all(entry.client and entry.version and entry.evidence for entry in entries)


def test_the_servers_port_may_be_left_open_and_a_name_may_stand_for_a_selector() -> None:
    assert set(SERVER_PORTS) == {1701, 0}
    assert {1, 2, 3} <= set(SELECTOR_TYPES)
