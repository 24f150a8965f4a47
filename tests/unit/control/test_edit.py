import tomllib
from datetime import date

import pytest

from gateway.control.canonical import MASK
from gateway.control.edit import (
    Change,
    EditError,
    change_from,
    edited,
    parse_path,
    table_called,
    unmasked,
    value_of,
)
from gateway.control.schema import ADMIN, CLIENT, OUTSIDE
from gateway.control.schema_routes import ROUTE
from gateway.control.tables import Table
from tests.unit.control.test_schema_metrics import SOME as METRICS
from tests.unit.control.test_schema_metrics import TOKEN
from tests.unit.control.written import GOOD

COMMENTED = """\
# my box
[outside]
interface = "eth0" # left
addresses = ["203.0.113.1"]

# the printing shop
[[client]]
name = "press-3"
psk = "hunter2-hunter2" # on the door
route = "old-nt4"

[[route]]
name = "old-nt4"
kind = "pptp"
server = "10.10.0.2"
"""
ADDED = {"name": "press-4", "psk": "hunter3-hunter3", "route": "old-nt4"}


def test_a_key_is_changed_and_nothing_else() -> None:
    found = edited(COMMENTED, [Change("set", "client", "press-3", "psk", "neu")])
    assert found == COMMENTED.replace("hunter2-hunter2", "neu")


def test_a_new_key_stands_with_those_of_its_table() -> None:
    found = edited(COMMENTED, [Change("set", "outside", key="mtu", value=1400)])
    assert found == COMMENTED.replace('["203.0.113.1"]\n', '["203.0.113.1"]\nmtu = 1400\n')


def test_a_new_client_stands_behind_the_others() -> None:
    found = edited(COMMENTED, [Change("add", "client", value=ADDED)])
    assert found.index("press-3") < found.index("press-4") < found.index("[[route]]")
    assert tomllib.loads(found)["client"][1] == ADDED


def test_the_last_of_a_kind_takes_its_table_with_it() -> None:
    found = edited(COMMENTED, [Change("remove", "client", "press-3")])
    assert "client" not in tomllib.loads(found)
    assert "# my box" in found


def test_tables_that_are_not_there_are_made() -> None:
    found = edited(
        "",
        [
            Change("set", "box", key="hostname", value="gw"),
            Change("add", "client", value=ADDED),
            Change("add", "admin", value={"name": "ada", "ssh_keys": ["a", "b"]}),
        ],
    )
    assert tomllib.loads(found) == {
        "box": {"hostname": "gw"},
        "client": [ADDED],
        "admin": [{"name": "ada", "ssh_keys": ["a", "b"]}],
    }


def test_entries_on_one_line_can_be_edited_too() -> None:
    text = 'client = [{name = "a"}, {name = "b"}]\n'
    changes = [
        Change("remove", "client", "a"),
        Change("set", "client", "b", "psk", "x"),
        Change("add", "client", value={"name": "c"}),
    ]
    assert tomllib.loads(edited(text, changes)) == {
        "client": [{"name": "b", "psk": "x"}, {"name": "c"}]
    }


def test_a_key_is_left_out() -> None:
    text = edited(COMMENTED, [Change("unset", "outside", key="addresses")])
    assert tomllib.loads(text)["outside"] == {"interface": "eth0"}


def test_a_file_written_by_notepad_and_one_without_its_last_line_end_are_edited() -> None:
    text = "\ufeff" + COMMENTED.rstrip("\n").replace("\n", "\r\n")
    found = edited(text, [Change("add", "route", value={"name": "new"})])
    assert [one["name"] for one in tomllib.loads(found)["route"]] == ["old-nt4", "new"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (Change("set", "outsid", key="mtu", value=1), "there is no table 'outsid'"),
        (Change("set", "outside", key="mut", value=1), "there is no key 'mut' in"),
        (Change("add", "outside", value={}), "there is one"),
        (Change("remove", "outside"), "there is one"),
        (Change("unset", "outside", key="mtu"), "outside has no mtu"),
        (Change("unset", "client", "press-3", "esp"), "client press-3 has no esp"),
        (Change("set", "client", "press-5", "psk", "x"), "there is no client 'press-5'"),
        (Change("set", "client", "press-3", "pks", "x"), "there is no key 'pks'"),
        (Change("remove", "client", "press-5"), "there is no client 'press-5'"),
        (Change("add", "client", value={"name": "press-3"}), "there is a client 'press-3'"),
        (Change("add", "client", value={"nam": "x"}), "there is no key 'nam'"),
        (Change("add", "client", value="x"), "a new entry has keys and values"),
        (Change("set", "outside", key="mtu", value=1.5), "a value is text"),
        (Change("set", "outside", key="mtu", value=None), "a value is text"),
    ],
)
def test_what_cannot_be_done_is_told(change: Change, what: str) -> None:
    with pytest.raises(EditError, match=what) as error:
        edited(COMMENTED, [change])
    assert error.value.hint


def test_two_of_one_name_cannot_be_told_apart() -> None:
    twice = "[[client]]\nname = 'a'\n" * 2
    with pytest.raises(EditError, match="more than one client 'a'"):
        edited(twice, [Change("remove", "client", "a")])


