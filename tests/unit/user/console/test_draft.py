from pathlib import Path

import pytest

from gateway.control.edit import Change
from gateway.control.schema import ADMIN, CLIENT, OUTSIDE
from gateway.control.schema_routes import ROUTE
from gateway.control.schema_syslog import SYSLOG
from gateway.user.client import BadAnswer, DaemonError
from gateway.user.console.draft import (
    Draft,
    changes_of,
    judged,
    shown_value,
    the_table,
    typed_value,
)
from gateway.user.console.ends import Ends
from gateway.x509.pem import build_pem
from tests.unit.user.console.agents import CONFIG

DRAFT = Draft(CONFIG, "r1")
PRESS = DRAFT.raw("client")[0]


def test_the_candidate_and_the_running_text_come_with_a_revision(ends: Ends) -> None:
    found = Draft.candidate(ends)
    assert found.text == Draft.running(ends).text == CONFIG
    assert found.revision


def test_no_secret_is_in_its_repr() -> None:
    assert "long" not in repr(DRAFT)


def test_entries_are_read_even_where_the_judge_finds_fault() -> None:
    broken = Draft(CONFIG.replace('route = "old-nt4"', "route = 7"))
    assert [one["name"] for one in broken.raw("client")] == ["press-3", "scale-7"]
    assert [one.values["name"] for one in DRAFT.entries("client")] == ["press-3", "scale-7"]


def test_what_is_no_toml_is_said() -> None:
    with pytest.raises(BadAnswer, match="no TOML"):
        Draft("= =").raw("client")


def test_a_file_that_only_the_box_can_read_is_no_problem_here() -> None:
    text = CONFIG.replace('psk = "one key for press-3, and it is long"', 'psk_file = "press-3.psk"')
    assert Draft(text).problems() == []


def test_choices_are_what_there_is() -> None:
    assert DRAFT.choices("client", "route") == ("old-nt4",)
    assert DRAFT.choices("outside", "network") == ("", "dhcp", "static")
    assert DRAFT.choices("client", "name") == DRAFT.choices("client", "ghost") == ()
    assert DRAFT.choices("route", "kind") == ("pptp", "l2tp-ipsec", "local")
    assert DRAFT.choices("metrics", "sessions") == ("", "true", "false")


def test_clients_dial_the_outside_addresses() -> None:
    assert DRAFT.outside_addresses() == ["203.0.113.9"]


def test_a_table_that_is_not_known_is_said() -> None:
    assert the_table("client") is CLIENT
    with pytest.raises(BadAnswer, match="no ghost"):
        the_table("ghost")


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        (CLIENT.key("psk"), "secret", ""),
        (CLIENT.key("esp"), ["3des-sha1", "aes128-sha1"], "3des-sha1, aes128-sha1"),
        (OUTSIDE.key("mtu"), 1400, "1400"),
        (OUTSIDE.key("mtu"), None, ""),
        (ADMIN.key("ssh_keys"), ["ssh-rsa A a, b", "ssh-rsa B"], "ssh-rsa A a, b; ssh-rsa B"),
    ],
)
def test_values_are_shown_as_they_are_typed(key, value, shown) -> None:  # type: ignore[no-untyped-def]  # a table
    assert shown_value(key, value) == shown
    assert key.secret or not shown or typed_value(key, shown) == value


def test_only_what_was_changed_is_changed_and_the_name_at_last() -> None:
    values = {"name": "press-4", "psk": "", "route": "old-nt4", "address": "203.0.113.5"}
    assert changes_of(CLIENT, PRESS, values) == [
        Change("set", "client", "press-3", "address", "203.0.113.5"),
        Change("set", "client", "press-3", "name", "press-4"),
    ]


def test_what_is_emptied_is_left_out_and_a_new_entry_has_only_what_was_typed() -> None:
    scale = DRAFT.raw("client")[1]
    assert changes_of(CLIENT, scale, {"address": ""}) == [
        Change("unset", "client", "scale-7", "address")
    ]
    assert changes_of(CLIENT, None, {"name": "x", "address": ""}) == [
        Change("add", "client", value={"name": "x"})
    ]
    assert changes_of(OUTSIDE, {}, {"mtu": "1400"}) == [Change("set", "outside", "", "mtu", 1400)]


def test_a_secret_goes_with_what_it_belongs_to_and_stays_with_it() -> None:
    before = {"name": "lan", "radius": "10.10.0.5", "radius_secret": "between-us"}
    emptied = {"name": "lan", "radius": "", "radius_secret": ""}
    assert changes_of(ROUTE, before, emptied) == [
        Change("unset", "route", "lan", "radius"),
        Change("unset", "route", "lan", "radius_secret"),
    ]
    assert changes_of(ROUTE, before, {**emptied, "radius": "10.10.0.5"}) == []


def test_a_secret_goes_when_a_file_takes_its_place() -> None:
    assert changes_of(CLIENT, PRESS, {"psk": "", "psk_file": "press-3.psk"}) == [
        Change("set", "client", "press-3", "psk_file", "press-3.psk"),
        Change("unset", "client", "press-3", "psk"),
    ]
    assert changes_of(CLIENT, PRESS, {"psk": "", "psk_file": ""}) == []


def test_of_pem_a_file_is_typed_and_what_is_in_it_shown(tmp_path: Path) -> None:
    key, path = SYSLOG.key("ca"), tmp_path / "ca.pem"
    path.write_text(build_pem("CERTIFICATE", b"0"))
    assert key is not None
    assert typed_value(key, f" {path} ") == path.read_text()
    assert shown_value(key, path.read_text()) == "(PEM: 1 certificate)"
    before = {"ca": path.read_text()}
    assert changes_of(SYSLOG, before, {"ca": "(PEM: 1 certificate)"}) == []
    assert changes_of(SYSLOG, before, {"ca": ""}) == [Change("unset", "syslog", key="ca")]


def test_a_form_hears_only_of_what_its_own_change_brings() -> None:
    draft = Draft(CONFIG.replace('server = "10.10.0.2"', 'server = "nowhere"'))
    check = judged(draft, lambda values: changes_of(CLIENT, PRESS, values))
    assert check({"address": "203.0.113.5"}) == []
    assert [one.where for one in check({"address": "nowhere"})] == ["client[1].address"]


def test_a_change_that_cannot_be_made_is_a_problem_too() -> None:
    check = judged(DRAFT, lambda values: [Change("set", "client", "ghost", "address", "x")])
    assert "there is no client 'ghost'" in check({})[0].what
    with pytest.raises(DaemonError):
        DRAFT.changed([Change("remove", "client", "ghost")])
