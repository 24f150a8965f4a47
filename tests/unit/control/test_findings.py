from gateway.control.findings import Entry, Findings
from gateway.control.schema import CLIENT, OUTSIDE

SECOND = Entry(CLIENT, 1, {"psk": b"hunter2"})
LINES = {("client", 1, ""): 7, ("client", 1, "psk"): 9}


def test_entries_are_counted_from_one_where_there_may_be_several() -> None:
    assert SECOND.place == "client[2]"
    assert Entry(OUTSIDE, 0, {}).place == "outside"


def test_a_problem_with_a_key_has_the_line_of_the_key() -> None:
    findings = Findings("postern.toml", LINES)
    findings.add(SECOND, "psk", "is wrong", "Change it", item=3)
    assert (findings.problems[0].where, findings.problems[0].line) == ("client[2].psk[3]", 9)


def test_a_key_that_is_missing_has_the_line_of_its_heading() -> None:
    findings = Findings("postern.toml", LINES)
    findings.add(SECOND, "route", "is missing", "Write one")
    findings.add(SECOND, "", "is odd", "Look")
    assert [(one.where, one.line) for one in findings.problems] == [
        ("client[2].route", 7),
        ("client[2]", 7),
    ]


def test_a_problem_with_the_file_has_its_name_and_perhaps_a_line() -> None:
    findings = Findings("postern.toml", {})
    findings.add_of_file("is odd", "Look", warning=True)
    findings.add_of_file("is odd", "Look", line=4)
    assert [(one.where, one.line, one.warning) for one in findings.problems] == [
        ("postern.toml", None, True),
        ("postern.toml", 4, False),
    ]


def test_an_entry_does_not_print_its_values() -> None:
    assert "hunter2" not in repr(SECOND)


def test_a_value_that_an_earlier_entry_has_too_is_told_with_that_entry() -> None:
    findings = Findings("postern.toml", {})
    entries = [Entry(CLIENT, number, {"name": name}) for number, name in enumerate("aba")]
    findings.add_repeated([*entries, Entry(CLIENT, 3, {})], "name")
    assert [(one.where, one.what) for one in findings.problems] == [
        ("client[3].name", "is 'a', as in client[1]")
    ]
