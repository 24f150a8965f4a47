"""Every quirk says whose it is and how we know."""

from gateway.ike.quirks import (
    BOTH_DRAFTS_02,
    CLIENT_STARTS,
    COMMIT,
    CONTACT_AT_RENEWAL,
    PHASE_1_STAYS,
    RESPONDER_LIFETIME,
    SELECTOR_COUNTS,
    SELECTOR_TYPES,
    SERVER_PORTS,
    VOLUME,
    Quirk,
)


def test_every_quirk_has_client_version_and_evidence() -> None:
    entries: list[Quirk] = [BOTH_DRAFTS_02, PHASE_1_STAYS, *SELECTOR_COUNTS.values()]
    entries += [*SERVER_PORTS.values(), *SELECTOR_TYPES.values()]
    entries += [CLIENT_STARTS, COMMIT, CONTACT_AT_RENEWAL, RESPONDER_LIFETIME, VOLUME]
    assert all(entry.client and entry.version and entry.evidence for entry in entries)


def test_the_servers_port_may_be_left_open_and_a_name_may_stand_for_a_selector() -> None:
    assert set(SERVER_PORTS) == {1701, 0}
    assert {1, 2, 3} <= set(SELECTOR_TYPES)


def test_what_the_book_allows_has_no_name_to_be_shown() -> None:
    assert not SERVER_PORTS[1701].name
    assert not SELECTOR_TYPES[1].name
    assert not SELECTOR_COUNTS[2].name


def test_names_are_told_apart_and_fit_a_line() -> None:
    every = [COMMIT, VOLUME, *SERVER_PORTS.values(), *SELECTOR_TYPES.values()]
    names = [entry.name for entry in [*every, *SELECTOR_COUNTS.values()] if entry.name]
    assert len(set(names)) == len(names)
    assert all(len(name) < 40 for name in names)
