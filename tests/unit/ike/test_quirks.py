"""Every quirk says whose it is and how we know."""

from gateway.ike.nat import Answer
from gateway.ike.quirks import (
    BOTH_DRAFTS_02,
    CLIENT_STARTS,
    COMMIT,
    NAT_D_ANSWERS,
    PHASE_1_STAYS,
    RESPONDER_LIFETIME,
    SELECTOR_COUNTS,
    SELECTOR_TYPES,
    SERVER_PORTS,
    VOLUME,
    Quirk,
)
from gateway.ike.vendors import SAFENET, WINDOWS_RELEASES, name_vendor


def test_every_quirk_has_client_version_and_evidence() -> None:
    entries: list[Quirk] = [BOTH_DRAFTS_02, PHASE_1_STAYS, *SELECTOR_COUNTS.values()]
    entries += [*SERVER_PORTS.values(), *SELECTOR_TYPES.values(), *NAT_D_ANSWERS.values()]
    entries += [CLIENT_STARTS, COMMIT, RESPONDER_LIFETIME, VOLUME]
    assert all(entry.client and entry.version and entry.evidence for entry in entries)


def test_answers_of_nat_discovery_are_for_clients_that_have_a_name() -> None:
    known = {*WINDOWS_RELEASES.values(), name_vendor(SAFENET[0])}
    assert set(NAT_D_ANSWERS) <= known
    assert {quirk.answer for quirk in NAT_D_ANSWERS.values()} == {one.value for one in Answer}


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
