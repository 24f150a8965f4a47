"""The page of commands: every verb of `postern`, as argparse knows it.

Made from the parser and not from its printed help, whose lines break otherwise in every version of
Python and in every width of terminal.
"""

import argparse
from collections.abc import Iterator
from typing import Final

from docs.made.markdown import block, code, made_of, table
from gateway.user.cli import exits
from gateway.user.cli.main import parser

HEAD: Final = """\
# Every command

`postern VERB --help` says the same on the spot. On a machine of your own the command is
`.venv/bin/postern`; on the appliance it is `postern`, in the shell of the menu or as `ssh ada@box
postern VERB`. Everything the menu can do is a command, too.

The verbs that ask the gateway's daemon (`status`, `sessions`, `explain`, `trace` ...) work on
both. Those that ask the box agent (`config`, `ports`, `admins`, `slots`, `upgrade`, `reset` ...)
are the appliance's alone; `clients`, `kit`, `ca` and `users` work elsewhere too, on a file or
folder that you name.
"""
KEYS: Final = "every key there is:"  # the help of `check` goes on with all of them


def text() -> str:
    lines = made_of("from the parser of gateway/user/cli/main.py") + HEAD.splitlines()
    lines += ["", exits.EXPLAINED[:1].upper() + exits.EXPLAINED[1:] + ".", ""]
    verbs = sub_verbs(parser())
    lines += table(("verb", ""), ((f"[{name}](#postern-{name})", told) for name, _, told in verbs))
    for _, one, told in verbs:
        lines += _of_verb(one, told, 2)
    return "\n".join([*lines, ""])


def sub_verbs(of: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser, str]]:
    """The verbs below a parser, in its order, each with a sentence of what it does."""
    found = []
    for one in of._actions:
        if isinstance(one, argparse._SubParsersAction):
            told = {row.dest: row.help or "" for row in one._choices_actions}
            found += [(name, sub, _sentence(told[name])) for name, sub in one.choices.items()]
    return found


def usage(of: argparse.ArgumentParser) -> str:
    """`postern kit MACHINE [PATH] [--as FORM] ...`: what must be said first."""
    return " ".join([of.prog.split(" [")[0], *(_in_usage(one) for one in _arguments(of))])


def _of_verb(of: argparse.ArgumentParser, told: str, level: int) -> Iterator[str]:
    yield from ("", f"{'#' * level} {of.prog}", "", told, "", *block([usage(of)]))
    rows = [(code(_shown(one)), _help(one)) for one in _arguments(of)]
    if rows:
        yield from ("", *table(("say", "for"), rows))
    yield from _epilog(of)
    for _, one, words in sub_verbs(of):
        yield from _of_verb(one, words, level + 1)


def _epilog(of: argparse.ArgumentParser) -> Iterator[str]:
    told = (of.epilog or "").replace(exits.EXPLAINED, "").strip()
    if KEYS in told:
        told = told.partition(KEYS)[0].strip()
        yield from ("", "Its help goes on with [every option](options.md) there is.")
    if told:
        yield from ("", *block(told.splitlines()))


def _sentence(told: str) -> str:
    return f"{told[:1].upper()}{told[1:].rstrip('.')}."


def _arguments(of: argparse.ArgumentParser) -> list[argparse.Action]:
    hidden = (argparse._HelpAction, argparse._SubParsersAction)
    found = (one for one in of._actions if not isinstance(one, hidden))
    shown = [one for one in found if one.help != argparse.SUPPRESS]
    return sorted(shown, key=lambda one: not _must_be(one))


def _must_be(action: argparse.Action) -> bool:
    return not action.option_strings or action.required


def _in_usage(action: argparse.Action) -> str:
    if not action.option_strings:
        return _shown(action)
    words = _shown(action).split(", ")[-1]
    return words if action.required else f"[{words}]"


def _shown(action: argparse.Action) -> str:
    """`--as FORM`, or `[PATH]` for what may be left out."""
    value = _value(action)
    if action.option_strings:
        return ", ".join(f"{name} {value}".rstrip() for name in action.option_strings)
    return {"?": f"[{value}]", "*": f"[{value} ...]", "+": f"{value} ..."}.get(
        str(action.nargs), value
    )


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if isinstance(action.metavar, str):
        return action.metavar
    return "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()


def _help(action: argparse.Action) -> str:
    return action.help or ""
