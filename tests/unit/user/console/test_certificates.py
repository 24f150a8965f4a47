"""The certificates' page of the menu, with the real authority's verbs behind it."""

import pytest

from gateway.user.console.ends import Ends
from gateway.user.console.pages.certificates import Certificates
from tests.unit.user.console.agents import FakeBox, talk

PAGE = ("3", "c")  # clients and keys, then certificates
CREATE = (*PAGE, "c", "vpn.works 203.0.113.9", "", "yes")


@pytest.fixture
def made(ends: Ends, box: FakeBox) -> Ends:
    talk(ends, *CREATE)
    assert "ca/authority.json" in box.authority.files
    return ends


def test_without_an_authority_it_is_said_how_to_make_one(ends: Ends) -> None:
    told = talk(ends, *PAGE)
    assert "There is no authority yet: press c." in told
    assert "c) Create the authority" in told


def test_an_authority_is_made_and_the_configuration_speaks_of_it(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, *CREATE)
    assert "CN=Postern CA is made." in told
    text = box.desk.changes.candidate
    assert 'certificate_file = "ca/ca.pem"' in text
    assert 'chain_file = "ca/gateway.pem"' in text


def test_nobody_makes_one_without_saying_what_is_dialled(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, *PAGE, "c", "", "", "")
    assert "dialled: is empty" in told
    assert box.authority.files == {}


def test_what_was_issued_is_listed(made: Ends) -> None:
    told = talk(made, *PAGE)
    assert "CN=Postern CA, until 2047-01-10" in told
    assert "gateway" in told
    assert "good" in told


def test_a_machine_gets_a_certificate_and_an_entry(made: Ends, box: FakeBox) -> None:
    told = talk(made, *PAGE, "n", "press-9", "", "usb", "yes")
    assert "It is in /run/postern-files/usb, with its key." in told
    assert "    Password: " in told
    text = box.desk.changes.candidate
    assert 'certificate = "CN=press-9"' in text
    assert text.count('ca = ["own"]') == 1


def test_a_known_machine_keeps_its_entry_and_gets_the_certificate(made: Ends, box: FakeBox) -> None:
    talk(made, *PAGE, "n", "press-3", "", "", "yes")
    text = box.desk.changes.candidate
    assert text.count('name = "press-3"') == 1
    assert 'certificate = "CN=press-3"' in text


def test_one_is_revoked_after_a_question(made: Ends, box: FakeBox) -> None:
    talk(made, *PAGE, "n", "press-9", "", "", "yes")
    assert "press-9 is revoked: it cannot dial any more." in talk(made, *PAGE, "2", "1")
    states = {
        one["name"]: one["state"] for one in box.authority.answer({"verb": "ca.list"})["issued"]
    }
    assert states == {"gateway": "good", "press-9": "revoked"}
    assert "press-9  revoked" in talk(made, *PAGE)


def test_who_says_no_revokes_nothing(made: Ends, box: FakeBox) -> None:
    talk(made, *PAGE, "1", "2")
    assert box.authority.answer({"verb": "ca.list"})["issued"][0]["state"] == "good"


def test_the_gateway_gets_another_name_at_once(made: Ends, box: FakeBox) -> None:
    before = box.authority.files["ca/gateway.pem"]
    told = talk(made, *PAGE, "g", "gate.works", "yes")
    assert "It is in use, and good until 2037-01-12." in told
    assert box.authority.files["ca/gateway.pem"] != before
    assert box.authority.applied == 1


@pytest.mark.parametrize("key", ["a", "l"])
def test_files_for_others_are_written(made: Ends, key: str) -> None:
    assert "Written to /run/postern-files/usb." in talk(made, *PAGE, key, "usb", "yes")


def test_a_box_that_does_not_answer_is_told_of(ends: Ends, box: FakeBox) -> None:
    box.refuses["ca.list"] = ("the authority is at work", "Wait until it has ended")
    assert "The authority is at work." in talk(ends, *PAGE)
    assert Certificates(ends) is not None
