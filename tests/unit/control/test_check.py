from gateway.control.check import check, judge
from gateway.control.document import File
from tests.unit.control.written import GOOD, OUTSIDE, no_files, problems_of, told

WRONG = """
[outside]
interface = "eth0"
addresses = ["203.0.113.1", "203.0.113.300"]
mut = 3
[[client]]
name = "a"
psk = "hunter2-hunter2"
route = "old-nt5"
[[client]]
name = "a"
psk = 12345678
route = "old-nt4"
[[route]]
name = "old-nt4"
kind = "pttp"
server = "10.0.0.1"
"""


def test_a_good_configuration_has_no_problems() -> None:
    assert told(GOOD) == []


def test_all_problems_come_at_once_and_in_the_order_of_lines() -> None:
    assert [(one.line, one.where) for one in problems_of(WRONG)] == [
        (4, "outside.addresses[2]"),
        (5, "outside.mut"),
        (9, "client[1].route"),
        (11, "client[2].name"),
        (12, "client[2].psk"),
        (16, "route[1].kind"),
    ]


def test_every_problem_says_where_what_and_a_hint() -> None:
    assert all(one.where and one.what and one.hint for one in problems_of(WRONG))


def test_the_file_is_called_what_it_is_called() -> None:
    assert check(File(b"x"), no_files, "box.toml")[0].where == "box.toml"


def test_no_client_at_all_is_only_a_warning() -> None:
    assert [(one.what, one.warning) for one in problems_of(OUTSIDE)] == [
        ("there is no [[client]]: nobody can dial", True)
    ]


def test_what_is_no_toml_gives_no_document_and_one_problem() -> None:
    document, problems = judge(File(b"[["), no_files)
    assert document == {}
    assert len(problems) == 1
