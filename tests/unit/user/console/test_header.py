from dataclasses import replace

import pytest

from gateway.control.sessions import StatusView
from gateway.user.box_views import BoxStatus, Pending, Slot
from gateway.user.console.ends import Glance
from gateway.user.console.header import countdown, header, shorter

BOX = BoxStatus(
    version="1.2",
    hostname="gw-lab-1",
    booted="b",
    slots=(Slot("A", "good", "1.1"), Slot("B", "booted", "1.2")),
    addresses={"outside": ("203.0.113.9/24",), "inside": ()},
    fingerprints=("3072 SHA256:rsa host (RSA)", "256 SHA256:ed host (ED25519)"),
)
GATEWAY = StatusView(sessions=12, half_open=1, queue_drops=3, rules_ok=True)


def test_four_lines_say_what_this_box_is_and_how_it_is() -> None:
    assert header(Glance(BOX, GATEWAY, cpu=7), None) == [
        "Postern 1.2  gw-lab-1  slot B in use, A good   clock ok   saved",
        "outside 203.0.113.9/24   inside no address",
        "12 in session   1 dialling   CPU 7%   queue drops 3",
        "SSH SHA256:ed ED25519",
    ]


def test_every_line_fits_however_long_the_names_are() -> None:
    long = replace(BOX, hostname="h" * 63, addresses={"outside": ("203.0.113.9/24",) * 9})
    lines = header(Glance(long, GATEWAY, cpu=100))
    assert max(map(len, lines)) == 80


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"clock_ok": False}, "CLOCK UNSURE"),
        ({"changed": 2}, "2 changes not applied"),
        ({"pending": Pending(200, "ada")}, "not confirmed"),
        ({"slots": ()}, "gw-lab-1  clock ok"),
        ({"hostname": ""}, "no name"),
    ],
)
def test_what_is_unusual_is_said(changes: dict[str, object], words: str) -> None:
    assert words in header(Glance(replace(BOX, **changes), GATEWAY), None)[0]  # type: ignore[arg-type]  # parametrized


def test_who_does_not_answer_has_a_line_of_their_own() -> None:
    lines = header(Glance(None, None, "The box is away.", "The gateway is away."), None)
    assert lines[1:] == ["The box is away.", "The gateway is away."]


def test_what_the_agent_is_busy_with_is_said_in_place_of_the_key_once_it_is_felt() -> None:
    soon, felt = (replace(BOX, busy_with="networkctl", busy_s=one) for one in (0.9, 12.3))
    assert header(Glance(soon, GATEWAY))[3] == "SSH SHA256:ed ED25519"
    assert (
        header(Glance(felt, GATEWAY))[3] == "The box agent is busy with networkctl, for 12 s now."
    )


def test_the_longest_work_fits_a_line() -> None:
    line = header(Glance(replace(BOX, busy_with="p" * 99, busy_s=86_400.0), GATEWAY))[3]
    assert line.endswith("for 86400 s now.")


def test_trouble_of_the_gateway_is_in_capitals() -> None:
    bad = replace(GATEWAY, rules_ok=False, config_problems=("it is wrong",))
    assert header(Glance(BOX, bad), None)[2].endswith(
        "FIREWALL RULES MISSING   LAST RELOAD REFUSED"
    )


def test_names_cannot_steer_the_terminal() -> None:
    evil = replace(BOX, hostname="\x1b[2J")
    assert "\\x1b[2J" in header(Glance(evil, GATEWAY))[0]


@pytest.mark.parametrize(
    ("pending", "line"),
    [
        (None, ""),
        (Pending(271.9, "ada"), "NOT CONFIRMED: the change by ada goes back in 4:31. C keeps it."),
        (Pending(-1, ""), "NOT CONFIRMED: the change goes back in 0:00. C keeps it."),
    ],
)
def test_the_countdown_is_in_minutes_and_seconds(pending: Pending | None, line: str) -> None:
    assert countdown(pending) == line


def test_a_fingerprint_is_shown_without_what_nobody_compares() -> None:
    assert shorter("256 SHA256:ed root@box (ED25519)") == "SHA256:ed ED25519"
    assert shorter("SHA256:ed") == "SHA256:ed"
    assert shorter("something else") == "something else"
