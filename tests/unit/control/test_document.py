import pytest

from gateway.control.document import File, read_document, read_table
from gateway.control.findings import Findings
from gateway.control.limits import LARGEST_FILE, MOST_ROUTES
from gateway.control.schema_metrics import METRICS
from tests.unit.control.written import CLIENT, GOOD, OUTSIDE, ROUTE, problems_of, told


def problem_of_bytes(data: bytes) -> tuple[str, int | None]:
    findings = Findings("postern.toml", {})
    assert read_document(File(data), findings) == {}
    (problem,) = findings.problems
    return problem.what, problem.line


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("[outside]\nmtu = \n", "this is no TOML: invalid value", 2),
        ("[outside]\n[outside]", "this is no TOML: cannot declare it twice", 2),
        ("a\nb", "this is no TOML: expected '=' after a key in a key/value pair", 1),
        ('\n\na = "', "this is no TOML: unterminated string", 3),
        ("a = 1\na = 2", "this is no TOML: cannot overwrite a value", 2),
        ("x" * 20, "this is no TOML: expected '=' after a key in a key/value pair", 1),
        ("a = " + "[" * 5000, "the file is no TOML that anybody wrote", None),
        ("a = " + "9" * 5000, "the file is no TOML that anybody wrote", None),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(text: str, what: str, line: int | None) -> None:
    assert problem_of_bytes(text.encode()) == (what, line)


def test_a_forgotten_quote_does_not_show_the_secret() -> None:
    for line in (
        "psk = hunter2-hunter2",
        "psk = 'hunter2",
        "psk = {hunter2 = 1, hunter2 = 2}",
        "psk hunter2",
        "[hunter2]\n[hunter2]",
    ):
        assert "hunter2" not in str(problem_of_bytes(line.encode()))


def test_a_byte_that_is_not_utf8_is_told_with_its_line() -> None:
    assert problem_of_bytes(b"# one\n# gr\xfc\xdf dich\n") == (
        "there is a byte that is not UTF-8",
        2,
    )


def test_a_file_of_another_kind_is_not_read_to_its_end() -> None:
    assert problem_of_bytes(b"#" * (LARGEST_FILE + 1)) == ("the file is larger than 1024 kB", None)


def test_a_file_written_by_notepad_is_read() -> None:
    assert problems_of("\ufeff" + GOOD.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        (
            "[insde]\n" + GOOD,
            "postern.toml: there is no table 'insde'",
            "Perhaps 'inside' is meant",
        ),
        (
            "mtu = 3\n" + GOOD,
            "postern.toml: there is no key 'mtu'",
            "Known here: outside, inside, ",
        ),
        (
            GOOD.replace("interface", "interfaces"),
            "outside.interfaces: there is no key 'interfaces' in [outside]",
            "Perhaps 'interface' is meant",
        ),
        (
            GOOD.replace("[[client]]", "[[client]]\nadress = '1.2.3.4'"),
            "client[1].adress: there is no key 'adress' in [[client]]",
            "Perhaps 'address' is meant",
        ),
    ],
)
def test_an_unknown_word_is_told_with_the_known_one(text: str, problem: str, hint: str) -> None:
    found = {f"{one.where}: {one.what}": one.hint for one in problems_of(text)}
    assert found[problem].startswith(hint)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (CLIENT + ROUTE, "outside: is missing"),
        (GOOD.replace('interface = "eth0"', ""), "outside.interface: is missing"),
        (GOOD.replace('name = "press-3"', ""), "client[1].name: is missing"),
        (GOOD.replace('kind = "pptp"', ""), "route[1].kind: is missing"),
        (OUTSIDE + ROUTE + "[client]\nname = 'a'", "client[1]: is written as a single table"),
        (GOOD.replace("[outside]", "[[outside]]"), "outside: is written as a list"),
        ("client = 3\n" + OUTSIDE, "client[1]: is a whole number, and should be a table"),
        ("client = [3]\n" + OUTSIDE, "client[1]: is a list, and should be a table"),
        (
            GOOD.replace('["203.0.113.1"]', '"203.0.113.1"'),
            "outside.addresses: is text, and should be a list",
        ),
        (GOOD.replace('["203.0.113.1"]', "[]"), "outside.addresses: is an empty list"),
        (
            GOOD + "[[route]]\n" * MOST_ROUTES,
            f"route[1]: is there {MOST_ROUTES + 1} times, and {MOST_ROUTES} are the most",
        ),
    ],
)
def test_what_is_missing_or_misplaced_is_told(text: str, problem: str) -> None:
    assert problem in told(text)


def test_a_list_with_one_bad_member_is_not_used_at_all() -> None:
    findings = Findings("postern.toml", {})
    text = GOOD.replace('"203.0.113.1"', '"203.0.113.1", "nowhere"')
    document = read_document(File(text.encode()), findings)
    assert "addresses" not in document["outside"][0].values
    assert [one.where for one in findings.problems] == ["outside.addresses[2]"]


def test_a_file_of_an_older_schema_is_not_read_as_if_it_were_of_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.control.document.SCHEMA_VERSION", 2)
    (problem,) = problems_of("schema_version = 1\n" + GOOD)
    assert problem.what == "it was written for schema 1, and 2 is in use"


def test_one_table_can_be_read_alone() -> None:
    findings = Findings("postern.toml", {})
    entry = read_table(METRICS, {"port": 0, "sessions": True}, findings)
    assert entry.values == {"sessions": True}
    assert [problem.where for problem in findings.problems] == ["metrics.port"]
