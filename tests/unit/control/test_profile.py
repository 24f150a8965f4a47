import pytest

from gateway.control.profile import LARGEST_PROFILE, Match, check_profile, load_profile
from gateway.control.profile_values import Serial
from tests.unit.control.boards import BOARD, EVIDENCE, GOOD, MATCH, PORTS, profile_of, told


def test_a_profile_is_read_with_its_defaults() -> None:
    found = profile_of()
    assert (found.id, found.generic, found.matches) == (
        "example",
        False,
        (Match((("product_name", ("Example*",)),)),),
    )
    assert found.console.devices == (Serial("ttyS0", 115200),)
    assert (found.watchdog.module, found.watchdog.timeout, found.eee) == ("", 30, True)
    assert [port.label for port in found.ports] == ["WAN", "LAN"]


def test_all_problems_are_told_at_once_with_their_lines() -> None:
    text = GOOD.replace('name = "Example board"', "name = 7").replace("place = 2", "place = 0")
    problems = check_profile((text + "[led]\nrole = 'x'").encode(), "example")
    assert [problem.where for problem in problems] == [
        "board.name",
        "port[2].place",
        "led[1]",
        "led[1].names",
        "led[1].role",
    ]
    assert all(problem.line and problem.hint for problem in problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (GOOD.replace('"example"', '"another"'), "board.id: is not the name of the file"),
        (BOARD + EVIDENCE, "board: cannot be known by anything"),
        (
            BOARD + "generic = true" + MATCH + EVIDENCE,
            "board.generic: is true, and there are ways to know the board",
        ),
        (BOARD + "[[match]]" + EVIDENCE, "match[1]: fits every board"),
        (GOOD.replace("place = 2", ""), "port[2]: cannot be found"),
        (GOOD.replace('"LAN"', '"WAN"'), "port[2].label: is what another port has too"),
        (GOOD.replace('"inside"', '"outside"'), "port[2].role: is what another port has too"),
        (GOOD + PORTS.replace("WAN", "A").replace("LAN", "B"), "port[3].paths: is what"),
        (GOOD + "[[led]]\nrole='fault'\nnames=['a']\n" * 2, "led[2].role: is what another lamp"),
        (
            GOOD + "[[modules]]\nload=['a','b']\nrefuse=['b']",
            "modules[1].refuse: holds b, which is to be loaded too",
        ),
        (
            GOOD.replace("from documents", "booted on the board"),
            "evidence.kernel: is missing",
        ),
        (GOOD + "[leds]", "example.toml: there is no table 'leds'"),
        (BOARD + MATCH, "evidence: is missing"),
        ("[board", "example.toml: this is no TOML"),
        ("#" * (LARGEST_PROFILE + 1), "example.toml: the file is larger than 64 kB"),
    ],
)
def test_what_is_wrong_is_said(text: str, problem: str) -> None:
    assert any(one.startswith(problem) for one in told(text)), told(text)


def test_bytes_that_are_no_text_are_a_problem() -> None:
    assert isinstance(load_profile(b"\xff", "example"), list)


def test_places_are_counted_for_each_driver_by_itself() -> None:
    more = '[[port]]\nlabel = "on the board"\nplace = 2\ndriver = "r8169"\n'
    assert len(profile_of(GOOD + more).ports) == 3


def test_evidence_says_how_far_it_goes() -> None:
    booted = EVIDENCE.replace("from documents", "booted on the board")
    booted += 'by = "A. Owner"\non = "2026-11-22"\nkernel = "6.12.107"\n'
    assert str(profile_of().evidence) == "from documents, not yet confirmed on this board"
    assert (
        str(profile_of(BOARD + MATCH + booted).evidence)
        == "booted on the board by A. Owner on 2026-11-22, kernel 6.12.107"
    )
