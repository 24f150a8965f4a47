"""A sample of `make matrix`: what becomes of a combination is what its rule says."""

import pytest

from tests.matrix.axes import AUTHENTICATIONS, ROUTES, SUITES, WAYS, Cell, cells, sample
from tests.matrix.play import play
from tests.matrix.policy import LET_IN, wanted
from tests.pair.peers.old_clients import CLIENTS

STEP = 211  # a prime: every value of every axis comes up
SAMPLE = sample(STEP)
LATHE = Cell("xp", "none", "des-md5-modp768", "des-md5", "key in quarantine", ROUTES[0])


def test_the_sample_has_every_value_of_every_axis() -> None:
    assert {cell.client for cell in SAMPLE} == set(CLIENTS)
    assert {cell.natt for cell in SAMPLE} == set(WAYS)
    assert {(cell.ike, cell.esp) for cell in SAMPLE} == set(SUITES)
    assert {cell.authentication for cell in SAMPLE} == set(AUTHENTICATIONS)
    assert {cell.route for cell in SAMPLE} == set(ROUTES)


@pytest.mark.long
def test_every_combination_of_the_sample_passes_or_is_refused_as_wanted() -> None:
    found = [play(cell) for cell in SAMPLE]
    assert [each for each in found if each.result == "failed"] == []
    assert {each.result for each in found} == {"passed", "refused"}


def test_the_rule_wants_both_ends_and_more_than_one_reason() -> None:
    reasons = {wanted(cell) for cell in cells()}
    assert LET_IN in reasons
    assert len(reasons) == 6


def test_a_result_that_is_not_the_wanted_one_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert play(LATHE).result == "passed"
    monkeypatch.setattr("tests.matrix.play.wanted", lambda _: "client is revoked")
    found = play(LATHE)
    assert found.result == "failed"
    assert found.why == "up, and should have been refused: client is revoked"


def test_another_reason_than_the_wanted_one_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    saw = Cell("xp", "none", "3des-sha1-modp1024", "3des-sha1", "key that is revoked", ROUTES[0])
    assert play(saw).result == "refused"
    monkeypatch.setattr("tests.matrix.play.wanted", lambda _: "wrong key")
    assert "and not: wrong key" in play(saw).why


@pytest.mark.parametrize("esp", ["aes128-sha1", "aes256-sha1"])
def test_softremote_with_aes_behind_a_nat_is_not_given_less_than_its_dial_up_takes(
    esp: str,
) -> None:
    """What the matrix found: an MRU of 1398, at which Windows 98 gives up."""
    ike = next(ike for ike, each in SUITES if each == esp)
    cell = Cell("safenet", "draft-02n", ike, esp, "key", ROUTES[0])
    assert play(cell).result == "passed"
