"""Users of routes into the LAN: who stands where, and what pppd could not read."""

import pytest

from gateway.control.lan_users import (
    CHAP,
    FILES,
    LONGEST,
    PAP,
    LanRoute,
    LanUser,
    bytes_of,
    check_user,
    lan_routes,
    text_of,
    users_in,
    with_user,
    without_user,
)
from gateway.control.limits import LARGEST_FILE, MOST_USERS
from gateway.control.users import BadUser

LAN = LanRoute("lan", (CHAP,))
BOTH = LanRoute("both", (CHAP, PAP))
RADIUS = LanRoute("office", ())


def route(name: str, *more: str) -> str:
    head = ["[[route]]", f'name = "{name}"', 'kind = "local"', 'pool = "10.10.0.150-10.10.0.159"']
    return "\n".join([*head, *more]) + "\n"


@pytest.mark.parametrize(
    ("more", "files"),
    [
        ((), (CHAP,)),
        (('auth = ["mschap-v2", "mschap", "chap"]',), (CHAP,)),
        (('auth = ["pap"]',), (PAP,)),
        (('auth = ["mschap-v2", "pap"]',), (CHAP, PAP)),
        (('radius = "10.10.0.5"', 'radius_secret = "a long random text"'), ()),
    ],
)
def test_the_files_follow_from_auth(more: tuple[str, ...], files: tuple[str, ...]) -> None:
    assert lan_routes([route("lan", *more)]) == [LanRoute("lan", files)]


def test_a_route_that_is_being_edited_counts_and_has_the_files_of_both() -> None:
    texts = [route("lan"), route("lan", 'auth = ["pap"]') + route("new")]
    assert lan_routes(texts) == [LanRoute("lan", (CHAP, PAP)), LanRoute("new", (CHAP,))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = [",
        '[[route]]\nkind = "local"\n',
        "[[route]]\nname=3",
        route("lan", 'auth = ["pop"]'),
        route("lan", "auth = []"),
    ],
)
def test_what_is_no_usable_route_into_the_lan_is_none(text: str) -> None:
    assert lan_routes([text]) == []


def test_a_user_gets_a_line_in_every_file_of_the_route() -> None:
    line = '"ada" "both" "se cret" *\n'
    assert with_user({}, [LAN, BOTH], "ada", "both", "se cret") == {CHAP: line, PAP: line}
    assert list(with_user({}, [LAN, BOTH], "ada", "lan", "x")) == [CHAP]


def test_a_user_goes_out_of_every_file_whatever_auth_is_now() -> None:
    before = {CHAP: "ada lan x *\nbob lan y *\n", PAP: "ada lan x *\n"}
    assert without_user(before, "ada", "lan") == {CHAP: "bob lan y *\n", PAP: ""}
    assert list(without_user(before, "bob", "lan")) == [CHAP]


def test_the_list_says_what_is_odd() -> None:
    secrets = {CHAP: "ada both x *\nbob * y\ncarl old z\n* lan z\n", PAP: "dora both x *\n"}
    assert users_in(secrets, [LAN, BOTH]) == [
        LanUser("*", "lan"),
        LanUser("ada", "both", missing=(PAP,)),
        LanUser("bob", "*"),
        LanUser("carl", "old", known=False),
        LanUser("dora", "both", missing=(CHAP,)),
    ]


@pytest.mark.parametrize(
    ("name", "what", "hint"),
    [
        ("other", "no route into the LAN called 'other'", "lan, office"),
        ("office", "those of its RADIUS server", "Add the user there"),
    ],
)
def test_a_route_that_has_no_such_users_is_refused(name: str, what: str, hint: str) -> None:
    with pytest.raises(BadUser, match=what) as found:
        with_user({}, [LAN, RADIUS], "ada", name, "x")
    assert hint in found.value.hint


def test_without_a_route_the_hint_says_how_to_get_one() -> None:
    with pytest.raises(BadUser) as found:
        with_user({}, [], "ada", "lan", "x")
    assert found.value.hint.startswith("Add one first")


@pytest.mark.parametrize(
    ("name", "password", "what"),
    [
        ("", "x", "no name of a user"),
        ("*", "x", "no name of a user"),
        (" ada", "x", "no name of a user"),
        ("a\nb", "x", "no name of a user"),
        ("j\u00fcrgen", "x", "no name of a user"),
        ("a" * (LONGEST + 1), "x", "no name of a user"),
        ("ada", "", "a password is missing"),
        ("ada", "a\tb", "pppd reads no such password"),
        ("ada", "pass\u00e9", "pppd reads no such password"),
        ("ada", "x" * (LONGEST + 1), "pppd reads no such password"),
        ("ada", "@/etc/shadow", "is a file to pppd"),
        ("ada", "@login", "the system's own"),
    ],
)
def test_what_pppd_could_not_read_is_refused(name: str, password: str, what: str) -> None:
    with pytest.raises(BadUser, match=what) as found:
        check_user(name, password)
    assert (password or "nothing") not in str(found.value).replace("x", "").replace("@login", "")
    assert found.value.hint


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("PRESS\\ada", 'a "quoted" \\ # word'),
        ("ada@press", "@home"),
        ("a" * LONGEST, "x" * LONGEST),
    ],
)
def test_everything_else_may_be(name: str, password: str) -> None:
    text = with_user({}, [LAN], name, "lan", password)[CHAP]
    assert users_in({CHAP: text}, [LAN]) == [LanUser(name, "lan")]


def test_nobody_is_not_taken_out() -> None:
    with pytest.raises(BadUser, match="no user 'ada' on the route 'lan'"):
        without_user({CHAP: "ada * x *\n"}, "ada", "lan")


@pytest.mark.parametrize("change", ["add", "remove"])
def test_a_file_that_is_not_clear_is_left_alone(change: str) -> None:
    secrets = {CHAP: 'ada lan "x\nbob lan y *\n'}
    changes = {
        "add": lambda: with_user(secrets, [LAN], "bob", "lan", "z"),
        "remove": lambda: without_user(secrets, "ada", "lan"),
    }
    with pytest.raises(BadUser, match="goes on into the next line"):
        changes[change]()


def test_there_is_a_limit_to_users_and_none_to_their_new_passwords() -> None:
    full = {CHAP: "".join(f"u{number} lan x *\n" for number in range(MOST_USERS))}
    with pytest.raises(BadUser, match=f"{MOST_USERS} users already"):
        with_user(full, [LAN], "ada", "lan", "x")
    assert 'u7 lan "new" *' in with_user(full, [LAN], "u7", "lan", "new")[CHAP]


def test_every_byte_of_a_file_comes_out_again_and_a_large_one_is_refused() -> None:
    data = bytes(range(256))
    assert bytes_of(text_of(data, FILES[0])) == data
    with pytest.raises(BadUser, match="too large"):
        text_of(bytes(LARGEST_FILE + 1), CHAP)
