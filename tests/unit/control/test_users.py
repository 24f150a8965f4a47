"""Whose passwords are stored: the file, its problems, and finding somebody in it."""

import pytest

from gateway.control.check import check
from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.control.limits import LARGEST_FILE, MOST_USERS
from gateway.control.users import USERS_FILE, BadUser, Users, check_name, read_users, write_users
from gateway.crypto.lm import lm_hash
from gateway.crypto.passwords import Hashes, nt_hash

NT = "44ebba8d5312b8d611474411f56989ae"  # of clientPass: RFC 2759, 9.2
LM = "76a152936096d7830e2390227404afd2"
CONFIG = """
[outside]
interface = "eth0"
addresses = ["203.0.113.1"]
[[client]]
name = "press"
psk = "a long random text"
route = "nt4"
[[route]]
name = "nt4"
kind = "pptp"
server = "10.10.0.2"
"""


def read(text: str) -> Users:
    users, wrong = read_users(File(text.encode()))
    assert wrong == []
    return users


def problems(text: str) -> list[tuple[int, str]]:
    return read_users(File(text.encode()))[1]


def judged(users: File | str, route: str = 'encryption = "mppe"') -> Config | list[str]:
    files = {USERS_FILE: users}
    found = load(File((CONFIG + route).encode()), lambda name: files[name])
    return [str(one) for one in found] if isinstance(found, list) else found


def test_what_is_written_is_read_again() -> None:
    users = Users().with_user("ada", "clientPass").with_user("PRESS\\bob", "clientPass", lm=True)
    again = read(write_users(users))
    assert (
        again.known
        == users.known
        == {
            "ada": Hashes(bytes.fromhex(NT)),
            "PRESS\\bob": Hashes(bytes.fromhex(NT), bytes.fromhex(LM)),
        }
    )
    assert again.names() == ["ada", "PRESS\\bob"]


def test_a_file_by_hand_may_have_remarks_and_empty_lines() -> None:
    assert read(f"# who\n\nada:{NT}\n  \nbob:{NT.upper()}:{LM}\n").names() == ["ada", "bob"]
    assert read("").known == {}


@pytest.mark.parametrize("name", ["ada", "ADA", "Ada"])
def test_capitals_make_no_difference(name: str) -> None:
    users = Users().with_user("Ada", "one").with_user("aDA", "two")
    found = users.find(name)
    assert users.names() == ["aDA"]
    assert found is not None
    assert found.nt == nt_hash("two")
    assert users.without(name).known == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ada", 1),
        ("ada:", 1),
        (f"ada:{NT}:{LM}:x", 1),
        (f"ada:{NT[:-1]}", 1),
        (f"ada:{NT[:-1]}g", 1),
        (f"ada:{NT}:", 1),
        (f":{NT}", 1),
        (f"a b\x07:{NT}", 1),
        (f"\n\nada:{NT}\nADA:{NT}", 4),
    ],
)
def test_a_wrong_line_is_told_by_its_number_without_a_hash(text: str, line: int) -> None:
    [(number, what)] = problems(text)
    assert number == line
    assert NT[:8] not in what


def test_bytes_that_are_no_text_are_told() -> None:
    assert read_users(File(b"\xff\xfe"))[1] == [(1, "there is a byte that is not UTF-8")]


def test_there_are_only_so_many() -> None:
    users = Users({f"user-{number}": Hashes(bytes(16)) for number in range(MOST_USERS)})
    with pytest.raises(BadUser, match=f"{MOST_USERS} users already"):
        users.with_user("one more", "x")
    assert users.with_user("user-7", "x").names() == users.names()
    lines = "".join(f"u{number}:{NT}\n" for number in range(MOST_USERS + 1))
    assert problems(lines) == [(1, f"there are more than {MOST_USERS} users")]


@pytest.mark.parametrize(
    "name", ["", " ada", "ada ", "a:b", 'a"b', "a/b", "a\nb", "#ada", "a[b]", "x" * 129, "\x1b[2J"]
)
def test_what_no_user_can_be_called_is_refused(name: str) -> None:
    with pytest.raises(BadUser):
        check_name(name)


@pytest.mark.parametrize("name", ["ada", "DOMAIN\\ada", "Ada Lovelace", "\u00e9mile", "a.b-c_d@e"])
def test_what_users_are_called_is_taken(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    ("password", "lm", "what"),
    [
        ("", False, "missing"),
        ("x" * 257, False, "at most 256"),
        ("x" * 15, True, "no LM hash"),
        ("\u00e9", True, "no LM hash"),
    ],
)
def test_a_password_that_cannot_be_is_refused(password: str, lm: bool, what: str) -> None:
    with pytest.raises(BadUser, match=what):
        Users().with_user("ada", password, lm=lm)


def test_somebody_who_is_not_there_cannot_be_removed_and_is_not_found() -> None:
    with pytest.raises(BadUser, match="no user 'bob'"):
        Users().without("bob")
    assert Users().find("bob") is None


def test_lm_hashes_are_stored_only_when_asked_for() -> None:
    users = Users().with_user("ada", "secret")
    assert users.known["ada"].lm is None
    assert users.with_user("ada", "secret", lm=True).known["ada"].lm == lm_hash("secret")


def test_a_configuration_has_the_users_its_routes_need() -> None:
    config = judged(File(f"ada:{NT}\n".encode()))
    assert isinstance(config, Config)
    assert config.users.names() == ["ada"]
    assert NT not in repr(config)
    assert "ada" not in repr(config.users)


def test_where_no_route_encrypts_the_file_is_not_looked_at() -> None:
    config = judged("unreadable", 'encryption = "clear"')
    assert isinstance(config, Config)
    assert config.users == Users()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("no such file or directory", "cannot be read: no such file"),
        (File(b""), "no password is stored"),
        (File(f"ada:{NT}\n".encode(), 0o644), "others than its owner may use users.nt (mode 0644)"),
    ],
)
def test_what_is_odd_about_the_file_is_a_warning_at_the_route(file: File | str, words: str) -> None:
    assert isinstance(judged(file), Config)
    config = File((CONFIG + 'encryption = "mppe"').encode())
    [problem] = check(config, lambda name: file)
    assert (problem.where, problem.warning) == ("route[1].encryption", True)
    assert words in problem.what


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (File(b"ada\n"), "in line 1 of users.nt there is no name with a hash"),
        (File(b"x" * (LARGEST_FILE + 1)), "users.nt is too large"),
    ],
)
def test_what_is_wrong_with_the_file_keeps_the_configuration_out(file: File, words: str) -> None:
    found = judged(file)
    assert isinstance(found, list)
    assert words in found[0]