@pytest.mark.parametrize("text", ["[client]\nname = 'a'\n", "outside = 3\n"])
def test_a_table_written_wrongly_is_for_the_hand(text: str) -> None:
    changes = [
        Change("set", "outside", key="mtu", value=1400),
        Change("set", "client", "a", "psk", "x"),
    ]
    with pytest.raises(EditError, match="is no table|written as one table"):
        edited(text, changes)


def test_a_file_does_not_grow_without_end() -> None:
    with pytest.raises(EditError, match="over 1024 kB"):
        edited(GOOD, [Change("set", "box", key="contact", value="x" * (1 << 20))])


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("outside.mtu", ("outside", "", "mtu")),
        ("client.press-3.psk", ("client", "press-3", "psk")),
        ("client.press.3", ("client", "press.3", "")),
        ("client.press.3.psk", ("client", "press.3", "psk")),
        (
            "port.pci0000:00/0000:00:02.2.role",
            ("port", "pci0000:00/0000:00:02.2", "role"),
        ),
    ],
)
def test_a_path_names_a_key_or_an_entry(path: str, parts: tuple[str, str, str]) -> None:
    assert parse_path(path) == parts


@pytest.mark.parametrize(
    ("table", "key", "words", "value"),
    [
        (OUTSIDE, "mtu", ["1400"], 1400),
        (OUTSIDE, "mtu", ["much"], "much"),
        (ROUTE, "shield", ["false"], False),
        (ROUTE, "shield", ["perhaps"], "perhaps"),
        (ROUTE, "mppe", ["128,128-stateful"], ["128", "128-stateful"]),
        (OUTSIDE, "addresses", ["192.0.2.1,192.0.2.2", "192.0.2.3"],
         ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
        (CLIENT, "psk", ["12345678"], "12345678"),
        (CLIENT, "revoked", ["true"], True),
        (CLIENT, "revoked", ["false"], False),
        (CLIENT, "revoked", ["yes"], "yes"),
        (CLIENT, "weak_until", ["2026-12-31"], "2026-12-31"),
        (CLIENT, "name", ["7"], "7"),
        (ADMIN, "ssh_keys", ["ssh-ed25519 AAAA a, b"], ["ssh-ed25519 AAAA a, b"]),
    ],
)  # fmt: skip
def test_words_mean_what_their_key_wants(
    table: Table, key: str, words: list[str], value: object
) -> None:
    found = table.key(key)
    assert found is not None
    assert value_of(found, words) == value


def test_a_change_comes_as_json() -> None:
    data = {"op": "set", "table": "outside", "key": "mtu", "value": 1400}
    assert change_from(data) == Change("set", "outside", key="mtu", value=1400)


@pytest.mark.parametrize("data", [3, {}, {"op": "burn", "table": "x"}, {"op": "set", "table": 3}])
def test_what_is_no_change_is_refused(data: object) -> None:
    with pytest.raises(EditError):
        change_from(data)


def test_a_change_does_not_print_its_value() -> None:
    assert "hunter2" not in repr(Change("set", "client", "a", "psk", "hunter2"))


def test_masked_secrets_are_put_back() -> None:
    masked = COMMENTED.replace("hunter2-hunter2", MASK)
    assert unmasked(masked, COMMENTED) == COMMENTED
    assert unmasked(COMMENTED, GOOD) == COMMENTED


def test_a_masked_secret_of_somebody_else_is_not() -> None:
    masked = COMMENTED.replace("hunter2-hunter2", MASK).replace("press-3", "press-9")
    with pytest.raises(EditError, match="the psk of client 'press-9' is masked"):
        unmasked(masked, COMMENTED)


def test_a_table_is_called_as_in_the_schema() -> None:
    assert table_called("client") is CLIENT


def test_a_day_comes_as_text_and_is_written_as_a_day() -> None:
    found = edited(COMMENTED, [Change("set", "client", "press-3", "weak_until", "2026-12-31")])
    assert "weak_until = 2026-12-31\n" in found
    assert tomllib.loads(found)["client"][0]["weak_until"] == date(2026, 12, 31)
    added = edited(
        COMMENTED, [Change("add", "client", value={**ADDED, "psk_old_until": "2026-10-31"})]
    )
    assert tomllib.loads(added)["client"][1]["psk_old_until"] == date(2026, 10, 31)


def test_what_is_no_day_is_written_as_it_is_for_the_judge_to_tell() -> None:
    found = edited(COMMENTED, [Change("set", "client", "press-3", "weak_until", "soon")])
    assert tomllib.loads(found)["client"][0]["weak_until"] == "soon"


def test_an_entry_with_a_day_in_it_can_be_edited() -> None:
    text = edited(COMMENTED, [Change("set", "client", "press-3", "weak_until", "2026-12-31")])
    found = edited(text, [Change("set", "client", "press-3", "revoked", True)])
    assert tomllib.loads(found)["client"][0]["revoked"] is True
    assert edited(found, [Change("unset", "client", "press-3", "revoked")]) == text


def test_a_masked_secret_of_a_table_that_is_there_once_is_put_back() -> None:
    text = GOOD + METRICS
    hidden = text.replace(TOKEN, MASK)
    assert hidden != text
    assert unmasked(hidden, text) == text
    with pytest.raises(EditError, match=r"the token of \[metrics\] is masked"):
        unmasked(hidden, GOOD)
