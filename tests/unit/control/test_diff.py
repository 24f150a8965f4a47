from gateway.control.diff import Diff, diff
from gateway.control.parts import EVERY, Part
from tests.unit.control.test_relations_box import ADMINS, BOX, STATIC
from tests.unit.control.written import CLIENT, GOOD, ROUTE

SECOND = CLIENT.replace("press-3", "press-4").replace("hunter2", "hunter3")


def test_the_same_in_other_words_is_no_difference() -> None:
    assert diff(GOOD, "# a comment\n" + GOOD + "[limits]\nsessions = 1000\n") == Diff()
    assert diff(GOOD, GOOD.replace("[outside]", "[outside]\nmtu = 1500")) == Diff()


def test_a_changed_key_stands_under_its_table() -> None:
    found = diff(GOOD, GOOD.replace("[outside]", "[outside]\nmtu = 1400"))
    assert found.lines == ("  [outside]", "+ mtu = 1400")
    assert found.changed == 1
    assert found.parts == {Part.GATEWAY, Part.NETWORK}


def test_an_added_client_is_shown_with_its_key_masked() -> None:
    found = diff(GOOD, GOOD + SECOND)
    assert found.lines == (
        '+ [[client]] "press-4"',
        '+ name = "press-4"',
        '+ psk = "********"',
        '+ route = "old-nt4"',
    )
    assert found.parts == {Part.GATEWAY}


def test_a_removed_client_is_one_line() -> None:
    assert diff(GOOD + SECOND, GOOD).lines == ('- [[client]] "press-4"',)


def test_another_key_is_told_without_showing_either() -> None:
    found = diff(GOOD, GOOD.replace("hunter2", "hunter3"))
    assert found.lines == (
        '  [[client]] "press-3"',
        '- psk = "********"',
        '+ psk = "********" (another)',
    )


def test_a_key_that_goes_is_shown_as_it_was() -> None:
    assert diff(BOX + GOOD, BOX.replace("contact = 'Ada'\n", "") + GOOD).lines == (
        "  [box]",
        '- contact = "Ada"',
    )


def test_moving_entries_about_is_no_difference() -> None:
    assert diff(GOOD + SECOND, SECOND + GOOD) == Diff()


def test_only_the_parts_that_differ_are_touched() -> None:
    before = STATIC + CLIENT + ROUTE
    assert diff(before, before + ADMINS).parts == {Part.USERS}
    assert diff(before, before + BOX).parts == {Part.HOSTNAME}
    assert diff(before, before.replace("prefix = 24", "prefix = 25")).parts == {Part.NETWORK}
    assert diff(before, before.replace("203.0.113.1", "203.0.113.2")).parts == {
        Part.NETWORK,
        Part.RESTART,
    }


def test_what_cannot_be_read_differs_in_everything() -> None:
    assert diff(GOOD, "[").parts == EVERY
    assert diff("[", "[") == Diff()
