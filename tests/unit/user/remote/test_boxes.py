"""Which boxes are meant."""

import pytest

from gateway.user.client import DaemonError
from gateway.user.remote.boxes import MOST, Where, parse_boxes, parse_word, pick

TEXT = """
[gw-1]
address = "10.10.0.1"
user = "ada"
port = 2222
key = "~/.ssh/site"
fingerprint = "256 SHA256:qlW8ueVienAJFcPBt5hq3cSc53bMDHVtFhD3MHTjd1U gw-1 (ED25519)"

[gw-2]
address = "gw-2.example.org"
"""
ONE, TWO = parse_boxes(TEXT).values()


def test_the_file_has_a_table_for_each_box() -> None:
    assert ONE.fingerprint.startswith("256 SHA256:qlW8")
    assert (ONE.name, ONE.address, ONE.port, ONE.user) == ("gw-1", "10.10.0.1", 2222, "ada")
    assert Where("gw-2", "gw-2.example.org") == TWO


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[gw-1", "is no TOML"),
        ('["gw 1"]\naddress = "10.0.0.1"', "is no name for a box"),
        ('[all]\naddress = "10.0.0.1"', "is no name for a box"),
        ("gw-1 = 7", "gw-1 is no table"),
        ("[gw-1]", "gw-1 has no address that could be one"),
        ('[gw-1]\naddress = "-oProxyCommand=x"', "no address that could be one"),
        ('[gw-1]\naddress = "10.0.0.1"\nuser = "-l root"', "no name to log in with"),
        ('[gw-1]\naddress = "10.0.0.1"\nport = "22"', "the port of gw-1 is none"),
        ('[gw-1]\naddress = "10.0.0.1"\nport = 70000', "the port of gw-1 is none"),
        ('[gw-1]\naddress = "10.0.0.1"\nport = true', "the port of gw-1 is none"),
        ('[gw-1]\naddress = "10.0.0.1:2222"', "has a port in it"),
        ("[gw-1]\naddress = 7", "the address of gw-1 is no text"),
        ('[gw-1]\naddress = "10.0.0.1"\npassword = "x"', "has a key 'password' that is not known"),
        ('[gw-1]\naddress = "10.0.0.1"\nfingerprint = "x"', "the fingerprint of gw-1 is none"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(text: str, said: str) -> None:
    with pytest.raises(DaemonError, match=said) as error:
        parse_boxes(text)
    assert error.value.hint


def test_there_is_an_end_to_the_boxes() -> None:
    tables = [f'[gw-{number}]\naddress = "10.0.0.1"\n' for number in range(MOST + 1)]
    assert len(parse_boxes("".join(tables[:MOST]))) == MOST
    with pytest.raises(DaemonError, match=f"more than {MOST}"):
        parse_boxes("".join(tables))


@pytest.mark.parametrize(
    ("word", "where"),
    [
        ("192.0.2.1", Where("192.0.2.1", "192.0.2.1")),
        ("ada@192.0.2.1:2222", Where("ada@192.0.2.1:2222", "192.0.2.1", 2222, "ada")),
        ("root@[2001:db8::1]:22", Where("root@[2001:db8::1]:22", "2001:db8::1", 22, "root")),
    ],
)
def test_a_box_may_be_named_by_its_address(word: str, where: Where) -> None:
    assert parse_word(word) == where


@pytest.mark.parametrize("word", ["2001:db8::1", "-v", "a@b@c", "a:0", "a:70000", "x y", "@"])
def test_what_is_no_address_is_refused(word: str) -> None:
    with pytest.raises(DaemonError):
        parse_word(word)


def test_boxes_are_picked_by_name_each_once_in_the_order_given() -> None:
    known = {"gw-1": ONE, "gw-2": TWO}
    assert pick("all", known) == [ONE, TWO]
    assert pick("gw-2, gw-1,gw-2", known) == [TWO, ONE]
    assert pick("gw-1,192.0.2.9", known) == [ONE, Where("192.0.2.9", "192.0.2.9")]


def test_a_name_that_is_not_in_the_file_is_no_host() -> None:
    with pytest.raises(DaemonError, match="there is no box gw-3") as error:
        pick("gw-3", {"gw-1": ONE, "gw-2": TWO})
    assert error.value.hint == "There are gw-1, gw-2"
    assert pick("gw-3", {}) == [Where("gw-3", "gw-3")]


@pytest.mark.parametrize("words", ["", " , "])
def test_nothing_named_is_nothing_done(words: str) -> None:
    with pytest.raises(DaemonError, match="no box is named"):
        pick(words, {"gw-1": ONE})


def test_all_of_no_boxes_is_a_mistake() -> None:
    with pytest.raises(DaemonError, match="there is no box in the file"):
        pick("all", {})
