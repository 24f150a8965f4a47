"""`postern routes | admins`, and the list of `postern clients`: what the configuration has."""

import argparse
from dataclasses import dataclass

from gateway.user.cli import exits, show
from gateway.user.cli.box import add_box_options, box_of
from gateway.user.console.draft import Draft, the_table
from gateway.user.console.pages.entries import entry_lines


@dataclass(frozen=True, slots=True)
class Listed:
    """A verb that lists one table of the configuration being edited."""

    ABOUT: str
    table: str

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.epilog = f"example: postern {self.table}s\n\nChange them with `postern config`."
        add_box_options(parser)

    def run(self, options: argparse.Namespace) -> int:
        table = the_table(self.table)
        entries = Draft(*box_of(options).config("candidate", masked=True)).raw(table.name)
        if options.json:
            show.print_json(entries)
        elif entries:
            print("\n".join(entry_lines(table, entries)))
        else:
            print(f"there is no {table.name}")
        return exits.OK


ROUTES = Listed("list the ways to the old servers", "route")
ADMINS = Listed("list who may log in", "admin")
