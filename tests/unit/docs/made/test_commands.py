"""The page of commands has every verb with all it takes."""

import argparse
from collections.abc import Iterator

from docs.made.commands import sub_verbs, text, usage
from gateway.user.cli.main import VERBS, parser


def everything(of: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for _, one, _ in sub_verbs(of):
        yield from (one, *everything(one))


def test_every_verb_has_its_part() -> None:
    page = text()
    assert [name for name in VERBS if f"\n## postern {name}\n" not in page] == []
    below = [one.prog for one in everything(parser())]
    assert "postern config set" in below
    assert [prog for prog in below if f"# {prog}\n" not in page] == []


def test_every_option_that_is_not_hidden_is_there() -> None:
    page = text()
    for one in everything(parser()):
        part = page.split(f"# {one.prog}\n")[1].split("\n#")[0]
        words = [
            name
            for action in one._actions
            if action.help != argparse.SUPPRESS and action.dest != "help"
            for name in action.option_strings
        ]
        assert [word for word in words if f"`{word}" not in part] == [], one.prog


def test_what_must_be_said_has_no_brackets() -> None:
    known = {one.prog: usage(one) for one in everything(parser())}
    assert known["postern kit"].startswith("postern kit MACHINE [PATH] [--as {")
    assert known["postern claim"].startswith("postern claim NAME --key FILE")


def test_the_help_of_check_is_not_told_twice() -> None:
    assert "every key there is" not in text()


def test_every_verb_says_what_it_does() -> None:
    assert [line for line in text().splitlines() if line.strip() == "."] == []
